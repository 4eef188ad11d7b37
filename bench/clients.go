package main

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"github.com/dynamoconn/dynamoconn"
)

const table = "Cities"

// clients are the three libraries, with the same HTTP client.
type clients struct {
	ours   *dynamoconn.Client
	sdk    *dynamodb.Client
	guregu dynamo.Table
	// gureguDB makes guregu/dynamo's transactions.
	gureguDB *dynamo.DB
}

func newClients(ctx context.Context, httpClient dynamoconn.HTTPClient, options ...dynamoconn.Option) (*clients, error) {
	own, err := dynamoconn.New(ctx, append([]dynamoconn.Option{
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithStaticCredentials(credentials.AccessKeyID, credentials.SecretAccessKey, ""),
		dynamoconn.WithHTTPClient(httpClient),
	}, options...)...)
	if err != nil {
		return nil, err
	}
	sdk := newSDKClient(httpClient, nil)
	db := dynamo.NewFromIface(sdk)
	return &clients{own, sdk, db.Table(table), db}, nil
}

func newSDKClient(httpClient dynamoconn.HTTPClient, endpoint *string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: endpoint,
		HTTPClient:   httpClient,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
	})
}

var credentials = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}

// inMemoryBodies puts the body of each request into memory before net/http gets it. The
// SDK's own body costs a connection for each request if the server is fast, so the peers
// would be measured with that.
type inMemoryBodies struct{ next *http.Client }

// Do sends the request.
func (c inMemoryBodies) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
	}
	return c.next.Do(req)
}
