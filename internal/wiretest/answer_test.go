package wiretest_test

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// do lets an answer answer a request of that context.
func do(ctx context.Context, t testing.TB, answer wiretest.Answer) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", strings.NewReader("{}"))
	require.NoError(t, err)
	return answer.Do(req)
}

func TestReplyHasItsLengthItsChecksumAndItsHeaders(t *testing.T) {
	t.Parallel()
	resp, err := do(t.Context(), t, wiretest.Reply(201, "body", "X-Amzn-Requestid", "R1", "Content-Type", "text/plain"))
	require.NoError(t, err)
	assert.Equal(t, 201, resp.StatusCode)
	assert.EqualValues(t, 4, resp.ContentLength)
	assert.Equal(t, http.Header{
		"X-Amz-Crc32": {strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte("body"))), 10)}, "X-Amzn-Requestid": {"R1"}, "Content-Type": {"text/plain"},
	}, resp.Header)
	assert.NotNil(t, resp.Request)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "body", string(body))

	resp, err = do(t.Context(), t, wiretest.Reply(200, "body", "X-Amz-Crc32", ""))
	require.NoError(t, err)
	assert.Equal(t, http.Header{}, resp.Header)
}

func TestRefuseIsAnErrorOfDynamoDB(t *testing.T) {
	t.Parallel()
	resp, err := do(t.Context(), t, wiretest.Refuse(400, "ValidationException", "say \"no\"", "R1", `,"Item":{}`))
	require.NoError(t, err)
	assert.Equal(t, 400, resp.StatusCode)
	assert.Equal(t, "R1", resp.Header.Get("X-Amzn-Requestid"))
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"say \"no\"","Item":{}}`, string(body))
}

func TestForwardSendsTheBodyOn(t *testing.T) {
	t.Parallel()
	next := wiretest.New(wiretest.Reply(200, "from there"))
	client := wiretest.New(wiretest.Forward(next))
	_, text, err := send(t, client, "PutItem", "there")
	require.NoError(t, err)
	assert.Equal(t, "from there", text)
	assert.Equal(t, "there", next.Requests()[0].Body)
}

func TestInTurnCountsForItself(t *testing.T) {
	t.Parallel()
	inner := wiretest.InTurn(wiretest.Break(io.EOF), wiretest.Reply(200, "in"))
	client := wiretest.New(wiretest.Reply(200, "out"), inner)
	var texts []string
	for range 4 {
		_, text, err := send(t, client, "GetItem", "{}")
		if err != nil {
			text = err.Error()
		}
		texts = append(texts, text)
	}
	assert.Equal(t, []string{"out", "EOF", "in", "in"}, texts)
}

func TestAnswersThatTakeTheirTime(t *testing.T) {
	t.Parallel()
	reply := wiretest.Reply(200, "{}")
	for name, test := range map[string]struct {
		answer wiretest.Answer
		takes  time.Duration // an hour is for ever
	}{
		"delayed":       {reply.Delay(time.Second), time.Second},
		"delayed twice": {reply.Delay(time.Second).Delay(time.Second), 2 * time.Second},
		"too late":      {reply.Delay(2 * time.Hour), time.Hour},
		"held":          {reply.Hold(nil), time.Hour},
		"none":          {wiretest.Hang, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				_, err := do(ctx, t, test.answer)
				assert.Equal(t, test.takes, time.Since(began))
				if test.takes == time.Hour {
					assert.ErrorIs(t, err, context.DeadlineExceeded)
				} else {
					assert.NoError(t, err)
				}
			})
		})
	}
}

func TestAnswerIsHeldUntilItIsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		time.AfterFunc(time.Minute, func() { close(released) })
		began := time.Now()
		_, err := do(t.Context(), t, wiretest.Reply(200, "{}").Hold(released))
		require.NoError(t, err)
		assert.Equal(t, time.Minute, time.Since(began))
	})
}

func TestAnswerThatIsLostWasCarriedOut(t *testing.T) {
	t.Parallel()
	next := wiretest.New()
	lost := errors.New("lost")
	_, _, err := send(t, wiretest.Forward(next).Lose(lost), "PutItem", "{}")
	assert.Equal(t, lost, err)
	assert.Len(t, next.Requests(), 1)
	_, _, err = send(t, wiretest.Break(io.EOF).Lose(lost), "PutItem", "{}")
	assert.Equal(t, io.EOF, err, "there was no answer to lose")
}

func TestAnswerThatIsCutBreaksOff(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "", 3: "bod", 4: "body", 9: "body"} {
		resp, err := do(t.Context(), t, wiretest.Reply(200, "body").Cut(n))
		require.NoError(t, err)
		assert.EqualValues(t, 4, resp.ContentLength)
		body, err := io.ReadAll(resp.Body)
		assert.Equal(t, io.ErrUnexpectedEOF, err)
		assert.Equal(t, want, string(body))
		assert.NoError(t, resp.Body.Close())
	}
	_, err := do(t.Context(), t, wiretest.Break(io.EOF).Cut(1))
	assert.Equal(t, io.EOF, err)
}
