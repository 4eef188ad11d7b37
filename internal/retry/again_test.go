package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// busyServer answers every request with a throttle; header holds names and values.
func busyServer(header ...string) *wiretest.Client {
	return wiretest.New(wiretest.Reply(400, `{"__type":"x#ThrottlingException","message":"m"}`, header...))
}

func getFrom(ctx context.Context, server *wiretest.Client, policy Policy) error {
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: server, Credentials: aws.AnonymousCredentials{},
		Retryer: NewRetryer(NewStandard(3)), APIOptions: nil,
	}, func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, AddTo) })
	ctx, _ = With(ctx, policy)
	_, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("Music"), Key: map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}},
	})
	return err
}

// The SDK adds what X-Amz-Retry-After asks for to the pause that it is told. With our own
// addition to it, a server could once make a pause longer by ten seconds, and past the
// deadline.
func TestServerStretchesAPauseByFiveSecondsAtMost(t *testing.T) {
	t.Parallel()

	for _, header := range [][]string{
		{"X-Amz-Retry-After", "60000"},
		{"X-Amz-Retry-After", "7000"},
		{"Retry-After", "60"},
		{"X-Amz-Retry-After", "60000", "Retry-After", "60"},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := busyServer(header...)
			require.Error(t, getFrom(t.Context(), server, Policy{}))
			sent := server.Requests()
			require.Len(t, sent, 3)
			pause := sent[1].At.Sub(sent[0].At)
			assert.GreaterOrEqual(t, pause, 5*time.Second)
			assert.LessOrEqual(t, pause, 5*time.Second+FirstPause)
		})
	}
}

func TestPauseThatEndsTooLateIsNotSlept(t *testing.T) {
	t.Parallel()

	for name, header := range map[string][]string{
		"the SDK's": {"X-Amz-Retry-After", "4000"}, "ours": {"Retry-After", "4"},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := busyServer(header...)
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := getFrom(ctx, server, Policy{})
			assert.Len(t, server.Requests(), 1, name)
			assert.NotErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Zero(t, time.Since(began), name)

			err = getFrom(t.Context(), server, Policy{Budget: 3 * time.Second})
			require.Error(t, err)
			assert.Len(t, server.Requests(), 2, name)
		})
	}
}

func TestRetryerIsNotWrappedTwice(t *testing.T) {
	t.Parallel()

	retryer := NewRetryer(NewStandard(3))
	assert.Equal(t, retryer, NewRetryer(retryer))
}

// A retryer of the first kind, as a caller may still bring it along.
func TestRetryerTakesOneOfTheFirstKind(t *testing.T) {
	t.Parallel()

	retryer := NewRetryer(struct{ aws.Retryer }{aws.NopRetryer{}})
	release, err := retryer.GetAttemptToken(t.Context())
	require.NoError(t, err)
	assert.NoError(t, release(nil))
	assert.Equal(t, 1, retryer.MaxAttempts())
	assert.False(t, retryer.IsErrorRetryable(errors.New("any")))
}

// Without a record, as for a call that does not come from this module, the base decides alone.
func TestRetryerWithoutARecord(t *testing.T) {
	t.Parallel()

	retryer := NewRetryer(NewStandard(3))
	throttled := answered(400, "ThrottlingException")
	assert.True(t, retryer.IsErrorRetryable(throttled))
	_, err := retryer.GetRetryToken(t.Context(), throttled)
	require.NoError(t, err)
	pause, err := retryer.RetryDelay(1, throttled)
	require.NoError(t, err)
	assert.LessOrEqual(t, pause, FirstPause)
}
