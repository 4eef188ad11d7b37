package store

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

var testTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func numberValue(n int) attr.Value {
	num, _ := attr.ParseNumber(strconv.Itoa(n))
	return attr.FromNumber(num)
}

func newTestTable() *Table {
	t := &Table{Name: "T", Schema: Schema{{"p", attr.S, false}, {"s", attr.N, true}}, Indexes: []*Index{
		{Name: "byG", Schema: Schema{{"g", attr.S, false}}, Projection: ProjectKeysOnly, Global: true},
		{Name: "byX", Schema: Schema{{"p", attr.S, false}, {"x", attr.N, true}}, Projection: ProjectInclude, NonKeyAttributes: []string{"v"}},
	}}
	t.Init(0)
	return t
}

func row(p string, s int, more ...attr.Attr) attr.Item {
	return attr.NewItem(append([]attr.Attr{{Name: "p", Value: attr.String(p)}, {Name: "s", Value: numberValue(s)}}, more...))
}

func listKeys(t *Table, r Range) []string {
	var out []string
	t.Each(r, testTime, func(it attr.Item) bool {
		out = append(out, it.Get("p").Text()+it.Get("s").Text())
		return true
	})
	return out
}

// After any puts and deletions a table and its indexes hold the same items as a
// map.
func TestTableAndIndexesAgreeWithAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tab := newTestTable()
		model := map[string]attr.Item{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			p, s := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "p"), rapid.IntRange(-3, 3).Draw(t, "s")
			it := row(p, s)
			key := string(it.AppendJSON(nil))
			if rapid.Bool().Draw(t, "delete") {
				tab.Replace(tab.Schema.Extract(it), nil, testTime)
				delete(model, key)
				continue
			}
			if rapid.Bool().Draw(t, "g") {
				it = it.With("g", attr.String(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "gv")))
			}
			if rapid.Bool().Draw(t, "x") {
				it = it.With("x", numberValue(rapid.IntRange(0, 3).Draw(t, "xv")))
			}
			tab.Replace(tab.Schema.Extract(it), it, testTime)
			model[key] = it
		}
		bytes, inG, inX := 0, 0, 0
		collections := map[string]int64{"a": 0, "b": 0, "c": 0}
		for _, it := range model {
			bytes += it.Size()
			if it.Get("g").Exists() {
				inG++
			}
			if it.Get("x").Exists() {
				inX++
				collections[it.Get("p").Text()] += int64(tab.Index("byX").Project(tab, it).Size())
			}
			collections[it.Get("p").Text()] += int64(it.Size())
			got, ok := tab.Get(tab.Schema.Extract(it))
			if !ok || !attr.EqualItems(got, it) {
				t.Fatalf("lost %s", it.AppendJSON(nil))
			}
		}
		if tab.Count() != int64(len(model)) || tab.Bytes() != int64(bytes) {
			t.Fatalf("%d items of %d bytes, want %d of %d", tab.Count(), tab.Bytes(), len(model), bytes)
		}
		for p, want := range collections {
			if got := tab.CollectionBytes(row(p, 1)); got != want {
				t.Fatalf("collection %s has %d bytes, want %d", p, got, want)
			}
		}
		if got := tab.Index("byG").Count(); got != int64(inG) {
			t.Fatalf("byG has %d, want %d", got, inG)
		}
		if got := tab.Index("byX").Count(); got != int64(inX) {
			t.Fatalf("byX has %d, want %d", got, inX)
		}
	})
}

func TestSegmentsTogetherAreTheTable(t *testing.T) {
	t.Parallel()
	tab := newTestTable()
	for i := range 500 {
		it := row(fmt.Sprint("p", i), 1)
		tab.Replace(tab.Schema.Extract(it), it, testTime)
	}
	all := listKeys(tab, Range{Consistent: true})
	require.Len(t, all, 500)
	for _, total := range []int{1, 2, 3, 10, 1_000_000} {
		var joined []string
		for seg := range min(total, 10) {
			joined = append(joined, listKeys(tab, Range{Consistent: true, Segment: seg, Total: total})...)
		}
		if total <= 10 {
			assert.Equal(t, all, joined, "%d segments", total)
		}
	}
}

// The orders and segments were observed at the service.
func TestPartitionsHaveTheServicesHash(t *testing.T) {
	t.Parallel()
	for kind, want := range map[attr.Kind][]string{
		attr.S: {"2", "8", "9", "1", "6", "hello", "0", "5", "4", "äáöü", "aardman", "7", "3", "zapf"},
		attr.N: {"7", "999.9", "8", "3", "2", "-999.9", "9", "4", "-0.09", "6", "1", "0", "0.012345", "5"},
	} {
		tab := &Table{Schema: Schema{{Name: "p", Kind: kind}}}
		tab.Init(0)
		value := func(text string) attr.Value {
			if kind == attr.S {
				return attr.String(text)
			}
			n, err := attr.ParseNumber(text)
			require.NoError(t, err)
			return attr.FromNumber(n)
		}
		put := func(text string) {
			it := attr.Item{{Name: "p", Value: value(text)}}
			tab.Replace(it, it, testTime)
		}
		read := func(r Range) (out []string) {
			tab.Each(r, testTime, func(it attr.Item) bool { out = append(out, it.Get("p").Text()); return true })
			return out
		}
		for _, text := range want {
			put(text)
		}
		assert.Equal(t, want, read(Range{Consistent: true}), kind)
		for text, segment := range map[string]int{"3635": 0, "228": 0, "1668": 1, "3435": 4} {
			if kind == attr.N {
				continue
			}
			put(text)
			assert.Contains(t, read(Range{Consistent: true, Segment: segment, Total: 4096}), text)
		}
		for text, segment := range map[string]int{"251": 1, "2388": 4095} {
			if kind == attr.S {
				continue
			}
			put(text)
			assert.Contains(t, read(Range{Consistent: true, Segment: segment, Total: 4096}), text)
		}
	}
}

func TestQueryReadsItsPartitionInOrder(t *testing.T) {
	t.Parallel()
	tab := newTestTable()
	for _, p := range []string{"a", "b"} {
		for _, s := range []int{10, -2, 0, 9, 100, -30} {
			it := row(p, s)
			tab.Replace(tab.Schema.Extract(it), it, testTime)
		}
	}
	a := attr.String("a")
	assert.Equal(t, []string{"a-30", "a-2", "a0", "a9", "a10", "a100"}, listKeys(tab, Range{Partition: []attr.Value{a}}))
	assert.Equal(t, []string{"a100", "a10", "a9", "a0", "a-2", "a-30"}, listKeys(tab, Range{Partition: []attr.Value{a}, Backward: true}))
	assert.Equal(t, []string{"a10", "a100"}, listKeys(tab, Range{Partition: []attr.Value{a}, Start: row("a", 9)}))
	assert.Equal(t, []string{"a-2", "a-30"}, listKeys(tab, Range{Partition: []attr.Value{a}, Start: row("a", 0), Backward: true}))
	assert.Equal(t, []string{"a10", "a100"}, listKeys(tab, Range{Partition: []attr.Value{a}, Start: row("a", 8), From: ptr(numberValue(10))}))
	from, to := numberValue(-2), numberValue(9)
	assert.Equal(t, []string{"a-2", "a0", "a9"}, listKeys(tab, Range{Partition: []attr.Value{a}, From: &from, To: &to}))
	assert.Equal(t, []string{"a9", "a0", "a-2"}, listKeys(tab, Range{Partition: []attr.Value{a}, From: &from, To: &to, Backward: true}))
}

func ptr[T any](v T) *T { return &v }

func TestIndexHoldsOnlyWhatItProjects(t *testing.T) {
	t.Parallel()
	tab := newTestTable()
	it := row("a", 1, attr.Attr{Name: "g", Value: attr.String("G")}, attr.Attr{Name: "x", Value: numberValue(1)},
		attr.Attr{Name: "v", Value: attr.Bool(true)}, attr.Attr{Name: "w", Value: attr.Bool(true)})
	assert.Equal(t, it.Without("v").Without("w").Without("x"), tab.Index("byG").Project(tab, it))
	assert.Equal(t, it.Without("w").Without("g"), tab.Index("byX").Project(tab, it))
	assert.Nil(t, tab.Index("nope"))
	bad := it.With("g", numberValue(1))
	assert.ErrorContains(t, tab.Index("byG").CheckItem(bad), "Type mismatch for Index Key g Expected: S Actual: N IndexName: byG")
	assert.ErrorContains(t, tab.Index("byG").CheckItem(it.With("g", attr.String(""))), "IndexName: byG, IndexKey: g")
	assert.NoError(t, tab.Index("byG").CheckItem(it.Without("g")))
}

func TestAddedIndexIsFilled(t *testing.T) {
	t.Parallel()
	tab := newTestTable()
	for i := range 10 {
		it := row("a", i)
		if i%2 == 0 {
			it = it.With("late", attr.String("L"))
		} else if i == 3 {
			it = it.With("late", numberValue(1))
		}
		tab.Replace(tab.Schema.Extract(it), it, testTime)
	}
	x := &Index{Name: "late", Schema: Schema{{"late", attr.S, false}}, Projection: ProjectAll, Global: true}
	tab.AddIndex(x)
	l := attr.String("L")
	assert.Len(t, listKeys(tab, Range{Index: x, Partition: []attr.Value{l}}), 5)
	tab.RemoveIndex("late")
	assert.Nil(t, tab.Index("late"))
}

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()
	s := Schema{{"p", attr.S, false}, {"s", attr.N, true}}
	assert.NoError(t, s.CheckKey(row("a", 1)))
	for _, bad := range []attr.Item{nil, row("a", 1).Without("s"), row("a", 1).With("q", attr.Null()), row("a", 1).With("s", attr.String("1")), row("", 1)} {
		assert.Error(t, s.CheckKey(bad))
	}
	assert.ErrorContains(t, s.CheckItem(row("a", 1).Without("p")), "Missing the key p in the item")
	assert.ErrorContains(t, s.CheckItem(row("a", 1).With("p", numberValue(1))), "Type mismatch for key p expected: S actual: N")
	assert.ErrorContains(t, s.CheckItem(row(string(make([]byte, 2049)), 1)), "2048 bytes")
	long := Schema{{"p", attr.S, false}, {"s", attr.B, true}}
	assert.ErrorContains(t, long.CheckItem(row("a", 1).With("s", attr.Binary(string(make([]byte, 1025))))), "1024 bytes")
}

func TestGapKeyIsBetweenTheStartAndTheFirstItem(t *testing.T) {
	t.Parallel()
	tab := newTestTable()
	_, ok := tab.GapKey(Range{}, testTime)
	assert.False(t, ok, "the only page of an empty table is the last")
	for i := range 20 {
		it := row("a", i*2)
		tab.Replace(tab.Schema.Extract(it), it, testTime)
	}
	a := attr.String("a")
	for _, r := range []Range{{Partition: []attr.Value{a}}, {Partition: []attr.Value{a}, Backward: true}, {Partition: []attr.Value{a}, Start: row("a", 6)}, {Partition: []attr.Value{a}, Start: row("a", 6), Backward: true}, {}} {
		want := listKeys(tab, r)
		key, ok := tab.GapKey(r, testTime)
		require.True(t, ok)
		require.NoError(t, tab.Schema.CheckKey(key))
		r.Start = key
		assert.Equal(t, want, listKeys(tab, r))
	}
}

func TestReadersAndWritersDoNotRace(t *testing.T) {
	t.Parallel()
	var db DB
	tab := newTestTable()
	db.Write(testTime, func() { db.Add(tab) })
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 200 {
				it := row(fmt.Sprint(w), i)
				db.Write(testTime, func() { db.Table("", "T", testTime).Replace(tab.Schema.Extract(it), it, testTime) })
				db.Read(testTime, func() { listKeys(db.Table("", "T", testTime), Range{}) })
				if i%50 == 0 {
					db.Snapshot()
				}
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 800, tab.Count())
}

func TestSnapshotsShareNothingThatChanges(t *testing.T) {
	t.Parallel()
	var db DB
	tab := newTestTable()
	db.Write(testTime, func() {
		db.Add(tab)
		tab.Replace(row("a", 1), row("a", 1), testTime)
		db.SetToken("", "t", Token{Until: testTime.Add(time.Hour)}, testTime)
	})
	snap := db.Snapshot()
	db.Write(testTime, func() { tab.Replace(row("a", 2), row("a", 2), testTime); tab.Protected = true })
	db.Restore(snap)
	db.Write(testTime, func() {
		got := db.Table("", "T", testTime)
		assert.EqualValues(t, 1, got.Count())
		assert.False(t, got.Protected)
		_, ok := db.Token("", "t", testTime)
		assert.True(t, ok)
		got.Replace(row("a", 9), row("a", 9), testTime)
	})
	db.Restore(snap)
	db.Read(testTime, func() { assert.EqualValues(t, 1, db.Table("", "T", testTime).Count()) })
}
