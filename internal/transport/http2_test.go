package transport

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// Frames of HTTP/2, and the static table of its headers: RFC 9113 and RFC 7541.
const (
	frameData, frameHeaders, frameReset, frameSettings, frameGoAway = 0, 1, 3, 4, 7
	endStream, acknowledge, endHeaders                              = 1, 1, 4

	status200 = "\x88"
	status400 = "\x8c"
)

// contentLength is the header of that name with a value of two digits.
func contentLength(n string) string { return "\x0f\x0d\x02" + n }

func frame(kind, flags byte, stream uint32, payload string) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	head = append(head, flags)
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

// overHTTP2 is a server that answers the n-th request, counted from 1, with frames, and an
// Exchange that reaches it without TLS.
func overHTTP2(t *testing.T, answer func(n int64, stream uint32) [][]byte) (x *Exchange, url string, requests *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	x, requests = serveHTTP2(t, listener, tr, answer)
	return x, "http://" + listener.Addr().String(), requests
}

// overHTTP2AndTLS is overHTTP2 with TLS.
func overHTTP2AndTLS(t *testing.T, answer func(n int64, stream uint32) [][]byte) (x *Exchange, url string, requests *atomic.Int64) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.EnableHTTP2 = true
	certified.StartTLS()
	server, client := certified.TLS.Clone(), certified.Client().Transport.(*http.Transport).Clone()
	certified.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	require.NoError(t, err)
	x, requests = serveHTTP2(t, listener, client, answer)
	return x, "https://" + listener.Addr().String(), requests
}

func serveHTTP2(t *testing.T, listener net.Listener, tr *http.Transport, answer func(n int64, stream uint32) [][]byte) (*Exchange, *atomic.Int64) {
	t.Helper()
	requests := new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				if _, err := io.ReadFull(conn, make([]byte, len(preface))); err != nil {
					return
				}
				_, _ = conn.Write(frame(frameSettings, 0, 0, ""))
				for {
					var head [9]byte
					if _, err := io.ReadFull(conn, head[:]); err != nil {
						return
					}
					length := binary.BigEndian.Uint32(head[:4]) >> 8
					kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
					if _, err := io.CopyN(io.Discard, conn, int64(length)); err != nil {
						return
					}
					switch {
					case kind == frameSettings && flags&acknowledge == 0:
						_, _ = conn.Write(frame(frameSettings, acknowledge, 0, ""))
					case kind <= frameHeaders && flags&endStream != 0:
						for _, one := range answer(requests.Add(1), stream) {
							_, _ = conn.Write(one)
						}
					}
				}
			}()
		}
	}()
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		_ = listener.Close()
	})
	return &Exchange{Next: &http.Client{Transport: tr}, LargestAnswer: largestHere}, requests
}

// net/http sends a request again by itself, without a word, when the server breaks off its
// stream with a PROTOCOL_ERROR. A write that was sent with SendOnce was applied twice.
func TestRequestIsNotRepeatedByNetHTTPOverHTTP2(t *testing.T) {
	t.Parallel()

	const protocolError, refusedStream = "\x00\x00\x00\x01", "\x00\x00\x00\x07"
	servers := map[string]func(*testing.T, func(int64, uint32) [][]byte) (*Exchange, string, *atomic.Int64){
		"TLS": overHTTP2AndTLS, "no TLS": overHTTP2,
	}
	for name, server := range servers {
		for _, reason := range []string{protocolError, refusedStream} {
			x, url, requests := server(t, func(n int64, stream uint32) [][]byte {
				if n == 1 {
					return [][]byte{frame(frameReset, 0, stream, reason)}
				}
				return [][]byte{frame(frameHeaders, endHeaders, stream, status200), frame(frameData, endStream, stream, "{}")}
			})
			_, tries, err := exchange(t, x, url)
			require.ErrorIs(t, err, errSentOverHTTP2, name)
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown}}, tries, name)
			assert.False(t, isFinal(err), "another attempt may do better")
			require.EqualValues(t, 1, requests.Load(), name)

			ctx, record := retry.With(t.Context(), retry.Policy{})
			_, _, err = exchangeIn(ctx, t, x, url, record)
			require.NoError(t, err, name)
			assert.False(t, record.InDoubt(), name)
		}
	}
}

// An RFC 9113 server ends an idle connection with GOAWAY: the next request takes another.
func TestIdleConnectionThatEndsCostsNoAttemptOverHTTP2(t *testing.T) {
	t.Parallel()

	x, url, requests := overHTTP2AndTLS(t, func(n int64, stream uint32) [][]byte {
		answer := [][]byte{frame(frameHeaders, endHeaders, stream, status200), frame(frameData, endStream, stream, "{}")}
		if n == 1 {
			answer = append(answer, frame(frameGoAway, 0, 0, "\x00\x00\x00\x01\x00\x00\x00\x00"))
		}
		return answer
	})
	for range 3 {
		_, tries, err := exchange(t, x, url)
		require.NoError(t, err)
		assert.Equal(t, []retry.Try{{Outcome: retry.Applied, Status: 200}}, tries)
		time.Sleep(20 * time.Millisecond) // the GOAWAY arrives
	}
	assert.EqualValues(t, 3, requests.Load())
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

	for name, end := range map[string][]byte{
		"ended":      frame(frameData, endStream, 1, "{}"),
		"broken off": append(frame(frameData, 0, 1, "{}"), frame(frameReset, 0, 1, "\x00\x00\x00\x08")...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, url, _ := overHTTP2(t, func(_ int64, stream uint32) [][]byte {
				return [][]byte{frame(frameHeaders, endHeaders, stream, status200+contentLength("10")), end}
			})
			_, tries, err := exchange(t, x, url)
			assert.ErrorIs(t, err, ErrCorrupt)
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 200}}, tries)
		})
	}
}
