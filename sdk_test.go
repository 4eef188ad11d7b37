package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// everyCause are the Err variables that an error of one request can match.
var everyCause = []error{
	dynamoconn.ErrInvalidOption, dynamoconn.ErrInvalidRequest, dynamoconn.ErrTableNotFound, dynamoconn.ErrTableExists,
	dynamoconn.ErrTableInUse, dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled,
	dynamoconn.ErrAccessDenied, dynamoconn.ErrCredentials, dynamoconn.ErrValidation, dynamoconn.ErrRefused,
	dynamoconn.ErrItemTooLarge, dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable, dynamoconn.ErrCorruptResponse,
	context.Canceled, context.DeadlineExceeded,
}

func causesOf(err error) (causes []error) {
	for _, cause := range everyCause {
		if errors.Is(err, cause) {
			causes = append(causes, cause)
		}
	}
	return causes
}

var (
	sdkKey  = map[string]types.AttributeValue{"Artist": &types.AttributeValueMemberS{Value: "No One You Know"}}
	sdkName = aws.String("Music")
)

// onBothClients are operations of the SDK's client, each beside the activity that sends the same.
var onBothClients = map[string]struct {
	activity func(context.Context, *dynamoconn.Client) error
	sdk      func(context.Context, *dynamodb.Client) error
}{
	"GetItem": {
		func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.GetItem(ctx, getMusic())
			return err
		},
		func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: sdkName, Key: sdkKey})
			return err
		},
	},
	"PutItem": {
		func(ctx context.Context, c *dynamoconn.Client) error {
			req := putMusic()
			req.ConditionExpression = onlyNew
			_, err := c.PutItem(ctx, req)
			return err
		},
		func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: sdkName, Item: sdkKey, ConditionExpression: aws.String(onlyNew)})
			return err
		},
	},
	"DescribeTable": {
		func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
			return err
		},
		func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: sdkName})
			return err
		},
	},
	"CreateTable": {
		func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.CreateTable(ctx, dynamoconn.CreateTableRequest{TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist")})
			return err
		},
		func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: sdkName})
			return err
		},
	},
	"DeleteTable": {
		func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: "Music"})
			return err
		},
		func(ctx context.Context, c *dynamodb.Client) error {
			_, err := c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: sdkName})
			return err
		},
	},
}

// Each error code and each fault of the transport means the same to the SDK's client and to the
// activity, also after an attempt in doubt.
func TestSDKClientSaysWhatTheActivitySays(t *testing.T) {
	t.Parallel()
	answers := map[string]wiretest.Answer{
		"done": wiretest.AllDone("X-Amzn-Requestid", "ID"), "a broken line": brokenPipe, "no connection": noDial, "no answer": wiretest.Hang,
		"a page of a proxy": wiretest.Reply(403, "<html>", "Content-Type", "text/html"), "a gateway": wiretest.Reply(502, ""),
		"a redirect": wiretest.Reply(303, "", "Location", "https://elsewhere/"), "a wrong checksum": wiretest.AllDone("X-Amz-Crc32", "1"),
		"no JSON": wiretest.Reply(200, "{"), "an error in a 200": wiretest.Reply(200, `{"__type":"x#InternalServerError"}`),
		"a member twice": wiretest.Reply(200, `{"ConsumedCapacity":{},"ConsumedCapacity":{}}`), "nothing": wiretest.Reply(200, ""),
		"a new code": wiretest.Refuse(400, "BrandNewException", "m", "ID"),
		"too large":  wiretest.Refuse(400, "ValidationException", "Item size has exceeded the maximum allowed size", "ID"),
	}
	for _, code := range retry.Codes() {
		answers[code] = wiretest.Refuse(400, code, "said DynamoDB", "ID")
		answers[code+" with 500"] = wiretest.Refuse(500, code, "said DynamoDB", "ID")
	}
	for answerName, answer := range answers {
		t.Run(answerName, func(t *testing.T) {
			t.Parallel()
			for operation, on := range onBothClients {
				if strings.HasSuffix(answerName, "with 500") && operation != "PutItem" {
					continue // the status decides
				}
				for i, all := range [][]wiretest.Answer{{answer}, {brokenPipe, answer}, {answer, wiretest.AllDone()}} {
					synctest.Test(t, func(t *testing.T) {
						name := fmt.Sprint(operation, i)
						ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
						defer cancel()
						var heardActivity, heardSDK heard
						ours, theirs := wiretest.New(all...), wiretest.New(all...)
						want := on.activity(ctx, wireClient(t, ours, dynamoconn.WithMaxAttempts(3), dynamoconn.WithHook(heardActivity.hook())))
						raw := on.sdk(ctx, wireClient(t, theirs, dynamoconn.WithMaxAttempts(3), dynamoconn.WithHook(heardSDK.hook())).SDK(""))
						got := dynamoconn.Classify(raw)

						assert.Len(t, theirs.Requests(), len(ours.Requests()), name)
						wantCall, gotCall := heardActivity.call(t), heardSDK.call(t)
						assert.Equal(t, wantCall.Activity, gotCall.Activity)
						assert.Equal(t, wantCall.Outcome, gotCall.Outcome, name)
						assert.Equal(t, wantCall.Attempts, gotCall.Attempts, name)
						if want == nil {
							require.NoError(t, got, name)
							return
						}
						require.Error(t, got, name)
						assert.Equal(t, causesOf(want), causesOf(got), name)
						assert.Equal(t, causesOf(want), causesOf(raw), "%s: without Classify", name)
						e, wanted := errorOf(t, got), errorOf(t, want)
						assert.Equal(t, wanted.Activity, e.Activity)
						assert.Equal(t, wanted.TableName, e.TableName)
						assert.Equal(t, wanted.Attempts, e.Attempts, name)
						assert.Equal(t, wanted.Code, e.Code, name)
						assert.Equal(t, wanted.RequestIDs, e.RequestIDs, name)
						assert.Same(t, got, dynamoconn.Classify(got), "idempotent")
						var operationError *smithy.OperationError
						require.ErrorAs(t, got, &operationError)
						assert.Equal(t, operation, operationError.OperationName)
					})
				}
			}
		})
	}
}

// What nothing but the SDK's own client knows is not told here, but nothing false is.
func TestClassifyOfAnotherClient(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer     wiretest.Answer
		get, write []error
	}{
		"throttled":     {busy, []error{dynamoconn.ErrThrottled}, []error{dynamoconn.ErrThrottled}},
		"condition":     {conditions, []error{dynamoconn.ErrConditionFailed}, []error{dynamoconn.ErrConditionFailed}},
		"500":           {internal, []error{dynamoconn.ErrUnavailable}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable}},
		"broken":        {brokenPipe, []error{dynamoconn.ErrUnavailable}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable}},
		"no connection": {noDial, []error{dynamoconn.ErrUnavailable}, []error{dynamoconn.ErrUnavailable}},
		"page of a proxy": {
			wiretest.Reply(403, "<html>", "Content-Type", "text/html"),
			[]error{dynamoconn.ErrAccessDenied}, []error{dynamoconn.ErrAccessDenied, dynamoconn.ErrAmbiguous},
		},
	} {
		w := wiretest.New(test.answer)
		client := dynamodb.New(dynamodb.Options{Region: "us-east-1", Credentials: wireConfig().Credentials, HTTPClient: w, RetryMaxAttempts: 1})
		err := onBothClients["GetItem"].sdk(t.Context(), client)
		assert.Equal(t, test.get, causesOf(dynamoconn.Classify(err)), name)
		err = onBothClients["PutItem"].sdk(t.Context(), client)
		got := dynamoconn.Classify(err)
		assert.Equal(t, test.write, causesOf(got), name)
		assert.Equal(t, "PutItem", errorOf(t, got).Activity)
		assert.Equal(t, 1, errorOf(t, got).Attempts)
		assert.ErrorIs(t, got, err, "the SDK's error is in it")

		wrapped := fmt.Errorf("save the song: %w", err)
		got = dynamoconn.Classify(wrapped)
		assert.Equal(t, test.write, causesOf(got), name)
		assert.ErrorContains(t, got, "save the song: ")
		assert.ErrorIs(t, got, wrapped)
		assert.Same(t, got, dynamoconn.Classify(got))
	}
}

func TestClassifyOfOtherErrors(t *testing.T) {
	t.Parallel()
	require.NoError(t, dynamoconn.Classify(nil))
	for _, err := range []error{errors.New("x"), context.Canceled, &smithy.OperationError{ServiceID: "S3", OperationName: "GetItem", Err: errors.New("x")}} {
		assert.Same(t, err, dynamoconn.Classify(err))
	}
	_, ours := wireClient(t, wiretest.New(busy), dynamoconn.WithMaxAttempts(1)).GetItem(t.Context(), getMusic())
	assert.Same(t, ours, dynamoconn.Classify(ours))

	// What the SDK itself refuses to send.
	_, err := wireClient(t, wiretest.Script(t)).SDK("").GetItem(t.Context(), &dynamodb.GetItemInput{})
	assert.Equal(t, []error{dynamoconn.ErrInvalidRequest}, causesOf(dynamoconn.Classify(err)))
	_, err = dynamodb.New(dynamodb.Options{Region: "us-east-1"}).GetItem(t.Context(), &dynamodb.GetItemInput{})
	assert.Equal(t, []error{dynamoconn.ErrInvalidRequest}, causesOf(dynamoconn.Classify(err)))
	_, err = dynamodb.New(dynamodb.Options{}).DescribeLimits(t.Context(), &dynamodb.DescribeLimitsInput{})
	require.Error(t, err)
	assert.Empty(t, causesOf(dynamoconn.Classify(err)), "no endpoint")
}

func TestSDKClientOfARegion(t *testing.T) {
	t.Parallel()
	var h heard
	w := wiretest.New(wiretest.Reply(200, `{"Responses":[],"ConsumedCapacity":[{"TableName":"Music","CapacityUnits":2}]}`))
	client := wireClient(t, w, dynamoconn.WithHook(h.hook()))
	_, err := client.SDK("eu-west-1").TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{
		TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: sdkName, Key: sdkKey}}},
	})
	require.NoError(t, err)
	_, err = client.SDK("").DescribeLimits(t.Context(), &dynamodb.DescribeLimitsInput{})
	require.NoError(t, err)
	assert.Equal(t, "eu-west-1", w.Requests()[0].Region)
	assert.Equal(t, "us-east-1", w.Requests()[1].Region)
	_, calls := h.take()
	require.Len(t, calls, 2)
	assert.Equal(t, "TransactGetItems", calls[0].Activity)
	assert.Equal(t, dynamoconn.Region("eu-west-1"), calls[0].Region)
	assert.Equal(t, 2.0, calls[0].ConsumedCapacity[0].CapacityUnits)
	assert.Equal(t, "DescribeLimits", calls[1].Activity)

	_, err = client.SDK("NO REGION").DescribeLimits(t.Context(), &dynamodb.DescribeLimitsInput{})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Len(t, w.Requests(), 2)
	assert.Nil(t, (*dynamoconn.Client)(nil).SDK(""))
	assert.Nil(t, (&dynamoconn.Client{}).SDK(""))
}

// A transaction has the token that the SDK gives it: a conflict is tried again, and a false
// condition is a definite answer.
func TestSDKClientKnowsTokens(t *testing.T) {
	t.Parallel()
	cancelled := func(reason string) wiretest.Answer {
		return wiretest.Refuse(400, "TransactionCanceledException", "cancelled", "ID", `,"CancellationReasons":[{"Code":"`+reason+`","Message":"m"}]`)
	}
	write := func(t *testing.T, w *wiretest.Client) error {
		_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(4)).SDK("").TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{{Delete: &types.Delete{TableName: sdkName, Key: sdkKey}}},
		})
		return err
	}
	synctest.Test(t, func(t *testing.T) {
		w := wiretest.Script(t, cancelled("TransactionConflict"), brokenPipe, cancelled("ConditionalCheckFailed"))
		err := dynamoconn.Classify(write(t, w))
		assert.Equal(t, []error{dynamoconn.ErrConditionFailed}, causesOf(err))
		assert.Equal(t, tokenOf(t, w.Requests()[0].Body), errorOf(t, err).Token)
		assert.Equal(t, tokenOf(t, w.Requests()[0].Body), tokenOf(t, w.Requests()[2].Body))
	})
}

func TestSDKClientRenewsCredentials(t *testing.T) {
	t.Parallel()
	var asked int
	provider := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		asked++
		return aws.Credentials{AccessKeyID: fmt.Sprint("KEY", asked), SecretAccessKey: "S", CanExpire: true, Expires: time.Now().Add(time.Hour)}, nil
	})
	w := wiretest.Script(t, wiretest.Refuse(400, "ExpiredTokenException", "old", "ID"), wiretest.AllDone())
	client := wireClient(t, w, dynamoconn.WithCredentials(provider))
	_, err := client.SDK("").DescribeLimits(t.Context(), &dynamodb.DescribeLimitsInput{})
	require.NoError(t, err)
	assert.Equal(t, 2, asked)
}
