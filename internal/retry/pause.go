package retry

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The pauses between the attempts of one request: full jitter, doubling.
const (
	FirstPause   = 50 * time.Millisecond
	LongestPause = 5 * time.Second
)

const (
	// mostAdded is how much longer than our own pause a server can make it, as in the SDK.
	mostAdded = 5 * time.Second
	// longestAsked is the longest Retry-After that is taken seriously.
	longestAsked = 24 * time.Hour
)

// Pause returns how long to wait after the n-th attempt, counted from 1: a random
// time between 0 and FirstPause doubled n-1 times, LongestPause at most.
func Pause(n int) time.Duration {
	most := FirstPause
	for ; n > 1 && most < LongestPause; n-- {
		most *= 2
	}
	return rand.N(min(most, LongestPause) + 1)
}

// stretched returns the pause that Retry-After asks for in the answer below err, not
// shorter than pause and at most mostAdded longer. X-Amz-Retry-After comes first, and the
// SDK itself adds what that asks for: see stretchedBySDK.
func stretched(pause time.Duration, err error) time.Duration {
	header := headerOf(err)
	if _, ok := millisecondsAsked(header); ok {
		return pause
	}
	asked, ok := retryAfter(header, time.Now())
	if !ok {
		return pause
	}
	return within(pause, asked)
}

// stretchedBySDK returns how long the SDK will sleep when it is told to pause after err.
func stretchedBySDK(pause time.Duration, err error) time.Duration {
	asked, ok := millisecondsAsked(headerOf(err))
	if !ok {
		return pause
	}
	return within(pause, asked)
}

func within(pause, asked time.Duration) time.Duration {
	return min(max(asked, pause), pause+mostAdded)
}

// headerOf returns the header of the answer below err, or nil.
func headerOf(err error) http.Header {
	response, ok := as[*smithyhttp.ResponseError](err)
	if !ok || response.Response == nil || response.Response.Response == nil {
		return nil
	}
	return response.Response.Header
}

// millisecondsAsked reads X-Amz-Retry-After as the SDK does.
func millisecondsAsked(header http.Header) (time.Duration, bool) {
	n, err := strconv.ParseInt(header.Get("X-Amz-Retry-After"), 10, 64)
	return time.Duration(n) * time.Millisecond, err == nil && n >= 0
}

// retryAfter reads Retry-After, in seconds or as a date. A value that makes no sense is as
// if it were not there.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.Duration(n) * time.Second, n >= 0 && n <= int64(longestAsked/time.Second)
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
