package reliability

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
)

// damagedAnswer is the body of an answer after damage on its way.
type damagedAnswer struct {
	description string
	body        []byte
	length      int64 // the Content-Length, or -1 for none
	breaks      bool  // whether the connection breaks at the end of body
}

// replayClient is an HTTP client that gives every request the same damaged answer. If
// firstOnly is set, only the first request of a call gets it, and later ones get the
// undamaged answer.
type replayClient struct {
	answer    *recordedAnswer
	header    http.Header
	damage    damagedAnswer
	firstOnly bool
	sent      [][]byte // the bodies of the requests
}

func (p *replayClient) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	p.sent = append(p.sent, body)
	d := p.damage
	if p.firstOnly && len(p.sent) > 1 {
		d = damagedAnswer{body: p.answer.body, length: int64(len(p.answer.body))}
	}
	var stream io.Reader = bytes.NewReader(d.body)
	if d.breaks {
		stream = io.MultiReader(stream, brokenBody{})
	}
	return &http.Response{
		StatusCode: p.answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: p.header.Clone(), ContentLength: d.length, Body: io.NopCloser(stream),
	}, nil
}

// brokenBody is the end of a body whose connection breaks.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

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
	answer       *recordedAnswer
	replayClient *replayClient
	client       *dynamoconn.Client
	cases        *atomic.Int64
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
				p := &replayClient{answer: answer, header: header}
				client := dynamoconntest.New().Client(t, dynamoconn.WithHTTPClient(p), dynamoconn.WithMaxAttempts(damageAttempts))
				damage(&corruptionTest{T: t, answer: answer, replayClient: p, client: client, cases: cases})
			})
		})
	}
}

// call makes the call that the answer was recorded for and damages the answer.
func (c *corruptionTest) call(d damagedAnswer) (any, error) {
	c.cases.Add(1)
	c.replayClient.damage, c.replayClient.sent = d, nil
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
	// The status 4xx says that nothing was done. It is not part of the body, so damage to
	// the body hides only the reason.
	unknown := c.answer.writes && c.answer.status/100 != 4
	require.Equal(c, unknown, errors.Is(err, dynamoconn.ErrAmbiguous), "%s: %v", d.description, err)
	require.Len(c, c.replayClient.sent, damageAttempts, d.description)
	for _, body := range c.replayClient.sent {
		require.JSONEq(c, string(c.replayClient.sent[0]), string(body), d.description)
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
	stride := testSize(101, 1)
	t.Run("answers", func(t *testing.T) {
		eachAnswer(t, true, &cases, func(c *corruptionTest) {
			body := c.answer.body
			for bit := 0; bit < 8*len(body); bit += stride {
				d := flipBit(body, bit)
				result, err := c.call(d)
				c.requireDetected(d, result, err)
			}
			for n := 0; n < len(body); n += testSize(17, 1) {
				for _, d := range truncations(body, n) {
					result, err := c.call(d)
					c.requireDetected(d, result, err)
				}
			}
		})
	})
	t.Logf("%d damaged answers", cases.Load())
	assert.Greater(t, cases.Load(), testSize[int64](2_000, 100_000))
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
		c.replayClient.firstOnly = true
		for _, d := range append(truncations(c.answer.body, len(c.answer.body)/2), flipBit(c.answer.body, 8*len(c.answer.body)/2)) {
			result, err := c.call(d)
			if c.answer.oldItemMayBeOwn {
				require.ErrorIs(c, err, dynamoconn.ErrOldItemUnknown, d.description)
				require.NotErrorIs(c, err, dynamoconn.ErrAmbiguous, d.description)
				continue
			}
			require.Equal(c, c.answer.result, result, d.description)
			require.Equal(c, c.answer.err == nil, err == nil, d.description)
			if want := definiteCause(c.answer.err); want != nil {
				require.ErrorIs(c, err, want, d.description)
				require.NotErrorIs(c, err, dynamoconn.ErrAmbiguous, d.description)
			}
			if c.answer.status != http.StatusInternalServerError {
				require.Len(c, c.replayClient.sent, 2, d.description)
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
			for n := 0; n < len(body); n += testSize(17, 1) {
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
			for bit := 0; bit < 8*len(body); bit += testSize(101, 1) {
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
