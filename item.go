package dynamoconn

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
// Item is a slice: range over it, and copy it with [Item.Clone]. It marshals to and
// from plain JSON; [DynamoDBJSON] is its other form in JSON.
//
// The items of one answer share memory, so that a page takes few allocations. An item or a
// value that is kept may keep those alive that were read next to it: together at most 80 KB of
// the answer and two items more, and up to 16 KB of names of attributes, which answers share. Keep
// a clone of what you keep for long.
type Item []KeyValue

// Get returns the attribute named key, and whether there is one.
func (it Item) Get(key string) (KeyValue, bool) {
	if i := it.index(key); i >= 0 {
		return it[i], true
	}
	return nil, false
}

// Has reports whether the item has an attribute named key, of any kind, null
// included.
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

// Set replaces the attribute of the same name by kv, or adds kv at the end if there
// is none.
func (it *Item) Set(kv KeyValue) {
	if i := it.index(keyName(kv)); i >= 0 {
		(*it)[i] = kv
		return
	}
	*it = append(*it, kv)
}

// Delete removes the attribute named key and reports whether there was one.
func (it *Item) Delete(key string) bool {
	i := it.index(key)
	if i < 0 {
		return false
	}
	*it = slices.Delete(*it, i, i+1)
	return true
}

// KeyOf returns the key of an item from the names and values of its attributes:
//
//	key := dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Call Me Today")
//
// more is the name and the value of each further attribute. A value is a string, a number or a
// []byte of Go, or what [Path] says of other values. If a name is no string, has no value, or has a
// value that DynamoDB cannot store, the request with the key is refused with [ErrInvalidRequest].
func KeyOf(name string, value any, more ...any) Item {
	kv, err := keyValueOf(value)
	key := append(make(Item, 0, 1+(len(more)+1)/2), withName(name, kv, err))
	for pair := range slices.Chunk(more, 2) {
		name, isName := pair[0].(string)
		switch {
		case !isName:
			err = broken("must have a string as its name")
		case len(pair) == 1:
			err = broken("must have a value behind its name")
		default:
			kv, err = keyValueOf(pair[1])
		}
		key = append(key, withName(name, kv, err))
	}
	return key
}

// withName returns a value under a name, or one that is refused if err is not nil.
func withName(name string, kv KeyValue, err error) KeyValue {
	if err == nil && kv.KeyName() != "" && kv.KeyName() != name {
		err = broken("has another name than it is given")
	}
	if err != nil {
		return &refusedKeyValue{KeyValueNull{name}, err}
	}
	return Rename(kv, name)
}

// Pick returns a new item with the attributes of these names, in the order of the
// names. It leaves out a name that the item lacks. Use it to get the key of a whole
// item: song.Pick("Artist", "SongTitle"). The key-values are shared, not copied.
func (it Item) Pick(keys ...string) Item {
	picked := make(Item, 0, len(keys))
	for _, key := range keys {
		if i := it.index(key); i >= 0 {
			picked = append(picked, it[i])
		}
	}
	return picked
}

// Clone returns a deep copy: a change to it does not change the original, and the two
// share no memory. The clone of a nil Item is nil. DynamoDB can hold no item that contains itself, is nested
// deeper than 100 lists and maps, or has more than 1,048,576 values: the clone of such
// an item shares a part with it.
func (it Item) Clone() Item { return cloneItem(it, 0, &walk{}) }

// Equal reports whether both items have the same attributes with equal values.
// Numbers are compared as numbers: Long 1 equals Decimal 1.0. The order of
// attributes and of set members does not matter, the order of list elements does.
// If a name is in an item twice, its values must be equal in the same order. Values
// nested deeper than 100 lists and maps are equal only if both items share them.
func (it Item) Equal(other Item) bool { return equalItems(it, other, 0) }

// MarshalDynamoDBAttributeValue returns the item as DynamoDB's M, with the rules of
// [ToAttributeValues], and a nil Item as NULL. The result shares nothing with the item. The
// SDK's package attributevalue calls it, so a struct may have a field of type Item.
func (it Item) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if it == nil {
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	attributes, err := ToAttributeValues(it.Clone())
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberM{Value: attributes}, nil
}

// UnmarshalDynamoDBAttributeValue sets the item to a map of DynamoDB, with the rules of
// [FromAttributeValues], and to nil for a NULL. It shares nothing with av. Any other type is
// [ErrWrongKind]. On an error the item is unchanged.
func (it *Item) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	read := KeyValueMap{}
	if err := read.UnmarshalDynamoDBAttributeValue(av); err != nil {
		return err
	}
	*it = read.MapValue
	return nil
}

func (it Item) index(key string) int {
	for i, kv := range it {
		if !isNil(kv) && kv.KeyName() == key {
			return i
		}
	}
	return -1
}

// byName returns the item sorted by name, and itself if it is sorted already. Attributes
// of the same name keep their order.
func (it Item) byName() Item {
	compare := func(a, b KeyValue) int { return strings.Compare(keyName(a), keyName(b)) }
	if slices.IsSortedFunc(it, compare) {
		return it
	}
	sorted := slices.Clone(it)
	slices.SortStableFunc(sorted, compare)
	return sorted
}

func cloneItem(it Item, depth int, w *walk) Item {
	if it == nil || !w.enters(depth) || !w.takes(len(it)) {
		return it
	}
	clone := make(Item, len(it))
	for i, kv := range it {
		clone[i] = cloneValue(kv, depth, w)
	}
	return clone
}

func cloneValue(kv KeyValue, depth int, w *walk) KeyValue {
	if isNil(kv) {
		return nil
	}
	return kv.clone(depth, w)
}

func (kv *KeyValueString) clone(_ int, w *walk) KeyValue {
	return &KeyValueString{Key: w.copyText(kv.Key), StringValue: w.copyText(kv.StringValue)}
}

func (kv *KeyValueLong) clone(_ int, w *walk) KeyValue {
	return &KeyValueLong{Key: w.copyText(kv.Key), LongValue: kv.LongValue}
}

func (kv *KeyValueDecimal) clone(_ int, w *walk) KeyValue {
	return &KeyValueDecimal{Key: w.copyText(kv.Key), DecimalValue: Number{w.copyText(kv.DecimalValue.text)}}
}

func (kv *KeyValueBoolean) clone(_ int, w *walk) KeyValue {
	return &KeyValueBoolean{Key: w.copyText(kv.Key), BooleanValue: kv.BooleanValue}
}

func (kv *KeyValueNull) clone(_ int, w *walk) KeyValue {
	return &KeyValueNull{Key: w.copyText(kv.Key)}
}

func (kv *KeyValueBinary) clone(_ int, w *walk) KeyValue {
	return &KeyValueBinary{Key: w.copyText(kv.Key), BinaryValue: w.copyBytes(kv.BinaryValue)}
}

func (kv *KeyValueList) clone(depth int, w *walk) KeyValue {
	return &KeyValueList{Key: w.copyText(kv.Key), ListValue: cloneItem(kv.ListValue, depth+1, w)}
}

func (kv *KeyValueMap) clone(depth int, w *walk) KeyValue {
	return &KeyValueMap{Key: w.copyText(kv.Key), MapValue: cloneItem(kv.MapValue, depth+1, w)}
}

func (kv *KeyValueStringSet) clone(_ int, w *walk) KeyValue {
	return &KeyValueStringSet{Key: w.copyText(kv.Key), StringSetValue: cloneMembers(kv.StringSetValue, w.copyText, w)}
}

func (kv *KeyValueNumberSet) clone(_ int, w *walk) KeyValue {
	copyNumber := func(n Number) Number { return Number{w.copyText(n.text)} }
	return &KeyValueNumberSet{Key: w.copyText(kv.Key), NumberSetValue: cloneMembers(kv.NumberSetValue, copyNumber, w)}
}

func (kv *KeyValueBinarySet) clone(_ int, w *walk) KeyValue {
	return &KeyValueBinarySet{Key: w.copyText(kv.Key), BinarySetValue: cloneMembers(kv.BinarySetValue, w.copyBytes, w)}
}

// cloneMembers returns a deep copy of the members of a set.
func cloneMembers[T any](members []T, copyMember func(T) T, w *walk) []T {
	if members == nil || !w.takes(len(members)) {
		return members
	}
	clone := make([]T, len(members))
	for i, member := range members {
		clone[i] = copyMember(member)
	}
	return clone
}

func equalItems(a, b Item, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	sameName := func(a, b KeyValue) bool { return keyName(a) == keyName(b) }
	if !slices.EqualFunc(a, b, sameName) {
		a, b = a.byName(), b.byName()
		if !slices.EqualFunc(a, b, sameName) {
			return false
		}
	}
	return slices.EqualFunc(a, b, func(a, b KeyValue) bool { return equalValues(a, b, depth) })
}

// equalValues compares values and ignores the names.
func equalValues(a, b KeyValue, depth int) bool {
	if isNil(a) || isNil(b) {
		return isNil(a) && isNil(b)
	}
	if a == b || depth > deepestAnswer {
		return a == b
	}
	return a.equal(b, depth)
}

func (kv *KeyValueString) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueString)
	return ok && kv.StringValue == o.StringValue
}

func (kv *KeyValueLong) equal(other KeyValue, _ int) bool {
	if o, ok := other.(*KeyValueLong); ok {
		return kv.LongValue == o.LongValue
	}
	return equalNumbers(kv, other)
}

func (kv *KeyValueDecimal) equal(other KeyValue, _ int) bool { return equalNumbers(kv, other) }

func (kv *KeyValueBoolean) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueBoolean)
	return ok && kv.BooleanValue == o.BooleanValue
}

func (kv *KeyValueBinary) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueBinary)
	return ok && bytes.Equal(kv.BinaryValue, o.BinaryValue)
}

func (kv *KeyValueNull) equal(other KeyValue, _ int) bool {
	_, ok := other.(*KeyValueNull)
	return ok
}

func (kv *KeyValueList) equal(other KeyValue, depth int) bool {
	o, ok := other.(*KeyValueList)
	return ok && slices.EqualFunc(kv.ListValue, o.ListValue, func(a, b KeyValue) bool { return equalValues(a, b, depth+1) })
}

func (kv *KeyValueMap) equal(other KeyValue, depth int) bool {
	o, ok := other.(*KeyValueMap)
	return ok && equalItems(kv.MapValue, o.MapValue, depth+1)
}

func (kv *KeyValueStringSet) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueStringSet)
	return ok && equalSets(kv.StringSetValue, o.StringSetValue, textOfString)
}

func (kv *KeyValueNumberSet) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueNumberSet)
	return ok && equalSets(kv.NumberSetValue, o.NumberSetValue, canonicalText)
}

func (kv *KeyValueBinarySet) equal(other KeyValue, _ int) bool {
	o, ok := other.(*KeyValueBinarySet)
	return ok && equalSets(kv.BinarySetValue, o.BinarySetValue, textOfBytes)
}

func equalNumbers(a, b KeyValue) bool {
	x, _ := numberOf(a)
	y, ok := numberOf(b)
	return ok && x.Equal(y)
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
