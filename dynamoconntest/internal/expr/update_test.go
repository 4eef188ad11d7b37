package expr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpdatesGiveTheSameItemAsTheService(t *testing.T) {
	t.Parallel()
	const base = `{"n":{"N":"5"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},"m":{"M":{"x":{"N":"1"}}},"ss":{"SS":["a","b"]},"s":{"S":"v"}}`
	const values = `{":n":{"N":"1"},":s":{"S":"new"},":l":{"L":[{"S":"z"}]},":ab":{"SS":["a","b"]},":bc":{"SS":["b","c"]},":f":{"N":"0.1"}}`
	for expr, want := range map[string]string{
		"SET a = :s":                                    `{"a":{"S":"new"}}`,
		"SET n = n + :n, k = n":                         `{"n":{"N":"6"},"k":{"N":"5"}}`,
		"SET n = :n - n":                                `{"n":{"N":"-4"}}`,
		"SET n = (n + :f)":                              `{"n":{"N":"5.1"}}`,
		"SET k = if_not_exists(k, :n) + :n":             `{"k":{"N":"2"}}`,
		"SET n = if_not_exists(n, :s)":                  `{}`,
		"SET l = list_append(l, :l)":                    `{"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"S":"z"}]}}`,
		"SET l = list_append(:l, l)":                    `{"l":{"L":[{"S":"z"},{"N":"0"},{"N":"1"},{"N":"2"}]}}`,
		"SET k = list_append(if_not_exists(k, :l), :l)": `{"k":{"L":[{"S":"z"},{"S":"z"}]}}`,
		"SET l[1] = :s":                                 `{"l":{"L":[{"N":"0"},{"S":"new"},{"N":"2"}]}}`,
		"SET l[9] = :s, l[7] = :n":                      `{"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"1"},{"S":"new"}]}}`,
		"SET m.y = :s, m.x = m.x + :n":                  `{"m":{"M":{"x":{"N":"2"},"y":{"S":"new"}}}}`,
		"REMOVE l[0], l[1], s":                          `{"l":{"L":[{"N":"2"}]},"s":null}`,
		"REMOVE l[0] SET l[2] = :s":                     `{"l":{"L":[{"N":"1"},{"S":"new"}]}}`,
		"REMOVE m.x, l[9], gone":                        `{"m":{"M":{}}}`,
		"ADD n :n, k :n":                                `{"n":{"N":"6"},"k":{"N":"1"}}`,
		"ADD ss :bc, m.y :bc":                           `{"ss":{"SS":["a","b","c"]},"m":{"M":{"x":{"N":"1"},"y":{"SS":["b","c"]}}}}`,
		"DELETE ss :bc":                                 `{"ss":{"SS":["a"]}}`,
		"DELETE ss :ab":                                 `{"ss":null}`,
		"DELETE gone :ab":                               `{}`,
		"set s=n remove n":                              `{"s":{"N":"5"},"n":null}`,
	} {
		before := parseItem(t, base)
		u, err := ParseUpdate(expr, parseNames(t, "", values))
		require.NoError(t, err, expr)
		got, err := u.Apply(before)
		require.NoError(t, err, expr)
		expect := parseItem(t, base)
		for _, m := range parseJSON(t, want).Members {
			if !m.Value.Present() {
				expect = expect.Without(m.Name)
			} else {
				expect = expect.With(m.Name, parseItem(t, jsonObject(m.Name, string(m.Value.AppendJSON(nil)))).Get(m.Name))
			}
		}
		assert.Equal(t, string(expect.AppendJSON(nil)), string(got.AppendJSON(nil)), expr)
		assert.Equal(t, parseItem(t, base), before, "%s changed the item it started from", expr)
	}
}

func jsonObject(name, value string) string { return `{"` + name + `":` + value + `}` }

func TestUpdatesThatTheItemDoesNotAllowAreRefused(t *testing.T) {
	t.Parallel()
	it := parseItem(t, `{"s":{"S":"v"},"l":{"L":[]},"m":{"M":{}},"n":{"N":"99999999999999999999999999999999999999"}}`)
	for expr, want := range map[string]error{
		"SET a = s + :n": errWrongType, "SET a = list_append(l, s)": errWrongType, "ADD s :n": errWrongType, "DELETE s :ss": errWrongType,
		"SET a = gone": errNoAttribute, "SET a = gone + :n": errNoAttribute, "SET a = if_not_exists(b, gone)": errNoAttribute,
		"SET gone.x = :n": errBadPath, "SET s.x = :n": errBadPath, "SET l.x = :n": errBadPath, "SET m[0] = :n": errBadPath,
		"SET l[0].x = :n": errBadPath, "REMOVE gone.x": errBadPath, "REMOVE s.x": errBadPath, "ADD m.q.r :n": errBadPath, "DELETE q.r :ss": errBadPath,
	} {
		u, err := ParseUpdate(expr, parseNames(t, "", `{":n":{"N":"1"},":ss":{"SS":["a"]}}`))
		require.NoError(t, err, expr)
		_, err = u.Apply(it)
		assert.ErrorIs(t, err, want, expr)
	}
	u, err := ParseUpdate("SET n = n + :n", parseNames(t, "", `{":n":{"N":"0.1"}}`))
	require.NoError(t, err)
	_, err = u.Apply(it)
	assert.EqualError(t, err, "Attempting to store more than 38 significant digits in a Number")
}

func TestUpdateErrorsAreTheServicesMessages(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"":                             "The expression can not be empty;",
		"SET":                          `Syntax error; token: "<EOF>", near: "SET"`,
		"SET a = :n,":                  `Syntax error; token: "<EOF>", near: ","`,
		"FOO a = :n":                   `Syntax error; token: "FOO", near: "FOO a"`,
		"SET a = :n b = :n":            `Syntax error; token: "b", near: ":n b ="`,
		"SET a :n":                     `Syntax error; token: ":n", near: "a :n"`,
		"SET z = :n + :n + :n":         `Syntax error; token: "+", near: ":n + :n"`,
		"ADD a b":                      `Syntax error; token: "b", near: "a b"`,
		"SET a = ((:n))":               "The expression has redundant parentheses;",
		"SET name = :n":                "Attribute name is a reserved keyword; reserved keyword: name",
		"SET a = name":                 "Attribute name is a reserved keyword; reserved keyword: name",
		"SET a = foo(b)":               "Invalid function name; function: foo",
		"SET a = size(b)":              "The function is not allowed in an update expression; function: size",
		"SET a = :n SET b = :n":        `The "SET" section can only be used once in an update expression;`,
		"SET a = :x":                   "An expression attribute value used in expression is not defined; attribute value: :x",
		"REMOVE #x":                    "An expression attribute name used in the document path is not defined; attribute name: #x",
		"SET a = :n, a = :n":           "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a = :n REMOVE a.b":        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
		"SET a.b = :n, a[0] = :n":      "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
		"ADD a :s":                     "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
		"DELETE a :n":                  "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
		"SET a = if_not_exists(:n,:n)": "Operator or function requires a document path; operator or function: if_not_exists",
		"SET a = list_append(b, :n)":   "Incorrect operand type for operator or function; operator or function: list_append, operand type: N",
		"SET a = list_append(b)":       "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1",
		"SET a = if_not_exists(b, list_append(:x, :n))": "The function is not allowed to be used this way in an expression; function: list_append",
		"SET a = :n - list_append(b, b)":                "The function is not allowed to be used this way in an expression; function: list_append",
		"SET a = :s + :n":                               "Incorrect operand type for operator or function; operator or function: +, operand type: S",
	} {
		_, err := ParseUpdate(expr, parseNames(t, "", `{":n":{"N":"1"},":s":{"S":"x"}}`))
		assert.EqualError(t, err, want, expr)
	}
}

func TestProjectionsKeepTheStructureOfTheItem(t *testing.T) {
	t.Parallel()
	it := parseItem(t, sample)
	for expr, want := range map[string]string{
		"n":                     `{"n":{"N":"5"}}`,
		"l[1], l[0]":            `{"l":{"L":[{"N":"1"},{"S":"two"}]}}`,
		"l[2].x, m.a.b":         `{"l":{"L":[{"M":{"x":{"N":"3"}}}]},"m":{"M":{"a":{"M":{"b":{"S":"deep"}}}}}}`,
		"gone, m.zz, l[9], p.x": `{}`,
		"m.#s":                  `{"m":{"M":{"size":{"N":"1"}}}}`,
	} {
		p, err := ParseProjection(expr, parseNames(t, `{"#s":"size"}`, ""))
		require.NoError(t, err, expr)
		assert.Equal(t, want, string(p.Apply(it).AppendJSON(nil)), expr)
	}
	assert.Equal(t, it, (*Projection)(nil).Apply(it))
	for expr, want := range map[string]string{
		"":        "The expression can not be empty;",
		"a,":      `Syntax error; token: "<EOF>", near: ","`,
		"a b":     `Syntax error; token: "b", near: "a b"`,
		":a":      `Syntax error; token: ":a", near: ":a"`,
		"size(a)": `Syntax error; token: "(", near: "size(a"`,
		"name":    "Attribute name is a reserved keyword; reserved keyword: name",
		"a.b, a":  "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]",
	} {
		_, err := ParseProjection(expr, nil)
		assert.EqualError(t, err, want, expr)
	}
}

func TestKeyConditionsBecomeTerms(t *testing.T) {
	t.Parallel()
	parse := func(s string) ([]KeyTerm, error) {
		return ParseKeyCondition(s, parseNames(t, "", `{":a":{"S":"x"},":b":{"S":"y"}}`))
	}
	for expr, want := range map[string]string{
		"p = :a":                          "p EQ",
		":a = p AND :b < s":               "p EQ, s GT",
		"(p = :a) AND begins_with(s, :b)": "p EQ, s BEGINS_WITH",
		"s BETWEEN :a AND :b AND p = :a":  "s BETWEEN, p EQ",
		"p = :a and s >= :b":              "p EQ, s GE",
		"p = :a AND s = :b AND q < :b":    "p EQ, s EQ, q LT",
	} {
		terms, err := parse(expr)
		require.NoError(t, err, expr)
		got := ""
		for i, term := range terms {
			if i > 0 {
				got += ", "
			}
			got += term.Name + " " + term.Op
		}
		assert.Equal(t, want, got, expr)
	}
	for expr, want := range map[string]string{
		"":                              "Invalid KeyConditionExpression: The expression can not be empty;",
		"p = :a OR s = :b":              "Invalid operator used in KeyConditionExpression: OR",
		"p = :a AND s <> :b":            "Invalid operator used in KeyConditionExpression: <>",
		"NOT p = :a":                    "Invalid operator used in KeyConditionExpression: NOT",
		"p IN (:a)":                     "Invalid operator used in KeyConditionExpression: IN",
		"p = :a AND contains(s, :b)":    "Invalid operator used in KeyConditionExpression: contains",
		"p = :a AND p = :b":             "KeyConditionExpressions must only contain one condition per key",
		"size(p) = :a":                  "KeyConditionExpressions cannot contain nested operations",
		"p.x = :a":                      "KeyConditionExpressions cannot have conditions on nested attributes",
		"p = s":                         "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
		":a = :b":                       "Invalid condition in KeyConditionExpression: No key attribute specified",
		"p = :a AND :b BETWEEN s AND q": "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand",
	} {
		_, err := parse(expr)
		assert.EqualError(t, err, want, expr)
	}
}

func TestOlderParametersAreConditions(t *testing.T) {
	t.Parallel()
	it := parseItem(t, sample)
	for text, want := range map[string]bool{
		`{"n":{"Value":{"N":"5"}}}`: true, `{"n":{"Exists":true,"Value":{"N":"6"}}}`: false,
		`{"gone":{"Exists":false}}`: true, `{"n":{"Exists":false}}`: false,
		`{"n":{"ComparisonOperator":"GE","AttributeValueList":[{"N":"5"}]}}`:                                                          true,
		`{"n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"6"},{"N":"7"}]}}`:                                           false,
		`{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"6"},{"N":"5"}]}}`:                                                true,
		`{"n":{"ComparisonOperator":"NE","Value":{"S":"5"}}}`:                                                                         true,
		`{"gone":{"ComparisonOperator":"NULL"}}`:                                                                                      true,
		`{"n":{"ComparisonOperator":"NOT_NULL"}}`:                                                                                     true,
		`{"ss":{"ComparisonOperator":"NOT_CONTAINS","Value":{"S":"z"}},"str":{"ComparisonOperator":"BEGINS_WITH","Value":{"S":"h"}}}`: true,
		`{"gone":{"ComparisonOperator":"NOT_CONTAINS","Value":{"S":"z"}}}`:                                                            false,
		`{"ss":{"ComparisonOperator":"CONTAINS","Value":{"S":"z"}}}`:                                                                  false,
	} {
		c, err := ReadExpected(parseJSON(t, text), false)
		require.NoError(t, err, text)
		assert.Equal(t, want, c.Match(it), text)
	}
	either, err := ReadExpected(parseJSON(t, `{"n":{"Value":{"N":"6"}},"str":{"Value":{"S":"hello"}}}`), true)
	require.NoError(t, err)
	assert.True(t, either.Match(it))
	for text, want := range map[string]string{
		`{"a":{}}`:              "Value must be provided when Exists is null for Attribute: a",
		`{"a":{"Exists":true}}`: "Value must be provided when Exists is true for Attribute: a",
		`{"a":{"Exists":false,"Value":{"N":"1"}}}`:                                     "Value cannot be used when Exists is false for Attribute: a",
		`{"a":{"AttributeValueList":[{"N":"1"}]}}`:                                     "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
		`{"a":{"ComparisonOperator":"EQ","Exists":true}}`:                              "Exists and ComparisonOperator cannot be used together for Attribute: a",
		`{"a":{"ComparisonOperator":"EQ"}}`:                                            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
		`{"a":{"Value":{"N":"1"},"AttributeValueList":[]}}`:                            "Value and AttributeValueList cannot be used together for Attribute: a",
		`{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{}]}}`:             "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
		`{"a":{"ComparisonOperator":"NULL","AttributeValueList":[{}]}}`:                "Invalid number of argument(s) for the NULL ComparisonOperator",
		`{"a":{"ComparisonOperator":"LT","Value":{"BOOL":true}}}`:                      "ComparisonOperator LT is not valid for BOOL AttributeValue type",
		`{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"},{"S":"1"}]}}`: "AttributeValues inside AttributeValueList must be of same type",
	} {
		_, err := ReadExpected(parseJSON(t, text), false)
		assert.EqualError(t, err, invalidParameter+want, text)
	}
}

func TestAttributeUpdatesAreUpdates(t *testing.T) {
	t.Parallel()
	u, err := ReadAttributeUpdates(parseJSON(t, `{"n":{"Value":{"N":"2"},"Action":"ADD"},"l":{"Value":{"L":[{"N":"9"}]},"Action":"ADD"},
		"ss":{"Value":{"SS":["a"]},"Action":"DELETE"},"str":{"Action":"DELETE"},"new":{"Value":{"S":"x"}}}`))
	require.NoError(t, err)
	got, err := u.Apply(parseItem(t, `{"n":{"N":"1"},"l":{"L":[]},"ss":{"SS":["a","b"]},"str":{"S":"x"}}`))
	require.NoError(t, err)
	assert.Equal(t, `{"l":{"L":[{"N":"9"}]},"n":{"N":"3"},"new":{"S":"x"},"ss":{"SS":["b"]}}`, string(got.AppendJSON(nil)))
	for text, want := range map[string]string{
		`{"a":{}}`: invalidParameter + "Only DELETE action is allowed when no attribute value is specified",
		`{"a":{"Action":"DELETE","Value":{"S":"x"}}}`: invalidParameter + "DELETE action with value is not supported for the type S",
		`{"a":{"Action":"ADD","Value":{"S":"x"}}}`:    invalidParameter + "ADD action is not supported for the type S",
	} {
		_, err := ReadAttributeUpdates(parseJSON(t, text))
		assert.EqualError(t, err, want)
	}
	u, err = ReadAttributeUpdates(parseJSON(t, `{"str":{"Action":"ADD","Value":{"N":"1"}}}`))
	require.NoError(t, err)
	_, err = u.Apply(parseItem(t, sample))
	assert.ErrorIs(t, err, errLegacyType)
}
