package dynamoconn

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestChangesAreAnUpdateExpression(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		changes      []Change
		want         string
		isRepeatable bool
	}{
		{[]Change{Attr("a").Set(1), Attr("b").SetIfMissing(2), Attr("c").CopyOf(Attr("d", "e"))},
			"SET #n0 = :v0, #n1 = if_not_exists(#n1, :v1), #n2 = #n3.#n4", true},
		{[]Change{Attr("a").Remove(), Attr("b").At(1).Attr("c").Remove()}, "REMOVE #n0, #n1[1].#n2", true},
		{[]Change{Attr("a").AddMembers("x", "y"), Attr("b").DeleteMembers(1, 2.5), Attr("c").Set("x")},
			"SET #n2 = :v2 ADD #n0 :v0 DELETE #n1 :v1", true},
		{[]Change{Attr("a").Increment(-1)}, "SET #n0 = if_not_exists(#n0, :v1) + :v0", false},
		{[]Change{Attr("a").Append(1, "x")}, "SET #n0 = list_append(if_not_exists(#n0, :v1), :v0)", false},
		{[]Change{Attr("a").Prepend(1, "x")}, "SET #n0 = list_append(:v0, if_not_exists(#n0, :v1))", false},
		{[]Change{Attr("a").CopyOf(Attr("b")), Attr("b").Remove()}, "SET #n0 = #n1 REMOVE #n1", false},
		{[]Change{Attr("a").Set(Attr("b", "c")), Attr("b", "d").Remove()}, "SET #n0 = #n1.#n2 REMOVE #n1.#n3", true},
		{[]Change{Attr("a").Set(Attr("b", "c")), Attr("b").Remove()}, "SET #n0 = #n1.#n2 REMOVE #n1", false},
		{[]Change{Attr("a").SetIfMissing(Attr("b")), Attr("b", "c").Set(1)}, "SET #n0 = if_not_exists(#n0, #n1), #n1.#n2 = :v0", false},
		{[]Change{Attr("a").Increment(Attr("b"))}, "SET #n0 = if_not_exists(#n0, :v0) + #n1", false},
		// What is behind a removed element moves up, and a value beyond the end is appended.
		{[]Change{Attr("a").At(1).Remove()}, "REMOVE #n0[1]", false},
		{[]Change{Attr("a").At(1).Set("x")}, "SET #n0[1] = :v0", false},
		{[]Change{Attr("a", "b").At(1).At(2).SetIfMissing("x")}, "SET #n0.#n1[1][2] = if_not_exists(#n0.#n1[1][2], :v0)", false},
	} {
		text, isRepeatable, err := (&expression{}).changes(test.changes)
		require.NoError(t, err)
		assert.Equal(t, test.want, text)
		assert.Equal(t, test.isRepeatable, isRepeatable, text)
	}
}

func TestChangeThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changes    []Change
		path, rule string
	}{
		"zero":          {[]Change{{}}, "Changes[0]", "must not be the zero Change"},
		"overlap":       {[]Change{Attr("a").Remove(), Attr("a", "b").Set(1)}, "Changes[1]", "changes a.b, which overlaps with what Changes[0] changes"},
		"same":          {[]Change{Attr("a").At(1).Remove(), Attr("a").At(1).Set(1)}, "Changes[1]", "changes a[1], which overlaps with what Changes[0] changes"},
		"map and list":  {[]Change{Attr("a").Attr("b").Set(1), Attr("a").At(0).Attr("b").Set(1)}, "Changes[1]", "changes a[0].b as if it were in a map and Changes[0] as if it were in a list, or the reverse"},
		"size set":      {[]Change{Attr("a").Set(Attr("b").Size())}, "Changes[0]", "must not be a size: DynamoDB has no size in an update"},
		"size added":    {[]Change{Attr("a").Increment(Attr("b").Size())}, "Changes[0]", "must not be a size: DynamoDB has no size in an update"},
		"named member":  {[]Change{Attr("a").AddMembers(String("n", "x"))}, "Changes[0][0]", ruleNoName},
		"named set":     {[]Change{Attr("a").AddMembers(StringSet("n", "x"))}, "Changes[0][0]", ruleNoName},
		"named value":   {[]Change{Attr("a").Set(String("n", "x"))}, "Changes[0]", ruleNoName},
		"named element": {[]Change{Attr("a").Append(1, String("n", "x"))}, "Changes[0][1]", "an element of a list has no name"},
		"path appended": {[]Change{Attr("a").Append(Attr("b"))}, "Changes[0][0]", "must be a value, not an attribute"},
		"path member":   {[]Change{Attr("a").AddMembers("x", Attr("b"))}, "Changes[0][1]", ruleMembers},
		"zero Path":     {[]Change{Path{}.Remove()}, "Changes[0]", "the name of an attribute must not be empty"},
		"text added":    {[]Change{Attr("a").Increment("1")}, "Changes[0]", "must be a number: it is added"},
		"no values":     {[]Change{Attr("a").Append()}, "Changes[0]", "must have at least one value"},
		"no members":    {[]Change{Attr("a").AddMembers()}, "Changes[0]", "must have at least one member"},
		"mixed members": {[]Change{Attr("a").AddMembers("x", 1)}, "Changes[0][1]", ruleMembers},
		"list":          {[]Change{Attr("a").DeleteMembers([]string{"x"})}, "Changes[0]", ruleMembers},
		"member twice":  {[]Change{Attr("a").AddMembers("x", "x")}, "Changes[0][1]", "is in the set twice"},
		"bad value":     {[]Change{Attr("a").Set(1), Attr("b").Set(func() {})}, "Changes[1]", "is a Go func(), which is no value of DynamoDB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := (&expression{}).changes(test.changes)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
		})
	}
}

func TestChangesThatOverlapOrPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b                Path
		overlaps, conflicts bool
	}{
		{Attr("a"), Attr("a"), true, false},
		{Attr("a"), Attr("b"), false, false},
		{Attr("a"), Attr("a", "b"), true, false},
		{Attr("a", "b"), Attr("a", "b").At(0), true, false},
		{Attr("a", "b"), Attr("a", "c"), false, false},
		{Attr("a").At(0), Attr("a").At(1), false, false},
		{Attr("a").At(0), Attr("a").At(0).Attr("b"), true, false},
		{Attr("a", "b"), Attr("a").At(0), false, true},
		{Attr("a", "b", "c"), Attr("a").At(0).Attr("c"), false, true},
		{Attr("a", "b").At(0), Attr("a", "c", "d"), false, false}, // b and c may be of any types
		{Attr("x").At(0), Attr("y", "b"), false, false},
		{Attr("a.b"), Attr("a", "b"), false, false},
	} {
		for _, pair := range [][2]Path{{test.a, test.b}, {test.b, test.a}} {
			assert.Equal(t, test.overlaps, pair[0].overlaps(pair[1]), "%v", pair)
			assert.Equal(t, test.conflicts, pair[0].conflicts(pair[1]), "%v", pair)
		}
	}
}

func TestExpressionOfChangesIsBounded(t *testing.T) {
	t.Parallel()
	var changes []Change
	for i := range 100_000 {
		changes = append(changes, Attr("a", strconv.Itoa(i)).Set(i))
	}
	for _, n := range []int{250, len(changes)} {
		_, _, err := (&expression{}).changes(changes[:n])
		assertFieldError(t, err, ErrInvalidRequest, "Changes", "make an expression that is longer than 4 KB")
	}
}

// Changes and their own text may be applied twice in the same cases.
func TestChangesAndTheirTextAgreeOnRepetition(t *testing.T) {
	t.Parallel()
	paths := []Path{Attr("a"), Attr("a", "b"), Attr("a").At(1), Attr("b"), Attr("b").At(0).Attr("c"), Attr("c")}
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(paths)
		var changes []Change
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			p, other := path.Draw(t, "path"), path.Draw(t, "other")
			changes = append(changes, rapid.SampledFrom([]Change{
				p.Set(1), p.Set(other), p.SetIfMissing(1), p.SetIfMissing(other), p.CopyOf(other), p.Increment(1), p.Increment(other),
				p.Append(1), p.Prepend(1), p.Remove(), p.AddMembers("x"), p.DeleteMembers(1),
			}).Draw(t, "change"))
		}
		x := &expression{}
		text, isRepeatable, err := x.changes(changes)
		if err != nil {
			return // they overlap
		}
		var values Item
		for _, v := range x.values {
			values = append(values, Rename(v.value, v.placeholder))
		}
		assert.Equal(t, parseUpdate(text, x.names).isRepeatable(values), isRepeatable, text)
	})
}
