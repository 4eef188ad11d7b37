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

// fixedServer answers the request of each connection with the same bytes and closes the
// connection. The client reaches it through a real net/http transport.
type fixedServer struct {
	answer []byte
	sent   atomic.Int64
}

func (l *fixedServer) dial(context.Context, string, string) (net.Conn, error) {
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

// client returns a client that sends its requests to the server.
func (l *fixedServer) client(t *testing.T) *dynamoconn.Client {
	t.Helper()
	return dynamoconntest.New().Client(t, dynamoconn.WithMaxAttempts(2), dynamoconn.WithEndpoint("http://localhost:8000"),
		dynamoconn.WithHTTPClient(&http.Client{Transport: &http.Transport{DialContext: l.dial, DisableCompression: true, DisableKeepAlives: true}}))
}

// head returns the status line and the headers of the answer as they are on the wire.
func (r *recordedAnswer) head(chunked bool) string {
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

// wireBytes returns the answer with a Content-Length.
func (r *recordedAnswer) wireBytes() []byte { return append([]byte(r.head(false)), r.body...) }

// chunkedBytes returns the answer in two chunks.
func (r *recordedAnswer) chunkedBytes() []byte {
	half := len(r.body) / 2
	return fmt.Appendf([]byte(r.head(true)), "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, r.body[:half], len(r.body)-half, r.body[half:])
}

// requireHarmless requires that a call whose answer was damaged anywhere returned the
// true result, or an error that claims nothing that is not true.
func (r *recordedAnswer) requireHarmless(t require.TestingT, damage string, result any, err error) {
	switch {
	case err == nil:
		require.NoError(t, r.err, "%s: a failure became a success", damage)
		require.True(t, reflect.DeepEqual(r.result, result), "%s: %v became %v", damage, r.result, result)
		return
	case definiteCause(err) != nil && errors.Is(definiteCause(err), definiteCause(r.err)):
		return
	}
	require.NoError(t, definiteCause(err), "%s: the service did not say so", damage)
	require.True(t, claimsNothing(result, err), "%s: the result %v with the error %v", damage, result, err)
	if r.writes && r.status/100 != 4 {
		require.ErrorIs(t, err, dynamoconn.ErrAmbiguous, "%s: the write may have been applied", damage)
	}
}

// TestDamageAnywhereOnTheWireIsHarmless flips bits anywhere in an answer, also in its
// status line, headers and chunk sizes, and cuts the answer off anywhere. The caller must
// learn the true result, or that the outcome is unknown.
func TestDamageAnywhereOnTheWireIsHarmless(t *testing.T) {
	t.Parallel()
	var cases, definite atomic.Int64
	t.Run("answers", func(t *testing.T) {
		for _, answer := range recordAnswers(t) {
			if !answer.isRepeatable {
				continue // the client would send its request again and again
			}
			for name, wire := range map[string][]byte{"length": answer.wireBytes(), "chunks": answer.chunkedBytes()} {
				t.Run(answer.name+", by "+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						server := new(fixedServer)
						client := server.client(t)
						try := func(damage string, wire []byte) {
							cases.Add(1)
							server.answer = wire
							server.sent.Store(0)
							ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
							defer cancel()
							result, err := answer.run(ctx, client)
							answer.requireHarmless(t, damage, result, err)
							require.LessOrEqual(t, server.sent.Load(), int64(2), damage)
							if err == nil || definiteCause(err) != nil {
								definite.Add(1)
							}
						}
						try("undamaged", wire)
						head := bytes.Index(wire, []byte("\r\n\r\n"))
						for bit := 0; bit < 8*len(wire); {
							try(flipBit(wire, bit).description, flipBit(wire, bit).body)
							switch {
							case bit < 8*len("HTTP/1.1 200 "): // every bit, but with -short
								bit += testSize(29, 1, 1)
							case bit < 8*head:
								bit += testSize(499, 101, 1)
							default:
								bit += testSize(4_999, 499, 7)
							}
						}
						for n := 0; n < len(wire); n += testSize(997, 199, 3) {
							try(fmt.Sprintf("cut off after %d bytes", n), wire[:n])
						}
					})
				})
			}
		}
	})
	t.Logf("%d damaged answers; %d calls returned a definite result", cases.Load(), definite.Load())
	assert.Greater(t, cases.Load(), testSize[int64](100, 2_000, 100_000))
}
