package dynamoconn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func wireNumber(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
func wireString(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func TestConditionOfEachOperator(t *testing.T) {
	t.Parallel()
	want := map[ComparisonOperator]string{
		ComparisonOperatorBeginsWith:  "begins_with(#n0, :v0)",
		ComparisonOperatorBetween:     "#n0 BETWEEN :v0 AND :v1",
		ComparisonOperatorContains:    "contains(#n0, :v0)",
		ComparisonOperatorEQ:          "#n0 = :v0",
		ComparisonOperatorGE:          "#n0 >= :v0",
		ComparisonOperatorGT:          "#n0 > :v0",
		ComparisonOperatorIn:          "#n0 IN (:v0, :v1, :v2)",
		ComparisonOperatorLE:          "#n0 <= :v0",
		ComparisonOperatorLT:          "#n0 < :v0",
		ComparisonOperatorNE:          "#n0 <> :v0",
		ComparisonOperatorNotContains: "attribute_exists(#n0) AND NOT contains(#n0, :v0)",
		ComparisonOperatorNotNull:     "attribute_exists(#n0)",
		ComparisonOperatorNull:        "attribute_not_exists(#n0)",
	}
	require.Len(t, want, len(ComparisonOperators()))
	for _, operator := range ComparisonOperators() {
		condition := Condition{Key: "Year", ComparisonOperator: operator}
		var values map[string]types.AttributeValue
		for i := range strings.Count(want[operator], ":v") {
			condition.Values = append(condition.Values, Long("", int64(i)))
			if values == nil {
				values = map[string]types.AttributeValue{}
			}
			values[fmt.Sprint(":v", i)] = wireNumber(fmt.Sprint(i))
		}
		x := &expression{}
		text, err := x.filter(nil, []Condition{condition}, "")
		require.NoError(t, err, operator)
		assert.Equal(t, want[operator], text)
		assert.Equal(t, map[string]string{"#n0": "Year"}, x.names)
		assert.Equal(t, values, x.attributeValues())
	}
}

func TestConditionsShareTheNamesOfAttributes(t *testing.T) {
	t.Parallel()
	x := &expression{}
	text, err := x.filter(nil, []Condition{
		{Key: "Year", ComparisonOperator: ComparisonOperatorGE, Values: []KeyValue{Long("", 1990)}},
		{Key: "a.b c", ComparisonOperator: ComparisonOperatorNotContains, Values: []KeyValue{String("", "x")}},
		{Key: "Year", ComparisonOperator: ComparisonOperatorLT, Values: []KeyValue{Long("", 2000)}},
	}, "")
	require.NoError(t, err)
	assert.Equal(t, "#n0 >= :v0 AND attribute_exists(#n1) AND NOT contains(#n1, :v1) AND #n0 < :v2", text)
	assert.Equal(t, map[string]string{"#n0": "Year", "#n1": "a.b c"}, x.names)
	assert.Equal(t, map[string]types.AttributeValue{
		":v0": wireNumber("1990"), ":v1": wireString("x"), ":v2": wireNumber("2000"),
	}, x.attributeValues())

	text, err = (&expression{}).filter(nil, nil, "")
	require.NoError(t, err)
	assert.Empty(t, text)
}

func TestConditionTakesAsManyValuesAsItsOperator(t *testing.T) {
	t.Parallel()
	for _, operator := range ComparisonOperators() {
		least, most := 1, 1
		switch operator {
		case ComparisonOperatorNull, ComparisonOperatorNotNull:
			least, most = 0, 0
		case ComparisonOperatorBetween:
			least, most = 2, 2
		case ComparisonOperatorIn:
			most = 100
		}
		for _, n := range []int{0, 1, 2, 3, 99, 100, 101} {
			condition := Condition{Key: "k", ComparisonOperator: operator}
			for i := range n {
				condition.Values = append(condition.Values, Long("", int64(i)))
			}
			x := &expression{}
			_, err := x.filter(nil, []Condition{condition}, "")
			if n >= least && n <= most {
				require.NoError(t, err, "%s %d", operator, n)
				assert.Len(t, x.attributeValues(), n)
				continue
			}
			require.ErrorIs(t, err, ErrInvalidRequest, "%s %d", operator, n)
			var field *FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, "Conditions[0].Values", field.Path, "%s %d", operator, n)
		}
	}
}

func TestConditionRefuses(t *testing.T) {
	t.Parallel()
	eq, in := ComparisonOperatorEQ, ComparisonOperatorIn
	one := []KeyValue{Long("", 1)}
	const key, first = "Conditions[1].Key", "Conditions[1].Values[0]"
	const noSet = "must not be a set, a list or a map for "
	tests := map[string]struct {
		condition  Condition
		path, rule string
	}{
		"no key":           {Condition{Key: "", ComparisonOperator: eq, Values: one}, key, "must not be empty"},
		"key not UTF-8":    {Condition{Key: notUTF8, ComparisonOperator: eq, Values: one}, key, "must be valid UTF-8"},
		"no operator":      {Condition{Key: "k", ComparisonOperator: "", Values: one}, "Conditions[1].ComparisonOperator", "must not be empty"},
		"another operator": {Condition{Key: "k", ComparisonOperator: "LIKE", Values: one}, "Conditions[1].ComparisonOperator", "must be one of the 13 comparison operators"},
		"nil":              {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{nil}}, first, ruleKind},
		"typed nil":        {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{(*KeyValueLong)(nil)}}, first, ruleKind},
		"imposter":         {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{imposter{}}}, first, ruleKind},
		"named value":      {Condition{Key: "k", ComparisonOperator: in, Values: []KeyValue{Null(""), Long("k", 1)}}, "Conditions[1].Values[1]", "must have an empty name: it is only a value"},
		"value not UTF-8":  {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{String("", notUTF8)}}, first, "must be valid UTF-8"},
		"within a value":   {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{List("", StringSet(""))}}, first + "[0]", "a set must not be empty"},
		"within a map":     {Condition{Key: "k", ComparisonOperator: eq, Values: []KeyValue{Map("", StringSet("a"))}}, first + ".a", "a set must not be empty"},
		"contains a set":   {Condition{Key: "k", ComparisonOperator: ComparisonOperatorContains, Values: []KeyValue{StringSet("", "a")}}, first, noSet + "CONTAINS"},
		"contains no set":  {Condition{Key: "k", ComparisonOperator: ComparisonOperatorNotContains, Values: []KeyValue{NumberSet("", Number{})}}, first, noSet + "NOT_CONTAINS"},
		"contains bs":      {Condition{Key: "k", ComparisonOperator: ComparisonOperatorContains, Values: []KeyValue{BinarySet("", nil)}}, first, noSet + "CONTAINS"},
		"contains a list":  {Condition{Key: "k", ComparisonOperator: ComparisonOperatorContains, Values: []KeyValue{List("")}}, first, noSet + "CONTAINS"},
		"contains a map":   {Condition{Key: "k", ComparisonOperator: ComparisonOperatorNotContains, Values: []KeyValue{Map("")}}, first, noSet + "NOT_CONTAINS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := (&expression{}).filter(nil, []Condition{{Key: "k", ComparisonOperator: eq, Values: one}, test.condition}, "")
			assert.Empty(t, text)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
		})
	}
}

func TestConditionComparesWithEveryKind(t *testing.T) {
	t.Parallel()
	for _, kv := range oneOfEach("") {
		want, err := ToAttributeValue(kv)
		require.NoError(t, err)
		x := &expression{}
		_, err = x.filter(nil, []Condition{{Key: "k", ComparisonOperator: ComparisonOperatorEQ, Values: []KeyValue{kv}}}, "")
		require.NoError(t, err)
		assert.Equal(t, map[string]types.AttributeValue{":v0": want}, x.attributeValues())
	}
	for _, kv := range oneOfEach("")[:6] {
		_, err := (&expression{}).filter(nil, []Condition{{Key: "k", ComparisonOperator: ComparisonOperatorContains, Values: []KeyValue{kv}}}, "")
		require.NoError(t, err, "%T", kv)
	}
}

// Whatever an attribute is called and compared with, the expression is made of
// placeholders: nothing of the caller's can become part of its grammar.
func TestNoNameOrValueReachesTheExpression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringN(1, -1, -1).Draw(t, "key")
		value := rapid.String().Draw(t, "value")
		x := &expression{}
		text, err := x.filter(nil, []Condition{{Key: key, ComparisonOperator: ComparisonOperatorNE, Values: []KeyValue{String("", value)}}}, "")
		require.NoError(t, err)
		require.Equal(t, "#n0 <> :v0", text)
		require.Equal(t, map[string]string{"#n0": key}, x.names)
		require.Equal(t, map[string]types.AttributeValue{":v0": wireString(value)}, x.attributeValues())
	})
}
