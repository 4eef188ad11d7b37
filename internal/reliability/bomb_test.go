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
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

var _ = addChild("bomb", bombChild)

// bomb is an answer that is meant to exhaust the memory of its reader.
type bomb struct {
	status int    // 0 means 200
	action string // the activity that the child calls; empty means GetItem
	body   func(w io.Writer)
	form   string // "length" for a body with Content-Length and checksum, "gzip", or empty for chunks
	cause  error  // what the error must match; nil means ErrCorruptResponse
	heap   int    // the largest heap that the child may use, as a multiple of the limit; 0 means 3
}

// errAccepted stands for no error, because the answer is within the limit.
var errAccepted = errors.New("no error")

// bombLimits returns the sizes of the largest answers that the child's client accepts,
// for a batch and for other activities. With -full they are the defaults.
func bombLimits() (batch, single int) {
	return testSize(0, 16<<20, 256<<20), testSize(0, 2<<20, 32<<20)
}

// bombs returns all bombs by name. It is long because it is one table.
func bombs() map[string]bomb {
	batch, single := bombLimits()
	deep := testSize(0, 200_000, 2_000_000)
	many := testSize(0, 300_000, 10_000_000)
	wrap := func(before, after string, inside func(w io.Writer)) func(io.Writer) {
		return func(w io.Writer) {
			_, _ = io.WriteString(w, before)
			inside(w)
			_, _ = io.WriteString(w, after)
		}
	}
	repeated := func(text string, n int) func(io.Writer) {
		return func(w io.Writer) { repeat(w, text, n) }
	}
	item := func(inside func(io.Writer)) func(io.Writer) { return wrap(`{"Item":{`, `}}`, inside) }
	nested := func(open, inner, shut string, n int) func(io.Writer) {
		return item(wrap(`"a":`, ``, wrap("", strings.Repeat(shut, n), wrap("", inner, repeated(open, n)))))
	}
	const endless = -1
	return map[string]bomb{
		"string as large as a batch":       {body: item(wrap(`"a":{"S":"`, `"}`, repeated("x", batch)))},
		"the same with a length":           {body: item(wrap(`"a":{"S":"`, `"}`, repeated("x", batch))), form: "length"},
		"endless string":                   {body: item(wrap(`"a":{"S":"`, ``, repeated("x", endless)))},
		"endless white space":              {body: repeated(" ", endless)},
		"endless white space, batch":       {body: repeated(" ", endless), action: "BatchGet"},
		"endless white space, failure":     {body: repeated(" ", endless), status: 400},
		"gzip":                             {body: item(wrap(`"a":{"S":"`, `"}`, repeated("x", 4*batch))), form: "gzip"},
		"gzip, batch":                      {body: item(wrap(`"a":{"S":"`, `"}`, repeated("x", 4*batch))), form: "gzip", action: "BatchGet"},
		"gzip, failure":                    {body: repeated(" ", 4*batch), form: "gzip", status: 500},
		"nested lists":                     {body: nested(`{"L":[`, ``, `]}`, deep)},
		"nested lists with a checksum":     {body: nested(`{"L":[`, ``, `]}`, deep), form: "length"},
		"nested maps":                      {body: nested(`{"M":{"a":`, `{"S":""}`, `}}`, deep/2)},
		"nested maps with a checksum":      {body: nested(`{"M":{"a":`, `{"S":""}`, `}}`, deep/2), form: "length"},
		"nested deeper than items may be":  {body: nested(`{"L":[`, ``, `]}`, 101), form: "length"},
		"nested and never closed":          {body: item(wrap(`"a":`, ``, repeated(`{"L":[`, deep)))},
		"nested arrays that are not items": {body: repeated("[", single-10), form: "length"},
		"nested failure":                   {body: wrap(`{"a":`, `}`, repeated(`[`, deep)), status: 400, form: "length"},
		"many attributes":                  {body: item(wrap("", `"z":{"N":"1"}`, numberedMembers(many))), form: "length"},
		"many attributes on a page":        {body: wrap(`{"Count":1,"ScannedCount":1,"Items":[{`, `"z":{"N":"1"}}]}`, numberedMembers(many)), action: "Scan"},
		"many empty items":                 {body: wrap(`{"Count":1,"ScannedCount":1,"Items":[`, `{}]}`, repeated(`{},`, many)), action: "Scan", heap: 30},
		"many names of tables":             {body: wrap(`{"TableNames":[`, `"z"]}`, repeated(`"a",`, 2*many)), action: "ListTables"},
		"as many names of tables as fit":   {body: wrap(`{"TableNames":[`, `"z"]}`, repeated(`"a",`, single/4-10)), action: "ListTables", cause: errAccepted, heap: 30},
		"as many attributes as fit":        {body: item(wrap("", `"z":{"N":"1"}`, numberedMembers(single/22))), form: "length", cause: errAccepted, heap: 30},
		"as many empty strings as fit":     {body: item(wrap(`"a":{"L":[`, `{"S":""}]}`, repeated(`{"S":""},`, single/10))), form: "length", cause: errAccepted, heap: 30},
		"many parts of a key":              {body: wrap(`{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":{`, `"z":{"N":"1"}}}`, numberedMembers(many)), action: "Scan"},
		"name as large as a batch":         {body: item(wrap(`"`, `":{"S":""}`, repeated("n", batch)))},
		"large name with an unknown type":  {body: item(wrap(`"`, `":{"X":""}`, repeated("n", single-100))), heap: 6},
		"number of many digits":            {body: item(wrap(`"a":{"N":"`, `"}`, repeated("1", single-100))), heap: 6},
	}
}

// repeat writes the text n times. If n is negative, it writes until the reader is gone.
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

// numberedMembers returns a function that writes n attributes with different names.
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

// ServeHTTP answers every request with the bomb.
func (b bomb) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_, _ = io.Copy(io.Discard, req.Body)
	status := max(b.status, 200)
	switch b.form {
	case "length":
		var content bytes.Buffer
		b.body(&content)
		w.Header().Set("Content-Length", strconv.Itoa(content.Len()))
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(content.Bytes())), 10))
		w.WriteHeader(status)
		_, _ = w.Write(content.Bytes())
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
	skipBrief(t)
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
				option = batch // the default; the limit of other activities follows from it
			}
			out, err := childCommand(t, "bomb", server.URL, action, strconv.Itoa(option)).Output()
			require.NoError(t, err, "the child crashed")
			var r bombReport
			require.NoError(t, json.Unmarshal(out, &r), "%s", out)
			switch cause := cmp.Or(b.cause, dynamoconn.ErrCorruptResponse); {
			case errors.Is(cause, errAccepted):
				assert.Zero(t, r.Length, r.Text)
			default:
				assert.Equal(t, []string{cause.Error()}, r.Causes, r.Text)
			}
			assert.Less(t, r.Length, 4096, "bytes of the error's text")
			const baseline = 8 << 20 // the heap of a client that does little
			assert.Less(t, r.Peak, uint64(baseline+cmp.Or(b.heap, 3)*limit), "bytes of heap in use")
			t.Logf("limit %.0f MB: heap in use at most %.1f MB, %v, %d bytes of text: %.120s",
				megabytes(uint64(limit)), megabytes(r.Peak), r.Took.Round(time.Millisecond), r.Length, r.Text)
		})
	}
}

// bombReport is the report of a child that received a bomb.
type bombReport struct {
	Causes []string // the Err variables that the error matches
	Text   string   // the beginning of the error's text
	Length int      // the length of the error's text; 0 means no error
	Peak   uint64   // the largest heap in use, in bytes
	Took   time.Duration
}

// bombChild makes one call and prints its report as JSON. Its arguments are the URL of
// the server, the activity and the limit.
func bombChild() {
	url, action := os.Args[1], os.Args[2]
	limit, err := strconv.ParseInt(os.Args[3], 10, 64)
	exitOnError(err)
	ctx := context.Background()
	client, err := dynamoconn.New(ctx, dynamoconn.WithEndpoint(url), dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithStaticCredentials("child", "child", ""), dynamoconn.WithLargestAnswer(limit), dynamoconn.WithMaxAttempts(2),
		dynamoconn.WithAttemptTimeout(10*time.Minute)) // a slow machine must not end the attempt
	exitOnError(err)
	debug.SetGCPercent(25) // so that the heap in use is little more than what is needed
	stop := watchHeap(func() int { return 0 })
	began := time.Now()
	key := dynamoconn.Item{dynamoconn.String("ID", "a")}
	switch action {
	case "GetItem":
		// With a projection an item without its key is an answer.
		_, err = client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Music", Item: key, ProjectionExpression: "a"})
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
	exitOnError(json.NewEncoder(os.Stdout).Encode(report))
}
