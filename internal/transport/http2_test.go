package transport

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// Frames of HTTP/2, and the static table of its headers: RFC 9113 and RFC 7541.
const (
	frameData, frameHeaders, frameReset, frameSettings = 0, 1, 3, 4
	endStream, acknowledge, endHeaders                 = 1, 1, 4

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
	requests = new(atomic.Int64)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
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
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		_ = listener.Close()
	})
	return &Exchange{Next: &http.Client{Transport: tr}, LargestAnswer: largestHere}, "http://" + listener.Addr().String(), requests
}

// net/http sends a request again whose stream the server breaks off with a
// PROTOCOL_ERROR, without a word. What the second one is refused for may be the first's
// doing: it was reported as a plain refusal.
func TestRequestThatNetHTTPRepeatsIsInDoubt(t *testing.T) {
	t.Parallel()

	for name, status := range map[string]string{"refused": status400, "applied": status200} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, url, requests := overHTTP2(t, func(n int64, stream uint32) [][]byte {
				if n == 1 {
					return [][]byte{frame(frameReset, 0, stream, "\x00\x00\x00\x01")}
				}
				return [][]byte{frame(frameHeaders, endHeaders, stream, status), frame(frameData, endStream, stream, "{}")}
			})
			ctx, record := retry.With(t.Context(), retry.Policy{})
			_, tries, err := exchangeIn(ctx, t, x, url, record)
			require.NoError(t, err)
			require.Len(t, tries, 1)
			require.EqualValues(t, 2, requests.Load())
			assert.True(t, record.InDoubt())

			ctx, record = retry.With(t.Context(), retry.Policy{})
			_, _, err = exchangeIn(ctx, t, x, url, record)
			require.NoError(t, err)
			assert.False(t, record.InDoubt(), "this one was sent once")
		})
	}
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
	require.Equal(t, []retry.Try{{Outcome: retry.Refused, Status: 400}}, tries)
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
