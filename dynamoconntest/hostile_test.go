package dynamoconntest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/fuzzseed"
)

// sendRaw sends a body to an operation and returns the answer's status and body.
func sendRaw(t *testing.T, db *dynamoconntest.Server, operation, encoding string, body []byte) (int, string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a")
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	rec := httptest.NewRecorder()
	db.Handler().ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// allocated returns how many bytes f allocates, those that are free again included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What a request may allocate, in all: so many bytes for each of its own, and what
// the smallest one takes. The tree of a request takes 72 bytes for each value, which
// can be as short as "0,".
const (
	allocationFactor = 80
	allocationBase   = 1 << 20
)

// Each of these requests once cost far more than its size: a number was written out
// before its error was looked at, a map was shown once for each of its members, a
// list was doubled by each action of an update. This test is not parallel, so that
// nothing else allocates.
//
//nolint:paralleltest // see above
func TestNoRequestCostsMoreThanItsSize(t *testing.T) {
	many := func(n int, text string) string { return strings.TrimSuffix(strings.Repeat(text, n), ",") }
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	const key = `"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}`
	put := func(attribute string) string {
		return `{"TableName":"Tab","Item":{"p":{"S":"a"},"s":{"N":"1"},"v":` + attribute + `}}`
	}
	for name, c := range map[string]struct {
		operation, body string
		status          int
	}{
		"a number that fills the memory": {"PutItem", put(`{"N":"1e99999999999"}`), 400},
		"a number that takes seconds":    {"PutItem", put(`{"N":"1e300000000"}`), 400},
		"a very small number":            {"PutItem", put(`{"N":"1e-300000000"}`), 400},
		"a large number in a set":        {"PutItem", put(`{"NS":["1","1e300000000"]}`), 400},
		"a large number in a key":        {"GetItem", `{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1e300000000"}}}`, 400},
		"a large number in a start key":  {"Scan", `{"TableName":"Tab","ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"1e300000000"}}}`, 400},
		"a large number as a value":      {"UpdateItem", `{` + key + `,"UpdateExpression":"SET x = :a","ExpressionAttributeValues":{":a":{"N":"1e300000000"}}}`, 400},
		"a large number in Expected":     {"DeleteItem", `{` + key + `,"Expected":{"x":{"Value":{"N":"1e300000000"}}}}`, 400},
		"a large number in a transaction": {"TransactWriteItems",
			`{"TransactItems":[{"Put":` + put(`{"L":[{"N":"1e300000000"}]}`) + `}]}`, 400},
		"a large limit":            {"Scan", `{"TableName":"Tab","Limit":1e300000000}`, 200},
		"a number of many digits":  {"PutItem", put(`{"N":"` + many(1<<20, "7") + `"}`), 400},
		"a number of many zeros":   {"PutItem", put(`{"N":"0.` + many(1<<20, "0") + `1"}`), 400},
		"many elements":            {"PutItem", put(`{"L":[` + many(100_000, `{"N":"1"},`) + `]}`), 200},
		"many members of a set":    {"PutItem", put(`{"NS":[` + numbered(50_000, `"%d",`) + `]}`), 200},
		"many members, one twice":  {"PutItem", put(`{"SS":[` + numbered(50_000, `"%d",`) + `,"0"]}`), 400},
		"many bare numbers":        {"PutItem", put(`[` + many(400_000, `0,`) + `]`), 400},
		"too many values":          {"PutItem", put(`[` + many(4_000_000, `0,`) + `]`), 413},
		"many commas":              {"PutItem", `[` + many(400_000, `,`), 400},
		"many brackets":            {"PutItem", many(400_000, `[`), 400},
		"deep lists":               {"PutItem", put(many(900, `{"L":[`)), 400},
		"deep lists that are done": {"PutItem", put(many(400, `{"L":[`) + `{"S":""}` + many(400, `]}`)), 400},
		"many tables with a bad name": {"BatchWriteItem",
			`{"RequestItems":{` + numbered(20_000, `"!%d":[],`) + `}}`, 400},
		"many tables that are null": {"BatchGetItem", `{"RequestItems":{` + numbered(20_000, `"tab%d":null,`) + `}}`, 400},
		"many transactions":         {"TransactGetItems", `{"TransactItems":[` + many(100_000, `{},`) + `]}`, 400},
		"many conditions":           {"DeleteItem", `{` + key + `,"Expected":{` + numbered(50_000, `"a%d":{"Exists":false},`) + `}}`, 200},
		"many filters":              {"Scan", `{"TableName":"Tab","ScanFilter":{` + numbered(50_000, `"a%d":{"ComparisonOperator":"NULL"},`) + `}}`, 200},
		"many updates":              {"UpdateItem", `{` + key + `,"AttributeUpdates":{` + numbered(20_000, `"a%d":{"Value":{"N":"1"}},`) + `}}`, 200},
		"many unused placeholders":  {"GetItem", `{` + key + `,"ProjectionExpression":"x","ExpressionAttributeNames":{` + numbered(50_000, `"#a%d":"x",`) + `}}`, 400},
		"deep parentheses":          {"Scan", `{"TableName":"Tab","FilterExpression":"` + many(2_000, `(`) + `a` + many(2_000, `)`) + `"}`, 400},
		"a long name in a deep path": {"GetItem", `{` + key + `,"ProjectionExpression":"` + many(1_300, `#a.`) + `#a","ExpressionAttributeNames":{"#a":"` +
			many(60_000, `x`) + `"}}`, 400},
		"many tags": {"CreateTable", `{"TableName":"Abc","AttributeDefinitions":[` + numbered(20_000, `{"AttributeName":"a%d","AttributeType":"S"},`) +
			`],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			db, _ := newTable(t)
			status, answer := 0, ""
			cost := allocated(func() { status, answer = sendRaw(t, db, c.operation, "", []byte(c.body)) })
			assert.Equal(t, c.status, status, "%.300s", answer)
			assert.LessOrEqual(t, cost, uint64(allocationFactor*len(c.body)+allocationBase), "a body of %d bytes", len(c.body))
			status, _ = sendRaw(t, db, "ListTables", "", []byte("{}"))
			assert.Equal(t, 200, status)
		})
	}
}

// An update may name a list so often that its copies would fill the memory.
//
//nolint:paralleltest // nothing else may allocate
func TestListsThatAreAppendedOftenAreNotMade(t *testing.T) {
	db, _ := newTable(t)
	list := strings.TrimSuffix(strings.Repeat(`{"NULL":true},`, 100_000), ",")
	status, answer := sendRaw(t, db, "PutItem", "", []byte(`{"TableName":"Tab","Item":{"p":{"S":"a"},"s":{"N":"1"},"l":{"L":[`+list+`]}}}`))
	require.Equal(t, 200, status, answer)
	var sets []string
	for i := range 150 {
		sets = append(sets, fmt.Sprintf("a%d=list_append(l,l)", i))
	}
	body := `{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET ` + strings.Join(sets, ",") + `"}`
	cost := allocated(func() { status, answer = sendRaw(t, db, "UpdateItem", "", []byte(body)) })
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, "Item size to update has exceeded the maximum allowed size")
	assert.LessOrEqual(t, cost, uint64(64<<20))
}

// The server answers random hostile requests: long ones, deep ones, numbers with
// large exponents, wrong encodings and damaged JSON. None fails with status 500 and
// none costs more than its size. With all of them in its journal the server keeps
// less than 64 MB.
//
//nolint:paralleltest // nothing else may allocate
func TestHostileRequestsAreAnsweredWithinTheirSize(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	db, _ := newTable(t)
	const journalGrowth = 4 << 20 // when the journal needs a larger slice
	random := rand.New(rand.NewPCG(9, 12))
	for i := range n {
		operation := fuzzseed.Operation(random.IntN(100))
		body := hostileBody(random)
		encoding := []string{"", "", "", "", "gzip", "deflate", "br", "identity"}[random.IntN(8)]
		size := len(body)
		if encoding == "gzip" && random.IntN(4) > 0 {
			body = []byte(gzipText(t, string(body)))
		}
		status, answer := 0, ""
		cost := allocated(func() { status, answer = sendRaw(t, db, operation, encoding, body) })
		require.Less(t, status, 500, "request %d: %s %.300q answered %.300q", i, operation, body, answer)
		require.LessOrEqual(t, cost, uint64(allocationFactor*max(size, len(body))+allocationBase+journalGrowth), "request %d: %s %.300q", i, operation, body)
	}
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	assert.LessOrEqual(t, mem.HeapAlloc, uint64(64<<20), "what the server keeps")
	runtime.KeepAlive(db)
}

// hostileBody returns a random body.
func hostileBody(random *rand.Rand) []byte {
	repeat := func(text string) string { return strings.Repeat(text, 1<<random.IntN(13)) }
	values := []func() string{
		func() string { return fmt.Sprintf(`{"N":"%de%d"}`, random.IntN(100), random.Int64()-1<<62) },
		func() string { return fmt.Sprintf(`{"N":"%s"}`, repeat("9")) },
		func() string { return `{"S":"` + repeat(`\u0000`) + `"}` },
		func() string { return `{"S":"` + repeat(`\ud800`) + `"}` },
		func() string { return `{"L":[` + repeat(`{"NULL":true},`) + `{"N":"1"}]}` },
		func() string { return repeat(`{"L":[`) + repeat(`]}`) },
		func() string { return repeat(`{"M":{"a":`) + `{"S":"x"}` + repeat(`}}`) },
		func() string { return `{"SS":[` + repeat(`"a",`) + `"b"]}` },
		func() string { return `{"B":"` + repeat(`AAAA`) + `"}` },
		func() string { return `{` + repeat(`"S":"a",`) + `"S":"b"}` },
		func() string { return `[` + repeat(`0,`) + `0]` },
		func() string { return fmt.Sprintf(`%de%d`, random.IntN(10), random.Int32()) },
		func() string { return repeat("\xff") },
		func() string { return `"` + repeat("(") + `"` },
	}
	value := func() string { return values[random.IntN(len(values))]() }
	members := []string{
		"TableName", "Key", "Item", "Expected", "RequestItems", "TransactItems", "UpdateExpression", "ConditionExpression", "AttributeUpdates",
		"ExpressionAttributeValues", "ExpressionAttributeNames", "ScanFilter", "KeyConditions", "ExclusiveStartKey", "AttributesToGet", "Limit", "Tags",
	}
	var b strings.Builder
	b.WriteString(`{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}`)
	for range random.IntN(4) {
		inner := value()
		switch random.IntN(4) {
		case 0:
			inner = `{"p":{"S":"a"},"s":` + inner + `}`
		case 1:
			inner = `{":a":` + inner + `,"Tab":` + value() + `}`
		case 2:
			inner = `{"Tab":[{"PutRequest":{"Item":{"p":{"S":"a"},"s":{"N":"1"},"x":` + inner + `}}}]}`
		}
		fmt.Fprintf(&b, `,%q:%s`, members[random.IntN(len(members))], inner)
	}
	b.WriteByte('}')
	body := []byte(b.String())
	if random.IntN(4) == 0 {
		body = body[:random.IntN(len(body))]
	}
	if random.IntN(4) == 0 && len(body) > 0 {
		body[random.IntN(len(body))] = byte(random.IntN(256))
	}
	return body
}

// Load and LoadJSON read numbers as requests do.
func TestLoadRefusesNumbersOutOfRange(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	for _, text := range []string{"1e99999999999", "1e300000000", "-1e300000000", "1e-300000000"} {
		err := db.LoadJSON("Tab", strings.NewReader(`{"p":"a","s":`+text+`}`))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidNumber, text)
		err = db.Load("Tab", map[string]any{"p": "a", "s": json.Number(text)})
		require.ErrorIs(t, err, dynamoconn.ErrInvalidNumber, text)
	}
}

// The journal keeps every entry, but of the bodies only the latest 32 MB.
func TestJournalKeepsTheLatestBodies(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	body := []byte(`{"Limit":5` + strings.Repeat(" ", 8<<20) + `}`)
	for range 6 {
		status, _ := sendRaw(t, db, "ListTables", "", body)
		require.Equal(t, 200, status)
	}
	all := db.Journal()
	require.Len(t, all, 6)
	assert.Nil(t, all[0].Input)
	assert.Equal(t, 200, all[0].Status)
	assert.Len(t, all[5].Input, len(body))
	db.ClearJournal()
	_, _ = sendRaw(t, db, "ListTables", "", []byte(`{}`))
	require.Len(t, db.Journal(), 1)
	assert.Equal(t, "{}", string(db.Journal()[0].Input))
}
