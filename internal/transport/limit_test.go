package transport

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func TestLimitOfAnAnswer(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, test := range []struct{ given, batch, other int64 }{
		{1 * mib, 1 * mib, 1 * mib}, // small limits hold for all
		{32 * mib, 32 * mib, 32 * mib},
		{64 * mib, 64 * mib, 32 * mib},
		{256 * mib, 256 * mib, 32 * mib}, // the default
		{1024 * mib, 1024 * mib, 128 * mib},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64 / 8},
	} {
		x := &Exchange{LargestAnswer: test.given}
		for action, want := range map[string]int64{
			"BatchGetItem": test.batch, "BatchWriteItem": test.batch,
			"GetItem": test.other, "Scan": test.other, "PutItem": test.other, "ListTables": test.other, "": test.other,
		} {
			assert.Equal(t, want, x.largestAnswer(action), "%s of %d", action, test.given)
		}
		assert.Equal(t, test.given, x.LargestAnswer, "x is not changed")
	}
}

func TestLimitIsThatOfTheAction(t *testing.T) {
	t.Parallel()
	for action, fits := range map[string]bool{"BatchGetItem": true, "GetItem": false, "Scan": false} {
		x := &Exchange{LargestAnswer: 256 << 20, Next: wiretest.Func(func(*http.Request) (*http.Response, error) {
			return answer(200, "{"+strings.Repeat(" ", largestPage)+"}"), nil
		})}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://host/", strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
		resp, err := x.Do(req)
		if fits {
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			continue
		}
		assert.ErrorIs(t, err, ErrCorrupt, action)
		assert.True(t, isFinal(err), "the same answer would come again")
	}
}

func TestReadAll(t *testing.T) {
	t.Parallel()
	const limit = 10_000
	for _, size := range []int{0, 1, 511, 512, 513, limit - 1, limit, limit + 1, limit + 2, 5 * limit} {
		for _, expected := range []int64{-1, 0, 1, int64(size), limit, math.MaxInt64} {
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"at once": func(r io.Reader) io.Reader { return r },
				"halves":  iotest.HalfReader,
				"bytes":   iotest.OneByteReader,
				"eof":     iotest.DataErrReader, // the last bytes come with the io.EOF
			} {
				text := strings.Repeat("0123456789", size/10+1)[:size]
				got, err := readAll(wrap(strings.NewReader(text)), nil, expected, limit)
				require.NoError(t, err)
				require.Equal(t, text[:min(size, limit+1)], string(got), "%s %d %d", name, size, expected)
				got, err = readAll(wrap(strings.NewReader(text)), nil, expected, math.MaxInt64)
				require.NoError(t, err)
				require.Equal(t, text, string(got))
			}
		}
	}
}

func TestReadAllMakesNoMoreRoomThanTheLimit(t *testing.T) {
	t.Parallel()
	endless := readerFunc(func(p []byte) (int, error) { return len(p), nil })
	for _, limit := range []int64{600, 1 << 20, 1<<20 + 1, 3 << 20, 5_000_000} {
		got, err := readAll(endless, nil, -1, limit)
		require.NoError(t, err)
		assert.Len(t, got, int(limit)+1)
		assert.LessOrEqual(t, int64(cap(got)), limit+1)
	}
}

func TestReadAllReturnsWhatItReadBeforeAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	got, err := readAll(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), nil, -1, 100)
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, "half", string(got))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
