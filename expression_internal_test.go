package dynamoconn

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func TestPlaceholdersOfTheCallerAreNotTaken(t *testing.T) {
	t.Parallel()
	names := map[string]string{"#n0": "Zero", "#n2": "Two", "#y": "Year"}
	values := Item{Long(":v0", 0), Long(":v1", 1), Long(":v3", 3)}
	x, err := newExpression(names, values)
	require.NoError(t, err)
	text, err := x.filter(nil, []Condition{
		{Key: "Year", ComparisonOperator: ComparisonOperatorBetween, Values: []KeyValue{Long("", 7), Long("", 8)}}, {Key: "#n0", ComparisonOperator: ComparisonOperatorNull},
	}, "")
	require.NoError(t, err)
	assert.Equal(t, "#n3 BETWEEN :v4 AND :v5 AND attribute_not_exists(#n4)", text)
	assert.Equal(t, map[string]string{"#n0": "Zero", "#n2": "Two", "#y": "Year", "#n3": "Year", "#n4": "#n0"}, x.names)
	assert.Equal(t, map[string]types.AttributeValue{
		":v0": wireNumber("0"), ":v1": wireNumber("1"), ":v3": wireNumber("3"), ":v4": wireNumber("7"), ":v5": wireNumber("8"),
	}, x.attributeValues())
	assert.Equal(t, map[string]string{"#n0": "Zero", "#n2": "Two", "#y": "Year"}, names, "the caller's map was changed")

	x, err = newExpression(map[string]string{"#n1": "One"}, Item{Long(":v1", 1)})
	require.NoError(t, err)
	text, err = x.filter(nil, []Condition{{Key: "Year", ComparisonOperator: ComparisonOperatorEQ, Values: []KeyValue{Long("", 7)}}}, "")
	require.NoError(t, err)
	assert.Equal(t, "#n2 = :v2", text)
}

func TestPlaceholdersAreChecked(t *testing.T) {
	t.Parallel()
	const inNames, inValues = "ExpressionAttributeNames", "ExpressionAttributeValues"
	long := strings.Repeat("x", 255)
	tests := map[string]struct {
		names      map[string]string
		values     Item
		path, rule string
	}{
		"name without #":  {map[string]string{"n": "N"}, nil, inNames + "[n]", "must begin with # and go on with a name"},
		"only #":          {map[string]string{"#": "N"}, nil, inNames + "[#]", "must begin with # and go on with a name"},
		"empty":           {map[string]string{"": "N"}, nil, inNames + `[""]`, "must begin with # and go on with a name"},
		"256 bytes":       {map[string]string{"#" + long: "N"}, nil, inNames + "[#" + long[:63] + "...]", "must have at most 255 bytes"},
		"empty attribute": {map[string]string{"#n": ""}, nil, inNames + "[#n]", "must not be empty"},
		"not UTF-8":       {map[string]string{"#n": notUTF8}, nil, inNames + "[#n]", "must be valid UTF-8"},
		"value without :": {nil, Item{Long("v", 1)}, inValues + "[v]", "must begin with : and go on with a name"},
		"only :":          {nil, Item{Long(":", 1)}, inValues + "[:]", "must begin with : and go on with a name"},
		"value 256 bytes": {nil, Item{Long(":"+long, 1)}, inValues + "[:" + long[:63] + "...]", "must have at most 255 bytes"},
		"nil":             {nil, Item{Long(":v", 1), nil}, inValues + "[1]", ruleKind},
		"twice":           {nil, Item{Long(":v", 1), Long(":v", 1)}, inValues + ".:v", "is in the item twice"},
		"in a value":      {nil, Item{List(":v", StringSet(""))}, inValues + ".:v[0]", "a set must not be empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, err := newExpression(test.names, test.values)
			assert.Nil(t, x)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
		})
	}
	x, err := newExpression(map[string]string{"#" + long[:254]: "N"}, Item{Long(":"+long[:254], 1)})
	require.NoError(t, err)
	assert.Len(t, x.names, 1)
	assert.Len(t, x.attributeValues(), 1)
	x, err = newExpression(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, &expression{}, x, "nothing is sent empty")
}

func TestProjection(t *testing.T) {
	t.Parallel()
	x := &expression{}
	text, err := x.project([]string{"Year", "first.name", "a b", "Année"}, "")
	require.NoError(t, err)
	assert.Equal(t, "#n0, #n1, #n2, #n3", *text)
	assert.Equal(t, map[string]string{"#n0": "Year", "#n1": "first.name", "#n2": "a b", "#n3": "Année"}, x.names)

	text, err = (&expression{}).project(nil, "Address.City, Tags[0]")
	require.NoError(t, err)
	assert.Equal(t, "Address.City, Tags[0]", *text)
	text, err = (&expression{}).project([]string{}, "")
	require.NoError(t, err)
	assert.Nil(t, text)

	for path, attributes := range map[string][]string{
		"Attributes[0]": {""}, "Attributes[1]": {"a", "a"}, "Attributes[2]": {"a", "b", notUTF8},
	} {
		text, err = (&expression{}).project(attributes, "")
		assert.Nil(t, text)
		require.ErrorIs(t, err, ErrInvalidRequest)
		var field *FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, path, field.Path)
	}
	_, err = (&expression{}).project([]string{"a"}, "a")
	assertFieldError(t, err, ErrInvalidRequest, "ProjectionExpression", "cannot be given together with Attributes")
}

var expressionText = regexp.MustCompile(`^[#:a-zA-Z_0-9 (),<>=]*$`)

// FuzzExpression requires that no name and no value, whatever is in it, has a part in
// the text of an expression: the text is that of harmless names and values.
func FuzzExpression(f *testing.F) {
	for i := range len(fuzzOperators) {
		f.Add(uint8(i), uint8(i), "Artist", "Song", "value", "#n0", ":v0")
	}
	f.Add(uint8(0), uint8(1), "a = :v0 OR #n1", ") AND (", "\xff", "#", ":")
	f.Add(uint8(2), uint8(10), "#n0", ":v0", "#n1", "#n1", ":v1")
	mutate.Fuzz(f, func(t *testing.T, first, second uint8, key, other, value, namePlaceholder, valuePlaceholder string) {
		conditions := func(key, other, value string) []Condition {
			return []Condition{fuzzCondition(first, key, value), fuzzCondition(second, other, value)}
		}
		x, err := newExpression(map[string]string{namePlaceholder: other}, Item{String(valuePlaceholder, value)})
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidRequest)
			requireShowable(t, err.Error())
			return
		}
		text, err := x.filter(nil, conditions(key, other, value), "")
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidRequest)
			requireShowable(t, err.Error())
			return
		}
		require.Regexp(t, expressionText, text)
		plain, err := newExpression(map[string]string{namePlaceholder: "b"}, Item{String(valuePlaceholder, "c")})
		require.NoError(t, err)
		harmless := []string{"a", "b"}
		if key == other {
			harmless[1] = "a"
		}
		want, err := plain.filter(nil, conditions(harmless[0], harmless[1], "c"), "")
		require.NoError(t, err)
		require.Equal(t, want, text)
		// Each placeholder stands for what was given, and the caller's own for theirs.
		require.Equal(t, other, x.names[namePlaceholder])
		require.Contains(t, x.attributeValues(), valuePlaceholder)
		require.Equal(t, key, x.names[x.name(key)])
		require.Equal(t, other, x.names[x.name(other)])
		for placeholder, av := range x.attributeValues() {
			require.Equal(t, &types.AttributeValueMemberS{Value: value}, av, placeholder)
		}
	})
}

var fuzzOperators = []ComparisonOperator{
	ComparisonOperatorEQ, ComparisonOperatorNE, ComparisonOperatorLT, ComparisonOperatorLE, ComparisonOperatorGT, ComparisonOperatorGE,
	ComparisonOperatorBeginsWith, ComparisonOperatorBetween, ComparisonOperatorContains, ComparisonOperatorNotContains, ComparisonOperatorIn,
	ComparisonOperatorNotNull, ComparisonOperatorNull,
}

func fuzzCondition(operator uint8, key, value string) Condition {
	c := Condition{Key: key, ComparisonOperator: fuzzOperators[int(operator)%len(fuzzOperators)]}
	n := 1
	switch c.ComparisonOperator {
	case ComparisonOperatorNull, ComparisonOperatorNotNull:
		n = 0
	case ComparisonOperatorBetween:
		n = 2
	case ComparisonOperatorIn:
		n = 1 + int(operator)%7
	}
	for range n {
		c.Values = append(c.Values, String("", value))
	}
	return c
}

func TestPlaceholdersNeedAnExpression(t *testing.T) {
	t.Parallel()
	names, values := map[string]string{"#n": "N"}, Item{Long(":v", 1)}
	require.NoError(t, needsExpression(names, values, "", "#n = :v"))
	require.NoError(t, needsExpression(nil, nil))
	const rule = "are not used: there is no expression"
	assertFieldError(t, needsExpression(names, nil, "", ""), ErrInvalidRequest, "ExpressionAttributeNames", rule)
	assertFieldError(t, needsExpression(nil, values), ErrInvalidRequest, "ExpressionAttributeValues", rule)
}

// tokens splits an expression. A placeholder is a token whatever it stands for.
func tokens(text string) []string {
	found := tokenPattern.FindAllString(text, -1)
	for i, token := range found {
		if token[0] == '#' || token[0] == ':' {
			found[i] = token[:2]
		}
	}
	return found
}

var tokenPattern = regexp.MustCompile(`[#:][nv][0-9]+|[A-Za-z_]+|[0-9]+|<>|<=|>=|\S`)

// everyExpression returns predicates and changes of every form with these names and this value.
func everyExpression(a, b, text string, data []byte) (predicates []Predicate, changes []Change) {
	path, other := Attr(a, b).At(1).Attr(a), Attr(b)
	predicates = []Predicate{
		path.EQ(text), path.NE(other), path.LT(data), path.LE(other.Size()), path.GT(text), path.GE(text),
		path.Between(text, other), path.In(text, data, other), path.BeginsWith(text), path.Contains(text), path.NotContains(text),
		path.Exists(), path.NotExists(), path.IsKind(KindMap), path.Size().Between(text, 2), path.Size().In(other, data),
		other.EQ(map[string]any{a: []any{text, map[string]any{b: data}}}), Condition{Key: a, ComparisonOperator: ComparisonOperatorEQ, Values: []KeyValue{String("", text)}},
		Expr("size($) > ? AND $ BETWEEN ? AND ?", a, data, path, text, text),
		Any(All(path.EQ(text), Not(other.EQ(data))), Not(Any(other.Exists(), path.Between(text, data))), path.NotContains(text)),
	}
	changes = []Change{
		path.Set(text), path.SetIfMissing(data), path.CopyOf(other), path.Increment(other), path.Append(text, data), path.Prepend(data),
		path.Remove(), path.AddMembers(text), path.DeleteMembers(data),
	}
	return predicates, changes
}

// FuzzExpressionText requires that no name and no value changes the tokens of an expression, and
// that each is sent as it was given or refused.
func FuzzExpressionText(f *testing.F) {
	for _, seed := range []string{
		"Artist", "SELECT", "size", "#n0", ":v0", "a.b", "a[0]", "a = :v0 OR b", ") OR (#n0 = #n0", "\"", "'", "\\", "\n", "\x00", "a b", "$", "?",
		"名前", "\u2028", "\xff", "", "attribute_exists(a)", strings.Repeat("n", 300),
	} {
		f.Add(seed, "b", seed, []byte(seed))
		f.Add("a", seed, "x", []byte{})
	}
	plainPredicates, plainChanges := everyExpression("a", "b", "x", []byte("y"))
	mutate.Fuzz(f, func(t *testing.T, a, b, text string, data []byte) {
		data = append([]byte{}, data...) // nil would be a null
		isValid := a != "" && b != "" && utf8.ValidString(a+"|"+b+"|"+text)
		predicates, changes := everyExpression(a, b, text, data)
		for i, p := range predicates {
			plain, err := (&expression{}).predicate("If", plainPredicates[i])
			require.NoError(t, err)
			x := &expression{}
			got, err := x.predicate("If", p)
			requireSameTokens(t, x, plain, got, isValid, err, a, b)
		}
		for i, c := range changes {
			plain, _, err := (&expression{}).changes([]Change{plainChanges[i]})
			require.NoError(t, err)
			x := &expression{}
			got, _, err := x.changes([]Change{c})
			requireSameTokens(t, x, plain, got, isValid, err, a, b)
		}
	})
}

func requireSameTokens(t *testing.T, x *expression, plain, got string, isValid bool, err error, names ...string) {
	t.Helper()
	if err != nil {
		require.ErrorIs(t, err, ErrInvalidRequest)
		require.False(t, isValid, "%v", err)
		return
	}
	require.Equal(t, tokens(plain), tokens(got))
	for placeholder, name := range x.names {
		require.Contains(t, names, name)
		require.Regexp(t, `^#n[0-9]+$`, placeholder)
		require.True(t, utf8.ValidString(name))
	}
	for _, v := range x.values {
		require.Regexp(t, `^:v[0-9]+$`, v.placeholder)
	}
	require.True(t, json.Valid(append(slices.Clone(x.encoded), '}')) || x.encoded == nil, "%s", x.encoded)
}
