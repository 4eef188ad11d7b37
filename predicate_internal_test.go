package dynamoconn

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPredicateIsAnExpression(t *testing.T) {
	t.Parallel()
	year, city := Attr("Year"), Attr("Label", "a.b").At(3).Attr("City")
	for want, p := range map[string]Predicate{
		"#n0 >= :v0":                                             year.GE(1990),
		"#n0 BETWEEN :v0 AND :v1":                                year.Between(1990, 1999),
		"#n0 IN (:v0, :v1)":                                      year.In(1, "x"),
		"attribute_exists(#n0)":                                  year.Exists(),
		"attribute_not_exists(#n0)":                              year.NotExists(),
		"#n0.#n1[3].#n2 = :v0":                                   city.EQ("x"),
		"begins_with(#n0.#n1[3].#n2, :v0)":                       city.BeginsWith("x"),
		"attribute_exists(#n0) AND NOT contains(#n0, :v0)":       year.NotContains("x"),
		"NOT contains(#n0, :v0)":                                 Not(year.Contains("x")),
		"NOT (attribute_exists(#n0) AND NOT contains(#n0, :v0))": Not(year.NotContains("x")),
		"size(#n0) > :v0":                                        year.Size().GT(3),
		"#n1 < #n0":                                              year.LT(Attr("End")),
		"#n1 <= size(#n0)":                                       year.LE(Attr("End").Size()),
		"attribute_type(#n0, :v0)":                               year.IsKind(KindNull),
		"#n0 = :v0 AND #n1 <> :v1":                               All(year.EQ(1), Attr("b").NE(2)),
		"#n0 = :v0":                                              All(nil, All(), Any(year.EQ(1)), (*Condition)(nil)),
		"(#n0 = :v0 OR #n0 = :v1) AND #n1 = :v2":                 All(Any(year.EQ(1), year.EQ(2)), Attr("b").EQ(3)),
		"NOT (#n0 = :v0 AND #n1 = :v1)":                          Not(All(year.EQ(1), Attr("b").EQ(3))),
		"size(#n0) > :v0 AND #n1.#n2 = :v1":                      Expr("size($) > ? AND $ = ?", "Tags", 3, Attr("a", "b"), "x"),
		"NOT (#n0 = :v0 OR #n0 = :v1)":                           Not(Expr("$ = ? OR $ = ?", "a", 1, "a", 2)),
		"NOT (#n0 = :v0)":                                        Not(Expr("($ = ?)", "a", 1)),
	} {
		x := &expression{}
		text, err := x.predicate("Where", p)
		require.NoError(t, err)
		assert.Equal(t, want, text)
	}
	for _, p := range []Predicate{nil, All(), All(nil, All()), (*Condition)(nil)} {
		x := &expression{}
		text, err := x.predicate("Where", p)
		require.NoError(t, err)
		assert.Empty(t, text)
		assert.Empty(t, x.names)
	}
}

func TestOperatorsMakeTheConditionsOfTheConnector(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Condition{Key: "Year", ComparisonOperator: ComparisonOperatorGE, Values: []KeyValue{Long("", 1990)}}, Attr("Year").GE(1990))
	assert.Equal(t, Condition{Key: "Year", ComparisonOperator: ComparisonOperatorNull}, Attr("Year").NotExists())
}

func TestPredicateThatIsRefused(t *testing.T) {
	t.Parallel()
	year := Attr("Year")
	deep := Attr("a")
	for range 40 {
		deep = deep.At(0)
	}
	many := make([]any, 101)
	tower := Predicate(year.EQ(1))
	for range 100_000 {
		tower = Not(tower)
	}
	long := make([]Predicate, 400)
	for i := range long {
		long[i] = year.Exists()
	}
	for name, test := range map[string]struct {
		p          Predicate
		path, rule string
	}{
		"empty Any":       {All(year.EQ(1), Any()), "If.All[1].Any", "must not be empty: nothing would meet it"},
		"nil in Any":      {Any(year.EQ(1), All()), "If.Any[1]", "must not be nil: everything would meet it"},
		"Not of nil":      {Not(nil), "If.Not", "must not be nil: nothing would meet it"},
		"NaN":             {year.EQ(math.NaN()), "If.Values[0]", "invalid number: value is NaN or infinite"},
		"channel":         {year.EQ(make(chan int)), "If.Values[0]", "is a Go chan int, which is no value of DynamoDB"},
		"within a value":  {year.EQ(map[string]any{"a": []any{1, make(chan int)}}), "If.Values[0].a[1]", "is a Go chan int, which is no value of DynamoDB"},
		"named value":     {year.EQ(Long("x", 1)), "If.Values[0]", "must have an empty name: it is only a value"},
		"zero Path":       {Path{}.Exists(), "If.Key", "must not be empty"},
		"empty step":      {Attr("a", "").Exists(), "If", "the name of an attribute must not be empty"},
		"negative index":  {Attr("a").At(-1).Exists(), "If", "the index of a list must not be negative"},
		"deep path":       {deep.Exists(), "If", "a path must have at most 31 steps"},
		"IN of 101":       {year.In(many...), "If.Values", "must be 1 to 100 for IN"},
		"IN of none":      {year.In(), "If.Values", "must be 1 to 100 for IN"},
		"kind":            {year.IsKind("X"), "If", `"X" is no Kind`},
		"deep":            {tower, "If", "is nested deeper than an expression may have operators: 300"},
		"long":            {All(long...), "If", "makes an expression that is longer than 4 KB"},
		"empty text":      {Expr(" "), "If.Expr", "must not be empty"},
		"placeholders":    {Expr("a = :v0"), "If.Expr", "must not have # or : in it: write $ for a name and ? for a value"},
		"too few":         {Expr("$ = ?", "a"), "If.Expr", "has 2 places for arguments and 1 arguments"},
		"glued":           {Expr("$x = ?", "a", 1), "If.Expr", "must have a space or a sign before and behind each $"},
		"parentheses":     {Expr("$ = ?) OR ($ = ?", "a", 1, "a", 2), "If.Expr", "must close each parenthesis that it opens"},
		"path as value":   {Expr("$ = ?", "a", Attr("b")), "If.Expr.args[1]", "is an attribute in the place of a value: write $"},
		"value as a name": {Expr("$ = ?", 1, 1), "If.Expr.args[0]", "must be a string or a Path: a $ stands for an attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := (&expression{}).predicate("If", test.p)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
		})
	}
}

func TestPredicateMayBeShared(t *testing.T) {
	t.Parallel()
	shared := All(Any(Attr("a").EQ(1), Not(Attr("b", "c").In("x", []byte("y")))), Expr("$ > ?", "a", 2), Attr("c").Size().LT(Attr("d")))
	change := Attr("a", "b").Set(map[string]any{"x": 1})
	want, err := (&expression{}).predicate("If", shared)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				x := &expression{}
				text, err := x.predicate("If", All(shared, shared))
				assert.NoError(t, err)
				assert.Len(t, tokens(text), 2*len(tokens(want))+5) // two pairs of parentheses, and AND
				_, _, err = x.changes([]Change{change})
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	again, err := (&expression{}).predicate("If", shared)
	require.NoError(t, err)
	assert.Equal(t, want, again)
}

func TestPathsOfOnePrefixAreApart(t *testing.T) {
	t.Parallel()
	prefix := Attr("a", "b", "c").At(0) // 3 steps, in a slice that has room for more
	left, right := prefix.Attr("left"), prefix.Attr("right")
	first, second := prefix.At(1), prefix.At(2)
	assert.Equal(t, "a.b.c[0]", prefix.String())
	assert.Equal(t, []string{"a.b.c[0].left", "a.b.c[0].right", "a.b.c[0][1]", "a.b.c[0][2]"},
		[]string{left.String(), right.String(), first.String(), second.String()})
	names := []string{"x", "y", "z"}
	given := Attr("a", names[:1]...)
	names[0] = "changed"
	assert.Equal(t, "a.x", given.String())
}

func TestPredicateInManyPlacesIsCheckedInNoTime(t *testing.T) {
	t.Parallel()
	nothing, something := All(), Predicate(Attr("a").Exists())
	for range 200 {
		nothing, something = All(nothing, nothing), All(something, something)
	}
	text, err := (&expression{}).predicate("If", nothing)
	require.NoError(t, err)
	assert.Empty(t, text)
	for _, group := range []func(...Predicate) Predicate{All, Any} {
		wide := slices.Repeat([]Predicate{Attr("a").EQ(1)}, 200_000)
		x := &expression{}
		_, err = x.predicate("If", group(wide...))
		assert.Equal(t, "makes an expression that is longer than 4 KB", ruleIn(t, err))
		assert.Less(t, len(x.values), 1000)
	}
	_, err = (&expression{}).predicate("If", something)
	require.ErrorIs(t, err, ErrInvalidRequest)
	assert.Equal(t, "makes an expression that is longer than 4 KB", ruleIn(t, err))
}

func ruleIn(t *testing.T, err error) string {
	t.Helper()
	field, ok := as[*FieldError](err)
	require.True(t, ok, "%v", err)
	return field.Rule
}

func TestTwoFormsOfACondition(t *testing.T) {
	t.Parallel()
	where, conditions := Attr("a").Exists(), []Condition{Attr("b").Exists()}
	for _, test := range []struct {
		where      Predicate
		conditions []Condition
		text       string
		path, rule string
	}{
		{where, conditions, "", "Where", "cannot be given together with Conditions"},
		{where, nil, "a = b", "Where", "cannot be given together with FilterExpression"},
		{nil, conditions, "a = b", "FilterExpression", "cannot be given together with Conditions"},
	} {
		_, err := (&expression{}).filter(test.where, test.conditions, test.text)
		assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
	}
	text, err := (&expression{}).filter(All(nil), conditions, "")
	require.NoError(t, err)
	assert.Equal(t, "attribute_exists(#n0)", text)

	_, err = newWriteCondition(where, "a = b", nil, nil, false)
	assertFieldError(t, err, ErrInvalidRequest, "If", "cannot be given together with ConditionExpression")
	_, err = newWriteCondition(where, "", map[string]string{"#a": "a"}, nil, false)
	assertFieldError(t, err, ErrInvalidRequest, "ExpressionAttributeNames", "are not used: there is no expression")
	c, err := newWriteCondition(All(nil), "a = b", nil, nil, false)
	require.NoError(t, err)
	assert.Equal(t, "a = b", *c.text)
}

func TestConditionsOfPathsGoWhereConditionsGo(t *testing.T) {
	t.Parallel()
	x := &expression{}
	text, err := x.filter(nil, []Condition{Attr("a", "b").Size().GE(Attr("c")), Attr("a").NotContains("x")}, "")
	require.NoError(t, err)
	assert.Equal(t, "size(#n1.#n2) >= #n0 AND attribute_exists(#n1) AND NOT contains(#n1, :v0)", text)
	assert.Equal(t, map[string]string{"#n0": "c", "#n1": "a", "#n2": "b"}, x.names) // one placeholder for each name
}
