package retry

import (
	"errors"
	"net/http"
	"testing"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	const none = -1
	tests := map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"nothing":                    {nil, none},
		"seconds":                    {map[string]string{"Retry-After": "3"}, 3 * time.Second},
		"seconds with space":         {map[string]string{"Retry-After": " 3 "}, 3 * time.Second},
		"no seconds":                 {map[string]string{"Retry-After": "0"}, 0},
		"date":                       {map[string]string{"Retry-After": at(2 * time.Second)}, 2 * time.Second},
		"date that is now":           {map[string]string{"Retry-After": at(0)}, 0},
		"date of the server's clock": {map[string]string{"Retry-After": at(time.Hour + 2*time.Second), "Date": at(time.Hour)}, 2 * time.Second},
		"date that is past":          {map[string]string{"Retry-After": at(-time.Second)}, none},
		"date that is past there":    {map[string]string{"Retry-After": at(time.Second), "Date": at(time.Minute)}, none},
		"date in a year":             {map[string]string{"Retry-After": at(365 * 24 * time.Hour)}, none},
		"date of the year 0":         {map[string]string{"Retry-After": "Mon, 01 Jan 0001 00:00:00 GMT"}, none},
		"date of the year 9999":      {map[string]string{"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, none},
		"empty":                      {map[string]string{"Retry-After": ""}, none},
		"words":                      {map[string]string{"Retry-After": "later"}, none},
		"negative seconds":           {map[string]string{"Retry-After": "-1"}, none},
		"a fraction":                 {map[string]string{"Retry-After": "1.5"}, none},
		"a day":                      {map[string]string{"Retry-After": "86400"}, 24 * time.Hour},
		"more than a day":            {map[string]string{"Retry-After": "86401"}, none},
		"would overflow":             {map[string]string{"Retry-After": "9223372036854775807"}, none},
		"more than an int64":         {map[string]string{"Retry-After": "99999999999999999999"}, none},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for key, value := range test.header {
				header.Set(key, value)
			}
			asked, ok := retryAfter(header, now)
			assert.Equal(t, test.want != none, ok)
			if ok {
				assert.Equal(t, test.want, asked)
			}
		})
	}
}

// answeredWith is the SDK's error for an answer with that status and header.
func answeredWith(status int, key, value string) error {
	return &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: http.Header{key: {value}}}},
		Err:      errors.New("busy"),
	}
}

// A server can make a pause longer by up to five seconds, and never shorter.
func TestPauseIsStretchedWithinBounds(t *testing.T) {
	t.Parallel()

	const ours = 2 * time.Second
	tests := map[string]struct {
		err  error
		want time.Duration
	}{
		"shorter than ours":     {answeredWith(400, "X-Amz-Retry-After", "10"), ours},
		"as long as ours":       {answeredWith(400, "X-Amz-Retry-After", "2000"), ours},
		"longer":                {answeredWith(503, "X-Amz-Retry-After", "2001"), ours + time.Millisecond},
		"as long as can be":     {answeredWith(429, "Retry-After", "7"), ours + 5*time.Second},
		"longer than can be":    {answeredWith(429, "Retry-After", "8"), ours + 5*time.Second},
		"very much longer":      {answeredWith(503, "Retry-After", "86400"), ours + 5*time.Second},
		"absurd":                {answeredWith(503, "Retry-After", "86401"), ours},
		"nothing asked":         {answeredWith(503, "Server", "Server"), ours},
		"no answer":             {broken(errors.New("reset")), ours},
		"an answer without any": {&smithyhttp.ResponseError{Err: errors.New("busy")}, ours},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, stretchedBySDK(stretched(ours, test.err), test.err))
		})
	}

	retryer := NewStandard(10)
	for range 100 {
		pause, err := retryer.RetryDelay(1, answeredWith(429, "Retry-After", "4"))
		require.NoError(t, err)
		assert.Equal(t, 4*time.Second, pause, "ours is at most 50 ms")
	}
}
