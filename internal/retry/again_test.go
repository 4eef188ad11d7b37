package retry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// busyServer answers every request with a throttle, and keeps when they came.
type busyServer struct {
	header http.Header
	came   []time.Time
}

func (b *busyServer) Do(*http.Request) (*http.Response, error) {
	b.came = append(b.came, time.Now())
	return &http.Response{
		StatusCode: 400, Header: b.header.Clone(),
		Body: io.NopCloser(strings.NewReader(`{"__type":"x#ThrottlingException","message":"m"}`)),
	}, nil
}

func (b *busyServer) get(ctx context.Context, policy Policy) error {
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: b, Credentials: aws.AnonymousCredentials{},
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

	for _, header := range []http.Header{
		{"X-Amz-Retry-After": {"60000"}},
		{"X-Amz-Retry-After": {"7000"}},
		{"Retry-After": {"60"}},
		{"X-Amz-Retry-After": {"60000"}, "Retry-After": {"60"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &busyServer{header: header}
			require.Error(t, server.get(t.Context(), Policy{}))
			require.Len(t, server.came, 3)
			assert.GreaterOrEqual(t, server.came[1].Sub(server.came[0]), 5*time.Second)
			assert.LessOrEqual(t, server.came[1].Sub(server.came[0]), 5*time.Second+FirstPause)
		})
	}
}

func TestPauseThatEndsTooLateIsNotSlept(t *testing.T) {
	t.Parallel()

	for name, header := range map[string]http.Header{
		"the SDK's": {"X-Amz-Retry-After": {"4000"}}, "ours": {"Retry-After": {"4"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &busyServer{header: header}
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := server.get(ctx, Policy{})
			assert.Len(t, server.came, 1, name)
			assert.NotErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Zero(t, time.Since(began), name)

			err = server.get(t.Context(), Policy{Budget: 3 * time.Second})
			require.Error(t, err)
			assert.Len(t, server.came, 2, name)
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
