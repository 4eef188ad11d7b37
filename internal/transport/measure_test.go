package transport

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func TestWhatAnAttemptMeasures(t *testing.T) {
	t.Parallel()

	const sent = `{"TableName":"Music"}`
	item := `{"Item":{"A":{"S":"` + strings.Repeat("x", 1000) + `"}}}`
	packed := zipped(t, item)
	require.Less(t, len(packed), len(item))
	announced := answer(200, "")
	announced.ContentLength = largestHere + 1
	broken := errors.New("broken")
	dial := &net.OpError{Op: "dial", Err: broken}

	tests := map[string]struct {
		answer         *http.Response
		err, is        error
		sent, received int
	}{
		"success":                {answer: answer(200, item), sent: len(sent), received: len(item)},
		"packed: as it came":     {answer: answer(200, packed, "Content-Encoding", "gzip"), sent: len(sent), received: len(packed)},
		"refused":                {answer: answer(400, `{"__type":"x#Y"}`), sent: len(sent), received: 16},
		"redirect":               {answer: answer(302, "moved", "Location", "https://elsewhere.example/"), is: ErrRedirect, sent: len(sent), received: 5},
		"wrong checksum":         {answer: answer(200, "{}", "X-Amz-Crc32", "1"), is: ErrCorrupt, sent: len(sent), received: 2},
		"breaks off":             {answer: &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader("{1"), errReader{broken}))}, is: broken, sent: len(sent), received: 2},
		"too large":              {answer: &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(make([]byte, 2*largestHere))), ContentLength: -1}, is: ErrCorrupt, sent: len(sent), received: largestHere + 1},
		"announced as too large": {answer: announced, is: ErrCorrupt, sent: len(sent)},
		"no body":                {answer: &http.Response{StatusCode: 500}, sent: len(sent)},
		"connection broke":       {err: broken, is: broken, sent: len(sent)},
		"not dialled":            {err: dial, is: dial},
		"nothing at all":         {is: ErrCorrupt, sent: len(sent)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := &Exchange{LargestAnswer: largestHere, Next: wiretest.Func(func(*http.Request) (*http.Response, error) {
					time.Sleep(3 * time.Second)
					return test.answer, test.err
				})}
				ctx, record := retry.With(t.Context(), retry.Policy{})
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://host/", strings.NewReader(sent))
				require.NoError(t, err)
				req.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
				began := time.Now()
				_, err = x.Do(req)

				tries := record.Tries()
				require.Len(t, tries, 1)
				try := tries[0]
				assert.Equal(t, err, try.Err)
				assert.ErrorIs(t, try.Err, test.is)
				assert.Equal(t, "GetItem", try.Action)
				assert.Equal(t, began, try.Began)
				assert.Equal(t, 3*time.Second, try.Took)
				assert.Zero(t, try.Wait)
				assert.EqualValues(t, test.sent, try.Sent)
				assert.EqualValues(t, test.received, try.Received)
			})
		})
	}
}

// What is refused here is no attempt.
func TestRefusedRequestIsNotMeasured(t *testing.T) {
	t.Parallel()

	x := answering(answer(200, "{}"), nil)
	_, tries, err := exchange(t, x, "http://example.com/")
	assert.ErrorIs(t, err, ErrPlainHTTP)
	assert.Empty(t, tries)
}

func TestRequestWithoutATarget(t *testing.T) {
	t.Parallel()

	for target, want := range map[string]string{"": "", "DynamoDB_20120810": "", "DynamoDB_20120810.": "", "DynamoDB_20120810.Scan": "Scan"} {
		req := &http.Request{Header: http.Header{"X-Amz-Target": {target}}}
		assert.Equal(t, want, actionOf(req), target)
	}
	assert.Empty(t, actionOf(&http.Request{}))
}
