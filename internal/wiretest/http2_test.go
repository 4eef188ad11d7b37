package wiretest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// overHTTP2 sends a body to a server and returns what the client saw.
func overHTTP2(t *testing.T, secure bool, body string, server *wiretest.HTTP2Server) (status int, text string, header http.Header, err error) {
	t.Helper()
	t.Cleanup(server.Close)
	url := "http://localhost/"
	if secure {
		url = "https://localhost/"
	}
	// A body that can be read only once: net/http does not send the request again.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, io.MultiReader(strings.NewReader(body)))
	require.NoError(t, err)
	resp, err := server.Client(secure).Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), resp.Header, err
}

func TestHTTP2ServerAnswers(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			large := strings.Repeat("a", 200_000) // more than a client may send without leave
			server := &wiretest.HTTP2Server{Handle: func(r *wiretest.HTTP2Request) {
				body, whole := r.Body(time.Minute)
				assert.True(t, whole)
				r.Answer(403, string(body), "x-a", "b")
			}}
			status, text, header, err := overHTTP2(t, secure, large, server)
			require.NoError(t, err)
			assert.Equal(t, 403, status)
			assert.Equal(t, large, text)
			assert.Equal(t, "b", header.Get("X-A"))
			assert.EqualValues(t, 1, server.Requests())
		})
	}
}

func TestHTTP2ServerBreaksOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handle func(*wiretest.HTTP2Request)
		err    string
	}{
		"reset":        {func(r *wiretest.HTTP2Request) { r.Reset(wiretest.HTTP2InternalError) }, "INTERNAL_ERROR"},
		"reset answer": {func(r *wiretest.HTTP2Request) { r.AnswerPart(200, "{}", 1); r.Reset(wiretest.HTTP2Cancel) }, "CANCEL"},
		"gone":         {func(r *wiretest.HTTP2Request) { r.GoAway(r.Stream-1, wiretest.HTTP2NoError) }, "Request.GetBody"},
		"closed":       {(*wiretest.HTTP2Request).Close, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, _, _, err := overHTTP2(t, true, "{}", &wiretest.HTTP2Server{Handle: test.handle})
				assert.ErrorContains(t, err, test.err)
			})
		})
	}
}

func TestHTTP2ServerStarvesARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &wiretest.HTTP2Server{
			Handle: func(r *wiretest.HTTP2Request) {
				_, whole := r.Body(time.Hour)
				assert.False(t, whole)
				r.Close()
			},
			Starves: func(number int64) bool { return number == 1 },
		}
		began := time.Now()
		_, _, _, err := overHTTP2(t, true, strings.Repeat("a", 65_536), server)
		require.Error(t, err)
		assert.Equal(t, time.Hour, time.Since(began))
	})
}
