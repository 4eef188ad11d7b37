package dynamoconntest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn"
)

// NewClient returns a client of this library for a new server that has the given
// tables. It fails the test if they cannot be created. To inject faults or to read
// the journal, make the server with [New] and the client with [Server.Client].
func NewClient(t testing.TB, tables ...Table) *dynamoconn.Client {
	t.Helper()
	s := New()
	if err := s.CreateTable(tables...); err != nil {
		t.Fatalf("dynamoconntest: %v", err)
	}
	return s.Client(t)
}

// Client returns a client of this library for the server, in region us-east-1. It
// takes nothing from the environment or from files. The options come after those that
// lead to the server. Client fails the test if an option is invalid.
func (s *Server) Client(t testing.TB, opts ...dynamoconn.Option) *dynamoconn.Client {
	t.Helper()
	c, err := dynamoconn.New(t.Context(), append([]dynamoconn.Option{
		dynamoconn.WithAWSConfig(aws.Config{}),
		dynamoconn.WithRegion(defaultRegion),
		dynamoconn.WithCredentials(Credentials()),
		dynamoconn.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		t.Fatalf("dynamoconntest: %v", err)
	}
	return c
}

// SDKClient returns a client of the AWS SDK for the server, in region us-east-1. It
// makes one attempt for each request, where the SDK makes several by default, so that a
// test sees each fault. optFns can change this and the other options: set
// RetryMaxAttempts to 0 for the SDK's default.
func (s *Server) SDKClient(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:           defaultRegion,
		Credentials:      Credentials(),
		HTTPClient:       s.HTTPClient(),
		RetryMaxAttempts: 1,
	}, optFns...)
}

// Credentials returns static credentials for clients that need some. A [Server]
// accepts any.
func Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test", Source: "dynamoconntest"}, nil
	})
}
