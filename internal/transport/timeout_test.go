package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// dripping is a body that gives one byte a second, until its request's context ends.
type dripping struct {
	ctx  context.Context
	left int
}

func (d *dripping) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(time.Second):
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	d.left--
	p[0] = ' '
	return 1, nil
}

func (d *dripping) Close() error { return nil }

// waits answers after d, or fails when its request's context ends.
func waits(d time.Duration, resp func(*http.Request) *http.Response) wiretest.Func {
	return func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
			return resp(req), nil
		case <-req.Context().Done():
			return nil, &url.Error{Op: "Post", URL: "https://host/", Err: req.Context().Err()}
		}
	}
}

func isTimeout(err error) bool {
	var timeout *Timeout
	return errors.As(err, &timeout)
}

func TestAttemptThatTakesTooLong(t *testing.T) {
	t.Parallel()

	const second = time.Second
	object := func(status int) func(*http.Request) *http.Response {
		return func(*http.Request) *http.Response { return answer(status, "{}") }
	}
	drip := func(status, bytes int) func(*http.Request) *http.Response {
		return func(req *http.Request) *http.Response {
			resp := answer(status, "")
			resp.Body, resp.ContentLength = &dripping{ctx: req.Context(), left: bytes}, -1
			return resp
		}
	}
	tests := map[string]struct {
		next    wiretest.Func
		action  string
		outcome retry.Outcome
		status  int
		after   time.Duration
	}{
		"no answer":               {waits(time.Hour, object(200)), "PutItem", retry.Unknown, 0, 10 * second},
		"just too late":           {waits(10*second+1, object(200)), "GetItem", retry.Unknown, 0, 10 * second},
		"no target":               {waits(time.Hour, object(200)), "", retry.Unknown, 0, 10 * second},
		"a scan":                  {waits(time.Hour, object(200)), "Scan", retry.Unknown, 0, 30 * second},
		"a batch of keys":         {waits(time.Hour, object(200)), "BatchGetItem", retry.Unknown, 0, 30 * second},
		"a batch of writes":       {waits(time.Hour, object(200)), "BatchWriteItem", retry.Unknown, 0, 30 * second},
		"success that drips":      {waits(second, drip(200, 1000)), "GetItem", retry.Unknown, 200, 10 * second},
		"success that drips late": {waits(9*second+second/2, drip(200, 1)), "GetItem", retry.Unknown, 200, 10 * second},
		"refusal that drips":      {waits(second, drip(400, 1000)), "PutItem", retry.Unknown, 400, 10 * second},
		"500 that drips":          {waits(second, drip(500, 1000)), "PutItem", retry.Unknown, 500, 10 * second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := &Exchange{LargestAnswer: largestHere, Timeout: 10 * second, Next: test.next}
				began := time.Now()
				tries, err := post(t.Context(), t, x, test.action)
				assert.Equal(t, test.after, time.Since(began))
				assert.True(t, isTimeout(err))
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, ErrCorrupt, "what did not come is not damaged")
				var network net.Error
				require.ErrorAs(t, err, &network)
				assert.True(t, network.Timeout())
				assert.False(t, isFinal(err))
				require.Len(t, tries, 1)
				assert.Equal(t, test.outcome, tries[0].Outcome)
				assert.Equal(t, test.status, tries[0].Status)
			})
		})
	}
}

// post does one exchange for an API action.
func post(ctx context.Context, t *testing.T, x *Exchange, action string) ([]retry.Try, error) {
	t.Helper()
	ctx, record := retry.With(ctx, retry.Policy{})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://host/", strings.NewReader("{}"))
	require.NoError(t, err)
	if action != "" {
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
	}
	_, err = x.Do(req)
	return judged(record), err
}

func TestAttemptInTime(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		timeout, takes time.Duration
		action         string
	}{
		"at the last moment":         {10 * time.Second, 10*time.Second - 1, "PutItem"},
		"a scan at the last moment":  {10 * time.Second, 30*time.Second - 1, "Scan"},
		"no limit":                   {0, 1000 * time.Hour, "PutItem"},
		"a limit that is never used": {time.Hour, 0, "PutItem"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The bubble ends only when nothing waits any more.
			synctest.Test(t, func(t *testing.T) {
				x := &Exchange{LargestAnswer: largestHere, Timeout: test.timeout,
					Next: waits(test.takes, func(*http.Request) *http.Response { return answer(200, "{}") })}
				tries, err := post(t.Context(), t, x, test.action)
				require.NoError(t, err)
				assert.Equal(t, []retry.Try{{Outcome: retry.Applied, Status: 200, RequestID: "REQ1"}}, tries)
			})
		})
	}
}

// The caller's own deadline is told as what it is, wherever it falls.
func TestCallersDeadlineIsNoTimeout(t *testing.T) {
	t.Parallel()

	for name, caller := range map[string]time.Duration{"before ours": 5 * time.Second, "just before ours": 10*time.Second - 1} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), caller)
			defer cancel()
			x := &Exchange{LargestAnswer: largestHere, Timeout: 10 * time.Second,
				Next: waits(time.Hour, func(*http.Request) *http.Response { return nil })}
			_, err := post(ctx, t, x, "GetItem")
			assert.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.False(t, isTimeout(err), name)
		})
	}
}

// net/http and net make a context.DeadlineExceeded of their own limits.
func TestLimitsOfTheHTTPClientAreTimeouts(t *testing.T) {
	t.Parallel()

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	x := &Exchange{LargestAnswer: largestHere, Timeout: time.Hour, Next: &http.Client{Transport: tr, Timeout: 300 * time.Millisecond}}
	_, tries, err := exchange(t, x, "http://"+silent.Addr().String())
	assert.True(t, isTimeout(err))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.NotErrorIs(t, err, context.DeadlineExceeded)
	var below *url.Error
	assert.ErrorAs(t, err, &below, "what the HTTP client said is still there")
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown}}, tries)

	dial := &net.OpError{Op: "dial", Err: fmt.Errorf("lookup: %w", context.DeadlineExceeded)}
	_, tries, err = exchange(t, answering(nil, dial), "https://host/")
	assert.True(t, isTimeout(err))
	assert.NotErrorIs(t, err, context.DeadlineExceeded)
	var op *net.OpError
	assert.ErrorAs(t, err, &op)
	assert.Equal(t, []retry.Try{{Outcome: retry.NotSent}}, tries)
}

// A server that sends a byte now and then would hold a call for ever.
func TestDrippingServerIsLeft(t *testing.T) {
	t.Parallel()

	gone := make(chan struct{})
	x, url, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		_, _ = io.ReadAll(r.Body)
		for {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(20 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	x.Timeout = 200 * time.Millisecond
	began := time.Now()
	_, tries, err := exchange(t, x, url)
	assert.True(t, isTimeout(err))
	assert.Less(t, time.Since(began), 5*time.Second)
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 200}}, tries)
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still open")
	}
}

// Ending the attempt's context must not cost the connection that it was read from.
func TestLimitKeepsTheConnection(t *testing.T) {
	t.Parallel()

	body := "{" + strings.Repeat(" ", largestHere/2) + "}"
	x, url, connections := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, body)
	})
	x.Timeout = time.Minute
	for range 200 {
		_, _, err := exchange(t, x, url)
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, connections.Load(), int64(10), "one, but for a machine so busy that net/http gives one up")
}

// A connection that cannot be had in time was never used.
func TestTimeoutWhileDialling(t *testing.T) {
	t.Parallel()

	// net/http goes on dialling when the request is over: another may want the connection.
	over, dialled := make(chan struct{}), make(chan struct{})
	tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		defer close(dialled)
		<-over
		return nil, errors.New("too late")
	}}
	defer func() {
		close(over)
		<-dialled
	}()
	x := &Exchange{LargestAnswer: largestHere, Timeout: 50 * time.Millisecond, Next: &http.Client{Transport: tr}}
	_, tries, err := exchange(t, x, "https://host/")
	assert.True(t, isTimeout(err))
	assert.Equal(t, []retry.Try{{Outcome: retry.NotSent}}, tries)
}

func TestTimeoutText(t *testing.T) {
	t.Parallel()

	assert.Equal(t, "no whole answer within 10s", (&Timeout{Limit: 10 * time.Second, err: io.EOF}).Error())
	assert.Equal(t, "EOF", (&Timeout{err: io.EOF}).Error())
	assert.True(t, (&Timeout{err: io.EOF}).Temporary())
	assert.ErrorIs(t, &Timeout{err: io.EOF}, io.EOF)
}
