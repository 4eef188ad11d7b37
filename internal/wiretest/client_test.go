package wiretest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// send sends a request of an action and returns its answer.
func send(t testing.TB, client wiretest.Doer, action, body string) (status int, text string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://dynamodb.eu-west-1.amazonaws.com/", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := client.Do(req)
	if err != nil {
		assert.Nil(t, resp)
		return 0, "", err
	}
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(data), err
}

func TestClientKeepsWhatItWasSent(t *testing.T) {
	t.Parallel()
	client := wiretest.New()
	began := time.Now()
	for _, body := range []string{"one", "two"} {
		status, text, err := send(t, client, "GetItem", body)
		require.NoError(t, err)
		assert.Equal(t, 200, status)
		assert.Equal(t, wiretest.DoneBody("GetItem"), text)
	}
	kept := client.Requests()
	require.Len(t, kept, 2)
	for i, r := range kept {
		assert.NotEmpty(t, r.Header["Authorization"])
		assert.WithinRange(t, r.At, began, time.Now())
		kept[i].Header, kept[i].At = nil, time.Time{}
	}
	want := wiretest.Request{
		N: 1, Action: "GetItem", URL: "https://dynamodb.eu-west-1.amazonaws.com/", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1", Body: "one",
	}
	assert.Equal(t, want, kept[0])
	want.N, want.Body = 2, "two"
	assert.Equal(t, want, kept[1])

	assert.Equal(t, []string{"GetItem", "GetItem"}, wiretest.Actions(client.Take()))
	assert.Empty(t, client.Requests())
	_, _, err := send(t, client, "PutItem", "three")
	require.NoError(t, err)
	taken := client.Take()
	assert.Equal(t, []string{"PutItem"}, wiretest.Actions(taken))
	assert.Equal(t, 3, taken[0].N, "what is taken is counted all the same")
}

func TestHeadersThatAreKeptAreCopies(t *testing.T) {
	t.Parallel()
	client := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
		r.Header.Set("X-Amz-Target", "changed")
		return wiretest.Reply(200, "{}")(r)
	})
	_, _, err := send(t, client, "GetItem", "{}")
	require.NoError(t, err)
	assert.Equal(t, "DynamoDB_20120810.GetItem", client.Requests()[0].Header.Get("X-Amz-Target"))
}

func TestRequestThatIsNotSignedAndHasNoBody(t *testing.T) {
	t.Parallel()
	client := wiretest.New()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
	require.NoError(t, err)
	_, err = client.Do(req)
	require.NoError(t, err)
	kept := client.Requests()
	require.Len(t, kept, 1)
	assert.Equal(t, []wiretest.Request{{N: 1, At: kept[0].At, URL: "http://localhost/", Header: http.Header{}}}, kept)
}

func TestRequestThatCannotBeReadIsNotAnswered(t *testing.T) {
	t.Parallel()
	client := wiretest.New()
	failed := errors.New("failed")
	for _, doer := range []wiretest.Doer{client, wiretest.Reply(200, "{}")} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", io.MultiReader(strings.NewReader("{"), failingReader{failed}))
		require.NoError(t, err)
		_, err = doer.Do(req)
		assert.ErrorIs(t, err, failed)
	}
	assert.Empty(t, client.Requests())
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

func TestNewAnswersInTurnAndThenWithTheLast(t *testing.T) {
	t.Parallel()
	client := wiretest.New(wiretest.Reply(500, "a"), wiretest.Reply(200, "b"))
	for i, want := range []string{"500 a", "200 b", "200 b"} {
		status, text, err := send(t, client, "GetItem", "{}")
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(status, " ", text), i)
	}
}

// failures is a testing.TB that notes failures.
type failures struct {
	testing.TB
	texts    []string
	cleanups []func()
}

func (f *failures) Helper()           {}
func (f *failures) Cleanup(do func()) { f.cleanups = append(f.cleanups, do) }
func (f *failures) Errorf(format string, a ...any) {
	f.texts = append(f.texts, fmt.Sprintf(format, a...))
}

func TestScriptIsUsedUp(t *testing.T) {
	t.Parallel()
	for sent, want := range [][]string{
		{"2 of the script's 2 answers were not asked for"}, {"1 of the script's 2 answers were not asked for"}, nil,
		{"request 3 is one too many: GetItem {}"},
	} {
		f := &failures{TB: t}
		client := wiretest.Script(f, wiretest.Reply(500, "a"), wiretest.Reply(200, "b"))
		var statuses []int
		for range sent {
			status, _, err := send(t, client, "GetItem", "{}")
			require.NoError(t, err)
			statuses = append(statuses, status)
		}
		assert.Equal(t, []int{500, 200, 400}[:sent], append([]int{}, statuses...))
		for _, cleanup := range f.cleanups {
			cleanup()
		}
		assert.Equal(t, want, f.texts, sent)
		assert.Len(t, client.Requests(), sent)
	}
}

func TestClientServesMany(t *testing.T) {
	t.Parallel()
	client := wiretest.New(wiretest.Reply(500, "a"), wiretest.Reply(200, "b"))
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { _, _, _ = send(t, client, "GetItem", "{}") })
	}
	all.Wait()
	seen := map[int]bool{}
	for _, r := range client.Requests() {
		seen[r.N] = true
	}
	assert.Len(t, seen, 50)
}

func TestFuncGetsTheRequestItself(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
	require.NoError(t, err)
	calls := 0
	f := wiretest.Func(func(got *http.Request) (*http.Response, error) {
		assert.Same(t, req, got)
		calls++
		return nil, io.EOF
	})
	_, err = f.Do(req)
	assert.Equal(t, io.EOF, err)
	_, err = f.RoundTrip(req)
	assert.Equal(t, io.EOF, err)
	assert.Equal(t, 2, calls)
}
