package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// answer returns an answer without a checksum; header holds names and values.
func answer(status int, body string, header ...string) *http.Response {
	header = append([]string{"X-Amzn-Requestid", "REQ1", "X-Amz-Crc32", ""}, header...)
	resp, _ := wiretest.Reply(status, body, header...)(&wiretest.Request{})
	return resp
}

// exchange does one exchange of a request with the body "{}" and returns what it was
// recorded as, without what it measured.
func exchange(t *testing.T, x *Exchange, url string) (body string, tries []retry.Try, err error) {
	t.Helper()
	ctx, record := retry.With(t.Context(), retry.Policy{})
	return exchangeIn(ctx, t, x, url, record)
}

func exchangeIn(ctx context.Context, t *testing.T, x *Exchange, url string, record *retry.Record) (string, []retry.Try, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, struct{ io.Reader }{strings.NewReader("{}")})
	require.NoError(t, err)
	resp, err := x.Do(req)
	if err != nil {
		assert.Nil(t, resp)
		return "", judged(record), err
	}
	got, readErr := io.ReadAll(resp.Body)
	require.NoError(t, readErr)
	require.NoError(t, resp.Body.Close())
	require.EqualValues(t, len(got), resp.ContentLength)
	return string(got), judged(record), nil
}

// judged returns what the attempts are taken for; measure_test.go has the rest.
func judged(record *retry.Record) []retry.Try {
	tries := slices.Clone(record.Tries())
	for i, try := range tries {
		tries[i] = retry.Try{Outcome: try.Outcome, Status: try.Status, Code: try.Code, RequestID: try.RequestID}
	}
	return tries
}

const largestHere = 1 << 16

func answering(resp *http.Response, err error) *Exchange {
	return &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(*http.Request) (*http.Response, error) { return resp, err })}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()

	for _, host := range []string{"localhost", "LocalHost", "localhost.", "127.0.0.1", "127.255.1.2", "::1", "::ffff:127.0.0.1"} {
		assert.True(t, IsLoopback(host), host)
	}
	for _, host := range []string{
		"", ".", "example.com", "localhost.example.com", "notlocalhost", "a.localhost", "127.0.0.1.example.com", "0.0.0.0", "::", "10.0.0.1",
		"169.254.169.254", "127.1", "2130706433", "[::1]", "::2", "fe80::1%lo",
	} {
		assert.False(t, IsLoopback(host), host)
	}
}

func TestPlainHTTPToAnotherMachineIsRefused(t *testing.T) {
	t.Parallel()

	var asked []string
	sent := 0
	x := &Exchange{
		LargestAnswer: largestHere,
		AllowPlain: func(host string) bool {
			asked = append(asked, host)
			return host == "friend"
		},
		Next: wiretest.Func(func(*http.Request) (*http.Response, error) {
			sent++
			return answer(200, "{}"), nil
		}),
	}
	for _, url := range []string{"http://localhost:8000/", "http://127.0.0.1/", "http://[::1]:80/", "https://stranger/", "http://friend:8000/"} {
		_, _, err := exchange(t, x, url)
		require.NoError(t, err, url)
	}
	assert.Equal(t, 5, sent)
	assert.Equal(t, []string{"friend"}, asked)

	_, tries, err := exchange(t, x, "http://stranger:8000/secret?q=1")
	assert.ErrorIs(t, err, ErrPlainHTTP)
	assert.Equal(t, ErrPlainHTTP.Error()+": stranger", err.Error())
	var final *retry.Final
	assert.ErrorAs(t, err, &final)
	assert.Empty(t, tries, "what is refused here is no attempt")
	assert.Equal(t, 5, sent)

	x.AllowPlain = nil
	_, _, err = exchange(t, x, "http://friend/")
	assert.ErrorIs(t, err, ErrPlainHTTP)
}

func TestEndedContextSendsNothing(t *testing.T) {
	t.Parallel()

	ctx, record := retry.With(t.Context(), retry.Policy{})
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	x := &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("was sent")
	})}
	_, tries, err := exchangeIn(ctx, t, x, "https://host/", record)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, tries)
}

func TestUnreadableRequestBodySendsNothing(t *testing.T) {
	t.Parallel()

	ctx, record := retry.With(t.Context(), retry.Policy{})
	x := &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("was sent")
	})}
	broken := io.MultiReader(strings.NewReader("{"), errReader{io.ErrNoProgress})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://host/", broken)
	require.NoError(t, err)
	_, err = x.Do(req)
	assert.ErrorIs(t, err, io.ErrNoProgress)
	assert.Empty(t, record.Tries())
}

// errReader fails at the first byte.
type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestRequestBodyIsInMemory(t *testing.T) {
	t.Parallel()

	var first, again string
	var length int64
	x := &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		copied, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		repeated, err := io.ReadAll(copied)
		first, again, length = string(sent), string(repeated), req.ContentLength
		return answer(200, "{}"), err
	})}
	_, _, err := exchange(t, x, "https://host/")
	require.NoError(t, err)
	assert.Equal(t, "{}", first)
	assert.Equal(t, "{}", again)
	assert.EqualValues(t, 2, length)
}

func TestRequestWithoutBodyStaysSo(t *testing.T) {
	t.Parallel()

	for name, body := range map[string]io.Reader{"nil": nil, "NoBody": http.NoBody} {
		var sent *http.Request
		x := &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(req *http.Request) (*http.Response, error) {
			sent = req
			return answer(200, "{}"), nil
		})}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://host/", body)
		require.NoError(t, err)
		_, err = x.Do(req) // without a record in the context, too
		require.NoError(t, err, name)
		assert.Equal(t, req.Body, sent.Body, name)
		assert.Zero(t, sent.ContentLength, name)
	}
}

func TestCallersRequestIsUnchanged(t *testing.T) {
	t.Parallel()

	x := answering(answer(200, "{}"), nil)
	body := io.NopCloser(strings.NewReader("{}"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://host/", body)
	require.NoError(t, err)
	_, err = x.Do(req)
	require.NoError(t, err)
	assert.Equal(t, body, req.Body)
	assert.Nil(t, req.GetBody)
	assert.Zero(t, req.ContentLength)
}

func TestOutcomeOfAnAnswer(t *testing.T) {
	t.Parallel()

	tests := map[string]map[int]retry.Outcome{
		"": {
			200: retry.Applied, 201: retry.Applied,
			300: retry.Unknown, 301: retry.Unknown, 304: retry.Unknown, // without a Location: see TestRedirectIsFinal
			408: retry.Unknown, 500: retry.Unknown, 502: retry.Unknown, 503: retry.Unknown, 504: retry.Unknown,
		},
		"ValidationException": {400: retry.Refused, 403: retry.Refused, 413: retry.Refused, 408: retry.Unknown, 500: retry.Unknown},
		"ThrottlingException": {400: retry.NotDone, 429: retry.NotDone, 503: retry.Unknown},
		"NewException":        {400: retry.Refused, 429: retry.Refused},
	}
	for code, outcomes := range tests {
		for status, want := range outcomes {
			body := "{}"
			if code != "" {
				body = `{"__type":"x#` + code + `"}`
			}
			_, tries, _ := exchange(t, answering(answer(status, body), nil), "https://host/")
			assert.Equal(t, []retry.Try{{Outcome: want, Status: status, Code: code, RequestID: "REQ1"}}, tries)
		}
	}
}

// A proxy refused writes that DynamoDB had applied, and each was reported as certainly not
// done.
func TestRefusalOfAStrangerLeavesADoubt(t *testing.T) {
	t.Parallel()

	for _, status := range []int{400, 401, 403, 404, 409, 413, 429, 431, 451} {
		for name, body := range map[string]string{
			"HTML": "<html><body>no</body></html>", "text": "no", "nothing": "", "an object": "{}", "an array": "[]",
			"another object": `{"message":"Forbidden"}`, "half a report": `{"__type":"x#ValidationException"`,
			"a type that is no text": `{"__type":3}`, "a type inside": `{"error":{"__type":"x#ValidationException"}}`,
		} {
			_, tries, _ := exchange(t, answering(answer(status, body), nil), "https://host/")
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: status, RequestID: "REQ1"}}, tries, name)
		}
	}
}

// The status came the same way as the body, and the code that is lost may be one that leaves a
// doubt: a transaction in progress may yet be applied.
func TestDamagedRefusalLeavesADoubt(t *testing.T) {
	t.Parallel()

	for _, code := range []string{"ConditionalCheckFailedException", "ThrottlingException", "TransactionInProgressException", "InternalServerError"} {
		body := `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `"}`
		kind := []string{"Content-Type", "application/x-amz-json-1.0"}
		short := answer(400, body, kind...)
		short.ContentLength++
		for name, resp := range map[string]*http.Response{
			"cut":          answer(400, body[:len(body)-1], kind...),
			"too short":    short,
			"another byte": answer(400, strings.Replace(body, "a", "b", 1), append(kind, "X-Amz-Crc32", wiretest.Checksum(body))...),
		} {
			ctx, record := retry.With(t.Context(), retry.Policy{Once: true})
			_, tries, err := exchangeIn(ctx, t, answering(resp, nil), "https://host/", record)
			assert.ErrorIs(t, err, ErrCorrupt, name)
			assert.False(t, isFinal(err), name)
			assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 400, RequestID: "REQ1"}}, tries, name)
			assert.True(t, record.InDoubt(), name)
		}
	}
}

// The item beside a failed condition may be as large as an item can be.
func TestRefusalWithALargeItemIsDefinite(t *testing.T) {
	t.Parallel()

	body := `{"Item":{"A":{"S":"` + strings.Repeat("a", 400<<10) + `"}},"__type":"x#ConditionalCheckFailedException"}`
	x := answering(answer(400, body), nil)
	x.LargestAnswer = 1 << 20
	_, tries, err := exchange(t, x, "https://host/")
	require.NoError(t, err)
	assert.Equal(t, []retry.Try{{Outcome: retry.Refused, Status: 400, Code: "ConditionalCheckFailedException", RequestID: "REQ1"}}, tries)
}

// net/http refuses such a request before it asks for a connection.
func TestRequestThatNetHTTPRefusesWasNotSent(t *testing.T) {
	t.Parallel()

	x, url, requests := overTCP(t, func(http.ResponseWriter, *http.Request) {})
	ctx, record := retry.With(t.Context(), retry.Policy{})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "AKIDEXAMPLE\n")
	_, err = x.Do(req)
	require.Error(t, err)
	assert.True(t, isFinal(err), "it would be refused again")
	assert.Equal(t, []retry.Try{{Outcome: retry.NotSent}}, judged(record))
	assert.Zero(t, requests.Load())
}

// One flipped bit makes a 300 of a 200, a 400 of a 500 and a 403 of a 503: a write that
// was applied was once reported as certainly refused.
func TestDamagedStatusIsNoRefusal(t *testing.T) {
	t.Parallel()

	_, tries, err := exchange(t, answering(answer(300, "{}"), nil), "https://host/")
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.NotErrorIs(t, err, ErrRedirect)
	assert.False(t, isFinal(err), "another attempt may do better")
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 300, RequestID: "REQ1"}}, tries)

	for _, code := range []string{"InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException"} {
		_, tries, err := exchange(t, answering(answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`"}`), nil), "https://host/")
		require.NoError(t, err)
		assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 400, Code: code, RequestID: "REQ1"}}, tries)
	}
}

// What the SDK takes for DynamoDB's name of an error is what the attempt is judged by.
func TestCodeIsWhereTheSDKLooksForIt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		body   string
		header []string
		code   string
	}{
		"in the body":           {`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`, nil, "InternalServerError"},
		"with its place":        {`{"__type":"a#TransactionInProgressException:http://host/a#b"}`, nil, "TransactionInProgressException"},
		"as a code":             {`{"code":"TransactionInProgressException"}`, nil, "TransactionInProgressException"},
		"in the header":         {``, []string{"X-Amzn-ErrorType", "TransactionInProgressException"}, "TransactionInProgressException"},
		"in the header and not": {`{"__type":"a#Other"}`, []string{"X-Amzn-ErrorType", "a#InternalServerError:"}, "InternalServerError"},
		"nowhere":               {`{"code":3}`, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, record := retry.With(t.Context(), retry.Policy{})
			_, tries, err := exchangeIn(ctx, t, answering(answer(400, test.body, test.header...), nil), "https://host/", record)
			require.NoError(t, err)
			require.Len(t, tries, 1)
			assert.Equal(t, test.code, tries[0].Code)
			assert.True(t, record.InDoubt(), "no code, or one that does not say")
		})
	}
}

func TestRequestIDOfAnotherHeader(t *testing.T) {
	t.Parallel()

	resp := answer(200, "{}", "X-Amz-Request-Id", "OTHER")
	resp.Header.Del("X-Amzn-Requestid")
	_, tries, err := exchange(t, answering(resp, nil), "https://host/")
	require.NoError(t, err)
	assert.Equal(t, []retry.Try{{Outcome: retry.Applied, Status: 200, RequestID: "OTHER"}}, tries)
}

func TestOutcomeWithoutAnAnswer(t *testing.T) {
	t.Parallel()

	// Only what says for certain that nothing left is "not sent".
	tests := map[string]struct {
		err  error
		want retry.Outcome
	}{
		"dial":         {&net.OpError{Op: "dial", Err: errors.New("refused")}, retry.NotSent},
		"no such host": {fmt.Errorf("wrapped: %w", &net.DNSError{IsNotFound: true}), retry.NotSent},
		"read":         {&net.OpError{Op: "read", Err: errors.New("reset")}, retry.Unknown},
		"write":        {&net.OpError{Op: "write", Err: errors.New("broken pipe")}, retry.Unknown},
		"any other":    {errors.New("what?"), retry.Unknown},
		"EOF":          {io.EOF, retry.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, tries, err := exchange(t, answering(nil, test.err), "https://host/")
			assert.ErrorIs(t, err, test.err)
			assert.Equal(t, []retry.Try{{Outcome: test.want}}, tries)
		})
	}
}

func TestNeitherAnswerNorError(t *testing.T) {
	t.Parallel()

	_, tries, err := exchange(t, answering(nil, nil), "https://host/")
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown}}, tries)
}

// closeWatch reports whether a body was closed.
type closeWatch struct {
	io.Reader
	closed atomic.Bool
}

func (c *closeWatch) Close() error {
	c.closed.Store(true)
	return nil
}

func TestBodyIsAlwaysClosed(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		status int
		body   io.Reader
		err    error
	}{
		"success":           {200, strings.NewReader("{}"), nil},
		"refused":           {400, strings.NewReader("{}"), nil},
		"damaged":           {200, strings.NewReader("{"), nil},
		"redirect":          {302, strings.NewReader(""), nil},
		"breaks off":        {200, errReader{io.ErrUnexpectedEOF}, nil},
		"too large":         {200, bytes.NewReader(make([]byte, largestHere+1)), nil},
		"answer with error": {200, strings.NewReader("{}"), errors.New("redirect loop")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &closeWatch{Reader: test.body}
			resp := &http.Response{StatusCode: test.status, Body: body, ContentLength: -1}
			_, _, _ = exchange(t, answering(resp, test.err), "https://host/")
			assert.True(t, body.closed.Load())
		})
	}
}

// overTCP is a real server that counts connections, and an Exchange that reaches it.
func overTCP(t *testing.T, handler http.HandlerFunc) (x *Exchange, url string, connections *atomic.Int64) {
	t.Helper()
	connections = new(atomic.Int64)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	tr := &http.Transport{}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		server.Close()
	})
	return &Exchange{Next: &http.Client{Transport: tr}, LargestAnswer: largestHere}, server.URL, connections
}

// A server that answers before it has read the request used to cost a connection for
// each request, since the SDK's body fails once the SDK has let go of it.
func TestServerThatDoesNotReadKeepsItsConnection(t *testing.T) {
	t.Parallel()

	x, url, connections := overTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}")
	})
	for range 200 {
		_, tries, err := exchange(t, x, url)
		require.NoError(t, err)
		require.Equal(t, []retry.Try{{Outcome: retry.Applied, Status: 200}}, tries)
	}
	assert.LessOrEqual(t, connections.Load(), int64(10), "one, but for a machine so busy that net/http gives one up")
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())

	x := &Exchange{Next: &http.Client{Transport: &http.Transport{}}, LargestAnswer: largestHere}
	_, tries, err := exchange(t, x, url)
	require.Error(t, err)
	assert.Equal(t, []retry.Try{{Outcome: retry.NotSent}}, tries)
}

func TestConnectionBreaksAfterTheRequest(t *testing.T) {
	t.Parallel()

	x, url, _ := overTCP(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	_, tries, err := exchange(t, x, url)
	require.Error(t, err)
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown}}, tries)
}

func TestConnectionBreaksWithinTheAnswer(t *testing.T) {
	t.Parallel()

	x, url, _ := overTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Header().Set("X-Amzn-Requestid", "REQ2")
		_, _ = io.WriteString(w, `{"Item":{}}`)
	})
	_, tries, err := exchange(t, x, url)
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 200, RequestID: "REQ2"}}, tries)
}

// A server that switches to another protocol keeps the connection and says no more. The
// reading of it was ended neither by the limit of the attempt nor by the caller's context.
func TestSwitchedProtocolIsNotRead(t *testing.T) {
	t.Parallel()

	x, url, _ := overTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second)) // lest the test hang that fails
		_, _ = io.Copy(io.Discard, conn)                      // until the client closes it
		_ = conn.Close()
	})
	_, tries, err := exchange(t, x, url)
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.False(t, isFinal(err))
	assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: 101}}, tries)
}

func TestChunkedAnswer(t *testing.T) {
	t.Parallel()

	want := `{"Item":{"A":{"S":"` + strings.Repeat("x", 10_000) + `"}}}`
	x, url, _ := overTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		for part := want; part != ""; {
			n := min(1000, len(part))
			_, _ = io.WriteString(w, part[:n])
			_ = http.NewResponseController(w).Flush()
			part = part[n:]
		}
	})
	body, _, err := exchange(t, x, url)
	require.NoError(t, err)
	assert.Equal(t, want, body)
}
