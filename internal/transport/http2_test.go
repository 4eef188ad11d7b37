package transport

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// overHTTP2 is a server that answers whole requests over HTTP/2, and an Exchange that reaches it.
func overHTTP2(t *testing.T, secure bool, answer func(*wiretest.HTTP2Request)) (x *Exchange, url string, server *wiretest.HTTP2Server) {
	t.Helper()
	server = &wiretest.HTTP2Server{Handle: func(r *wiretest.HTTP2Request) {
		if _, whole := r.Body(time.Minute); whole {
			answer(r)
		}
	}}
	client := server.Client(secure)
	t.Cleanup(server.Close)
	url = "http://localhost/"
	if secure {
		url = "https://localhost/"
	}
	return &Exchange{Next: client, LargestAnswer: largestHere}, url, server
}

// net/http sends a request again by itself, without a word, when the server breaks off its
// stream with a PROTOCOL_ERROR. A write that was sent with SendOnce was applied twice.
func TestRequestIsNotRepeatedByNetHTTPOverHTTP2(t *testing.T) {
	t.Parallel()

	for _, secure := range []bool{true, false} {
		for _, reason := range []uint32{wiretest.HTTP2ProtocolError, wiretest.HTTP2RefusedStream} {
			x, url, server := overHTTP2(t, secure, func(r *wiretest.HTTP2Request) {
				if r.Number == 1 {
					r.Reset(reason)
					return
				}
				r.Answer(200, "{}")
			})
			_, tries, err := exchange(t, x, url)
			require.ErrorIs(t, err, errSentOverHTTP2, url)
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown}}, tries, url)
			assert.False(t, isFinal(err), "another attempt may do better")
			require.EqualValues(t, 1, server.Requests(), url)

			ctx, record := retry.With(t.Context(), retry.Policy{})
			_, _, err = exchangeIn(ctx, t, x, url, record)
			require.NoError(t, err, url)
			assert.False(t, record.InDoubt(), url)
		}
	}
}

// An RFC 9113 server ends an idle connection with GOAWAY: the next request takes another.
func TestIdleConnectionThatEndsCostsNoAttemptOverHTTP2(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		x, url, server := overHTTP2(t, true, func(r *wiretest.HTTP2Request) {
			r.Answer(200, "{}")
			if r.Number == 1 {
				r.GoAway(r.Stream, wiretest.HTTP2NoError)
			}
		})
		for range 3 {
			_, tries, err := exchange(t, x, url)
			require.NoError(t, err)
			assert.Equal(t, []retry.Try{{Outcome: retry.Applied, Status: 200}}, tries)
			synctest.Wait() // the GOAWAY arrives
		}
		assert.EqualValues(t, 3, server.Requests())
	})
}

// A caller's middleware may add a header that lets net/http send a request again over
// HTTP/1.1 when its connection turns out to be dead.
func TestRequestThatMayBeRepeatedIsInDoubt(t *testing.T) {
	t.Parallel()

	var requests atomic.Int64
	x, url, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if requests.Add(1) == 2 {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		w.Header().Set("X-Amzn-Errortype", "ValidationException")
		w.WriteHeader(400)
	})
	next := x.Next
	x.Next = wiretest.Func(func(req *http.Request) (*http.Response, error) {
		req.Header.Set("Idempotency-Key", "1")
		return next.Do(req)
	})
	_, _, err := exchange(t, x, url)
	require.NoError(t, err)
	ctx, record := retry.With(t.Context(), retry.Policy{})
	_, tries, err := exchangeIn(ctx, t, x, url, record)
	require.NoError(t, err)
	require.Equal(t, []retry.Try{{Outcome: retry.Refused, Status: 400, Code: "ValidationException"}}, tries)
	require.EqualValues(t, 3, requests.Load())
	assert.True(t, record.InDoubt())
}

func TestTruncatedAnswerOverHTTP2(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(*wiretest.HTTP2Request){
		"ended": func(r *wiretest.HTTP2Request) {
			r.Send(wiretest.HTTP2Frame(wiretest.HTTP2Data, wiretest.HTTP2EndStream, r.Stream, ""))
		},
		"broken off": func(r *wiretest.HTTP2Request) { r.Reset(wiretest.HTTP2Cancel) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, url, _ := overHTTP2(t, false, func(r *wiretest.HTTP2Request) {
				r.AnswerPart(200, "{        }", 2)
				end(r)
			})
			_, tries, err := exchange(t, x, url)
			assert.ErrorIs(t, err, ErrCorrupt)
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 200}}, tries)
		})
	}
}
