package dynamoconn

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// wildAttribute builds a value of the SDK's types from bytes, among them what the SDK
// never makes: nil members, unknown types, text that is no number.
type wildAttribute struct {
	data []byte
	size int
}

func (w *wildAttribute) next() byte {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b
}

func (w *wildAttribute) text() string {
	n := min(int(w.next())%12, len(w.data))
	s := string(w.data[:n])
	w.data = w.data[n:]
	return s
}

func (w *wildAttribute) number() string {
	if w.next()%2 == 0 {
		return []string{"0", "-0", "1.10", "1E-130", "1e126", "9223372036854775808", "007", ""}[w.next()%8]
	}
	return w.text()
}

func (w *wildAttribute) value() types.AttributeValue {
	w.size++
	kind := w.next() % 20
	n := int(w.next()) % 4
	if w.size > 400 {
		kind = 0
	}
	switch kind {
	case 0, 1:
		return &types.AttributeValueMemberS{Value: w.text()}
	case 2, 3:
		return &types.AttributeValueMemberN{Value: w.number()}
	case 4:
		return &types.AttributeValueMemberBOOL{Value: n > 1}
	case 5:
		return &types.AttributeValueMemberNULL{Value: n > 0}
	case 6:
		return &types.AttributeValueMemberB{Value: []byte(w.text())}
	case 7:
		set := &types.AttributeValueMemberSS{}
		for range n {
			set.Value = append(set.Value, w.text())
		}
		return set
	case 8:
		set := &types.AttributeValueMemberNS{}
		for range n {
			set.Value = append(set.Value, w.number())
		}
		return set
	case 9:
		set := &types.AttributeValueMemberBS{}
		for range n {
			set.Value = append(set.Value, []byte(w.text()))
		}
		return set
	case 10, 11, 12:
		list := &types.AttributeValueMemberL{}
		for range n {
			list.Value = append(list.Value, w.value())
		}
		return list
	case 13, 14, 15:
		return &types.AttributeValueMemberM{Value: w.item(n)}
	case 16: // nested as deep as it says
		var av types.AttributeValue = &types.AttributeValueMemberS{}
		for range w.next() % 110 {
			av = &types.AttributeValueMemberL{Value: []types.AttributeValue{av}}
		}
		return av
	case 17:
		return &types.UnknownUnionMember{Tag: w.text()}
	case 18:
		return []types.AttributeValue{(*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberM)(nil), (*types.AttributeValueMemberL)(nil), (*types.UnknownUnionMember)(nil)}[n]
	}
	return nil
}

func (w *wildAttribute) item(n int) map[string]types.AttributeValue {
	item := make(map[string]types.AttributeValue, n)
	for range n {
		item[w.text()] = w.value()
	}
	return item
}

// hasNilMember tells whether reasonsOf would fall over it.
func hasNilMember(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av == nil
	case *types.AttributeValueMemberM:
		if av == nil {
			return true
		}
		for _, value := range av.Value {
			if hasNilMember(value) {
				return true
			}
		}
	case *types.AttributeValueMemberL:
		if av == nil {
			return true
		}
		for _, value := range av.Value {
			if hasNilMember(value) {
				return true
			}
		}
	}
	return false
}

// FuzzFromAttributeValues requires that a value of the SDK's types is either the same
// here, or refused for a reason that is listed.
func FuzzFromAttributeValues(f *testing.F) {
	for _, data := range []string{"", "\x01\x02a\x00\x00", strings.Repeat("\x0d\x03\x01k", 30), "\x03\x01a\x10\x00\x64\x01b\x11\x00\x01c\x12\x01", "\x01\x01a\x08\x03\x00\x02\x00\x04\x01\x03xyz"} {
		f.Add([]byte(data))
	}
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		w := &wildAttribute{data: data}
		attributes := w.item(int(w.next()) % 6)
		got, err := FromAttributeValues(attributes)
		var reasons []string
		if hasNilMember(&types.AttributeValueMemberM{Value: attributes}) {
			reasons = []string{"no value"}
		} else {
			reasons = reasonsOf(attributes)
		}
		if err != nil {
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.NotEmpty(t, reasons, "%v", err)
			requireShowable(t, err.Error())
			return
		}
		require.Empty(t, reasons)
		require.True(t, sameAttributes(attributes, mapOf(got)))
		// What is valid to send comes back as it was.
		if sent, err := ToAttributeValues(got); err == nil {
			require.True(t, sameAttributes(attributes, sent))
		}
	})
}

func mapOf(item Item) map[string]types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(item))
	for _, kv := range item {
		m[kv.KeyName()] = asSDK(kv)
	}
	return m
}

// FuzzItemForms requires of two items that they are equal exactly if what batches know
// them by is, and of each that its text can be shown, and that its size is counted
// alike before and after a round trip.
func FuzzItemForms(f *testing.F) {
	whole, err := DynamoDBJSON(everyKind()).MarshalJSON()
	require.NoError(f, err)
	f.Add(whole, []byte(`{"A":{"N":"1.0"}}`))
	f.Add([]byte(`{"A":{"N":"1"}}`), []byte(`{"A":{"N":"1.0"}}`))
	f.Add([]byte(`{"A":{"S":"1"},"B":{"S":""}}`), []byte(`{"B":{"S":""},"A":{"S":"1"}}`))
	f.Add([]byte(`{"A":{"SS":["a","b"]}}`), []byte(`{"A":{"SS":["b","a"]}}`))
	f.Add([]byte(`{"A":{"L":[{"S":"a"},{"S":"b"}]}}`), []byte(`{"A":{"L":[{"S":"b"},{"S":"a"}]}}`))
	f.Add([]byte("{\"\u202e\\n\":{\"S\":\"\\u2028\\u0000\"}}"), []byte(`{"A":{"M":{"B":{"NULL":true}}}}`))
	mutate.Fuzz(f, func(t *testing.T, first, second []byte) {
		var a, b DynamoDBJSON
		if a.UnmarshalJSON(first) != nil || b.UnmarshalJSON(second) != nil {
			return
		}
		require.Equal(t, Item(a).Equal(Item(b)), canonical(Item(a)) == canonical(Item(b)) && (a == nil) == (b == nil))
		text := Item(a).String()
		require.True(t, utf8.ValidString(text), "%q", text)
		require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }), "%q", text)
		require.LessOrEqual(t, len(text), longestText+8*len(first)+1_000)
		require.True(t, Item(a).Clone().Equal(Item(a)))
		require.LessOrEqual(t, itemSize(Item(a)), wireSize(Item(a)))
	})
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
		text, err := x.filter(conditions(key, other, value))
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
		want, err := plain.filter(conditions(harmless[0], harmless[1], "c"))
		require.NoError(t, err)
		require.Equal(t, want, text)
		// Each placeholder stands for what was given, and the caller's own for theirs.
		require.Equal(t, other, x.names[namePlaceholder])
		require.Contains(t, x.values, valuePlaceholder)
		require.Equal(t, key, x.names[x.placeholders[key]])
		require.Equal(t, other, x.names[x.placeholders[other]])
		for placeholder, av := range x.values {
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

// FuzzShowName requires that a name of an attribute in a path can be shown and is not
// mistaken for another place.
func FuzzShowName(f *testing.F) {
	for _, name := range []string{"", "a", "a.b", "a[0]", "\"", "\xff", "\u202e", strings.Repeat("é", 40), "a b"} {
		f.Add(name, "x")
	}
	mutate.Fuzz(f, func(t *testing.T, a, b string) {
		shown := showName(a)
		requireShowable(t, shown)
		require.LessOrEqual(t, len(shown), 4*longestShownName+8)
		if len(a) <= longestShownName && len(b) <= longestShownName && a != b {
			require.NotEqual(t, shown, showName(b))
		}
		err := under("Item", underName(a, underElement(3, broken("rule"))))
		var field *FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, fmt.Sprintf("Item.%s[3]", shown), field.Path)
		requireShowable(t, err.Error())
	})
}
