package reliability

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// line is a server behind a real net/http, that answers each connection's request with
// the same bytes and closes.
type line struct {
	answer []byte
	sent   atomic.Int64
}

func (l *line) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer func() { _ = server.Close() }()
		req, err := http.ReadRequest(bufio.NewReader(server))
		if err != nil {
			return
		}
		if _, err := new(bytes.Buffer).ReadFrom(req.Body); err != nil {
			return
		}
		l.sent.Add(1)
		_, _ = server.Write(l.answer)
	}()
	return client, nil
}

// client returns a client at the other end of the line.
func (l *line) client(t *testing.T) *dynamoconn.Client {
	t.Helper()
	return dynamoconntest.New().Client(t, dynamoconn.WithMaxAttempts(2), dynamoconn.WithEndpoint("http://localhost:8000"),
		dynamoconn.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: l.dial, DisableCompression: true, DisableKeepAlives: true}}))
}

// head returns the status line and the headers of an answer, as they go over the line.
func (r *recorded) head(chunked bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	for _, name := range []string{"Server", "Content-Type", "X-Amzn-Requestid", "X-Amz-Crc32", "Content-Encoding", "Content-Length"} {
		switch value := r.header.Get(name); {
		case value == "":
		case name != "Content-Length":
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		case chunked:
			b.WriteString("Transfer-Encoding: chunked\r\n")
		default:
			fmt.Fprintf(&b, "%s: %d\r\n", name, len(r.body))
		}
	}
	return b.String() + "\r\n"
}

func (r *recorded) onTheWire() []byte { return append([]byte(r.head(false)), r.body...) }

// inChunks is the answer in two chunks.
func (r *recorded) inChunks() []byte {
	half := len(r.body) / 2
	return fmt.Appendf([]byte(r.head(true)), "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, r.body[:half], len(r.body)-half, r.body[half:])
}

// harmless requires that a call whose answer was damaged anywhere learned the truth, or
// an error that claims nothing that is not so.
func (r *recorded) harmless(t require.TestingT, what string, result any, err error) {
	switch {
	case err == nil:
		require.NoError(t, r.err, "%s: a failure became a success", what)
		require.True(t, reflect.DeepEqual(r.result, result), "%s: %v became %v", what, r.result, result)
		return
	case isDefinite(err) != nil && errors.Is(isDefinite(err), isDefinite(r.err)):
		return
	}
	require.NoError(t, isDefinite(err), "%s: what the service did not say", what)
	require.True(t, nothingBelieved(result, err), "%s: %v beside %v", what, result, err)
	if r.writes && r.status/100 != 4 {
		require.ErrorIs(t, err, dynamoconn.ErrAmbiguous, "%s: the write may have been applied", what)
	}
}

// Whatever bit flips in an answer, its status line, headers and chunk sizes included,
// and wherever it breaks off: the caller learns the truth, or that it is not known.
func TestDamageAnywhereOnTheWireIsHarmless(t *testing.T) {
	t.Parallel()
	var cases, whole atomic.Int64
	t.Run("answers", func(t *testing.T) {
		for _, answer := range record(t) {
			if !answer.steady {
				continue // undamaged, it would be asked for again without end
			}
			for name, wire := range map[string][]byte{"length": answer.onTheWire(), "chunks": answer.inChunks()} {
				t.Run(answer.name+", by "+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						l := new(line)
						client := l.client(t)
						try := func(what string, wire []byte) {
							cases.Add(1)
							l.answer = wire
							l.sent.Store(0)
							ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
							defer cancel()
							result, err := answer.run(ctx, client)
							answer.harmless(t, what, result, err)
							require.LessOrEqual(t, l.sent.Load(), int64(2), what)
							if err == nil || isDefinite(err) != nil {
								whole.Add(1)
							}
						}
						try("undamaged", wire)
						head := bytes.Index(wire, []byte("\r\n\r\n"))
						for bit := 0; bit < 8*len(wire); {
							try(flip(wire, bit).what, flip(wire, bit).body)
							switch {
							case bit < 8*len("HTTP/1.1 200 "): // each of them, also in the short form
								bit++
							case bit < 8*head:
								bit += testSize(53, 1)
							default:
								bit += testSize(499, 7)
							}
						}
						for n := 0; n < len(wire); n += testSize(97, 3) {
							try(fmt.Sprintf("broken off after %d bytes", n), wire[:n])
						}
					})
				})
			}
		}
	})
	t.Logf("%d damaged answers, %d of them harmless", cases.Load(), whole.Load())
	assert.Greater(t, cases.Load(), testSize[int64](2_000, 100_000))
}
