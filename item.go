package dynamoconn

import (
	"bytes"
	"slices"
	"strings"
)

// Item is a row of a table, or the key of one: attributes in order, each with a
// name of its own. A nil Item means "no such item".
//
//	song := dynamoconn.Item{
//		dynamoconn.String("Artist", "No One You Know"),
//		dynamoconn.String("SongTitle", "Call Me Today"),
//		dynamoconn.Long("Year", 2004),
//	}
//
// The order is for people: DynamoDB keeps none, and [Item.Equal] ignores it. An
// Item is a slice: range over it, copy it with [Item.Clone]. It marshals to and from
// plain JSON; [DynamoDBJSON] is its other JSON form.
type Item []KeyValue

// Get returns the attribute named key, and whether there is one.
func (it Item) Get(key string) (KeyValue, bool) {
	if i := it.index(key); i >= 0 {
		return it[i], true
	}
	return nil, false
}

// Has tells whether the item has an attribute named key, whatever its kind; an
// attribute that is null is there.
func (it Item) Has(key string) bool {
	return it.index(key) >= 0
}

// Keys returns the names of the attributes, in the item's order.
func (it Item) Keys() []string {
	keys := make([]string, len(it))
	for i, kv := range it {
		keys[i] = keyName(kv)
	}
	return keys
}

// Set puts kv in the place of the attribute of the same name, or at the end if
// there is none. It changes the item that it is called on, and no clone of it.
func (it *Item) Set(kv KeyValue) {
	if i := it.index(keyName(kv)); i >= 0 {
		(*it)[i] = kv
		return
	}
	*it = append(*it, kv)
}

// Delete removes the attribute named key and tells whether there was one.
func (it *Item) Delete(key string) bool {
	i := it.index(key)
	if i < 0 {
		return false
	}
	*it = slices.Delete(*it, i, i+1)
	return true
}

// Pick returns a new item of the attributes named, in the order of the names,
// without those that the item lacks. It picks the key out of a whole item:
// song.Pick("Artist", "SongTitle"). The key-values are shared, not copied.
func (it Item) Pick(keys ...string) Item {
	picked := make(Item, 0, len(keys))
	for _, key := range keys {
		if i := it.index(key); i >= 0 {
			picked = append(picked, it[i])
		}
	}
	return picked
}

// Clone returns a deep copy: no change to it is seen in the original. The clone of
// a nil Item is nil. Of an item that contains itself, is nested deeper than 100 lists and
// maps, or holds more than 1,048,576 values, a part is shared: DynamoDB can hold none.
func (it Item) Clone() Item {
	return cloneItem(it, 0, &walk{})
}

// Equal tells whether both items have the same attributes with equal values.
// Numbers are compared as numbers: Long 1 equals Decimal 1.0. The order of
// attributes and of set members does not matter, the order of list elements does.
// An item that holds one name twice equals only one that holds the same values under
// it in the same order. What is nested deeper than 100 lists and maps is equal only
// if it is shared.
func (it Item) Equal(other Item) bool { return equalItems(it, other, 0) }

func (it Item) index(key string) int {
	for i, kv := range it {
		if !isNil(kv) && kv.KeyName() == key {
			return i
		}
	}
	return -1
}

func keyName(kv KeyValue) string {
	if isNil(kv) {
		return ""
	}
	return kv.KeyName()
}

// byName returns the attributes sorted by name, those of one name in their order.
func (it Item) byName() Item {
	sorted := slices.Clone(it)
	slices.SortStableFunc(sorted, func(a, b KeyValue) int { return strings.Compare(keyName(a), keyName(b)) })
	return sorted
}

// walk is one pass over an item. It ends below a nesting that no DynamoDB stores, and
// after more values than it stores, so that an item that contains itself, or one list in
// so many places that nobody could write it down, is left in time.
type walk struct {
	ended  bool
	values int
}

// mostValues is more than twice what fits into an item, where each takes a byte at least. A
// value that is shared counts in each of its places.
const mostValues = 1 << 20

func (w *walk) enters(depth int) bool { return depth <= deepestAnswer && w.takes(1) || w.end() }

// takes tells whether there is room for n more values.
func (w *walk) takes(n int) bool {
	w.values += n
	return !w.ended && w.values <= mostValues || w.end()
}

func (w *walk) end() bool {
	w.ended = true
	return false
}

func cloneItem(it Item, depth int, w *walk) Item {
	if it == nil || !w.enters(depth) || !w.takes(len(it)) {
		return it
	}
	clone := make(Item, len(it))
	for i, kv := range it {
		clone[i] = cloneKeyValue(kv, depth, w)
	}
	return clone
}

func cloneKeyValue(kv KeyValue, depth int, w *walk) KeyValue {
	if isNil(kv) {
		return nil
	}
	switch kv := kv.(type) {
	case *KeyValueString:
		clone := *kv
		return &clone
	case *KeyValueLong:
		clone := *kv
		return &clone
	case *KeyValueDecimal:
		clone := *kv
		return &clone
	case *KeyValueBoolean:
		clone := *kv
		return &clone
	case *KeyValueBinary:
		if !w.takes(len(kv.BinaryValue) / 32) { // about the memory of a value
			return kv
		}
		return &KeyValueBinary{Key: kv.Key, BinaryValue: bytes.Clone(kv.BinaryValue)}
	case *KeyValueNull:
		clone := *kv
		return &clone
	case *KeyValueList:
		return &KeyValueList{Key: kv.Key, ListValue: cloneItem(kv.ListValue, depth+1, w)}
	case *KeyValueMap:
		return &KeyValueMap{Key: kv.Key, MapValue: cloneItem(kv.MapValue, depth+1, w)}
	case *KeyValueStringSet:
		if !w.takes(len(kv.StringSetValue)) {
			return kv
		}
		return &KeyValueStringSet{Key: kv.Key, StringSetValue: slices.Clone(kv.StringSetValue)}
	case *KeyValueNumberSet:
		if !w.takes(len(kv.NumberSetValue)) {
			return kv
		}
		return &KeyValueNumberSet{Key: kv.Key, NumberSetValue: slices.Clone(kv.NumberSetValue)}
	case *KeyValueBinarySet:
		if !w.takes(len(kv.BinarySetValue)) {
			return kv
		}
		clone := &KeyValueBinarySet{Key: kv.Key, BinarySetValue: slices.Clone(kv.BinarySetValue)}
		for i, member := range clone.BinarySetValue {
			if !w.takes(len(member) / 32) {
				break
			}
			clone.BinarySetValue[i] = bytes.Clone(member)
		}
		return clone
	}
	return nil
}

// isNil tells whether kv is nil, a typed nil pointer, or of a type that embeds one of
// the eleven, which may hold nothing and has no place in an item.
func isNil(kv KeyValue) bool {
	switch kv := kv.(type) {
	case nil:
		return true
	case *KeyValueString:
		return kv == nil
	case *KeyValueLong:
		return kv == nil
	case *KeyValueDecimal:
		return kv == nil
	case *KeyValueBoolean:
		return kv == nil
	case *KeyValueBinary:
		return kv == nil
	case *KeyValueNull:
		return kv == nil
	case *KeyValueList:
		return kv == nil
	case *KeyValueMap:
		return kv == nil
	case *KeyValueStringSet:
		return kv == nil
	case *KeyValueNumberSet:
		return kv == nil
	case *KeyValueBinarySet:
		return kv == nil
	}
	return true
}

func equalItems(a, b Item, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	sameName := func(a, b KeyValue) bool { return keyName(a) == keyName(b) }
	if !slices.EqualFunc(a, b, sameName) {
		a, b = a.byName(), b.byName()
	}
	return slices.EqualFunc(a, b, func(a, b KeyValue) bool { return sameName(a, b) && equalValues(a, b, depth) })
}

// equalValues compares values and ignores the names.
func equalValues(a, b KeyValue, depth int) bool {
	if isNil(a) || isNil(b) {
		return isNil(a) && isNil(b)
	}
	if a == b || depth > deepestAnswer {
		return a == b
	}
	switch a := a.(type) {
	case *KeyValueString:
		b, ok := b.(*KeyValueString)
		return ok && a.StringValue == b.StringValue
	case *KeyValueLong:
		if b, ok := b.(*KeyValueLong); ok {
			return a.LongValue == b.LongValue
		}
		return equalNumbers(a, b)
	case *KeyValueDecimal:
		return equalNumbers(a, b)
	case *KeyValueBoolean:
		b, ok := b.(*KeyValueBoolean)
		return ok && a.BooleanValue == b.BooleanValue
	case *KeyValueBinary:
		b, ok := b.(*KeyValueBinary)
		return ok && bytes.Equal(a.BinaryValue, b.BinaryValue)
	case *KeyValueNull:
		_, ok := b.(*KeyValueNull)
		return ok
	case *KeyValueList:
		b, ok := b.(*KeyValueList)
		return ok && slices.EqualFunc(a.ListValue, b.ListValue, func(a, b KeyValue) bool { return equalValues(a, b, depth+1) })
	case *KeyValueMap:
		b, ok := b.(*KeyValueMap)
		return ok && equalItems(a.MapValue, b.MapValue, depth+1)
	case *KeyValueStringSet:
		b, ok := b.(*KeyValueStringSet)
		return ok && equalSets(a.StringSetValue, b.StringSetValue, func(s string) string { return s })
	case *KeyValueNumberSet:
		b, ok := b.(*KeyValueNumberSet)
		return ok && equalSets(a.NumberSetValue, b.NumberSetValue, canonicalText)
	case *KeyValueBinarySet:
		b, ok := b.(*KeyValueBinarySet)
		return ok && equalSets(a.BinarySetValue, b.BinarySetValue, func(b []byte) string { return string(b) })
	}
	return false
}

func equalNumbers(a, b KeyValue) bool {
	x, _ := numberOf(a)
	y, ok := numberOf(b)
	return ok && x.Equal(y)
}

// numberOf returns the number that a long or a decimal holds.
func numberOf(kv KeyValue) (Number, bool) {
	switch kv := kv.(type) {
	case *KeyValueLong:
		return NumberFromInt64(kv.LongValue), true
	case *KeyValueDecimal:
		return kv.DecimalValue, true
	}
	return Number{}, false
}

func equalSets[T any](a, b []T, text func(T) string) bool {
	if len(a) != len(b) {
		return false
	}
	count := make(map[string]int, len(a))
	for _, member := range a {
		count[text(member)]++
	}
	for _, member := range b {
		t := text(member)
		if count[t] == 0 {
			return false
		}
		count[t]--
	}
	return true
}
