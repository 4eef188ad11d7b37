package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func zipped(t *testing.T, plain string) string {
	t.Helper()
	var b bytes.Buffer
	zw, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	require.NoError(t, err)
	_, err = io.WriteString(zw, plain)
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	return b.String()
}

func isFinal(err error) bool {
	var final *retry.Final
	return errors.As(err, &final)
}

func TestWholeAnswersPass(t *testing.T) {
	t.Parallel()

	const object = `{"Item":{"A":{"N":"1"}}}`
	const tricky = `{"}":"{\\\"}","\\\\":["}{","\""],"":{}}`
	packed := zipped(t, object)
	tests := map[string]struct {
		resp *http.Response
		want string
	}{
		"without checksum":      {answer(200, object), object},
		"with checksum":         {answer(200, object, "X-Amz-Crc32", wiretest.Checksum(object)), object},
		"braces within strings": {answer(200, tricky, "X-Amz-Crc32", wiretest.Checksum(tricky)), tricky},
		"checksum with spaces":  {answer(200, object, "X-Amz-Crc32", " "+wiretest.Checksum(object)+" "), object},
		"space around":          {answer(200, " {}\r\n"), " {}\r\n"},
		"empty object":          {answer(200, "{}"), "{}"},
		"gzip":                  {answer(200, packed, "Content-Encoding", "gzip"), object},
		"gzip, other letters":   {answer(200, packed, "Content-Encoding", "GZIP"), object},
		"gzip with checksum":    {answer(200, packed, "Content-Encoding", "gzip", "X-Amz-Crc32", wiretest.Checksum(packed)), object},
		"failure as HTML":       {answer(503, "<html>busy</html>"), "<html>busy</html>"},
		"failure without body":  {answer(500, ""), ""},
		"failure with checksum": {answer(400, object, "X-Amz-Crc32", wiretest.Checksum(object)), object},
		"failure, report whole": {answer(400, object, "Content-Type", "application/x-amz-json-1.0"), object},
		"failure, no report":    {answer(400, "", "Content-Type", "application/x-amz-json-1.0"), ""},
		"failure, other kind":   {answer(400, object[:9], "Content-Type", "application/json"), object[:9]},
		"failure as gzip":       {answer(400, packed, "Content-Encoding", "gzip"), object},
		"as large as allowed":   {answer(200, "{"+strings.Repeat(" ", largestHere-2)+"}"), "{" + strings.Repeat(" ", largestHere-2) + "}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, _, err := exchange(t, answering(test.resp, nil), "https://host/")
			require.NoError(t, err)
			assert.Equal(t, test.want, body)
			if test.resp.Header.Get("Content-Encoding") != "" {
				t.Error("the body is plain and the header says that it is not")
			}
		})
	}
}

func TestDamagedAnswersAreRefused(t *testing.T) {
	t.Parallel()

	const object = `{"Item":{"A":{"S":"CANARY"}}}`
	packed := zipped(t, object)
	short := answer(200, object)
	short.ContentLength += 10
	long := answer(200, object)
	long.ContentLength -= 10
	flipped := strings.Replace(object, "CANARY", "CANARX", 1)
	noBody := &http.Response{StatusCode: 200}
	breaksOff := &http.Response{StatusCode: 200, ContentLength: -1, Body: io.NopCloser(io.MultiReader(strings.NewReader(object), errReader{io.ErrUnexpectedEOF}))}

	tests := map[string]*http.Response{
		"checksum of other bytes":       answer(200, flipped, "X-Amz-Crc32", wiretest.Checksum(object)),
		"checksum of an empty body":     answer(200, "", "X-Amz-Crc32", "0"),
		"checksum of other empty body":  answer(200, "", "X-Amz-Crc32", wiretest.Checksum(object)),
		"checksum is no number":         answer(200, object, "X-Amz-Crc32", "CANARY"),
		"checksum is too large":         answer(200, object, "X-Amz-Crc32", "4294967296"),
		"checksum of the unpacked body": answer(200, packed, "Content-Encoding", "gzip", "X-Amz-Crc32", wiretest.Checksum(object)),
		"failure with wrong checksum":   answer(400, object, "X-Amz-Crc32", "1"),
		"failure with half a report":    answer(400, object[:9], "Content-Type", "application/x-amz-json-1.0"),
		"shorter than announced":        short,
		"longer than announced":         long,
		"breaks off":                    breaksOff,
		"empty":                         answer(200, ""),
		"no body at all":                noBody,
		"only space":                    answer(200, " \n\t"),
		"204":                           answer(204, ""),
		"array":                         answer(200, `["CANARY"]`),
		"string":                        answer(200, `"CANARY"`),
		"null":                          answer(200, `null`),
		"report of a failure":           answer(200, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`),
		"HTML":                          answer(200, "<html>CANARY</html>"),
		"half a surrogate pair":         answer(200, `{"Item":{"A":{"S":"a\ud800b"}}}`),
		"half of one, with checksum":    answer(200, `{"Item":{"\udc00":{"S":""}}}`, "X-Amz-Crc32", wiretest.Checksum(`{"Item":{"\udc00":{"S":""}}}`)),
		"half an object":                answer(200, object[:len(object)-3]+"}"),
		"not closed":                    answer(200, object[:len(object)-1]),
		"second object behind":          answer(200, object+object),
		"text behind":                   answer(200, object+" CANARY }"),
		"space that JSON has not":       answer(200, object+"\u00a0\v"),
		"the same, with checksum":       answer(200, object+"\u2028", "X-Amz-Crc32", wiretest.Checksum(object+"\u2028")),
		"second object, with checksum":  answer(200, object+object, "X-Amz-Crc32", wiretest.Checksum(object+object)),
		"text behind, with checksum":    answer(200, object+" CANARY }", "X-Amz-Crc32", wiretest.Checksum(object+" CANARY }")),
		"open string, with checksum":    answer(200, `{"CANARY}`, "X-Amz-Crc32", wiretest.Checksum(`{"CANARY}`)),
		"open object, with checksum":    answer(200, `{"A":{"B":"CANARY"}`, "X-Amz-Crc32", wiretest.Checksum(`{"A":{"B":"CANARY"}`)),
		"brackets only outside":         answer(200, `{CANARY}`),
		"gzip that is none":             answer(200, object, "Content-Encoding", "gzip"),
		"gzip cut short":                answer(200, packed[:len(packed)-4], "Content-Encoding", "gzip"),
		"gzip with a flipped bit":       answer(200, packed[:20]+string(packed[20]^1)+packed[21:], "Content-Encoding", "gzip"),
		"gzip of nothing":               answer(200, zipped(t, ""), "Content-Encoding", "gzip"),
		"gzip not announced":            answer(200, packed),
	}
	for name, resp := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, tries, err := exchange(t, answering(resp, nil), "https://host/")
			assert.ErrorIs(t, err, ErrCorrupt)
			assert.NotContains(t, err.Error(), "CANAR", "the text holds nothing of the body")
			assert.False(t, isFinal(err), "another attempt may do better")
			require.Len(t, tries, 1)
			assert.Equal(t, retry.Unknown, tries[0].Outcome, "also with a status of 4xx")
		})
	}
}

// Every single flipped bit of an answer is noticed by its checksum.
func TestChecksumNoticesEveryBit(t *testing.T) {
	t.Parallel()

	const object = `{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"1999"}}}`
	for i := range len(object) * 8 {
		damaged := []byte(object)
		damaged[i/8] ^= 1 << (i % 8)
		_, _, err := exchange(t, answering(answer(200, string(damaged), "X-Amz-Crc32", wiretest.Checksum(object)), nil), "https://host/")
		require.ErrorIs(t, err, ErrCorrupt, "bit %d", i)
	}
}

// endless is a body that never ends, and counts what was taken of it.
type endless struct{ taken int64 }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.taken += int64(len(p))
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func TestOversizeAnswersAreFinal(t *testing.T) {
	t.Parallel()

	body := &endless{}
	announced := &endless{}
	tests := map[string]*http.Response{
		"one byte over":          answer(200, "{"+strings.Repeat(" ", largestHere-1)+"}"),
		"endless":                {StatusCode: 200, Body: body, ContentLength: -1},
		"announced as oversize":  {StatusCode: 200, Body: announced, ContentLength: largestHere + 1},
		"endless failure":        {StatusCode: 500, Body: &endless{}, ContentLength: -1},
		"gzip bomb":              answer(200, zipped(t, "{"+strings.Repeat(" ", 100*largestHere)+"}"), "Content-Encoding", "gzip"),
		"gzip one byte too much": answer(200, zipped(t, "{"+strings.Repeat(" ", largestHere-1)+"}"), "Content-Encoding", "gzip"),
	}
	for name, resp := range tests {
		_, _, err := exchange(t, answering(resp, nil), "https://host/")
		assert.ErrorIs(t, err, ErrCorrupt, name)
		assert.True(t, isFinal(err), name)
	}
	assert.Less(t, body.taken, int64(4*largestHere), "reading stops near the limit")
	assert.Zero(t, announced.taken, "an announced size is believed")
}

// A limit of the largest int64 once overflowed, and every answer was empty.
func TestLargestLimit(t *testing.T) {
	t.Parallel()

	for name, resp := range map[string]*http.Response{
		"plain": answer(200, "{}"),
		"gzip":  answer(200, zipped(t, "{}"), "Content-Encoding", "gzip"),
	} {
		x := answering(resp, nil)
		x.LargestAnswer = math.MaxInt64
		body, _, err := exchange(t, x, "https://host/")
		require.NoError(t, err, name)
		assert.Equal(t, "{}", body, name)
	}
}

func TestRedirectIsFinal(t *testing.T) {
	t.Parallel()

	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		resp := answer(status, "moved", "Location", "https://elsewhere/")
		_, tries, err := exchange(t, answering(resp, nil), "https://host/")
		assert.ErrorIs(t, err, ErrRedirect)
		assert.True(t, isFinal(err))
		assert.Equal(t, []retry.Try{{Outcome: retry.Unknown, Status: status, RequestID: "REQ1"}}, tries)
	}
}
