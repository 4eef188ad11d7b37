package reliability

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

var _ = addChild("bomb", bombChild)

// bomb is an answer that is meant to exhaust its reader.
type bomb struct {
	status int    // 200 if it is 0
	action string // what the child calls; GetItem if it is empty
	body   func(w io.Writer)
	form   string // "length": announced, with its checksum; "gzip"; else in chunks
	cause  error  // ErrCorruptResponse if it is nil, or noCause
	heap   int    // the most that the child may use, in times of the limit; 3 if it is 0
}

// errNoCause is for an error that is none of the Err variables, errFits for an answer that
// is taken.
var (
	errNoCause = errors.New("no cause")
	errFits    = errors.New("no error")
)

// bombLimits returns the largest answers that the child's client takes: its default
// with -full.
func bombLimits() (batch, single int) {
	return testSize(16<<20, 256<<20), testSize(2<<20, 32<<20)
}

func bombs() map[string]bomb {
	batch, single := bombLimits()
	deep := testSize(200_000, 2_000_000)
	many := testSize(500_000, 10_000_000)
	around := func(before, after string, inside func(w io.Writer)) func(io.Writer) {
		return func(w io.Writer) {
			_, _ = io.WriteString(w, before)
			inside(w)
			_, _ = io.WriteString(w, after)
		}
	}
	times := func(text string, n int) func(io.Writer) {
		return func(w io.Writer) { repeat(w, text, n) }
	}
	item := func(inside func(io.Writer)) func(io.Writer) { return around(`{"Item":{`, `}}`, inside) }
	nested := func(open, inner, shut string, n int) func(io.Writer) {
		return item(around(`"a":`, ``, around("", strings.Repeat(shut, n), around("", inner, times(open, n)))))
	}
	const endless = -1
	return map[string]bomb{
		"string as large as a batch":       {body: item(around(`"a":{"S":"`, `"}`, times("x", batch)))},
		"the same, announced":              {body: item(around(`"a":{"S":"`, `"}`, times("x", batch))), form: "length"},
		"string without end":               {body: item(around(`"a":{"S":"`, ``, times("x", endless)))},
		"white space without end":          {body: times(" ", endless)},
		"white space without end, batch":   {body: times(" ", endless), action: "BatchGet"},
		"white space without end, failure": {body: times(" ", endless), status: 400},
		"gzip":                             {body: item(around(`"a":{"S":"`, `"}`, times("x", 4*batch))), form: "gzip"},
		"gzip, batch":                      {body: item(around(`"a":{"S":"`, `"}`, times("x", 4*batch))), form: "gzip", action: "BatchGet"},
		"gzip, failure":                    {body: times(" ", 4*batch), form: "gzip", status: 500},
		"nested lists":                     {body: nested(`{"L":[`, ``, `]}`, deep)},
		"nested lists with a checksum":     {body: nested(`{"L":[`, ``, `]}`, deep), form: "length"},
		"nested maps":                      {body: nested(`{"M":{"a":`, `{"S":""}`, `}}`, deep/2)},
		"nested maps with a checksum":      {body: nested(`{"M":{"a":`, `{"S":""}`, `}}`, deep/2), form: "length"},
		"nested beyond what is stored":     {body: nested(`{"L":[`, ``, `]}`, 101), form: "length"},
		"nested and never closed":          {body: item(around(`"a":`, ``, times(`{"L":[`, deep)))},
		"nested arrays that are no item":   {body: times("[", single-10), form: "length"},
		"nested failure":                   {body: around(`{"a":`, `}`, times(`[`, deep)), status: 400, form: "length", cause: errNoCause},
		"many attributes":                  {body: item(around("", `"z":{"N":"1"}`, numberedMembers(many))), form: "length"},
		"many attributes on a page":        {body: around(`{"Count":1,"ScannedCount":1,"Items":[{`, `"z":{"N":"1"}}]}`, numberedMembers(many)), action: "Scan"},
		"many empty items":                 {body: around(`{"Count":1,"ScannedCount":1,"Items":[`, `{}]}`, times(`{},`, many)), action: "Scan", heap: 30},
		"many names of tables":             {body: around(`{"TableNames":[`, `"z"]}`, times(`"a",`, 2*many)), action: "ListTables"},
		"as many names of tables as fit":   {body: around(`{"TableNames":[`, `"z"]}`, times(`"a",`, single/4-10)), action: "ListTables", cause: errFits, heap: 30},
		"as many attributes as fit":        {body: item(around("", `"z":{"N":"1"}`, numberedMembers(single/22))), form: "length", cause: errFits, heap: 30},
		"as many empty strings as fit":     {body: item(around(`"a":{"L":[`, `{"S":""}]}`, times(`{"S":""},`, single/10))), form: "length", cause: errFits, heap: 30},
		"many parts of a key":              {body: around(`{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":{`, `"z":{"N":"1"}}}`, numberedMembers(many)), action: "Scan"},
		"huge name":                        {body: item(around(`"`, `":{"S":""}`, times("n", batch)))},
		"large name of no type":            {body: item(around(`"`, `":{"X":""}`, times("n", single-100))), heap: 6},
		"number of many digits":            {body: item(around(`"a":{"N":"`, `"}`, times("1", single-100))), heap: 6},
	}
}

// repeat writes the text n times, or until the reader has gone if n is negative.
func repeat(w io.Writer, text string, n int) {
	const block = 4096
	long := strings.Repeat(text, block)
	for n < 0 || n >= block {
		if _, err := io.WriteString(w, long); err != nil {
			return
		}
		if n > 0 {
			n -= block
		}
	}
	_, _ = io.WriteString(w, strings.Repeat(text, n))
}

func numberedMembers(n int) func(io.Writer) {
	return func(w io.Writer) {
		var block []byte
		for i := range n {
			block = append(strconv.AppendInt(append(block, `"a`...), int64(i), 10), `":{"N":"1"},`...)
			if len(block) > 1<<15 || i == n-1 {
				if _, err := w.Write(block); err != nil {
					return
				}
				block = block[:0]
			}
		}
	}
}

func (b bomb) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_, _ = io.Copy(io.Discard, req.Body)
	status := max(b.status, 200)
	switch b.form {
	case "length":
		var whole bytes.Buffer
		b.body(&whole)
		w.Header().Set("Content-Length", strconv.Itoa(whole.Len()))
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(whole.Bytes())), 10))
		w.WriteHeader(status)
		_, _ = w.Write(whole.Bytes())
	case "gzip":
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		zw := gzip.NewWriter(w)
		b.body(zw)
		_ = zw.Close()
	default:
		w.WriteHeader(status)
		b.body(w)
	}
}

func TestBombsAreErrorsInBoundedMemory(t *testing.T) {
	t.Parallel()
	batch, single := bombLimits()
	for name, b := range bombs() {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(b)
			defer server.Close()
			action, limit := cmp.Or(b.action, "GetItem"), single
			if action == "BatchGet" {
				limit = batch
			}
			option := limit
			if *full {
				option = batch // the default, from which the limit follows
			}
			out, err := childCommand(t, "bomb", server.URL, action, strconv.Itoa(option)).Output()
			require.NoError(t, err, "the child has crashed")
			var r bombReport
			require.NoError(t, json.Unmarshal(out, &r), "%s", out)
			switch cause := cmp.Or(b.cause, dynamoconn.ErrCorruptResponse); {
			case errors.Is(cause, errFits):
				assert.Zero(t, r.Length, r.Text)
			case errors.Is(cause, errNoCause):
				assert.NotZero(t, r.Length)
				assert.Empty(t, r.Causes)
			default:
				assert.Equal(t, []string{cause.Error()}, r.Causes, r.Text)
			}
			assert.Less(t, r.Length, 4096, "the text of the error")
			const program = 8 << 20 // that of a client that does nothing much
			assert.Less(t, r.Peak, uint64(program+cmp.Or(b.heap, 3)*limit), "bytes of heap in use")
			t.Logf("limit %.0f MB: heap in use at most %.1f MB, %v, %d bytes of text: %.120s",
				megabytes(uint64(limit)), megabytes(r.Peak), r.Took.Round(time.Millisecond), r.Length, r.Text)
		})
	}
}

// bombReport is what became of a child that met a bomb.
type bombReport struct {
	Causes []string
	Text   string // of the error, cut
	Length int
	Peak   uint64
	Took   time.Duration
}

func bombChild() {
	url, action := os.Args[1], os.Args[2]
	limit, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	ctx := context.Background()
	client, err := dynamoconn.New(ctx, dynamoconn.WithEndpoint(url), dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithStaticCredentials("child", "child", ""), dynamoconn.WithLargestAnswer(limit), dynamoconn.WithMaxAttempts(2),
		dynamoconn.WithAttemptTimeout(10*time.Minute)) // it is about memory, and a busy machine is slow
	check(err)
	stop := watchHeap(func() int { return 0 })
	began := time.Now()
	key := dynamoconn.Item{dynamoconn.String("ID", "a")}
	switch action {
	case "GetItem":
		_, err = client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
	case "Scan":
		_, err = client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "Music"})
	case "ListTables":
		_, err = client.ListTables(ctx, dynamoconn.ListTablesRequest{})
	case "BatchGet":
		_, err = client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{key}}},
		})
	}
	report := bombReport{Took: time.Since(began)}
	peak, _ := stop()
	report.Peak = peak[0]
	if err != nil {
		report.Text, report.Length = fmt.Sprintf("%.400s", err), len(err.Error())
	}
	for _, cause := range []error{
		dynamoconn.ErrCorruptResponse, dynamoconn.ErrUnavailable, dynamoconn.ErrValidation, dynamoconn.ErrAmbiguous, dynamoconn.ErrInvalidRequest,
	} {
		if errors.Is(err, cause) {
			report.Causes = append(report.Causes, cause.Error())
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(report))
}
