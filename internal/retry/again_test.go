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
	"github.com/aws/smithy-go/middleware"
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

// The budget counted only if the context had no deadline.
func TestBudgetHoldsBeforeALaterDeadline(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server := busyServer("Retry-After", "2")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		require.Error(t, getFrom(ctx, server, Policy{Budget: 3 * time.Second}))
		assert.Len(t, server.Requests(), 2, "the third would begin after 4 seconds")
		assert.Equal(t, 2*time.Second, time.Since(began))
	})
}

// otherCredentials are new each time, and each is refused.
type otherCredentials struct{ asked int }

func (o *otherCredentials) Renew(context.Context) (bool, error) {
	o.asked++
	return true, nil
}

func TestCredentialsAreRenewedOnceForARequest(t *testing.T) {
	t.Parallel()

	signer := &otherCredentials{}
	ctx, record := With(t.Context(), Policy{})
	record.SignedBy(signer)
	expired := answered(400, "ExpiredTokenException")
	for attempt := range 3 {
		_, _, err := afterAttempt(ctx, middleware.FinalizeInput{}, middleware.FinalizeHandlerFunc(
			func(context.Context, middleware.FinalizeInput) (middleware.FinalizeOutput, middleware.Metadata, error) {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, expired
			}))
		require.ErrorIs(t, err, expired)
		assert.Equal(t, attempt == 0, NewRetryer(NewStandard(10)).IsErrorRetryable(err), "attempt %d", attempt)
	}
	assert.Equal(t, 1, signer.asked)
}

// A machine that slept has stopped its monotonic clock, and one whose clock was set back
// shows a wrong time. DynamoDB's clock has done neither.
func TestTokenIsOldAfterNineMinutes(t *testing.T) {
	t.Parallel()

	const young, old = time.Minute, tokenLife + time.Second
	for name, test := range map[string]struct {
		monotonic, wall time.Duration // how long ago the token was sent
		want            bool
	}{
		"young":                  {young, young, false},
		"old":                    {old, old, true},
		"the machine slept":      {young, old, true},
		"the clock was set back": {old, young, true},
		"far back":               {old, -time.Hour, true},
	} {
		sent := now()
		sent.monotonic, sent.wall = sent.monotonic.Add(-test.monotonic), sent.wall.Add(-test.wall)
		record := &Record{policy: Policy{Token: true}, tokenSent: sent}
		assert.Equal(t, test.want, record.tokenIsOld(0), name)
		assert.True(t, record.tokenIsOld(tokenLife), name)
	}
	assert.False(t, new(Record).tokenIsOld(time.Hour), "no token was sent")
}

func TestNowReadsBothClocks(t *testing.T) {
	t.Parallel()

	read := now()
	assert.NotEqual(t, read.monotonic.Round(0), read.monotonic, "it has a monotonic reading")
	assert.Equal(t, read.wall.Round(0), read.wall, "it has none")
	assert.True(t, read.wall.Equal(read.monotonic))
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
