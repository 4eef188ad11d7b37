package attempt

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// mostAdded is how much longer than our own pause a server can make it, as in the SDK.
	mostAdded = 5 * time.Second
	// longestAsked is the longest pause that is believed to be meant.
	longestAsked = 24 * time.Hour
)

// stretched returns the pause that the server asked for in the answer below err, not
// shorter than pause and at most mostAdded longer.
func stretched(pause time.Duration, err error) time.Duration {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil || response.Response.Response == nil {
		return pause
	}
	asked, ok := retryAfter(response.Response.Header, time.Now())
	if !ok {
		return pause
	}
	return min(max(asked, pause), pause+mostAdded)
}

// retryAfter reads how long a server asks its client to wait: X-Amz-Retry-After in
// milliseconds, or Retry-After in seconds or as a date. What cannot be meant is as if
// it were not there.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	if asked, ok := whole(header.Get("X-Amz-Retry-After"), time.Millisecond); ok {
		return asked, true
	}
	value := header.Get("Retry-After")
	if asked, ok := whole(value, time.Second); ok {
		return asked, true
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	// By the server's own clock, if it tells it: ours may be wrong.
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	asked := until.Sub(now)
	return asked, asked >= 0 && asked <= longestAsked
}

// whole reads a number of units.
func whole(value string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 || n > int64(longestAsked/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
