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

// damaged is what becomes of an answer on its way.
type damaged struct {
	what   string
	body   []byte
	length int64 // announced; -1 is none
	breaks bool  // the connection breaks at the end of body
}

// replay gives the same damaged answer to every request, or only to the first of a
// call, and keeps what was sent.
type replay struct {
	answer *recorded
	header http.Header
	damage damaged
	once   bool
	sent   [][]byte
}

func (p *replay) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	p.sent = append(p.sent, body)
	d := p.damage
	if p.once && len(p.sent) > 1 {
		d = damaged{body: p.answer.body, length: int64(len(p.answer.body))}
	}
	var stream io.Reader = bytes.NewReader(d.body)
	if d.breaks {
		stream = io.MultiReader(stream, brokenOff{})
	}
	return &http.Response{
		StatusCode: p.answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: p.header.Clone(), ContentLength: d.length, Body: io.NopCloser(stream),
	}, nil
}

type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// cuts are the truncations at one place: the connection breaks, or the shorter body
// looks whole, with its length announced or not.
func cuts(body []byte, n int) []damaged {
	return []damaged{
		{fmt.Sprintf("broken off after %d bytes", n), body[:n], int64(len(body)), true},
		{fmt.Sprintf("cut to %d bytes", n), body[:n], int64(n), false},
		{fmt.Sprintf("cut to %d bytes, no length", n), body[:n], -1, false},
	}
}

func flip(body []byte, bit int) damaged {
	flipped := bytes.Clone(body)
	flipped[bit/8] ^= 1 << (bit % 8)
	return damaged{fmt.Sprintf("bit %d flipped", bit), flipped, int64(len(body)), false}
}

// attempts is what each call may send. Each damaged answer uses them up: a read, a
// put and a delete of a whole item are safe to send again.
const attempts = 3

// definite are the errors that say what the service decided.
var definite = []error{
	dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled, dynamoconn.ErrTableNotFound, dynamoconn.ErrValidation,
	dynamoconn.ErrItemTooLarge, dynamoconn.ErrAccessDenied, dynamoconn.ErrCredentials,
}

func isDefinite(err error) error {
	for _, target := range definite {
		if errors.Is(err, target) {
			return target
		}
	}
	return nil
}

// corruption runs calls whose answers are damaged, in one bubble.
type corruption struct {
	*testing.T
	answer *recorded
	replay *replay
	client *dynamoconn.Client
	cases  *atomic.Int64
}

// eachAnswer calls damage for each recorded answer, in a bubble of its own, whose
// pauses take no time.
func eachAnswer(t *testing.T, withChecksum bool, cases *atomic.Int64, damage func(*corruption)) {
	t.Helper()
	answers := record(t)
	require.GreaterOrEqual(t, len(answers), 20)
	for _, answer := range answers {
		t.Run(answer.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				header := answer.header.Clone()
				if !withChecksum {
					header.Del("X-Amz-Crc32")
				}
				p := &replay{answer: answer, header: header}
				client := dynamoconntest.New().Client(t, dynamoconn.WithHTTPClient(p), dynamoconn.WithMaxAttempts(attempts))
				damage(&corruption{T: t, answer: answer, replay: p, client: client, cases: cases})
			})
		})
	}
}

// call makes the call of the answer, damaged like that.
func (c *corruption) call(d damaged) (any, error) {
	c.cases.Add(1)
	c.replay.damage, c.replay.sent = d, nil
	ctx, cancel := context.WithTimeout(c.Context(), 20*time.Second)
	defer cancel()
	return c.answer.run(ctx, c.client)
}

// detected requires that the damage is found, that nothing of the answer is believed,
// and that the call was repeated as often as it may be, each time the same.
func (c *corruption) detected(d damaged, result any, err error) {
	require.ErrorIs(c, err, dynamoconn.ErrCorruptResponse, d.what)
	require.True(c, nothingBelieved(result, err), "%s: %v beside %v", d.what, result, err)
	require.NoError(c, isDefinite(err), d.what)
	// A 4xx says in its status line, which is no part of the body, that nothing was
	// done; damage to the body takes away only why.
	unknown := c.answer.writes && c.answer.status/100 != 4
	require.Equal(c, unknown, errors.Is(err, dynamoconn.ErrAmbiguous), "%s: %v", d.what, err)
	require.Len(c, c.replay.sent, attempts, d.what)
	for _, body := range c.replay.sent {
		require.JSONEq(c, string(c.replay.sent[0]), string(body), d.what)
	}
	var e *dynamoconn.Error
	require.ErrorAs(c, err, &e, d.what)
	require.Equal(c, attempts, e.Attempts, d.what)
}

// Whatever is cut off or flipped in the body of an answer that has a checksum, the
// call notices, and believes nothing of the answer.
func TestEveryDamageOfABodyWithChecksumIsDetected(t *testing.T) {
	t.Parallel()
	var cases atomic.Int64
	stride := testSize(101, 1)
	t.Run("answers", func(t *testing.T) {
		eachAnswer(t, true, &cases, func(c *corruption) {
			body := c.answer.body
			for bit := 0; bit < 8*len(body); bit += stride {
				d := flip(body, bit)
				result, err := c.call(d)
				c.detected(d, result, err)
			}
			for n := 0; n < len(body); n += testSize(17, 1) {
				for _, d := range cuts(body, n) {
					result, err := c.call(d)
					c.detected(d, result, err)
				}
			}
		})
	})
	t.Logf("%d damaged answers", cases.Load())
	assert.Greater(t, cases.Load(), testSize[int64](2_000, 100_000))
}

// A damaged answer that is followed by a whole one costs an attempt and nothing else.
func TestOneDamagedAnswerIsRetriedAway(t *testing.T) {
	t.Parallel()
	var cases atomic.Int64
	eachAnswer(t, true, &cases, func(c *corruption) {
		if !c.answer.steady || isDefinite(c.answer.err) != nil && errors.Is(c.answer.err, dynamoconn.ErrThrottled) {
			return // the second answer is not the last
		}
		c.replay.once = true
		for _, d := range append(cuts(c.answer.body, len(c.answer.body)/2), flip(c.answer.body, 8*len(c.answer.body)/2)) {
			result, err := c.call(d)
			if c.answer.own {
				require.ErrorIs(c, err, dynamoconn.ErrOldItemUnknown, d.what)
				require.NotErrorIs(c, err, dynamoconn.ErrAmbiguous, d.what)
				continue
			}
			require.Equal(c, c.answer.result, result, d.what)
			require.Equal(c, c.answer.err == nil, err == nil, d.what)
			if want := isDefinite(c.answer.err); want != nil {
				require.ErrorIs(c, err, want, d.what)
				require.NotErrorIs(c, err, dynamoconn.ErrAmbiguous, d.what)
			}
			if c.answer.status != http.StatusInternalServerError {
				require.Len(c, c.replay.sent, 2, d.what)
			}
		}
	})
}

// Without a checksum (DynamoDB Local and Alternator send answers that have none)
// every truncation is still noticed, since what is left of an object is none. A flipped
// bit is noticed if what it makes is no JSON, or not what DynamoDB answers; a flip
// within a value, or one that makes another name of a member, cannot be.
func TestDamageOfABodyWithoutChecksum(t *testing.T) {
	t.Parallel()
	var cases, flips, missed atomic.Int64
	t.Run("answers", func(t *testing.T) {
		eachAnswer(t, false, &cases, func(c *corruption) {
			body := c.answer.body
			for n := 0; n < len(body); n += testSize(17, 1) {
				for _, d := range cuts(body, n) {
					result, err := c.call(d)
					if n == 0 && !d.breaks && c.answer.status >= 400 {
						// A proxy answers so. It tells a failure and not which.
						require.Error(c, err, d.what)
						require.NoError(c, isDefinite(err), d.what)
						require.True(c, nothingBelieved(result, err), d.what)
						continue
					}
					c.detected(d, result, err)
				}
			}
			for bit := 0; bit < 8*len(body); bit += testSize(101, 1) {
				d := flip(body, bit)
				result, err := c.call(d)
				flips.Add(1)
				if errors.Is(err, dynamoconn.ErrCorruptResponse) {
					require.True(c, nothingBelieved(result, err) || !c.answer.steady, "%s: %v beside %v", d.what, result, err)
					continue
				}
				if !reflect.DeepEqual(result, c.answer.result) || !errors.Is(isDefinite(err), isDefinite(c.answer.err)) {
					missed.Add(1)
				}
				require.True(c, err != nil || c.answer.status < 400, "%s: a failure stays one", d.what)
			}
		})
	})
	t.Logf("%d damaged answers; of %d flips %d went unnoticed and changed what the caller sees", cases.Load(), flips.Load(), missed.Load())
}
