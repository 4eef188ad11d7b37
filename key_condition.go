package dynamoconn

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unique"
)

// keyCondition is what the keys of the items of a query must meet, and the order in which they
// come. It is empty for a text that is not understood here.
type keyCondition struct {
	partition  Item        // or, of a text, all that must be equal
	sort       []Condition // or, of a text, the range
	isTable    bool        // and not an index, in which several items may have the same key
	descending bool
}

// encode returns the text of the condition in an expression.
func (k *keyCondition) encode(x *expression) (string, error) {
	switch {
	case len(k.partition) > mostKeyAttributes:
		return "", invalid("PartitionKey", "must have at most 4 attributes, as the partition key of an index has")
	case len(k.sort) > mostKeyAttributes:
		return "", invalid("SortKey", "must have at most 4 conditions, as the sort key of an index has attributes")
	}
	terms := make([]string, 0, len(k.partition)+len(k.sort))
	seen := make([]string, 0, cap(terms))
	for i, kv := range k.partition {
		text, err := encodePartition(x, kv)
		if err == nil && slices.Contains(seen, kv.KeyName()) {
			err = broken("is named twice")
		}
		if err != nil {
			return "", under(fmt.Sprintf("PartitionKey[%d]", i), err)
		}
		seen = append(seen, kv.KeyName())
		terms = append(terms, text)
	}
	for i, c := range k.sort {
		text, err := encodeSort(x, c, i == len(k.sort)-1)
		if err == nil && slices.Contains(seen, c.Key) {
			err = invalid("Key", "is named twice")
		}
		if err != nil {
			return "", under(fmt.Sprintf("SortKey[%d]", i), err)
		}
		seen = append(seen, c.Key)
		terms = append(terms, text)
	}
	return strings.Join(terms, " AND "), nil
}

// encodePartition returns the text of one attribute of a partition key.
func encodePartition(x *expression, kv KeyValue) (string, error) {
	if isNil(kv) {
		return "", kindError(kv)
	}
	if rule := brokenNameRule(kv.KeyName()); rule != "" {
		return "", broken("the name of an attribute " + rule)
	}
	if err := checkKeyValue(kv); err != nil {
		return "", err
	}
	value, err := x.value(kv)
	if err != nil {
		return "", underName(kv.KeyName(), err)
	}
	return x.name(kv.KeyName()) + " = " + value, nil
}

// encodeSort returns the text of one condition on a sort key.
func encodeSort(x *expression, c Condition, isLast bool) (string, error) {
	if c.detail != nil && (c.detail.isSize || len(c.detail.steps) > 0) {
		return "", invalid("Key", "must be a whole attribute: it is part of the key")
	}
	switch c.ComparisonOperator {
	case ComparisonOperatorEQ:
	case ComparisonOperatorLT, ComparisonOperatorLE, ComparisonOperatorGT, ComparisonOperatorGE,
		ComparisonOperatorBetween, ComparisonOperatorBeginsWith:
		if !isLast {
			return "", invalid("ComparisonOperator", "must be EQ: only the last condition may be another one")
		}
	default:
		return "", invalid("ComparisonOperator", "must be EQ, LT, LE, GT, GE, BETWEEN or BEGINS_WITH for a key")
	}
	for i := range c.operandCount() {
		o := c.operand(i)
		var rule string
		switch o.value.(type) {
		case *KeyValueString, *KeyValueBinary:
		case *KeyValueLong, *KeyValueDecimal:
			if c.ComparisonOperator == ComparisonOperatorBeginsWith {
				rule = "must be a string or a binary for BEGINS_WITH"
			}
		default:
			if o.err == nil && (o.isPath || !isNil(o.value)) {
				rule = "must be a string, a number or a binary: it is compared with a part of the key"
			}
		}
		if rule != "" {
			return "", invalid(fmt.Sprintf("Values[%d]", i), rule)
		}
	}
	return x.condition(c)
}

// keyConditionDigest is the length of the digest of a key condition.
const keyConditionDigest = 20

// keyTokens divides the text of a key condition into words, placeholders and single signs.
func keyTokens(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(text); {
			end := i + 1
			if isWordByte(text[i]) || text[i] == '#' || text[i] == ':' {
				for end < len(text) && isWordByte(text[end]) {
					end++
				}
			}
			if token := text[i:end]; strings.TrimSpace(token) != "" && !yield(token) {
				return
			}
			i = end
		}
	}
}

// digest returns a digest of the text of a key condition, whose placeholders it replaces with
// their names and values. White space does not count.
func (x *expression) digest(text string) unique.Handle[string] {
	b, w := make([]byte, 0, 2*len(text)+64), &walk{}
	for token := range keyTokens(text) {
		switch name, isName := x.names[token]; {
		case isName:
			b = appendPart(b, name)
		case token[0] == ':':
			b = append(b, ':')
			if value := x.valueOf(token); value != nil {
				b = appendCanonicalValue(b, value, 0, w)
			}
		default:
			b = appendPart(b, token)
		}
	}
	sum := sha256.Sum256(b)
	return unique.Make(base64.RawURLEncoding.EncodeToString(sum[:keyConditionDigest*3/4]))
}

// valueOf returns the value of a placeholder, or nil if there is none.
func (x *expression) valueOf(placeholder string) KeyValue {
	for _, v := range x.values {
		if v.placeholder == placeholder {
			return v.value
		}
	}
	return nil
}

// read takes what a text says, whose placeholders are in x. DynamoDB decides whether a text is
// valid: if it is not understood here, the condition stays empty, and less of the answer is checked.
func (k *keyCondition) read(x *expression, text string) {
	r := &keyReader{x: x, tokens: slices.Collect(keyTokens(text))}
	if r.terms() && len(r.tokens) == 0 && len(r.sort) <= 1 {
		k.partition, k.sort = r.partition, r.sort
	}
}

// keyReader reads the tokens of a key condition. Its methods report whether they understood them.
type keyReader struct {
	x         *expression
	tokens    []string
	partition Item
	sort      []Condition
}

// terms reads terms with AND between them.
func (r *keyReader) terms() bool {
	for r.term() {
		if !r.takes("AND") {
			return true
		}
	}
	return false
}

func (r *keyReader) term() bool {
	if r.takes("(") {
		return r.terms() && r.takes(")")
	}
	if len(r.tokens) > 1 && r.tokens[0] == "begins_with" && r.tokens[1] == "(" {
		r.tokens = r.tokens[2:]
		name, ok := r.name()
		return ok && r.takes(",") && r.compared(name, ComparisonOperatorBeginsWith, 1) && r.takes(")")
	}
	name, ok := r.name()
	switch {
	case !ok:
		return false
	case r.takes("BETWEEN"):
		return r.compared(name, ComparisonOperatorBetween, 2)
	case r.takes("="):
		return r.compared(name, ComparisonOperatorEQ, 1)
	}
	for sign, operators := range map[string][2]ComparisonOperator{
		"<": {ComparisonOperatorLT, ComparisonOperatorLE}, ">": {ComparisonOperatorGT, ComparisonOperatorGE},
	} {
		if r.takes(sign) {
			if r.takes("=") {
				return r.compared(name, operators[1], 1)
			}
			return r.compared(name, operators[0], 1)
		}
	}
	return false
}

// compared reads the values with which the attribute is compared.
func (r *keyReader) compared(name string, operator ComparisonOperator, count int) bool {
	c := Condition{Key: name, ComparisonOperator: operator}
	for i := range count {
		if i > 0 && !r.takes("AND") || len(r.tokens) == 0 {
			return false
		}
		value := r.x.valueOf(r.tokens[0])
		if value == nil || checkKeyValue(value) != nil {
			return false
		}
		c.Values, r.tokens = append(c.Values, value), r.tokens[1:]
	}
	if operator == ComparisonOperatorEQ {
		r.partition = append(r.partition, Rename(c.Values[0], name))
	} else {
		r.sort = append(r.sort, c)
	}
	return true
}

// name reads the name of an attribute.
func (r *keyReader) name() (name string, ok bool) {
	if len(r.tokens) == 0 {
		return "", false
	}
	token := r.tokens[0]
	r.tokens = r.tokens[1:]
	if token[0] == '#' {
		name, ok = r.x.names[token]
		return name, ok
	}
	return token, isNameByte(token[0])
}

// takes takes the next token if it is that word or sign.
func (r *keyReader) takes(token string) bool {
	if len(r.tokens) == 0 || !strings.EqualFold(r.tokens[0], token) {
		return false
	}
	r.tokens = r.tokens[1:]
	return true
}

// names returns the names of the attributes of the key, if the condition names them all: the key
// of a table has at most two. Otherwise it returns nil.
func (k *keyCondition) names() []string {
	if !k.isTable || len(k.partition)+len(k.sort) != 2 {
		return nil
	}
	names := k.partition.Keys()
	for _, c := range k.sort {
		names = append(names, c.Key)
	}
	return names
}

// order returns the attribute by which the items are sorted, given those of the key. It is "" if
// that cannot be told.
func (k *keyCondition) order(keyNames []string) string {
	switch {
	case len(k.partition) == 0:
		return ""
	case len(k.sort) > 0:
		return k.sort[len(k.sort)-1].Key
	case k.isTable && len(keyNames) == 2 && len(k.partition) == 1:
		if partition := k.partition[0].KeyName(); partition != keyNames[0] {
			return keyNames[0]
		}
		return keyNames[1]
	}
	return ""
}

// check refuses a page that has an item outside of the condition or out of order. Items that may
// lack parts of their keys are not checked: then isWhole is false.
func (k *keyCondition) check(read *itemPage, start Item, keyNames []string, isWhole bool) error {
	if len(k.partition) == 0 {
		return nil
	}
	c := keyChecker{keyCondition: k, order: k.order(keyNames)}
	c.before, _ = start.Get(c.order)
	if isWhole {
		for i, item := range read.entries {
			if err := c.check(item, k.isTable); err != nil {
				return under("Items", underElement(i, err))
			}
		}
	}
	if len(read.next.key) == 0 {
		return nil
	}
	return under("LastEvaluatedKey", c.check(read.next.key, false))
}

// keyChecker checks items one after the other.
type keyChecker struct {
	*keyCondition
	order  string                       // the attribute that sorts the items, "" if it is not known
	before KeyValue                     // its value in the item before, nil if there was none
	places [2*mostKeyAttributes + 1]int // where each part of the key was in the item before
}

// check checks an item, or a key. isOnly says that no other item has the same key.
func (c *keyChecker) check(item Item, isOnly bool) error {
	for i, want := range c.partition {
		kv, err := c.part(item, want.KeyName(), i)
		if err != nil {
			return err
		}
		if order, ok := compareKeyValues(kv, want); !ok || order != 0 {
			return underName(want.KeyName(), corrupt("is of another partition than was asked for"))
		}
	}
	for i, condition := range c.sort {
		kv, err := c.part(item, condition.Key, mostKeyAttributes+i)
		if err != nil {
			return err
		}
		if !meetsKeyCondition(kv, condition) {
			return underName(condition.Key, corrupt("does not meet the condition on the sort key"))
		}
	}
	if c.order == "" {
		return nil
	}
	kv, err := c.part(item, c.order, 2*mostKeyAttributes)
	if err == nil && c.before != nil {
		err = underName(c.order, c.follows(kv, isOnly))
	}
	c.before = kv
	return err
}

// part returns a part of the key of an item. It looks first where it was in the item before.
func (c *keyChecker) part(item Item, name string, n int) (KeyValue, error) {
	place := &c.places[n]
	if *place < len(item) && item[*place].KeyName() == name {
		return item[*place], nil
	}
	i := item.index(name)
	if i < 0 {
		return nil, underName(name, corrupt("is not there: it is part of the key"))
	}
	*place = i
	return item[i], nil
}

// follows refuses a value that does not come after the one before.
func (c *keyChecker) follows(kv KeyValue, isOnly bool) error {
	order, ok := compareKeyValues(c.before, kv)
	if c.descending {
		order = -order
	}
	switch {
	case !ok:
		return corrupt("is of another type than in the item before")
	case order > 0:
		return corrupt("is out of order")
	case order == 0 && isOnly:
		return corrupt("is the same as in the item before, and a key is there once")
	}
	return nil
}

// meetsKeyCondition reports whether the value of a sort key meets a condition on it.
func meetsKeyCondition(kv KeyValue, c Condition) bool {
	if c.ComparisonOperator == ComparisonOperatorBeginsWith {
		return beginsWith(kv, c.operand(0).value)
	}
	against, ok := compareKeyValues(kv, c.operand(0).value)
	if !ok {
		return false
	}
	switch c.ComparisonOperator {
	case ComparisonOperatorLT:
		return against < 0
	case ComparisonOperatorLE:
		return against <= 0
	case ComparisonOperatorGT:
		return against > 0
	case ComparisonOperatorGE:
		return against >= 0
	case ComparisonOperatorBetween:
		high, ok := compareKeyValues(kv, c.operand(1).value)
		return ok && against >= 0 && high <= 0
	}
	return against == 0
}

func beginsWith(kv, prefix KeyValue) bool {
	switch kv := kv.(type) {
	case *KeyValueString:
		prefix, ok := prefix.(*KeyValueString)
		return ok && strings.HasPrefix(kv.StringValue, prefix.StringValue)
	case *KeyValueBinary:
		prefix, ok := prefix.(*KeyValueBinary)
		return ok && bytes.HasPrefix(kv.BinaryValue, prefix.BinaryValue)
	}
	return false
}

// compareKeyValues compares two values of the same part of a key in the order of DynamoDB: bytes
// for text and binary. It reports whether they are of the same type, which a key can have.
func compareKeyValues(a, b KeyValue) (c int, ok bool) {
	switch a := a.(type) {
	case *KeyValueString:
		if b, ok := b.(*KeyValueString); ok {
			return strings.Compare(a.StringValue, b.StringValue), true
		}
	case *KeyValueBinary:
		if b, ok := b.(*KeyValueBinary); ok {
			return bytes.Compare(a.BinaryValue, b.BinaryValue), true
		}
	case *KeyValueLong:
		if b, ok := b.(*KeyValueLong); ok {
			return cmp.Compare(a.LongValue, b.LongValue), true
		}
	}
	x, isNumber := numberOf(a)
	y, isOther := numberOf(b)
	return x.Cmp(y), isNumber && isOther
}
