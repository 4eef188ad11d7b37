package reliability

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// damagedAnswer is the body of an answer after damage on its way.
type damagedAnswer struct {
	description string
	body        []byte
	length      int64 // the Content-Length, or -1 for none
	breaks      bool  // whether the connection breaks at the end of body
}

// truncations returns the ways to truncate a body after n bytes: the connection breaks,
// or the shorter body looks complete, with or without a Content-Length.
func truncations(body []byte, n int) []damagedAnswer {
	return []damagedAnswer{
		{fmt.Sprintf("broken off after %d bytes", n), body[:n], int64(len(body)), true},
		{fmt.Sprintf("cut to %d bytes", n), body[:n], int64(n), false},
		{fmt.Sprintf("cut to %d bytes, no length", n), body[:n], -1, false},
	}
}

func flipBit(body []byte, bit int) damagedAnswer {
	flipped := bytes.Clone(body)
	flipped[bit/8] ^= 1 << (bit % 8)
	return damagedAnswer{fmt.Sprintf("bit %d flipped", bit), flipped, int64(len(body)), false}
}

// damageAttempts is the largest number of attempts of each call. If every answer is
// damaged, the call makes all of them, because reads, puts and deletes of whole items are
// safe to send again.
const damageAttempts = 3

// definiteErrors are the errors that say what the service decided.
var definiteErrors = []error{
	dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled, dynamoconn.ErrTableNotFound, dynamoconn.ErrValidation,
	dynamoconn.ErrItemTooLarge, dynamoconn.ErrAccessDenied, dynamoconn.ErrCredentials,
}

// definiteCause returns which of definiteErrors err matches, or nil.
func definiteCause(err error) error {
	for _, target := range definiteErrors {
		if errors.Is(err, target) {
			return target
		}
	}
	return nil
}

// corruptionTest makes a call again and again, each time with other damage to its answer.
type corruptionTest struct {
	*testing.T
	answer    *recordedAnswer
	header    http.Header // of each answer
	damage    damagedAnswer
	firstOnly bool // only the first answer of a call is damaged
	sent      *wiretest.Client
	client    *dynamoconn.Client
	cases     *atomic.Int64
}

// reply gives a request of the call the damaged answer.
func (c *corruptionTest) reply(r *wiretest.Request) (*http.Response, error) {
	d := c.damage
	if c.firstOnly && len(c.sent.Requests()) > 1 {
		d = damagedAnswer{body: c.answer.body, length: int64(len(c.answer.body))}
	}
	answer := wiretest.Reply(c.answer.status, string(d.body))
	if d.breaks {
		answer = answer.Cut(int64(len(d.body)))
	}
	resp, err := answer(r)
	resp.Header, resp.ContentLength = c.header.Clone(), d.length
	return resp, err
}

// eachAnswer calls damage for each recorded answer, on a fake clock, so that the pauses
// of the client take no time.
func eachAnswer(t *testing.T, withChecksum bool, cases *atomic.Int64, damage func(*corruptionTest)) {
	t.Helper()
	answers := recordAnswers(t)
	require.GreaterOrEqual(t, len(answers), 20)
	for _, answer := range answers {
		t.Run(answer.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				header := answer.header.Clone()
				if !withChecksum {
					header.Del("X-Amz-Crc32")
				}
				c := &corruptionTest{T: t, answer: answer, header: header, cases: cases}
				c.sent = wiretest.New(c.reply)
				c.client = dynamoconntest.New().Client(t, dynamoconn.WithHTTPClient(c.sent), dynamoconn.WithMaxAttempts(damageAttempts))
				damage(c)
			})
		})
	}
}

// call makes the call that the answer was recorded for and damages the answer.
func (c *corruptionTest) call(d damagedAnswer) (any, error) {
	c.cases.Add(1)
	c.damage = d
	c.sent.Take()
	ctx, cancel := context.WithTimeout(c.Context(), 20*time.Second)
	defer cancel()
	return c.answer.run(ctx, c.client)
}

// requireDetected requires that the client noticed the damage, took nothing from the
// answer, and made all attempts, each with the same request.
func (c *corruptionTest) requireDetected(d damagedAnswer, result any, err error) {
	require.ErrorIs(c, err, dynamoconn.ErrCorruptResponse, d.description)
	require.True(c, claimsNothing(result, err), "%s: the result %v with the error %v", d.description, result, err)
	require.NoError(c, definiteCause(err), d.description)
	require.Equal(c, c.answer.writes, errors.Is(err, dynamoconn.ErrAmbiguous), "%s: %v", d.description, err)
	sent := c.sent.Requests()
	require.Len(c, sent, damageAttempts, d.description)
	for _, r := range sent {
		require.JSONEq(c, sent[0].Body, r.Body, d.description)
	}
	var e *dynamoconn.Error
	require.ErrorAs(c, err, &e, d.description)
	require.Equal(c, damageAttempts, e.Attempts, d.description)
}

// TestEveryDamageOfABodyWithChecksumIsDetected truncates the body of each answer and
// flips its bits. The client must notice each damage and take nothing from the answer.
func TestEveryDamageOfABodyWithChecksumIsDetected(t *testing.T) {
	t.Parallel()
	var cases atomic.Int64
	stride := testSize(2_003, 199, 1)
	t.Run("answers", func(t *testing.T) {
		eachAnswer(t, true, &cases, func(c *corruptionTest) {
			body := c.answer.body
			for bit := 0; bit < 8*len(body); bit += stride {
				d := flipBit(body, bit)
				result, err := c.call(d)
				c.requireDetected(d, result, err)
			}
			for n := 0; n < len(body); n += testSize(337, 17, 1) {
				for _, d := range truncations(body, n) {
					result, err := c.call(d)
					c.requireDetected(d, result, err)
				}
			}
		})
	})
	t.Logf("%d damaged answers", cases.Load())
	assert.Greater(t, cases.Load(), testSize[int64](100, 2_000, 100_000))
}

// TestOneDamagedAnswerCostsOneAttempt damages the first answer of a call. The second,
// undamaged answer must give the result that the call has without damage.
func TestOneDamagedAnswerCostsOneAttempt(t *testing.T) {
	t.Parallel()
	var cases atomic.Int64
	eachAnswer(t, true, &cases, func(c *corruptionTest) {
		if !c.answer.isRepeatable || definiteCause(c.answer.err) != nil && errors.Is(c.answer.err, dynamoconn.ErrThrottled) {
			return // the client sends more requests after the second answer
		}
		c.firstOnly = true
		for _, d := range append(truncations(c.answer.body, len(c.answer.body)/2), flipBit(c.answer.body, 8*len(c.answer.body)/2)) {
			result, err := c.call(d)
			if c.answer.returnsOldItem {
				require.ErrorIs(c, err, dynamoconn.ErrOldItemUnknown, d.description)
				require.NotErrorIs(c, err, dynamoconn.ErrAmbiguous, d.description)
				continue
			}
			require.Equal(c, c.answer.result, result, d.description)
			require.Equal(c, c.answer.err == nil, err == nil, d.description)
			if want := definiteCause(c.answer.err); want != nil {
				// A write whose first answer is damaged may have been applied, whatever the
				// status of that answer. It may also have made its own condition false.
				isFalse := errors.Is(want, dynamoconn.ErrConditionFailed)
				require.Equal(c, !isFalse, errors.Is(err, want), d.description)
				require.Equal(c, c.answer.writes, errors.Is(err, dynamoconn.ErrAmbiguous), d.description)
			}
			if c.answer.status != http.StatusInternalServerError {
				require.Len(c, c.sent.Requests(), 2, d.description)
			}
		}
	})
}

// TestDamageOfABodyWithoutChecksum damages answers that have no checksum, such as those
// of DynamoDB Local and Alternator. The client must still notice every truncation, because
// a part of a JSON object is not JSON. It notices a flipped bit if the result is not JSON
// or not an answer of DynamoDB. It cannot notice a flip within a value or within a name.
func TestDamageOfABodyWithoutChecksum(t *testing.T) {
	t.Parallel()
	var cases, flips, missed atomic.Int64
	t.Run("answers", func(t *testing.T) {
		eachAnswer(t, false, &cases, func(c *corruptionTest) {
			body := c.answer.body
			for n := 0; n < len(body); n += testSize(337, 17, 1) {
				for _, d := range truncations(body, n) {
					result, err := c.call(d)
					if n == 0 && !d.breaks && c.answer.status >= 400 {
						// A proxy may answer with an empty body. It says that the request
						// failed, but not why.
						require.Error(c, err, d.description)
						require.NoError(c, definiteCause(err), d.description)
						require.True(c, claimsNothing(result, err), d.description)
						continue
					}
					c.requireDetected(d, result, err)
				}
			}
			for bit := 0; bit < 8*len(body); bit += testSize(2_003, 199, 1) {
				d := flipBit(body, bit)
				result, err := c.call(d)
				flips.Add(1)
				if errors.Is(err, dynamoconn.ErrCorruptResponse) {
					require.True(c, claimsNothing(result, err) || !c.answer.isRepeatable, "%s: the result %v with the error %v", d.description, result, err)
					continue
				}
				if !reflect.DeepEqual(result, c.answer.result) || !errors.Is(definiteCause(err), definiteCause(c.answer.err)) {
					missed.Add(1)
				}
				require.True(c, err != nil || c.answer.status < 400, "%s: a failure became a success", d.description)
			}
		})
	})
	t.Logf("%d damaged answers; %d of %d flips were not noticed and changed the result", cases.Load(), missed.Load(), flips.Load())
}
