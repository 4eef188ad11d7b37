package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// service is a cart service on a DynamoDB in memory.
type service struct {
	*testing.T
	db      *dynamoconntest.Server
	handler http.Handler
}

func newService(t *testing.T) *service {
	t.Helper()
	db := dynamoconntest.New()
	// Short pauses between attempts, and few attempts where DynamoDB stays busy.
	client := db.Client(t, dynamoconn.WithRetryBudget(time.Second))
	require.NoError(t, createTable(t.Context(), client, "Carts"))
	return &service{t, db, newHandler(&store{client, "Carts"}, log.New(io.Discard, "", 0))}
}

// do sends a request and returns the status and what the answer holds.
func (s *service) do(method, path, body string) (status int, answer map[string]any) {
	s.Helper()
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(s.Context(), method, path, strings.NewReader(body)))
	require.NoError(s, json.Unmarshal(recorder.Body.Bytes(), &answer), "%s", recorder.Body)
	return recorder.Code, answer
}

// create makes a cart and returns its path.
func (s *service) create(customer string) (path string) {
	s.Helper()
	status, answer := s.do("POST", "/customers/"+customer+"/carts", `{"lines": {"apple": 2}}`)
	require.Equal(s, http.StatusCreated, status, answer)
	return "/customers/" + customer + "/carts/" + answer["id"].(string)
}

func TestCartIsCreatedReadAndChanged(t *testing.T) {
	t.Parallel()
	s := newService(t)
	path := s.create("ann")
	status, got := s.do("GET", path, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "ann", got["customer"])
	assert.Equal(t, map[string]any{"apple": 2.0}, got["lines"])

	status, got = s.do("PUT", path, `{"version": 1, "lines": {"apple": 3, "a.b": 1}}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, 2.0, got["version"])
	_, read := s.do("GET", path, "")
	assert.Equal(t, got, read)

	status, got = s.do("PUT", path, `{"version": 1, "lines": {}}`)
	assert.Equal(t, http.StatusConflict, status, got)
	_, read = s.do("GET", path, "")
	assert.Equal(t, 2.0, read["version"])

	for _, test := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", path + "x", "", http.StatusNotFound},
		{"PUT", path + "x", `{"version": 1}`, http.StatusNotFound},
		{"PUT", path, `{"version": `, http.StatusBadRequest},
		{"PUT", path, `{"lines": {"apple": 0}}`, http.StatusBadRequest},
		{"POST", "/customers/ann/carts", `{"lines": {"": 1}}`, http.StatusBadRequest},
		{"POST", "/customers/ann/carts", strings.Repeat(" ", largestBody+1), http.StatusBadRequest},
		{"GET", "/customers/ann/carts?size=0", "", http.StatusBadRequest},
		{"GET", "/customers/ann/carts?from=elsewhere", "", http.StatusBadRequest},
	} {
		status, answer := s.do(test.method, test.path, test.body)
		assert.Equal(t, test.status, status, "%v", test)
		assert.NotEmpty(t, answer["error"])
	}
}

func TestOneOfTwoChangesIsMade(t *testing.T) {
	t.Parallel()
	s := newService(t)
	path := s.create("ann")
	var statuses [8]int
	var customers sync.WaitGroup
	for i := range statuses {
		customers.Go(func() { statuses[i], _ = s.do("PUT", path, `{"version": 1, "lines": {"pear": 1}}`) })
	}
	customers.Wait()
	made := 0
	for _, status := range statuses {
		if status == http.StatusOK {
			made++
		} else {
			assert.Equal(t, http.StatusConflict, status)
		}
	}
	assert.Equal(t, 1, made)
}

func TestCartsOfACustomerPageByPage(t *testing.T) {
	t.Parallel()
	s := newService(t)
	want := map[string]bool{}
	for range 7 {
		want[s.create("ann")] = true
	}
	s.create("bob")
	got, from, pages := map[string]bool{}, "", 0
	for pages == 0 || from != "" {
		status, answer := s.do("GET", "/customers/ann/carts?size=3&from="+url.QueryEscape(from), "")
		require.Equal(t, http.StatusOK, status, answer)
		for _, c := range answer["carts"].([]any) {
			got["/customers/ann/carts/"+c.(map[string]any)["id"].(string)] = true
		}
		from = answer["next"].(string)
		pages++
		if from != "" {
			status, _ = s.do("GET", "/customers/bob/carts?from="+url.QueryEscape(from), "")
			require.Equal(t, http.StatusBadRequest, status, "a page of ann's is none of bob's")
		}
	}
	assert.Equal(t, want, got)
	assert.GreaterOrEqual(t, pages, 3)
	status, answer := s.do("GET", "/customers/nobody/carts", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, map[string]any{"carts": []any{}, "next": ""}, answer)
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	s := newService(t)
	path := s.create("ann")
	throttle := dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "table/Carts")
	s.db.Inject(dynamoconntest.Fault{Times: 1, Effect: throttle})
	status, _ := s.do("PUT", path, `{"version": 1, "lines": {"pear": 1}}`)
	assert.Equal(t, http.StatusOK, status, "one throttle is not noticed")

	always := s.db.Inject(dynamoconntest.Fault{Effect: throttle})
	status, answer := s.do("PUT", path, `{"version": 2, "lines": {"plum": 1}}`)
	assert.Equal(t, http.StatusServiceUnavailable, status, answer)
	always.Remove()
	_, read := s.do("GET", path, "")
	assert.Equal(t, 2.0, read["version"], "nothing was changed, as the answer says")
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := newService(t)
	lose := func(operation string) {
		s.db.Inject(dynamoconntest.Fault{Operation: operation, Times: 1, Effect: dynamoconntest.LoseAnswer()})
	}
	lose("PutItem")
	path := s.create("ann") // the first attempt made it, and the second one found it
	_, answer := s.do("GET", "/customers/ann/carts", "")
	assert.Len(t, answer["carts"], 1)

	lose("UpdateItem")
	status, answer := s.do("PUT", path, `{"version": 1, "lines": {"pear": 1}}`)
	assert.Equal(t, http.StatusOK, status, answer)
	_, read := s.do("GET", path, "")
	assert.Equal(t, 2.0, read["version"])
	assert.Len(t, s.db.Requests("UpdateItem"), 2)
}

func TestServiceEndsInGoodOrder(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	arrived, goOn := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(arrived)
			<-goOn
			_, _ = io.WriteString(w, "done")
		}))
	}()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if !assert.NoError(t, err) {
			answer <- ""
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-arrived
	interrupt()
	select {
	case err := <-ended:
		t.Fatalf("the service ended before its request: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(goOn)
	assert.Equal(t, "done", <-answer)
	require.NoError(t, <-ended)
}

func TestServiceInMemory(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt() // it ends as soon as it has begun
	var stdout bytes.Buffer
	err := run(ctx, []string{"-listen", "127.0.0.1:0"}, &stdout, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.Error(t, run(t.Context(), []string{"-listen", "nowhere"}, io.Discard, io.Discard))
}
