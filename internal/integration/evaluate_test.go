package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/dynamoconn/dynamoconn"
)

// tree is a predicate as data. It can be made a predicate of the library, and it can be judged here,
// by the rules of
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html,
// so that the two can be compared.
type tree struct {
	word     string // All, Any, Not, IsKind, or empty for an operator
	inside   []*tree
	operator dynamoconn.ComparisonOperator
	tested   place
	operands []operand
	kind     dynamoconn.Kind
	asText   bool // the operator is written with Expr
}

// place is a path, or the size of what is there.
type place struct {
	steps  []any // string or int
	isSize bool
}

// operand is a value, or a place if it has steps.
type operand struct {
	value dynamoconn.KeyValue
	given any // the value as the caller gives it
	place place
}

func (p place) path() dynamoconn.Path {
	path := dynamoconn.Attr(p.steps[0].(string))
	for _, step := range p.steps[1:] {
		switch step := step.(type) {
		case string:
			path = path.Attr(step)
		case int:
			path = path.At(step)
		}
	}
	return path
}

func (o operand) any() any {
	switch {
	case o.place.steps == nil:
		return o.given
	case o.place.isSize:
		return o.place.path().Size()
	}
	return o.place.path()
}

// String returns the tree as a person reads it.
func (t *tree) String() string {
	switch {
	case t.word == "IsKind":
		return fmt.Sprintf("%v is %s", t.tested, t.kind)
	case t.word != "":
		return fmt.Sprintf("%s%v", t.word, t.inside)
	}
	return fmt.Sprintf("{%v %s %v}", t.tested, t.operator, t.operands)
}

func (o operand) String() string {
	if o.place.steps != nil {
		return fmt.Sprint(o.place)
	}
	return fmt.Sprintf("%T %v", o.value, dynamoconn.Item{dynamoconn.List("", o.value)})
}

// predicate returns the tree as the library's predicate.
func (t *tree) predicate() dynamoconn.Predicate {
	inside := make([]dynamoconn.Predicate, len(t.inside))
	for i, one := range t.inside {
		inside[i] = one.predicate()
	}
	switch t.word {
	case "All":
		return dynamoconn.All(inside...)
	case "Any":
		return dynamoconn.Any(inside...)
	case "Not":
		return dynamoconn.Not(inside[0])
	case "IsKind":
		return t.tested.path().IsKind(t.kind)
	}
	if t.asText {
		return t.text()
	}
	values := make([]any, len(t.operands))
	for i, o := range t.operands {
		values[i] = o.any()
	}
	if t.tested.isSize {
		return testSize(t.tested.path().Size(), t.operator, values)
	}
	return testPath(t.tested.path(), t.operator, values)
}

func testSize(size dynamoconn.Size, operator dynamoconn.ComparisonOperator, values []any) dynamoconn.Predicate {
	switch operator {
	case dynamoconn.ComparisonOperatorBetween:
		return size.Between(values[0], values[1])
	case dynamoconn.ComparisonOperatorIn:
		return size.In(values...)
	}
	return map[dynamoconn.ComparisonOperator]func(any) dynamoconn.Condition{
		dynamoconn.ComparisonOperatorEQ: size.EQ, dynamoconn.ComparisonOperatorNE: size.NE,
		dynamoconn.ComparisonOperatorLT: size.LT, dynamoconn.ComparisonOperatorLE: size.LE,
		dynamoconn.ComparisonOperatorGT: size.GT, dynamoconn.ComparisonOperatorGE: size.GE,
	}[operator](values[0])
}

func testPath(path dynamoconn.Path, operator dynamoconn.ComparisonOperator, values []any) dynamoconn.Predicate {
	switch operator {
	case dynamoconn.ComparisonOperatorBetween:
		return path.Between(values[0], values[1])
	case dynamoconn.ComparisonOperatorIn:
		return path.In(values...)
	case dynamoconn.ComparisonOperatorNull:
		return path.NotExists()
	case dynamoconn.ComparisonOperatorNotNull:
		return path.Exists()
	}
	return map[dynamoconn.ComparisonOperator]func(any) dynamoconn.Condition{
		dynamoconn.ComparisonOperatorEQ: path.EQ, dynamoconn.ComparisonOperatorNE: path.NE,
		dynamoconn.ComparisonOperatorLT: path.LT, dynamoconn.ComparisonOperatorLE: path.LE,
		dynamoconn.ComparisonOperatorGT: path.GT, dynamoconn.ComparisonOperatorGE: path.GE,
		dynamoconn.ComparisonOperatorBeginsWith: path.BeginsWith,
		dynamoconn.ComparisonOperatorContains:   path.Contains, dynamoconn.ComparisonOperatorNotContains: path.NotContains,
	}[operator](values[0])
}

// text returns the operator as an expression of DynamoDB.
func (t *tree) text() dynamoconn.Predicate {
	var args []any
	term := func(p place, value any) string {
		switch {
		case p.steps == nil:
			args = append(args, value)
			return "?"
		case p.isSize:
			args = append(args, p.path())
			return "size($)"
		}
		args = append(args, p.path())
		return "$"
	}
	terms := []string{term(t.tested, nil)}
	for _, o := range t.operands {
		terms = append(terms, term(o.place, o.given))
	}
	switch t.operator {
	case dynamoconn.ComparisonOperatorBetween:
		return dynamoconn.Expr(terms[0]+" BETWEEN "+terms[1]+" AND "+terms[2], args...)
	case dynamoconn.ComparisonOperatorIn:
		return dynamoconn.Expr(terms[0]+" IN("+strings.Join(terms[1:], ",")+")", args...)
	case dynamoconn.ComparisonOperatorNull:
		return dynamoconn.Expr("NOT attribute_exists("+terms[0]+")", args...)
	case dynamoconn.ComparisonOperatorNotNull:
		return dynamoconn.Expr("(attribute_exists("+terms[0]+"))", args...)
	case dynamoconn.ComparisonOperatorBeginsWith:
		return dynamoconn.Expr("begins_with("+terms[0]+", "+terms[1]+")", args...)
	case dynamoconn.ComparisonOperatorContains:
		return dynamoconn.Expr("contains ("+terms[0]+", "+terms[1]+")", args...)
	case dynamoconn.ComparisonOperatorNotContains:
		args = slices.Insert(args, 0, args[0])
		return dynamoconn.Expr("attribute_exists($) AND NOT contains("+terms[0]+", "+terms[1]+")", args...)
	}
	return dynamoconn.Expr(terms[0]+signs[t.operator]+terms[1], args...)
}

var signs = map[dynamoconn.ComparisonOperator]string{
	dynamoconn.ComparisonOperatorEQ: " = ", dynamoconn.ComparisonOperatorNE: "<>", dynamoconn.ComparisonOperatorLT: " <",
	dynamoconn.ComparisonOperatorLE: "<=", dynamoconn.ComparisonOperatorGT: ">", dynamoconn.ComparisonOperatorGE: " >= ",
}

// holds judges an item.
func (t *tree) holds(item dynamoconn.Item) bool {
	isMet := func(one *tree) bool { return one.holds(item) }
	switch t.word {
	case "All":
		return !slices.ContainsFunc(t.inside, func(one *tree) bool { return !isMet(one) })
	case "Any":
		return slices.ContainsFunc(t.inside, isMet)
	case "Not":
		return !isMet(t.inside[0])
	}
	value := t.tested.in(item)
	if t.word == "IsKind" {
		return value != nil && kindOf(value) == t.kind
	}
	operands := make([]dynamoconn.KeyValue, len(t.operands)) // nil for a place without a value
	for i, o := range t.operands {
		operands[i] = o.value
		if o.place.steps != nil {
			operands[i] = o.place.in(item)
		}
	}
	equals := func(o dynamoconn.KeyValue) bool { return value != nil && o != nil && same(value, o) }
	order := func(i int) (order int, ok bool) {
		if value == nil || operands[i] == nil {
			return 0, false
		}
		return compare(value, operands[i])
	}
	switch t.operator {
	case dynamoconn.ComparisonOperatorNull:
		return value == nil
	case dynamoconn.ComparisonOperatorNotNull:
		return value != nil
	case dynamoconn.ComparisonOperatorEQ:
		return equals(operands[0])
	case dynamoconn.ComparisonOperatorNE:
		return !equals(operands[0])
	case dynamoconn.ComparisonOperatorIn:
		return slices.ContainsFunc(operands, equals)
	case dynamoconn.ComparisonOperatorContains:
		return value != nil && operands[0] != nil && holds(value, operands[0])
	case dynamoconn.ComparisonOperatorNotContains:
		return value != nil && (operands[0] == nil || !holds(value, operands[0]))
	case dynamoconn.ComparisonOperatorBeginsWith:
		return beginsWith(value, operands[0])
	case dynamoconn.ComparisonOperatorBetween:
		low, isOverLow := order(0)
		high, isUnderHigh := order(1)
		return isOverLow && isUnderHigh && low >= 0 && high <= 0
	}
	n, isOrdered := order(0)
	return isOrdered && map[dynamoconn.ComparisonOperator]bool{
		dynamoconn.ComparisonOperatorLT: n < 0, dynamoconn.ComparisonOperatorLE: n <= 0,
		dynamoconn.ComparisonOperatorGT: n > 0, dynamoconn.ComparisonOperatorGE: n >= 0,
	}[t.operator]
}

func beginsWith(value, prefix dynamoconn.KeyValue) bool {
	switch value := value.(type) {
	case *dynamoconn.KeyValueString:
		prefix, ok := prefix.(*dynamoconn.KeyValueString)
		return ok && strings.HasPrefix(value.StringValue, prefix.StringValue)
	case *dynamoconn.KeyValueBinary:
		prefix, ok := prefix.(*dynamoconn.KeyValueBinary)
		return ok && bytes.HasPrefix(value.BinaryValue, prefix.BinaryValue)
	}
	return false
}

// in returns the value at a place of the item, or nil.
func (p place) in(item dynamoconn.Item) dynamoconn.KeyValue {
	var value dynamoconn.KeyValue = dynamoconn.Map("", item...)
	for _, step := range p.steps {
		var next dynamoconn.KeyValue
		switch step := step.(type) {
		case string:
			if inner, ok := value.(*dynamoconn.KeyValueMap); ok {
				if kv, found := inner.MapValue.Get(step); found {
					next = kv
				}
			}
		case int:
			if list, ok := value.(*dynamoconn.KeyValueList); ok && step < len(list.ListValue) {
				next = list.ListValue[step]
			}
		}
		if next == nil {
			return nil
		}
		value = next
	}
	if p.isSize {
		return sizeOf(value)
	}
	return value
}

// sizeOf returns the size of a value, or nil if its kind has none.
func sizeOf(value dynamoconn.KeyValue) dynamoconn.KeyValue {
	n := 0
	switch value := value.(type) {
	case *dynamoconn.KeyValueString:
		n = len(utf16.Encode([]rune(value.StringValue)))
	case *dynamoconn.KeyValueBinary:
		n = len(value.BinaryValue)
	case *dynamoconn.KeyValueStringSet:
		n = len(value.StringSetValue)
	case *dynamoconn.KeyValueNumberSet:
		n = len(value.NumberSetValue)
	case *dynamoconn.KeyValueBinarySet:
		n = len(value.BinarySetValue)
	case *dynamoconn.KeyValueList:
		n = len(value.ListValue)
	case *dynamoconn.KeyValueMap:
		n = len(value.MapValue)
	default:
		return nil
	}
	return dynamoconn.Long("", int64(n))
}

func kindOf(value dynamoconn.KeyValue) dynamoconn.Kind {
	switch value.(type) {
	case *dynamoconn.KeyValueString:
		return dynamoconn.KindString
	case *dynamoconn.KeyValueBinary:
		return dynamoconn.KindBinary
	case *dynamoconn.KeyValueBoolean:
		return dynamoconn.KindBoolean
	case *dynamoconn.KeyValueNull:
		return dynamoconn.KindNull
	case *dynamoconn.KeyValueList:
		return dynamoconn.KindList
	case *dynamoconn.KeyValueMap:
		return dynamoconn.KindMap
	case *dynamoconn.KeyValueStringSet:
		return dynamoconn.KindStringSet
	case *dynamoconn.KeyValueNumberSet:
		return dynamoconn.KindNumberSet
	case *dynamoconn.KeyValueBinarySet:
		return dynamoconn.KindBinarySet
	}
	return dynamoconn.KindNumber
}

// asGoValue returns a value as a Go value that means the same, if there is one.
func asGoValue(kv dynamoconn.KeyValue) any {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		return kv.StringValue
	case *dynamoconn.KeyValueLong:
		return int(kv.LongValue)
	case *dynamoconn.KeyValueDecimal:
		return json.Number(kv.DecimalValue.String())
	case *dynamoconn.KeyValueBoolean:
		return &kv.BooleanValue
	case *dynamoconn.KeyValueBinary:
		return append([]byte{}, kv.BinaryValue...)
	case *dynamoconn.KeyValueNull:
		return nil
	case *dynamoconn.KeyValueList:
		values := make([]any, len(kv.ListValue))
		for i, element := range kv.ListValue {
			values[i] = asGoValue(element)
		}
		return values
	case *dynamoconn.KeyValueMap:
		values := make(map[string]any, len(kv.MapValue))
		for _, inner := range kv.MapValue {
			values[inner.KeyName()] = asGoValue(inner)
		}
		return values
	}
	return dynamoconn.Rename(kv, "")
}
