package table_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// customer, order and line share a table.
type customer struct {
	PK   string `dynamoconn:"partition,from=CUSTOMER#{ID}"`
	SK   string `dynamoconn:"sort,from=PROFILE"`
	Kind string `dynamoconn:"kind=CUSTOMER"`
	ID   string
	Name string
}

type order struct {
	PK       string `dynamoconn:"partition,from=CUSTOMER#{Customer}"`
	SK       string `dynamoconn:"sort,from=ORDER#{Year:4}#{ID}"`
	Kind     string `dynamoconn:"kind=ORDER"`
	Customer string
	Year     int
	ID       string
	State    string    `dynamoconn:"partition=ByState"`
	Placed   time.Time `dynamodbav:",unixtime" dynamoconn:"sort=ByState"`
	Expires  int64     `dynamodbav:",omitempty" dynamoconn:"ttl"`
	Version  int       `dynamoconn:"version"`
}

// shop is the table of customers and orders.
type shop struct {
	db        *dynamoconntest.Server
	client    *dynamoconn.Client
	customers *table.Table[customer]
	orders    *table.Table[order]
	now       time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	// The server has the clock of the machine. It deletes nothing in the test.
	s := &shop{db: dynamoconntest.New(dynamoconntest.WithExpiryLag(100 * 365 * 24 * time.Hour)), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s.client = s.db.Client(t)
	var err error
	clock := table.Clock(func() time.Time { return s.now })
	s.customers, err = table.New[customer](s.client, "Shop", clock)
	require.NoError(t, err)
	s.orders, err = table.New[order](s.client, "Shop", clock)
	require.NoError(t, err)
	require.NoError(t, s.orders.CreateTable(t.Context()))
	require.NoError(t, s.customers.Create(t.Context(), &customer{ID: "7", Name: "Ann"}))
	for _, o := range []order{
		{Customer: "7", Year: 2024, ID: "a", State: "sent", Placed: time.Unix(100, 0)},
		{Customer: "7", Year: 2025, ID: "b", State: "open", Placed: time.Unix(200, 0)},
		{Customer: "7", Year: 2025, ID: "c", State: "open", Placed: time.Unix(300, 0)},
		{Customer: "7", Year: 2026, ID: "d", State: "open", Placed: time.Unix(400, 0), Expires: s.now.Unix()},
		{Customer: "8", Year: 2025, ID: "e", State: "open", Placed: time.Unix(500, 0)},
	} {
		require.NoError(t, s.orders.Put(t.Context(), &o))
	}
	return s
}

// ids returns the IDs of orders.
func ids(t *testing.T, orders iter.Seq2[order, error]) (all string) {
	t.Helper()
	for o, err := range orders {
		require.NoError(t, err)
		all += o.ID
	}
	return all
}

func TestQueryReturnsTheItemsOfTheType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sortKey := dynamoconn.Attr("SK")
	placed := table.FieldOf[order, time.Time]("Placed")
	for name, c := range map[string]struct {
		query table.Query
		want  string
	}{
		"partition":              {table.Query{Key: []any{"7"}}, "abc"},
		"descending":             {table.Query{Key: []any{"7"}, Descending: true}, "cba"},
		"a part of the sort key": {table.Query{Key: []any{"7", 2025}}, "bc"},
		"the whole key":          {table.Query{Key: []any{"7", 2025, "c"}}, "c"},
		"a range":                {table.Query{Key: []any{"7"}, SortKey: sortKey.GE("ORDER#2025#c")}, "c"},
		"a filter":               {table.Query{Key: []any{"7"}, Where: dynamoconn.Attr("State").EQ("open")}, "bc"},
		"at most":                {table.Query{Key: []any{"7"}, MaxItems: 2}, "ab"},
		"small pages":            {table.Query{Key: []any{"7"}, Limit: 1}, "abc"},
		"index":                  {table.Query{Index: "ByState", Key: []any{"open"}}, "bce"},
		"a range of an index":    {table.Query{Index: "ByState", Key: []any{"open"}, SortKey: placed.Between(time.Unix(250, 0), time.Unix(450, 0))}, "c"},
		"the key of an index":    {table.Query{Index: "ByState", Key: []any{"open", time.Unix(500, 0)}}, "e"},
		"nobody":                 {table.Query{Key: []any{"9"}}, ""},
	} {
		assert.Equal(t, c.want, ids(t, s.orders.Query(t.Context(), c.query)), name)
	}
	assert.Equal(t, "abcd", ids(t, s.orders.With(table.IncludeExpired()).Query(t.Context(), table.Query{Key: []any{"7"}})))
	s.now = s.now.Add(-time.Second)
	assert.Equal(t, "abcd", ids(t, s.orders.Query(t.Context(), table.Query{Key: []any{"7"}})))
	for c, err := range s.customers.Query(t.Context(), table.Query{Key: []any{"7"}}) {
		require.NoError(t, err)
		assert.Equal(t, "Ann", c.Name)
	}
}

func TestQueriesThatDoNotFitTheType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sent := len(s.db.Journal())
	for name, q := range map[string]table.Query{
		"no key":                  {},
		"too many parts":          {Key: []any{"7", 2025, "c", "x"}},
		"a part of another type":  {Key: []any{"7", "2025"}},
		"an unknown index":        {Index: "ByName", Key: []any{"7"}},
		"a test of no key":        {Key: []any{"7"}, SortKey: dynamoconn.Attr("State").EQ("x")},
		"a test beside a part":    {Key: []any{"7", 2025}, SortKey: dynamoconn.Attr("SK").GT("x")},
		"a test beside the whole": {Key: []any{"7", 2025, "c"}, SortKey: dynamoconn.Attr("SK").GT("x")},
		"an empty part":           {Key: []any{""}},
	} {
		for _, err := range s.orders.Query(t.Context(), q) {
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		}
		for _, err := range s.orders.QueryPages(t.Context(), q) {
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		}
	}
	for _, err := range s.orders.With(table.Clock(nil)).Query(t.Context(), table.Query{Key: []any{"7"}}) {
		require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
	}
	assert.Len(t, s.db.Journal(), sent)
}

func TestQueryPagesGoOnBehindAnyItem(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var behindFirst dynamoconn.QueryCheckpoint
	for page, err := range s.orders.QueryPages(t.Context(), table.Query{Key: []any{"7"}}) {
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		assert.True(t, page.Checkpoint.Done())
		behindFirst, err = page.CheckpointAfter(0)
		require.NoError(t, err)
		_, err = page.CheckpointAfter(3)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
	assert.Equal(t, "bc", ids(t, s.orders.Query(t.Context(), table.Query{Key: []any{"7"}, Checkpoint: behindFirst})))

	var behind dynamoconn.QueryCheckpoint
	for page, err := range s.orders.QueryPages(t.Context(), table.Query{Index: "ByState", Key: []any{"open"}}) {
		require.NoError(t, err)
		behind, err = page.CheckpointAfter(0)
		require.NoError(t, err)
	}
	assert.Equal(t, "ce", ids(t, s.orders.Query(t.Context(), table.Query{Index: "ByState", Key: []any{"open"}, Checkpoint: behind})))
}

func TestScanReturnsTheItemsOfTheType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	assert.Len(t, ids(t, s.orders.Scan(t.Context(), table.Scan{})), 4)
	assert.Len(t, ids(t, s.orders.Scan(t.Context(), table.Scan{MaxItems: 2})), 2)
	assert.Equal(t, "a", ids(t, s.orders.Scan(t.Context(), table.Scan{Where: dynamoconn.Attr("State").EQ("sent")})))
	assert.Len(t, ids(t, s.orders.Scan(t.Context(), table.Scan{Index: "ByState"})), 4)
	all := ids(t, s.orders.Scan(t.Context(), table.Scan{TotalSegments: 2})) + ids(t, s.orders.Scan(t.Context(), table.Scan{TotalSegments: 2, Segment: 1}))
	assert.Len(t, all, 4)
	for page, err := range s.orders.ScanPages(t.Context(), table.Scan{}) {
		require.NoError(t, err)
		assert.True(t, page.Checkpoint.Done())
		for _, err := range s.orders.ScanPages(t.Context(), table.Scan{Checkpoint: page.Checkpoint}) {
			require.NoError(t, err)
		}
	}
	for _, err := range s.orders.Scan(t.Context(), table.Scan{Index: "ByName"}) {
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
}

func TestBatchGetReturnsItemsAtThePlacesOfTheirKeys(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	got, err := s.orders.BatchGet(t.Context(), s.orders.Key("7", 2025, "c"), s.orders.Key("7", 2025, "nobody"), s.orders.Key("7", 2024, "a"), s.orders.Key("7", 2026, "d"))
	require.NoError(t, err)
	require.Len(t, got, 4)
	assert.Equal(t, "c", got[0].ID)
	assert.Nil(t, got[1])
	assert.Equal(t, "a", got[2].ID)
	assert.Nil(t, got[3], "it has expired")
	got, err = s.orders.BatchGet(t.Context())
	require.NoError(t, err)
	assert.Empty(t, got)
	_, err = s.orders.BatchGet(t.Context(), s.orders.Key("7"))
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}

func TestKindsReturnsEachItemAsItsType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	kinds, err := table.NewKinds(s.customers, s.orders)
	require.NoError(t, err)
	all := func(items iter.Seq2[any, error]) (text string, err error) {
		for v, err := range items {
			if err != nil {
				return text, err
			}
			switch v := v.(type) {
			case customer:
				text += v.Name
			case order:
				text += v.ID
			case dynamoconn.Item:
				text += "?"
			}
		}
		return text, nil
	}
	text, err := all(kinds.Query(t.Context(), table.Query{Key: []any{"7"}}))
	require.NoError(t, err)
	assert.Equal(t, "abcAnn", text)
	text, err = all(kinds.Query(t.Context(), table.Query{Key: []any{"7"}, Descending: true, MaxItems: 2}))
	require.NoError(t, err)
	assert.Equal(t, "Annc", text, "the expired order does not count")
	text, err = all(kinds.Query(t.Context(), table.Query{Key: []any{"7"}, SortKey: dynamoconn.Attr("SK").BeginsWith("ORDER#2025#")}))
	require.NoError(t, err)
	assert.Equal(t, "bc", text)
	text, err = all(kinds.Scan(t.Context()))
	require.NoError(t, err)
	assert.Len(t, text, 7)

	_, err = s.client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Shop", Item: dynamoconn.Item{
		dynamoconn.String("PK", "CUSTOMER#7"), dynamoconn.String("SK", "NOTE"), dynamoconn.String("Kind", "NOTE"),
	}})
	require.NoError(t, err)
	text, err = all(kinds.Query(t.Context(), table.Query{Key: []any{"7"}}))
	require.ErrorIs(t, err, table.ErrWrongItem)
	require.ErrorContains(t, err, `"NOTE"`)
	assert.Empty(t, text, "the note comes first")
	text, err = all(kinds.WithUnknown().Query(t.Context(), table.Query{Key: []any{"7"}}))
	require.NoError(t, err)
	assert.Equal(t, "?abcAnn", text)

	for name, q := range map[string]table.Query{
		"a part of the sort key": {Key: []any{"7", "x"}},
		"no key":                 {},
		"a negative bound":       {Key: []any{"7"}, MaxItems: -1},
		"a test of no key":       {Key: []any{"7"}, SortKey: dynamoconn.Attr("Name").EQ("x")},
	} {
		_, err := all(kinds.Query(t.Context(), q))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
	}
}

func TestKindsThatDoNotFitTogether(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	other, err := table.New[order](s.client, "Other")
	require.NoError(t, err)
	texts, err := table.New[plain](s.client, "Shop")
	require.NoError(t, err)
	for name, tables := range map[string][]table.KindTable{
		"none":               nil,
		"nil":                {nil},
		"no kind":            {s.orders, texts},
		"two tables":         {s.customers, other},
		"the same kind":      {s.orders, s.orders},
		"an unusable option": {s.orders.With(table.Clock(nil))},
	} {
		_, err := table.NewKinds(tables...)
		require.ErrorIs(t, err, table.ErrInvalidType, name)
	}
}

func TestFieldsAreTyped(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	year := table.FieldOf[order, int]("Year")
	state := table.FieldOf[order, string]("State")
	for name, c := range map[string]struct {
		where dynamoconn.Predicate
		want  int
	}{
		"EQ": {state.EQ("sent"), 1}, "NE": {state.NE("sent"), 3}, "LT": {year.LT(2025), 1}, "LE": {year.LE(2025), 4},
		"GT": {year.GT(2024), 3}, "GE": {year.GE(2025), 3}, "Between": {year.Between(2023, 2024), 1}, "In": {state.In("sent", "open"), 4},
		"BeginsWith": {state.BeginsWith("op"), 3}, "Exists": {year.Exists(), 4}, "NotExists": {year.NotExists(), 0},
		"Path": {state.Path().Size().EQ(4), 4},
	} {
		assert.Len(t, ids(t, s.orders.Scan(t.Context(), table.Scan{Where: c.where})), c.want, name)
	}
	expires := table.FieldOf[order, int64]("Expires")
	key := s.orders.Key("7", 2025, "b")
	o, err := s.orders.UpdateKey(t.Context(), key, state.Set("new"), expires.Increment(s.now.Unix()+7))
	require.NoError(t, err)
	assert.Equal(t, "new", o.State)
	assert.Equal(t, s.now.Unix()+7, o.Expires)
	o, err = s.orders.UpdateKey(t.Context(), key, state.SetIfMissing("x"), expires.Remove())
	require.NoError(t, err)
	assert.Equal(t, "new", o.State)
	assert.Zero(t, o.Expires)
}

func TestFieldsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sent := len(s.db.Journal())
	for name, f := range map[string]table.Field[order, int]{
		"no such field": table.FieldOf[order, int]("Jahr"),
		"another type":  table.FieldOf[order, int]("State"),
		"zero Field":    {},
	} {
		for _, where := range []dynamoconn.Predicate{f.EQ(1), f.In(1, 2), f.Exists(), f.NotExists(), f.Path().EQ(1)} {
			for _, err := range s.orders.Scan(t.Context(), table.Scan{Where: where}) {
				require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
			}
		}
		for _, change := range []dynamoconn.Change{f.Set(1), f.Increment(1), f.SetIfMissing(1), f.Remove()} {
			_, err := s.orders.UpdateKey(t.Context(), s.orders.Key("7", 2025, "b"), change)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		}
	}
	assert.Len(t, s.db.Journal(), sent)
	_, err := s.orders.UpdateKey(t.Context(), s.orders.Key("7", 2025, "b"), table.FieldOf[order, int]("Jahr").Set(1))
	require.ErrorContains(t, err, "order has no field Jahr")
}

func TestVerifyComparesTheTableWithTheTags(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	report, err := s.orders.Verify(t.Context())
	require.NoError(t, err)
	require.NoError(t, report.Err())
	assert.Empty(t, report.Differences)
	assert.Equal(t, "Shop", report.Table.Name)

	req := s.orders.CreateTableRequest()
	req.TableName, req.TimeToLiveAttribute = "Wrong", ""
	req.PartitionKey = dynamoconn.NumberKey("PK")
	req.GlobalSecondaryIndexes[0].ProjectionType = dynamoconn.ProjectionTypeKeysOnly
	_, err = s.client.CreateTable(t.Context(), req)
	require.NoError(t, err)
	wrong, err := table.New[order](s.client, "Wrong")
	require.NoError(t, err)
	report, err = wrong.Verify(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, report.Err(), table.ErrMismatch)
	assert.Equal(t, []table.Difference{
		{Subject: "table", Text: "its key is HASH PK N, RANGE SK S, and HASH PK S, RANGE SK S in table_test.order"},
		{Subject: "ByState", Text: "it does not hold Kind, Customer, Year, ID, Expires, Version: so no table_test.order can be read from it"},
		{Subject: "time to live", Text: "it is off, and Expires is the time to live of table_test.order"},
	}, report.Differences)

	missing, err := table.New[order](s.client, "Missing")
	require.NoError(t, err)
	_, err = missing.Verify(t.Context())
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	require.ErrorIs(t, s.orders.CreateTable(t.Context()), dynamoconn.ErrTableExists)
}
