package expr

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

func parseJSON(t testing.TB, s string) *protocol.Node {
	t.Helper()
	if s == "" {
		return nil
	}
	n, err := protocol.Parse([]byte(s))
	require.NoError(t, err)
	return n
}

func parseItem(t testing.TB, s string) attr.Item {
	t.Helper()
	it, err := attr.DecodeItem(parseJSON(t, s))
	require.NoError(t, err)
	return it
}

func parseNames(t testing.TB, names, values string) *Names {
	t.Helper()
	n, err := ReadNames(parseJSON(t, names), parseJSON(t, values))
	require.NoError(t, err)
	return n
}

const sample = `{"p":{"S":"pk"},"n":{"N":"5"},"str":{"S":"hello"},"bin":{"B":"AAEC"},"t":{"BOOL":true},"nil":{"NULL":true},
	"l":{"L":[{"N":"1"},{"S":"two"},{"M":{"x":{"N":"3"}}}]},"m":{"M":{"a":{"M":{"b":{"S":"deep"}}},"size":{"N":"1"}}},
	"ss":{"SS":["a","b"]},"ns":{"NS":["1","2.5"]},"bs":{"BS":["AA=="]}}`

const sampleValues = `{":n5":{"N":"5.0"},":n1":{"N":"1"},":n9":{"N":"9"},":s":{"S":"hello"},":he":{"S":"he"},":a":{"S":"a"},":t":{"BOOL":true},
	":l":{"L":[]},":two":{"S":"two"},":deep":{"S":"deep"},":n25":{"N":"2.50"},":b0":{"B":"AA=="},":M":{"S":"M"},":NULL":{"S":"NULL"},
	":ss":{"SS":["b","a"]},":n3":{"N":"3"}}`

func TestConditionsHoldAsAtTheService(t *testing.T) {
	t.Parallel()
	it := parseItem(t, sample)
	for _, c := range []struct {
		expr string
		want bool
	}{
		{"n = :n5", true}, {"n <> :n5", false}, {"n < :n9", true}, {"n <= :n5", true}, {"n > :n9", false}, {"n >= :n5", true},
		{"n = :s", false}, {"n <> :s", true}, {"n < :s", false}, {"str > :he", true}, {"bin > :b0", true},
		{"absent = :s", false}, {"absent <> :s", true}, {"absent < :n9", false}, {"NOT absent = :s", true},
		{"absent <> gone", true}, {"absent = gone", false}, {"t = :t", true}, {"ss = :ss", true},
		{"n BETWEEN :n1 AND :n9", true}, {"n between :n5 and :n5", true}, {"str BETWEEN :n1 AND :n9", false},
		{"n IN (:n1, :n5)", true}, {"n IN (:n1)", false}, {":n1 in (n, l[0])", true},
		{"attribute_exists(n)", true}, {"attribute_exists(m.a.b)", true}, {"attribute_exists(m.a.c)", false},
		{"attribute_exists(l[2].x)", true}, {"attribute_exists(l[3])", false}, {"attribute_not_exists(l[0].x)", true},
		{"attribute_type(m, :M)", true}, {"attribute_type(nil, :NULL)", true}, {"attribute_type(absent, :M)", false},
		{"begins_with(str, :he)", true}, {"begins_with(str, :s)", true}, {"begins_with(bin, :b0)", true}, {"begins_with(n, :he)", false},
		{"contains(str, :he)", true}, {"contains(ss, :a)", true}, {"contains(ns, :n25)", true}, {"contains(bs, :b0)", true},
		{"contains(l, :two)", true}, {"contains(l, :n9)", false}, {"contains(ss, :n1)", false}, {"contains(m, :a)", false},
		{"contains(str, n)", false},
		{"size(str) = :n5", true}, {"size(bin) = :n3", true}, {"size(l) = :n3", true}, {"size(m) < :n9", true}, {"size(ss) > :n1", true},
		{"size(n) > :n1", false}, {"size(absent) = :n1", false}, {"size(n) <> :n1", true},
		{"m.a.b = :deep", true}, {"l[2].x = :n3", true}, {"l[1] = :two", true}, {"p.x = :a", false},
		{"n = :n1 OR n = :n5 AND str = :s", true}, {"(n = :n1 OR n = :n5) AND str = :a", false},
		{"NOT n = :n1 AND n = :n5", true}, {"NOT (n = :n1 OR n = :n5)", false}, {"NOT NOT n = :n5", true},
		{"(n) = (:n5)", true}, {"n<:n9 and(n>:n1)or(n=:s)", true}, {":l = :l", true},
	} {
		cond, err := ParseCondition(c.expr, parseNames(t, "", sampleValues))
		require.NoError(t, err, c.expr)
		assert.Equal(t, c.want, cond.Match(it), c.expr)
	}
	assert.True(t, (*Condition)(nil).Match(nil))
}

func TestSizeOfAStringIsItsUTF16Length(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"": "0", "abc": "3", "Zoë": "3", "日本": "2", "😀": "2"} {
		cond, err := ParseCondition(":s = :s AND size(:s) = :n", parseNames(t, "", `{":s":{"S":"`+s+`"},":n":{"N":"`+want+`"}}`))
		require.NoError(t, err)
		assert.True(t, cond.Match(nil), s)
	}
}

// conditionErrors has invalid conditions and the service's messages about them.
var conditionErrors = map[string]string{
	"":                                 "The expression can not be empty;",
	"n":                                `Syntax error; token: "<EOF>", near: "n"`,
	"n = ":                             `Syntax error; token: "<EOF>", near: "= "`,
	"   ":                              `Syntax error; token: "<EOF>", near: "   "`,
	"n = :s AND":                       `Syntax error; token: "<EOF>", near: "AND"`,
	"n == :s":                          `Syntax error; token: "=", near: "== :s"`,
	"n != :s":                          `Syntax error; token: "!", near: "n !="`,
	"n = :s;":                          `Syntax error; token: ";", near: ":s;"`,
	"n AND str":                        `Syntax error; token: "AND", near: "n AND str"`,
	"_n = :s":                          `Syntax error; token: "_", near: "_n"`,
	"né = :s":                          `Syntax error; token: "é", near: "né ="`,
	"n[-1] = :s":                       `Syntax error; token: "-", near: "[-1"`,
	"(n = :s) = :s":                    `Syntax error; token: "=", near: ") = :s"`,
	"n = (str = :s)":                   `Syntax error; token: "=", near: "str = :s"`,
	"(m).a = :s":                       `Syntax error; token: ".", near: ").a"`,
	"n IN ()":                          `Syntax error; token: ")", near: "()"`,
	"n = :":                            `Syntax error; token: ":", near: "= :"`,
	"n[99999999999]=:s":                "List index is not within the allowable range; index: [99999999999]",
	"((n = :s))":                       "The expression has redundant parentheses;",
	"((n)) = :s":                       "The expression has redundant parentheses;",
	"foo(n, :s)":                       "Invalid function name; function: foo",
	"SIZE(n) = :s":                     "Invalid function name; function: SIZE",
	"if_not_exists(n, :s) = :s":        "The function is not allowed in a condition expression; function: if_not_exists",
	"size(n)":                          "The function is not allowed to be used this way in an expression; function: size",
	"contains(n, :s) = :s":             "The function is not allowed to be used this way in an expression; function: contains",
	"attribute_exists(contains(n,:s))": "The function is not allowed to be used this way in an expression; function: contains",
	"name = :s":                        "Attribute name is a reserved keyword; reserved keyword: name",
	"m.Select = :s":                    "Attribute name is a reserved keyword; reserved keyword: Select",
	"n = :x":                           "An expression attribute value used in expression is not defined; attribute value: :x",
	"#x = :s":                          "An expression attribute name used in the document path is not defined; attribute name: #x",
	"n = n":                            "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]",
	"n IN (:s, n)":                     "The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [n]",
	"contains(l[0], l[0])":             "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [l, [0]]",
	"n BETWEEN n AND :s":               "The first operand must be distinct from the remaining operands for this operator or function; operator: BETWEEN, first operand: [n]",
	"n = n AND :undefined > n":         "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]",
	"begins_with(n, n) AND n = :x":     "The first operand must be distinct from the remaining operands for this operator or function; operator: begins_with, first operand: [n]",
	"contains(n, n, n)":                "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 3",
	"contains(n, :s, :s)":              "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 3",
	"size(:n) = :s":                    "Incorrect operand type for operator or function; operator or function: size, operand type: N",
	"size(size(n)) = :s":               "Incorrect operand type for operator or function; operator or function: size, operand type: N",
	"begins_with(n, :n)":               "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
	"attribute_type(n, :n)":            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
	"attribute_type(n, :s)":            "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
	"attribute_exists(:s)":             "Operator or function requires a document path; operator or function: attribute_exists",
	"n < :b":                           "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
	"n BETWEEN str AND :b":             "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL",
	"n BETWEEN :n AND :one":            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
	"n BETWEEN :n AND :s":              "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {S:x}",
	"n IN (:s" + strings.Repeat(",:s", 100) + ")": "The IN operator is provided with too many operands; number of operands: 101",
	strings.Repeat("NOT ", 300) + "n=:s":          "The expression contains too many operators; operator count: 301",
	"n" + strings.Repeat("[0]", 32) + " = :s":     "The document path has too many nesting levels; nesting levels: 33",
	"n = :s OR " + strings.Repeat("x", 4090):      "Expression size has exceeded the maximum allowed size; expression size: 4100",
	strings.Repeat("(", 4000):                     `Syntax error; token: "<EOF>", near: "("`,
}

func TestConditionErrorsAreTheServicesMessages(t *testing.T) {
	t.Parallel()
	for expr, want := range conditionErrors {
		_, err := ParseCondition(expr, parseNames(t, "", `{":s":{"S":"x"},":n":{"N":"2"},":one":{"N":"1"},":b":{"BOOL":true}}`))
		require.Error(t, err, expr)
		assert.Equal(t, want, err.Error(), expr)
	}
}

func TestPlaceholdersMustBeValidDefinedAndUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ names, values, want string }{
		{`{}`, "", "ExpressionAttributeNames must not be empty"},
		{"", `{}`, "ExpressionAttributeValues must not be empty"},
		{`{"a":"x"}`, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`},
		{`{"#":"x"}`, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#"`},
		{`{"#a-b":"x"}`, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"`},
		{`{"#a":""}`, "", "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"},
		{"", `{"a":{"S":"x"}}`, `ExpressionAttributeValues contains invalid key: Syntax error; key: "a"`},
		{"", `{":a":{}}`, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{`{"#` + strings.Repeat("x", 255) + `":"x"}`, "", "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; size of key: 256"},
	} {
		_, err := ReadNames(parseJSON(t, c.names), parseJSON(t, c.values))
		assert.EqualError(t, err, c.want)
	}
	_, err := ReadNames(nil, parseJSON(t, `{":a":{}}`))
	var worded attr.WordedError
	require.ErrorAs(t, err, &worded)
	assert.Equal(t, "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :a", worded.Older())

	n := parseNames(t, `{"#a":"size","#b":"x"}`, `{":v":{"N":"1"},":w":{"N":"1"}}`)
	cond, err := ParseCondition("m.#a = :v", n)
	require.NoError(t, err)
	assert.True(t, cond.Match(parseItem(t, sample)))
	assert.EqualError(t, n.CheckAllUsed(), "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
	_, err = ParseCondition("#b = :v", n)
	require.NoError(t, err)
	assert.EqualError(t, n.CheckAllUsed(), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")
	assert.NoError(t, (*Names)(nil).CheckAllUsed())
}

func TestReservedWordsMayHaveAnyCase(t *testing.T) {
	t.Parallel()
	for _, w := range []string{"abort", "NAME", "Zone", "between", "SiZe"} {
		assert.True(t, Reserved(w), w)
	}
	for _, w := range []string{"", "id", "contains", "attributes", strings.Repeat("x", 100)} {
		assert.False(t, Reserved(w), w)
	}
}
