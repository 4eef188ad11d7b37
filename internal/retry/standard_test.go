package retry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answered is the SDK's error for an answer with that status and code.
func answered(status int, code string) error {
	var err error = &smithy.GenericAPIError{Code: code}
	if code == "" {
		err = errors.New("no code")
	}
	return &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
		Err:      err,
	}
}

func broken(err error) error { return &smithyhttp.RequestSendError{Err: err} }

func TestWhatIsTriedAgain(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		err  error
		want bool
	}{
		"408 without a code":            {answered(http.StatusRequestTimeout, ""), true},
		"429 without a code":            {answered(http.StatusTooManyRequests, ""), true},
		"500":                           {answered(http.StatusInternalServerError, "InternalServerError"), true},
		"502 without a code":            {answered(http.StatusBadGateway, ""), true},
		"503":                           {answered(http.StatusServiceUnavailable, ""), true},
		"504":                           {answered(http.StatusGatewayTimeout, ""), true},
		"throughput exceeded":           {answered(400, "ProvisionedThroughputExceededException"), true},
		"throttling":                    {answered(400, "ThrottlingException"), true},
		"request limit":                 {answered(400, "RequestLimitExceeded"), true},
		"transaction conflict":          {answered(400, "TransactionConflictException"), true},
		"replicated write conflict":     {answered(400, "ReplicatedWriteConflictException"), true},
		"internal error beside a 400":   {answered(400, "InternalServerError"), true},
		"connection reset":              {broken(errors.New("connection reset by peer")), true},
		"unexpected EOF":                {broken(io.ErrUnexpectedEOF), true},
		"dial failure":                  {broken(&net.OpError{Op: "dial", Err: errors.New("refused")}), true},
		"name not found":                {broken(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), true},
		"temporary failure of names":    {broken(&net.DNSError{IsTemporary: true}), true},
		"names time out":                {broken(&net.DNSError{IsTimeout: true}), true},
		"other failure of names":        {broken(&net.DNSError{Err: "server misbehaving"}), true},
		"413":                           {answered(http.StatusRequestEntityTooLarge, ""), false},
		"413 that says it is throttled": {answered(http.StatusRequestEntityTooLarge, "ThrottlingException"), false},
		"validation":                    {answered(400, "ValidationException"), false},
		"condition failed":              {answered(400, "ConditionalCheckFailedException"), false},
		"access denied":                 {answered(400, "AccessDeniedException"), false},
		"no such table":                 {answered(400, "ResourceNotFoundException"), false},
		"caller left while resolving":   {&smithy.CanceledError{Err: &net.DNSError{IsTimeout: true}}, false},
		"final":                         {broken(&Final{errors.New("connection reset by peer")}), false},
		"caller has left":               {&smithy.CanceledError{Err: context.Canceled}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, NewStandard(3).IsErrorRetryable(test.err))
		})
	}
}

func TestRetryerHasTheAttemptsAskedFor(t *testing.T) {
	t.Parallel()

	for _, attempts := range []int{1, 3, 1000} {
		assert.Equal(t, attempts, NewStandard(attempts).MaxAttempts())
	}
}

// The SDK's own retryer has a bucket of 500 tokens, and each repetition takes some of them:
// when it is empty, the SDK gives up at the first failure.
func TestRetryerNeverRunsDry(t *testing.T) {
	t.Parallel()

	retryer := NewStandard(10)
	throttled := answered(400, "ThrottlingException")
	for range 10_000 {
		_, err := retryer.GetRetryToken(t.Context(), throttled)
		require.NoError(t, err)
	}
}

func TestPauseStaysWithinItsBounds(t *testing.T) {
	t.Parallel()

	tests := map[int]time.Duration{
		math.MinInt: 50 * time.Millisecond,
		0:           50 * time.Millisecond,
		1:           50 * time.Millisecond,
		2:           100 * time.Millisecond,
		3:           200 * time.Millisecond,
		7:           3200 * time.Millisecond,
		8:           5 * time.Second,
		9:           5 * time.Second,
		math.MaxInt: 5 * time.Second,
	}
	for n, most := range tests {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			var longest time.Duration
			shortest := most
			for range 2000 {
				pause := Pause(n)
				longest, shortest = max(longest, pause), min(shortest, pause)
			}
			assert.LessOrEqual(t, longest, most)
			assert.GreaterOrEqual(t, shortest, time.Duration(0))
			// The chance that a sound jitter fails here is below 1e-40.
			assert.Greater(t, longest, most*9/10, "the whole range is used")
			assert.Less(t, shortest, most/10, "the whole range is used")
		})
	}
}

func TestRetryerPausesAsPauseSays(t *testing.T) {
	t.Parallel()

	retryer := NewStandard(10)
	for n := 1; n <= 3; n++ {
		most := FirstPause << (n - 1)
		var longest time.Duration
		for range 1000 {
			pause, err := retryer.RetryDelay(n, errors.New("any"))
			require.NoError(t, err)
			longest = max(longest, pause)
		}
		assert.LessOrEqual(t, longest, most)
		assert.Greater(t, longest, most*9/10)
	}
}

func TestFinalHidesNothing(t *testing.T) {
	t.Parallel()

	final := &Final{Err: io.ErrUnexpectedEOF}
	assert.Equal(t, io.ErrUnexpectedEOF.Error(), final.Error())
	assert.ErrorIs(t, final, io.ErrUnexpectedEOF)
}
