package dynamoconn_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// pageEndingAt is an empty page with that LastEvaluatedKey.
func pageEndingAt(key string) wiretest.Answer {
	return wiretest.Reply(200, `{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":`+key+`}`)
}

func keyOf(id string) string { return `{"ID":{"S":"` + id + `"}}` }

// The SDK's paginator and guregu/dynamo read on for ever here.
func TestEmptyLastEvaluatedKeyEndsTheScan(t *testing.T) {
	t.Parallel()
	for _, key := range []string{`{}`, `null`} {
		for form, scan := range scanForms {
			w := wiretest.New(pageEndingAt(keyOf("A")), pageEndingAt(key))
			resp, err := scan(t, wireClient(t, w), dynamoconn.ScanTableRequest{TableName: "Music"})
			require.NoError(t, err)
			if form == "ScanPage" {
				assert.False(t, resp.Checkpoint.Done())
				continue
			}
			assert.Len(t, w.Requests(), 2, form)
			if resp != nil {
				assert.True(t, resp.Checkpoint.Done())
				assert.Nil(t, resp.LastEvaluatedKey)
			}
		}
	}
}

func TestScanThatComesBackIsAnError(t *testing.T) {
	t.Parallel()
	long := strings.Split(strings.Repeat("x", 99), "")
	for i := range long {
		long[i] = fmt.Sprint("key ", i)
	}
	for name, test := range map[string]struct {
		start string
		keys  []string // then again from the first
		most  int      // requests
	}{
		"A, A":                     {"", []string{"A"}, 2},
		"A, B, A":                  {"", []string{"A", "B"}, 4},
		"A, B, C, A":               {"", []string{"A", "B", "C"}, 7},
		"99 keys":                  {"", long, 3 * 99},
		"back where the run began": {"A", []string{"B", "A"}, 2 + 4},
		"the run's own beginning":  {"A", []string{"A"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for form, scan := range scanForms {
				w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
					return pageEndingAt(keyOf(test.keys[(r.N-1)%len(test.keys)]))(r)
				})
				req := dynamoconn.ScanTableRequest{TableName: "Music"}
				if test.start != "" {
					req.ExclusiveStartKey = dynamoconn.Item{dynamoconn.String("ID", test.start)}
				}
				_, err := scan(t, wireClient(t, w), req)
				if form == "ScanPage" && test.start == test.keys[0] || form != "ScanPage" {
					require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, form)
					assert.LessOrEqual(t, len(w.Requests()), test.most, form)
					e := errorOf(t, err)
					assert.Equal(t, "Music", e.TableName)
					assert.NotZero(t, e.Attempts)
				}
			}
		})
	}
}

func TestLastEvaluatedKeyThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		`{"":{"S":"a"}}`, `{"ID":{"BOOL":true}}`, `{"ID":{"NULL":true}}`, `{"ID":{"L":[]}}`, `{"ID":{"M":{}}}`, `{"ID":{"SS":["a"]}}`, `{"ID":{"N":"x"}}`,
		`{"ID":{}}`, `{"ID":null}`, `[]`, `"A"`, `1`,
	} {
		for form, scan := range scanForms {
			_, err := scan(t, wireClient(t, wiretest.New(pageEndingAt(key))), dynamoconn.ScanTableRequest{TableName: "Music"})
			assert.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s %s", form, key)
		}
	}
}

func namesPage(last string, names ...string) wiretest.Answer {
	body := `{"TableNames":[`
	for i, name := range names {
		body += []string{"", ","}[min(i, 1)] + `"` + name + `"`
	}
	body += "]"
	if last != "" {
		body += `,"LastEvaluatedTableName":"` + last + `"`
	}
	return wiretest.Reply(200, body+"}")
}

// listForms are the ways to list tables.
var listForms = map[string]func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) ([]string, error){
	"ListTables": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) ([]string, error) {
		resp, err := client.ListTables(t.Context(), req)
		if err != nil {
			assert.Nil(t, resp)
			return nil, err
		}
		return tableNames(resp.ListTables), nil
	},
	"Tables": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) (names []string, err error) {
		for table, err := range client.Tables(t.Context(), req) {
			if err != nil {
				return names, err
			}
			names = append(names, table.Name)
		}
		return names, nil
	},
}

// guregu/dynamo ends at the empty page: a, and not c.
func TestEmptyPageOfTablesIsNotTheEnd(t *testing.T) {
	t.Parallel()
	for form, list := range listForms {
		w := wiretest.Script(t, namesPage("a", "a"), namesPage("b"), namesPage("bb"), namesPage("", "c"))
		names, err := list(t, wireClient(t, w), dynamoconn.ListTablesRequest{})
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "c"}, names, form)
		var starts []string
		for _, sent := range w.Requests() {
			starts = append(starts, sent.Body)
		}
		assert.Equal(t, []string{
			`{}`, `{"ExclusiveStartTableName":"a"}`, `{"ExclusiveStartTableName":"b"}`, `{"ExclusiveStartTableName":"bb"}`,
		}, starts, form)
	}
}

func TestListOfTablesThatComesBackIsAnError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pages []wiretest.Answer
		most  int
	}{
		"a, a":    {[]wiretest.Answer{namesPage("a", "a")}, 2},
		"a, b, a": {[]wiretest.Answer{namesPage("a", "a"), namesPage("b", "b")}, 4},
		"empty":   {[]wiretest.Answer{namesPage("a"), namesPage("b"), namesPage("c")}, 7},
	} {
		for form, list := range listForms {
			w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
				return test.pages[(r.N-1)%len(test.pages)](r)
			})
			_, err := list(t, wireClient(t, w), dynamoconn.ListTablesRequest{})
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s %s", form, name)
			assert.LessOrEqual(t, len(w.Requests()), test.most, "%s %s", form, name)
		}
	}
}

func tableNames(tables []dynamoconn.ListTable) []string {
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	return names
}

// numbered is a table of items with the IDs 0 to count-1. A filter lets every item through
// whose ID is a multiple of every. It counts what was read, and keeps nothing else.
type numbered struct {
	count, every int
	requests     int
	starts       []int // the first ID of each page, if keep is set
	keep         bool
}

func (n *numbered) answer(r *wiretest.Request) (*http.Response, error) {
	var scan struct {
		Limit             int
		FilterExpression  string
		Select            string
		ExclusiveStartKey struct{ ID struct{ N json.Number } }
	}
	if err := json.Unmarshal([]byte(r.Body), &scan); err != nil {
		return nil, err
	}
	n.requests++
	from := 0
	if id := scan.ExclusiveStartKey.ID.N; id != "" {
		last, err := id.Int64()
		if err != nil {
			return nil, err
		}
		from = int(last) + 1
	}
	if n.keep {
		n.starts = append(n.starts, from)
	}
	until := min(from+max(scan.Limit, 1), n.count)
	var items []string
	for id := from; id < until; id++ {
		if scan.FilterExpression == "" || id%n.every == 0 {
			items = append(items, fmt.Sprintf(`{"ID":{"N":"%d"}}`, id))
		}
	}
	body := fmt.Sprintf(`{"Count":%d,"ScannedCount":%d`, len(items), until-from)
	if scan.Select != "COUNT" {
		body += `,"Items":[` + strings.Join(items, ",") + `]`
	}
	if until < n.count {
		body += fmt.Sprintf(`,"LastEvaluatedKey":{"ID":{"N":"%d"}}`, until-1)
	}
	return wiretest.Reply(200, body+"}", "X-Amzn-Requestid", fmt.Sprintf("%052d", n.requests))(r)
}

func idOf(t *testing.T, item dynamoconn.Item) int {
	t.Helper()
	id, err := dynamoconn.Value[int](item, "ID")
	require.NoError(t, err)
	return id
}

// pagesOf scans until the loop is left, with one page after the other and an error.
func pagesOf(t *testing.T, table *numbered, req dynamoconn.ScanTableRequest) iter.Seq2[*dynamoconn.ScanTableResponse, error] {
	t.Helper()
	req.TableName = "Music"
	return wireClient(t, wiretest.Answer(table.answer)).ScanPages(t.Context(), req)
}

func TestScanPagesGoesOnWhereThePageEnded(t *testing.T) {
	t.Parallel()
	table := &numbered{count: 10, keep: true}
	loop := pagesOf(t, table, dynamoconn.ScanTableRequest{Limit: 4})
	assert.Zero(t, table.requests, "nothing is read before the loop")
	next := 0
	for page, err := range loop {
		require.NoError(t, err)
		assert.Equal(t, "Music", page.Name)
		assert.Equal(t, []int64{int64(len(page.Items)), int64(len(page.Items))}, []int64{page.Count, page.ScannedCount})
		assert.Equal(t, 1, page.Attempts)
		assert.Equal(t, []string{fmt.Sprintf("%052d", table.requests)}, page.RequestIDs, "those of this page")
		assert.Equal(t, page.LastEvaluatedKey == nil, page.Checkpoint.Done())
		for _, item := range page.Items {
			assert.Equal(t, next, idOf(t, item))
			next++
		}
		assert.Equal(t, (next+3)/4, table.requests, "no page is read ahead")
	}
	assert.Equal(t, 10, next)
	assert.Equal(t, []int{0, 4, 8}, table.starts)
}

// An interruption can come at any moment: before a page has been dealt with, half way
// through it, when it has been and is not yet saved, and after that.
func TestScanPagesBrokenOffAnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, seed))
	for run := range 60 {
		table := &numbered{count: r.IntN(60), every: 1 + r.IntN(5)}
		seen := make([]int, table.count)
		largest, breaks := 0, 0
		saved := textOf(t, dynamoconn.ScanCheckpoint{})
		for done := false; !done; {
			// The filter and the size of the page may be others in each run.
			req := dynamoconn.ScanTableRequest{Limit: int32(1 + r.IntN(9))}
			require.NoError(t, req.Checkpoint.UnmarshalText([]byte(saved)))
			until := -1
			if r.IntN(4) > 0 {
				until = r.IntN(30)
			}
			handled := 0
			broken := false
			for page, err := range pagesOf(t, table, req) {
				require.NoError(t, err)
				largest = max(largest, len(page.Items))
				for _, item := range page.Items {
					if broken = handled == until; broken {
						break
					}
					seen[idOf(t, item)]++
					handled++
				}
				if broken = broken || handled == until; broken {
					break // not saved
				}
				saved = textOf(t, page.Checkpoint)
				done = page.Checkpoint.Done()
			}
			if broken {
				breaks++
			}
		}
		twice := 0
		for id, times := range seen {
			require.Positive(t, times, "item %d is lost (seed %d, run %d)", id, seed, run)
			twice += times - 1
		}
		require.LessOrEqual(t, twice, breaks*largest, "seed %d, run %d", seed, run)
	}
}

func TestScanPagesHandsOverEmptyPagesAndTheirProgress(t *testing.T) {
	t.Parallel()
	table := &numbered{count: 20, every: 19, keep: true}
	req := dynamoconn.ScanTableRequest{Limit: 3, Conditions: rare}
	var ids, counts []int
	for {
		page, err := first(pagesOf(t, table, req)) // a new run for each page
		require.NoError(t, err)
		counts = append(counts, int(page.Count))
		for _, item := range page.Items {
			ids = append(ids, idOf(t, item))
		}
		if req.Checkpoint = page.Checkpoint; req.Checkpoint.Done() {
			break
		}
	}
	assert.Equal(t, []int{0, 19}, ids)
	assert.Equal(t, []int{1, 0, 0, 0, 0, 0, 1}, counts)
	assert.Equal(t, []int{0, 3, 6, 9, 12, 15, 18}, table.starts)
}

// rare is a filter; numbered answers a scan with any filter in its own way.
var rare = []dynamoconn.Condition{{
	Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 50)},
}}

func first[T any](loop iter.Seq2[T, error]) (value T, err error) {
	for value, err = range loop {
		break
	}
	return value, err
}

func TestScanPagesWithMaxItems(t *testing.T) {
	t.Parallel()
	for _, conditions := range [][]dynamoconn.Condition{nil, rare} {
		for _, limit := range []int32{0, 1, 2, 5} {
			for _, most := range []int{1, 2, 3, 7, 10, 11} {
				table := &numbered{count: 30, every: 3}
				req := dynamoconn.ScanTableRequest{Limit: limit, MaxItems: most, Conditions: conditions}
				next, step := 0, 1
				if conditions != nil {
					step = table.every
				}
				for !req.Checkpoint.Done() {
					run := 0
					for page, err := range pagesOf(t, table, req) {
						require.NoError(t, err)
						for _, item := range page.Items {
							require.Equal(t, next, idOf(t, item))
							next += step
							run++
						}
						req.Checkpoint = page.Checkpoint
					}
					require.True(t, run == most || req.Checkpoint.Done(), "%d of %d", run, most)
				}
				require.Equal(t, 30, next)
			}
		}
	}
}

func TestScanPagesCounts(t *testing.T) {
	t.Parallel()
	table := &numbered{count: 10}
	req := dynamoconn.ScanTableRequest{Limit: 4, CountOnly: true}
	total := int64(0)
	for !req.Checkpoint.Done() {
		page, err := first(pagesOf(t, table, req))
		require.NoError(t, err)
		assert.Nil(t, page.Items)
		total += page.Count
		req.Checkpoint = page.Checkpoint
	}
	assert.Equal(t, int64(10), total)
}

func TestScanAndScanPageFillTheCheckpoint(t *testing.T) {
	t.Parallel()
	for form, scan := range map[string]func(*dynamoconn.Client, dynamoconn.ScanTableRequest) (*dynamoconn.ScanTableResponse, error){
		"Scan": func(client *dynamoconn.Client, req dynamoconn.ScanTableRequest) (*dynamoconn.ScanTableResponse, error) {
			req.MaxItems, req.Limit = 4, 3
			return client.Scan(t.Context(), req)
		},
		"ScanPage": func(client *dynamoconn.Client, req dynamoconn.ScanTableRequest) (*dynamoconn.ScanTableResponse, error) {
			req.Limit = 4
			return client.ScanPage(t.Context(), req)
		},
	} {
		table := &numbered{count: 10}
		client := wireClient(t, wiretest.Answer(table.answer))
		req := dynamoconn.ScanTableRequest{TableName: "Music"}
		var ids []int
		for !req.Checkpoint.Done() {
			resp, err := scan(client, req)
			require.NoError(t, err, form)
			for _, item := range resp.Items {
				ids = append(ids, idOf(t, item))
			}
			req.Checkpoint = resp.Checkpoint
		}
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, ids, form)
	}
}

func TestScanPagesStartsOverFromItsOwnCheckpoint(t *testing.T) {
	t.Parallel()
	table := &numbered{count: 10, keep: true}
	req := dynamoconn.ScanTableRequest{Limit: 4}
	page, err := first(pagesOf(t, table, req))
	require.NoError(t, err)
	req.Checkpoint = page.Checkpoint
	loop := pagesOf(t, table, req)
	for range 2 {
		for _, err := range loop {
			require.NoError(t, err)
		}
	}
	assert.Equal(t, []int{0, 4, 8, 4, 8}, table.starts)
}

func TestScanPagesErrorComesOnceAndLast(t *testing.T) {
	t.Parallel()
	page := wiretest.Reply(200, `{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":`+keyOfSong+`}`)
	var pages, failures int
	for page, err := range wireClient(t, wiretest.Script(t, page, invalid)).ScanPages(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"}) {
		if err != nil {
			assert.Nil(t, page)
			assert.ErrorIs(t, err, dynamoconn.ErrValidation)
			assert.Equal(t, []string{"RBAD"}, errorOf(t, err).RequestIDs)
			failures++
			continue
		}
		pages++
	}
	assert.Equal(t, []int{1, 1}, []int{pages, failures})
}

// It is not parallel, so that what it measures is its own. With -short it reads a tenth
// of the pages.
func TestTenThousandEmptyPagesNeedNoMemory(t *testing.T) { //nolint:paralleltest // see above
	count := 10_000
	if testing.Short() {
		count = 1_000
	}
	for form, pages := range map[string]func(*dynamoconn.Client, dynamoconn.ScanTableRequest) iter.Seq2[int, error]{
		"ScanPages": func(client *dynamoconn.Client, req dynamoconn.ScanTableRequest) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for page, err := range client.ScanPages(t.Context(), req) {
					if err != nil || !yield(len(page.Items), nil) {
						return
					}
				}
			}
		},
		"ScanItems": func(client *dynamoconn.Client, req dynamoconn.ScanTableRequest) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for _, err := range client.ScanItems(t.Context(), req) {
					yield(1, err)
				}
			}
		},
	} {
		table := &numbered{count: count + 1, every: count}
		var early, late uint64
		client := wireClient(t, wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
			switch table.requests + 1 {
			case count / 10:
				early = heapInUse()
			case count:
				late = heapInUse()
			}
			return table.answer(r)
		}))
		items := 0
		// The filter lets the last ID through; 0 is passed over.
		req := dynamoconn.ScanTableRequest{
			TableName: "Music", Limit: 1, Conditions: rare,
			ExclusiveStartKey: dynamoconn.Item{dynamoconn.Long("ID", 0)},
		}
		for n, err := range pages(client, req) {
			require.NoError(t, err, form)
			items += n
		}
		assert.Equal(t, 1, items, form)
		assert.Equal(t, count, table.requests, form)
		assert.Less(t, int64(late)-int64(early), int64(64<<10), "%s: %d pages later", form, count*9/10)
	}
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
