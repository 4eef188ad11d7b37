package difftest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEqualNumbersHaveOneText(t *testing.T) {
	t.Parallel()
	for _, equal := range [][]string{
		{"0", "-0", "0.00", "0e5"},
		{"100", "1e2", "1E+2", "100.0", "0100"},
		{"-1.5", "-15e-1", "-01.50"},
		{"0.001", "1e-3", ".001"},
	} {
		for _, s := range equal[1:] {
			assert.Equal(t, canonicalNumber(equal[0]), canonicalNumber(s), s)
		}
	}
	assert.NotEqual(t, canonicalNumber("1"), canonicalNumber("10"))
	assert.NotEqual(t, canonicalNumber("1"), canonicalNumber("-1"))
	assert.Equal(t, "?x?", canonicalNumber("x"))
	assert.Equal(t, "?1e?", canonicalNumber("1e"))
}

func TestItemsAreComparedByValue(t *testing.T) {
	t.Parallel()
	canonical := func(s string) string {
		v, err := decodeJSON([]byte(s))
		require.NoError(t, err)
		return canonicalJSON(canonicalItem(v))
	}
	for _, equal := range [][2]string{
		{`{"a":{"N":"1.0"},"b":{"S":"x"}}`, `{"b":{"S":"x"},"a":{"N":"1"}}`},
		{`{"a":{"NS":["2","10"]}}`, `{"a":{"NS":["1e1","2.0"]}}`},
		{`{"a":{"L":[{"M":{"n":{"N":"1e3"}}}]}}`, `{"a":{"L":[{"M":{"n":{"N":"1000"}}}]}}`},
	} {
		assert.Equal(t, canonical(equal[0]), canonical(equal[1]))
	}
	for _, different := range [][2]string{
		{`{"a":{"L":[{"N":"1"},{"N":"2"}]}}`, `{"a":{"L":[{"N":"2"},{"N":"1"}]}}`},
		{`{"a":{"S":"1"}}`, `{"a":{"N":"1"}}`},
		{`{"S":{"S":"1.0"}}`, `{"S":{"S":"1"}}`},
		{`{"a":{"M":{"N":{"S":"1.0"}}}}`, `{"a":{"M":{"N":{"S":"1"}}}}`},
	} {
		assert.NotEqual(t, canonical(different[0]), canonical(different[1]))
	}
}

func TestMessagesAboutOneConstraintHaveOneStatement(t *testing.T) {
	t.Parallel()
	for want, messages := range map[statement][]string{
		{"value undefined", ":b"}: {
			"Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :b",
			"1 validation error detected: Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :b",
		},
		{"enum", "returnvalues"}: {
			"1 validation error detected: Value 'X' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [NONE]",
			"Return values set to invalid value",
		},
		{"too short", "indexname"}: {
			"1 validation error detected: Value 'g' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: " +
				"Member must have length greater than or equal to 3",
		},
		{"set empty", ":v"}: {
			"ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An number set  may not be empty for key :v",
		},
		{"? a new wording", ""}: {"a new wording"},
		{}:                      {""},
	} {
		for _, m := range messages {
			assert.Equal(t, want, readMessage(m), m)
		}
	}
}
