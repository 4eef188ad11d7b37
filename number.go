package dynamoconn

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// Number is an exact number as DynamoDB holds it: zero, or a decimal of either
// sign with at most 38 significant digits and a magnitude from 1E-130 to
// 9.9999999999999999999999999999999999999E+125.
//
// It keeps the text that it was made from, so 1.10 stays 1.10 and is sent that
// way. DynamoDB stores only the value and gives 1.1 back.
//
// The zero value is the number 0. A Number is immutable and safe for concurrent
// use. The operator == compares texts, so 1.0 and 1 differ: compare values with
// [Number.Equal] or [Number.Cmp], and use [Number.Canonical] for a map's keys.
type Number struct {
	// text has passed decimal.Check, except that "0" is kept as "", which package
	// decimal takes as 0, so that == finds it equal to the zero value.
	text string
}

// ParseNumber checks that DynamoDB can hold s as a number and returns it with
// its text unchanged.
//
// The syntax is DynamoDB's: an optional sign, decimal digits with an optional
// point among, before or after them, and optionally e or E, an optional sign and
// the digits of an exponent. Thus "+5", "007", ".5", "5." and "1e+3" are numbers;
// "", ".", "1e", " 1", "1_000", "0x1F", "NaN" and "Infinity" are not. Zeros before
// the first and after the last non-zero digit are not significant, and zero may
// have any exponent. The text may have up to 256 bytes.
//
// Any error is [ErrInvalidNumber] and names the rule that s breaks, without
// quoting s.
func ParseNumber(s string) (Number, error) {
	if rule := decimal.Check(s); rule != "" {
		return Number{}, invalidNumber(rule)
	}
	return makeNumber(s), nil
}

// MustNumber is [ParseNumber] for numbers that are written in the program itself:
// it panics where ParseNumber returns an error. Do not give it data.
func MustNumber(s string) Number {
	n, err := ParseNumber(s)
	if err != nil {
		panic("dynamoconn: MustNumber: " + err.Error())
	}
	return n
}

// String returns the text that the Number was made from, and "0" for the zero
// value.
func (n Number) String() string {
	if n.text == "" {
		return "0"
	}
	return n.text
}

// Cmp compares the values of n and m. It returns -1 if n is less than m, 0 if
// they are equal and +1 if n is greater. -0 equals 0, and 1.0 equals 1.
// [slices.SortFunc] takes it as Number.Cmp.
func (n Number) Cmp(m Number) int {
	if n.text == m.text {
		return 0
	}
	return decimal.Compare(n.text, m.text)
}

// Equal reports whether n and m have the same value, whatever their text.
func (n Number) Equal(m Number) bool { return n.Cmp(m) == 0 }

// Sign returns -1 if n is negative, 0 if it is 0 or -0, and +1 if it is positive.
func (n Number) Sign() int { return n.parts().Sign() }

// IsInt reports whether n has no fraction: 5, 5.0 and 5e3 are integers.
func (n Number) IsInt() bool { return n.parts().IsInt() }

// Canonical returns the same Number for all numbers that are equal to n, with the
// same text, so that == compares values. Numbers that differ have different texts.
//
// The text has no plus sign and no needless zero, and 0 has no sign. It is plain
// from 0.000001 up to 38 digits before the point. Elsewhere it has one digit
// before the point and an exponent: 1.5E40, -1E-130. It has at most 46 bytes and
// is a valid JSON number.
func (n Number) Canonical() Number {
	if _, ok := decimal.ParseInt64(n.text); ok || n.text == "" {
		return n
	}
	var buf [decimal.MaxCanonical]byte
	b := decimal.AppendCanonical(buf[:0], n.text)
	if string(b) == n.text {
		return n
	}
	return makeNumber(string(b))
}

// canonicalText returns the text by which numbers of a set are compared.
func canonicalText(n Number) string { return n.Canonical().String() }

// MarshalText returns the text of n, as [Number.String] does. The error is always
// nil.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// AppendText appends the text of n to b, as [Number.String] returns it. The error
// is always nil.
func (n Number) AppendText(b []byte) ([]byte, error) { return append(b, n.String()...), nil }

// UnmarshalText sets n to the number that [ParseNumber] makes of text, which it
// copies. The error is [ErrInvalidNumber], and then n is unchanged.
func (n *Number) UnmarshalText(text []byte) error {
	if len(text) > decimal.MaxText {
		return invalidNumber(decimal.RuleText)
	}
	parsed, err := ParseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// MarshalJSON returns n as a JSON number with all its digits: 1.10 stays 1.10 and
// -0 stays -0. It changes only what JSON forbids: a plus sign goes, so do zeros
// that lead and a point that ends the digits, and .5 becomes 0.5. The error is
// always nil. Many readers of JSON, JavaScript among them, round numbers to
// float64.
func (n Number) MarshalJSON() ([]byte, error) { return decimal.AppendJSON(nil, n.String()), nil }

// UnmarshalJSON sets n to a JSON number, whose text it keeps, or to the number that
// [ParseNumber] makes of a JSON string. JSON's null leaves n unchanged, as it does
// with other types. The error is [ErrInvalidNumber], and then n is unchanged.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	// An escape takes up to six bytes for one.
	if len(data) > 6*decimal.MaxText+2 {
		return invalidNumber(decimal.RuleText)
	}
	if len(data) > 0 && data[0] == '"' {
		var text string
		if json.Unmarshal(data, &text) != nil {
			return invalidNumber("not a JSON string")
		}
		return n.UnmarshalText([]byte(text))
	}
	var parsed Number
	if err := parsed.UnmarshalText(data); err != nil {
		return err
	}
	if string(decimal.AppendJSON(nil, parsed.String())) != string(data) {
		return invalidNumber("not a JSON number")
	}
	*n = parsed
	return nil
}

// MarshalDynamoDBAttributeValue returns n as DynamoDB's N, with its text. The SDK's package
// attributevalue calls it, so a struct may have a field of type Number. The error is always
// nil.
func (n Number) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: n.String()}, nil
}

// UnmarshalDynamoDBAttributeValue sets n to a number of DynamoDB and keeps its text. A NULL
// sets it to 0, as it does with Go's own numbers in the SDK's package attributevalue; a
// *Number becomes nil there. Any other type is [ErrWrongKind], and an N that DynamoDB cannot
// hold, such as NaN, is [ErrCorruptResponse] and [ErrInvalidNumber]. On an error n is
// unchanged.
//
// To read a number set into a []Number, set FixUnmarshalIndividualSetValues in the options of
// attributevalue. Without it attributevalue gives the whole set to the first element, which is
// [ErrWrongKind]. A [KeyValueNumberSet] needs no option.
func (n *Number) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	if _, set := av.(*types.AttributeValueMemberNS); set {
		const rule = "is a number set, not a number: attributevalue reads one into a []Number only with FixUnmarshalIndividualSetValues"
		return &FieldError{Rule: rule, causes: []error{ErrWrongKind}}
	}
	read := KeyValueDecimal{}
	if err := read.UnmarshalDynamoDBAttributeValue(av); err != nil {
		return err
	}
	*n = read.DecimalValue
	return nil
}

// makeNumber returns the Number for a text that has been checked.
func makeNumber(text string) Number {
	if text == "0" {
		return Number{}
	}
	return Number{text: text}
}

func (n Number) parts() decimal.Parts {
	p, _ := decimal.Scan(n.text)
	return p
}

func invalidNumber(rule decimal.Rule) error {
	return fmt.Errorf("%w: %s", ErrInvalidNumber, rule)
}
