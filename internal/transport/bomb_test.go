package transport

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blanks returns an object of n bytes, packed.
func blanks(t *testing.T, n int) string {
	t.Helper()
	const unit = 1 << 20
	if n <= unit {
		return zipped(t, "{"+strings.Repeat(" ", n-2)+"}")
	}
	return zippedUnits(t, "{", strings.Repeat(" ", unit), n/unit-1, strings.Repeat(" ", unit-2)+"}")
}

// zippedUnits returns head, a number of times unit, and tail as one member of gzip. It packs
// unit once, because packing is slow under the race detector.
func zippedUnits(t *testing.T, head, unit string, times int, tail string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
	pack := func(text string, end func(*flate.Writer) error) string {
		var packed bytes.Buffer
		w, err := flate.NewWriter(&packed, flate.BestSpeed)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, end(w))
		return packed.String()
	}
	b.WriteString(pack(head, (*flate.Writer).Flush)) // what is flushed ends at a byte
	b.WriteString(strings.Repeat(pack(unit, (*flate.Writer).Flush), times))
	b.WriteString(pack(tail, (*flate.Writer).Close))
	sum := crc32.ChecksumIEEE([]byte(head))
	for range times {
		sum = crc32.Update(sum, crc32.IEEETable, []byte(unit))
	}
	sum = crc32.Update(sum, crc32.IEEETable, []byte(tail))
	end := binary.LittleEndian.AppendUint32(nil, sum)
	b.Write(binary.LittleEndian.AppendUint32(end, uint32(len(head)+times*len(unit)+len(tail)))) //nolint:gosec // gzip states it modulo 2^32
	return b.String()
}

// allocated returns how much memory do takes in all. Nothing else may run.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A small answer must not cost much memory: in all three times the size that it may unpack
// to. TestPeakOfReading shows that two times that size are held at once. It is not parallel,
// because it counts all allocations.
func TestBombs(t *testing.T) {
	skipLarge(t)
	const mib = 1 << 20
	packed := blanks(t, 64*mib)
	lying := []byte(packed)
	binary.LittleEndian.PutUint32(lying[len(lying)-4:], 1)
	tests := map[string]struct {
		body    string
		gzip    bool
		largest int64
		unpacks uint64 // to at most so much
		final   bool
	}{
		"33 MiB":                        {blanks(t, 33*mib), true, 256 * mib, 32 * mib, true},
		"64 MiB":                        {packed, true, 256 * mib, 32 * mib, true},
		"200 MiB":                       {blanks(t, 200*mib), true, 256 * mib, 40 * mib, true},
		"over the limit on answers":     {blanks(t, 20*mib), true, 10 * mib, 10 * mib, true},
		"half of one":                   {packed[:len(packed)*3/5], true, 256 * mib, 32 * mib, true},
		"one that lies about its size":  {string(lying), true, 256 * mib, 32 * mib, true},
		"within the limits, but cut":    {packed[:1000], true, 256 * mib, 2 * mib, false},
		"not packed, over the limit":    {strings.Repeat(" ", 64*mib), false, 32 * mib, 32 * mib, true},
		"packed twice is not unpacked":  {zipped(t, packed), true, 256 * mib, mib, false},
		"many empty members":            {strings.Repeat(zipped(t, ""), 10_000), true, 256 * mib, mib, false},
		"200 members of 1 MiB":          {strings.Repeat(blanks(t, mib), 200), true, 256 * mib, 44 * mib, true},
		"members of 1 MiB, small limit": {strings.Repeat(blanks(t, mib), 200), true, 4 * mib, 4 * mib, true},
	}
	for name, test := range tests {
		resp := answer(200, test.body)
		resp.ContentLength = -1
		if test.gzip {
			resp.Header.Set("Content-Encoding", "gzip")
		}
		x := answering(resp, nil)
		x.LargestAnswer = test.largest
		var err error
		taken := allocated(func() { _, err = batchAnswer(t, x) })
		require.ErrorIs(t, err, ErrCorrupt, name)
		assert.Equal(t, test.final, isFinal(err), name)
		assert.LessOrEqual(t, taken, 3*test.unpacks+mib, name) // and what it takes besides
	}
}

// skipLarge skips a test with -short that unpacks or reads hundreds of megabytes.
func skipLarge(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skipf("-short: takes hundreds of megabytes; run it with go test ./internal/transport -run '^%s$'", t.Name())
	}
}

// heapWatch fills what it is asked to fill, and keeps how large the heap was at most.
type heapWatch struct{ most uint64 }

func (h *heapWatch) Read(p []byte) (int, error) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats) // with the buffer that was just outgrown
	h.most = max(h.most, stats.HeapAlloc)
	clear(p)
	runtime.GC()
	return len(p), nil
}

func TestPeakOfReading(t *testing.T) {
	skipLarge(t)
	const limit = 50 << 20
	for _, size := range []int64{-1, 1000, limit, math.MaxInt64 - 1} {
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var watch heapWatch
		got, err := readAll(&watch, nil, size, limit)
		require.NoError(t, err)
		assert.Len(t, got, limit+1)
		assert.Less(t, watch.most-before.HeapAlloc, uint64(2*limit))
	}
}

// An answer that is as large as DynamoDB makes them passes however well it shrinks.
func TestLegitimateAnswersThatShrinkWell(t *testing.T) {
	t.Parallel()

	const pair = `{"Genre":{"S":"Country"},"Label":{"S":"Random Records, ` + `Nashville"}},`
	for name, object := range map[string]struct {
		head, unit string
		times      int
		tail       string
	}{
		"zeros":                                  {`{"Responses":{"T":[{"B":{"B":"`, strings.Repeat("A", 1<<20), 21, `"}}]}}`},
		"much that is alike, beside what is not": {noise() + `"Responses":{"T":[`, strings.Repeat(pair, 10_000), 60, `{}]}}`},
	} {
		packed := zippedUnits(t, object.head, object.unit, object.times, object.tail)
		plain := object.head + strings.Repeat(object.unit, object.times) + object.tail
		x := answering(answer(200, packed, "Content-Encoding", "gzip"), nil)
		x.LargestAnswer = 256 << 20
		body, err := batchAnswer(t, x)
		require.NoError(t, err, name)
		assert.Equal(t, len(plain), len(body), name) //nolint:testifylint // the text must not be printed
		assert.True(t, plain == string(body), name)  //nolint:testifylint // the same
	}
}

// noise returns the begin of an object with what does not shrink, as real items hold it.
func noise() string {
	var b strings.Builder
	b.WriteString(`{"Noise":{"S":"`)
	state := uint64(1)
	for range 1 << 20 {
		state = state*6364136223846793005 + 1442695040888963407
		b.WriteByte('a' + byte(state>>60))
	}
	b.WriteString(`"},`)
	return b.String()
}

// batchAnswer does one exchange for a batch, whose answers are the largest.
func batchAnswer(t *testing.T, x *Exchange) ([]byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://host/", strings.NewReader("{}"))
	require.NoError(t, err)
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.BatchGetItem")
	resp, err := x.Do(req)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}
