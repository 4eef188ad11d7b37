package integration

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

var (
	queryTables = flag.Int("querytables", 0, "how many random `tables` are queried; 0 means 8, or 5 with -short")
	querySeed   = flag.Uint64("queryseed", 0, "the seed of the random tables; 0 means a new one in each run")
)

// Every query of a random table gives what a model in Go gives, in whatever direction and parts it
// is read.
func TestQueriesEqualAModel(t *testing.T) {
	t.Parallel()
	client := local(t)
	tables, seed := *queryTables, *querySeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	if tables == 0 {
		tables = 8
		if testing.Short() {
			tables = 5
		}
	}
	for i := range tables {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		table := newQueriedTable(t, r)
		for n := range 8 {
			q := table.query(r)
			ok := t.Run(fmt.Sprintf("queryseed %d, table %d, query %d", seed, i, n), func(t *testing.T) {
				q.requireSame(t, client)
			})
			if !ok {
				t.Logf("%v: %+v", q.place, q.req)
				return
			}
		}
	}
}

// queriedTable is a random table with its items and its indexes.
type queriedTable struct {
	items  []dynamoconn.Item
	places []queriedPlace
}

// queriedPlace is the table or one of its indexes.
type queriedPlace struct {
	table, index    string
	partition, sort []attribute
	keyNames        []string
}

var keyKinds = []types.ScalarAttributeType{types.ScalarAttributeTypeS, types.ScalarAttributeTypeN, types.ScalarAttributeTypeB}

func newQueriedTable(t *testing.T, r *rand.Rand) *queriedTable {
	t.Helper()
	attributeOf := func(name string) attribute { return attribute{name, keyKinds[r.IntN(len(keyKinds))]} }
	partition := attributeOf("P")
	base := queriedPlace{partition: []attribute{partition}}
	if r.IntN(8) > 0 {
		base.sort = []attribute{attributeOf("S")}
	}
	mostOfKey := 1
	if inMemory() { // DynamoDB Local knows no key of several attributes
		mostOfKey = 4
	}
	global := queriedPlace{index: "global"}
	for i := range 1 + r.IntN(mostOfKey) {
		global.partition = append(global.partition, attributeOf(fmt.Sprint("G", i)))
	}
	for i := range r.IntN(mostOfKey + 1) {
		global.sort = append(global.sort, attributeOf(fmt.Sprint("H", i)))
	}
	places := []queriedPlace{base, global}
	if base.sort != nil {
		places = append(places, queriedPlace{index: "local", partition: base.partition, sort: []attribute{attributeOf("L")}})
	}

	input := &dynamodb.CreateTableInput{BillingMode: types.BillingModePayPerRequest, KeySchema: base.schema()}
	defined := make(map[string]attribute)
	for i, p := range places {
		projection := &types.Projection{ProjectionType: types.ProjectionTypeAll}
		switch p.index {
		case "global":
			input.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: &places[i].index, KeySchema: p.schema(), Projection: projection}}
		case "local":
			input.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{IndexName: &places[i].index, KeySchema: p.schema(), Projection: projection}}
		}
		for _, a := range p.key() {
			defined[a.name] = a
		}
		for _, a := range append(base.key(), p.key()...) {
			if !slices.Contains(places[i].keyNames, a.name) {
				places[i].keyNames = append(places[i].keyNames, a.name)
			}
		}
	}
	for _, a := range defined {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(a.name), AttributeType: a.kind})
	}
	table := &queriedTable{places: places}
	name := newTable(t, input)
	for i := range table.places {
		table.places[i].table = name
	}
	seen := make(map[string]bool)
	for id := range r.IntN(40) {
		item := dynamoconn.Item{dynamoconn.Long("ID", int64(id)), dynamoconn.Long("V", r.Int64N(10))}
		for _, a := range defined {
			isKey := slices.Contains(base.key(), a)
			if isKey || r.IntN(8) > 0 {
				item = append(item, dynamoconn.Rename(randomKeyValue(r, a.kind), a.name))
			}
		}
		key := fmt.Sprint(item.Pick(places[0].keyNames...))
		if !seen[key] {
			table.items, seen[key] = append(table.items, item), true
		}
	}
	_, err := local(t).BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{{Name: name, Writes: dynamoconn.TableWithItemsToAdd(name, table.items...).Writes, KeyNames: places[0].keyNames}},
	})
	require.NoError(t, err)
	return table
}

func (p queriedPlace) key() []attribute { return append(slices.Clip(p.partition), p.sort...) }

func (p queriedPlace) schema() []types.KeySchemaElement {
	schema := keySchema(p.key()...)
	for i := range schema {
		schema[i].KeyType = types.KeyTypeRange
		if i < len(p.partition) {
			schema[i].KeyType = types.KeyTypeHash
		}
	}
	return schema
}

// randomKeyValue returns one of few values, so that they meet. Among them are texts that UTF-16
// orders otherwise than UTF-8.
func randomKeyValue(r *rand.Rand, kind types.ScalarAttributeType) dynamoconn.KeyValue {
	texts := []string{"a", "a\x00", "ab", "b", "\uffff", "\U0001f3b5", "a\U0001f3b5b", "Z", "é", "~"}
	numbers := []string{"-1E+100", "-2", "-0.5", "0", "0.5", "1", "2", "10", "9007199254740993", "12345678901234567890.123456789012345678"}
	i := r.IntN(10)
	switch kind {
	case types.ScalarAttributeTypeS:
		return dynamoconn.String("", texts[i])
	case types.ScalarAttributeTypeN:
		n := dynamoconn.MustNumber(numbers[i])
		if long, err := n.Int64(); err == nil {
			return dynamoconn.Long("", long)
		}
		return dynamoconn.Decimal("", n)
	}
	return dynamoconn.Binary("", []byte{byte(r.IntN(3) * 127), byte(i)}[:1+r.IntN(2)])
}

// queried is a query and what it must give.
type queried struct {
	place   queriedPlace
	key     dynamoconn.QueryRequest // its PartitionKey and SortKey
	req     dynamoconn.QueryRequest // with the same key condition, or with its text
	want    []dynamoconn.Item       // sorted
	scanned int64
	limits  []int32
	parts   []int
}

func (table *queriedTable) query(r *rand.Rand) *queried {
	place := table.places[r.IntN(len(table.places))]
	q := &queried{place: place, req: dynamoconn.QueryRequest{TableName: place.table, IndexName: place.index}}
	var like dynamoconn.Item // the query is likely to find it
	if len(table.items) > 0 {
		like = table.items[r.IntN(len(table.items))]
	}
	valueOf := func(a attribute) dynamoconn.KeyValue {
		if kv, found := like.Get(a.name); found && r.IntN(4) > 0 {
			return dynamoconn.Rename(kv, "")
		}
		return randomKeyValue(r, a.kind)
	}
	for _, a := range place.partition {
		q.key.PartitionKey = append(q.key.PartitionKey, dynamoconn.Rename(valueOf(a), a.name))
	}
	n := r.IntN(len(place.sort) + 1)
	for i, a := range place.sort[:n] {
		value := valueOf(a)
		condition := dynamoconn.Attr(a.name).EQ(value)
		if i == n-1 {
			condition = randomSortCondition(r, a, value)
		}
		q.key.SortKey = append(q.key.SortKey, condition)
	}
	if q.req.PartitionKey, q.req.SortKey = q.key.PartitionKey, q.key.SortKey; r.IntN(4) == 0 {
		q.asText()
	}
	var filter dynamoconn.Condition
	if r.IntN(2) == 0 {
		filter = dynamoconn.Attr("V").GE(r.IntN(10))
		q.req.Where = filter
	}
	for _, item := range table.items {
		if !q.evaluates(item) {
			continue
		}
		q.scanned++
		if q.req.Where == nil || meets(item, filter) {
			q.want = append(q.want, item)
		}
	}
	slices.SortStableFunc(q.want, q.compare)
	for range 2 {
		q.limits = append(q.limits, int32(1+r.IntN(5)))
		q.parts = append(q.parts, 1+r.IntN(6))
	}
	return q
}

// asText gives the key condition as text.
func (q *queried) asText() {
	q.req.PartitionKey, q.req.SortKey = nil, nil
	q.req.ExpressionAttributeNames = make(map[string]string)
	var terms []string
	add := func(name, form string, values ...dynamoconn.KeyValue) {
		n := len(terms)
		placeholder := fmt.Sprint("#n", n)
		q.req.ExpressionAttributeNames[placeholder] = name
		args := []any{placeholder}
		for i, value := range values {
			placeholder := fmt.Sprintf(":v%d_%d", n, i)
			q.req.ExpressionAttributeValues = append(q.req.ExpressionAttributeValues, dynamoconn.Rename(value, placeholder))
			args = append(args, placeholder)
		}
		terms = append(terms, fmt.Sprintf(form, args...))
	}
	for _, kv := range q.key.PartitionKey {
		add(kv.KeyName(), "%s = %s", kv)
	}
	for _, c := range q.key.SortKey {
		add(c.Key, map[dynamoconn.ComparisonOperator]string{
			dynamoconn.ComparisonOperatorEQ: "%s = %s", dynamoconn.ComparisonOperatorLT: "%s < %s", dynamoconn.ComparisonOperatorLE: "%s <= %s",
			dynamoconn.ComparisonOperatorGT: "%s > %s", dynamoconn.ComparisonOperatorGE: "%s >= %s",
			dynamoconn.ComparisonOperatorBetween: "%s BETWEEN %s AND %s", dynamoconn.ComparisonOperatorBeginsWith: "begins_with(%s, %s)",
		}[c.ComparisonOperator], c.Values...)
	}
	q.req.KeyConditionExpression = strings.Join(terms, " AND ")
}

func randomSortCondition(r *rand.Rand, a attribute, value dynamoconn.KeyValue) dynamoconn.Condition {
	path := dynamoconn.Attr(a.name)
	other := randomKeyValue(r, a.kind)
	if order, _ := compare(value, other); order > 0 {
		value, other = other, value
	}
	conditions := []dynamoconn.Condition{path.EQ(value), path.LT(other), path.LE(other), path.GT(value), path.GE(value), path.Between(value, other)}
	switch kv := value.(type) {
	case *dynamoconn.KeyValueString:
		conditions = append(conditions, path.BeginsWith(string([]rune(kv.StringValue)[:1])))
	case *dynamoconn.KeyValueBinary:
		conditions = append(conditions, path.BeginsWith(kv.BinaryValue[:1]))
	}
	return conditions[r.IntN(len(conditions))]
}

// evaluates reports whether the item is in the part of the index that is read.
func (q *queried) evaluates(item dynamoconn.Item) bool {
	for _, a := range q.place.key() {
		if !item.Has(a.name) {
			return false
		}
	}
	for _, kv := range q.key.PartitionKey {
		if of, _ := item.Get(kv.KeyName()); !same(dynamoconn.Rename(of, ""), dynamoconn.Rename(kv, "")) {
			return false
		}
	}
	return !slices.ContainsFunc(q.key.SortKey, func(c dynamoconn.Condition) bool { return !meets(item, c) })
}

func (q *queried) compare(a, b dynamoconn.Item) int {
	for _, s := range q.place.sort {
		x, _ := a.Get(s.name)
		y, _ := b.Get(s.name)
		if order, _ := compare(x, y); order != 0 {
			return order
		}
	}
	return 0
}

func (q *queried) requireSame(t *testing.T, client *dynamoconn.Client) {
	whole, err := client.Query(t.Context(), q.req)
	require.NoError(t, err)
	requireSameItems(t, q.want, whole.Items, "ID")
	require.True(t, slices.IsSortedFunc(whole.Items, q.compare), "the items are sorted")
	require.Equal(t, []int64{int64(len(q.want)), q.scanned}, []int64{whole.Count, whole.ScannedCount})
	require.True(t, whole.Checkpoint.Done())

	for _, descending := range []bool{false, true} {
		want := whole.Items
		req := q.req
		if req.Descending = descending; descending {
			want = slices.Clone(want)
			slices.Reverse(want)
		}
		q.requireParts(t, client, req, want)
		q.requireCheckpoints(t, client, req, want)
	}
}

// requireParts reads the query in parts, each of which goes on where the one before it ended.
func (q *queried) requireParts(t *testing.T, client *dynamoconn.Client, req dynamoconn.QueryRequest, want []dynamoconn.Item) {
	t.Helper()
	var items []dynamoconn.Item
	for item, err := range client.QueryItems(t.Context(), req) {
		require.NoError(t, err)
		items = append(items, item)
	}
	requireTheseItems(t, want, items, "by item")

	for i, limit := range q.limits {
		paged := req
		paged.Limit = limit
		items = nil
		for page, err := range client.QueryPages(t.Context(), paged) {
			require.NoError(t, err)
			require.LessOrEqual(t, page.ScannedCount, int64(limit))
			items = append(items, page.Items...)
		}
		requireTheseItems(t, want, items, "by page, Limit %d", limit)

		part := q.parts[i]
		for _, bounds := range []struct {
			maxItems, maxScanned int
			limit                int32
		}{{part, 0, 0}, {part, 0, limit}, {0, part, 0}, {0, part, limit}, {part, 2 * part, 0}, {part, 2 * part, limit}} {
			in := req
			in.MaxItems, in.MaxScanned, in.Limit = bounds.maxItems, bounds.maxScanned, bounds.limit
			requireTheseItems(t, want, partsOf(t, client, in), "in parts: %+v", bounds)
			in.Attributes = []string{"ID", "V"}
			got := partsOf(t, client, in)
			require.Len(t, got, len(want), "without the key, in parts: %+v", bounds)
			for i := range want {
				require.True(t, want[i].Pick("ID", "V").Equal(got[i]), "without the key, in parts: %+v", bounds)
			}
		}
	}
	req.CountOnly, req.MaxItems = true, q.parts[0]
	count, err := client.Query(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, int64(min(len(want), q.parts[0])), count.Count)
}

// partsOf reads the query to its end, one part after the other, through the text of checkpoints.
func partsOf(t *testing.T, client *dynamoconn.Client, req dynamoconn.QueryRequest) (items []dynamoconn.Item) {
	t.Helper()
	for range 200 {
		part, err := client.Query(t.Context(), req)
		require.NoError(t, err)
		items = append(items, part.Items...)
		if req.MaxItems > 0 {
			require.LessOrEqual(t, len(part.Items), req.MaxItems)
		}
		if req.MaxScanned > 0 {
			require.LessOrEqual(t, part.ScannedCount, int64(req.MaxScanned))
		}
		if part.Checkpoint.Done() {
			return items
		}
		require.True(t, len(part.Items) == req.MaxItems && req.MaxItems > 0 || part.ScannedCount == int64(req.MaxScanned), "a part that is not the last is full")
		text, err := part.Checkpoint.MarshalText()
		require.NoError(t, err)
		require.NoError(t, req.Checkpoint.UnmarshalText(text))
	}
	require.Fail(t, "the query never ends")
	return nil
}

// requireCheckpoints goes on behind each item.
func (q *queried) requireCheckpoints(t *testing.T, client *dynamoconn.Client, req dynamoconn.QueryRequest, want []dynamoconn.Item) {
	t.Helper()
	req.KeyNames = q.place.keyNames
	whole, err := client.Query(t.Context(), req)
	require.NoError(t, err)
	for i := range whole.Items {
		after := req
		after.Checkpoint, err = whole.CheckpointAfter(i)
		require.NoError(t, err)
		assert.Equal(t, i == len(want)-1, after.Checkpoint.Done())
		rest, err := client.Query(t.Context(), after)
		require.NoError(t, err)
		requireTheseItems(t, want[i+1:], rest.Items, "behind item %d", i)
	}
}

func requireTheseItems(t *testing.T, want, got []dynamoconn.Item, message string, args ...any) {
	t.Helper()
	if !slices.EqualFunc(want, got, dynamoconn.Item.Equal) {
		require.Equal(t, want, got, append([]any{message}, args...)...)
	}
}
