package dynamoconn

import (
	"encoding/base64"
	"math"
	"strconv"
	"sync"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// The writing half of the codec. It writes what the SDK's serializer writes, byte for byte:
//
//	item   = "{" [ name ":" value { "," name ":" value } ] "}"
//	value  = `{"S":`  string `}`      | `{"N":"` number `"}` | `{"BOOL":` bool `}` | `{"NULL":true}`
//	       | `{"B":"` base64 `"}`     | `{"L":[` value { "," value } `]}`        | `{"M":` item `}`
//	       | `{"SS":[` strings `]}`   | `{"NS":[` numbers in quotes `]}`         | `{"BS":[` base64 in quotes `]}`
//
// Names and strings are escaped as [jsontext.AppendString] does. Only the order of the
// attributes differs: the SDK leaves it to chance, and here it is the item's.

// appendItem appends item as DynamoDB's JSON. It refuses what [ToAttributeValues] refuses,
// with the same error, and then returns dst. size is [Item.Size] of the item.
func appendItem(dst []byte, item Item) (_ []byte, size int, err error) {
	return appendWithin(math.MaxInt, dst, item)
}

// appendWholeItem is appendItem for an item that is to be stored, with the rules of
// [checkItem].
func appendWholeItem(dst []byte, item Item) ([]byte, error) {
	if len(item) == 0 {
		return dst, emptyItem()
	}
	b, size, err := appendWithin(largestItem, dst, item)
	if err != nil {
		return dst, err
	}
	if size > largestItem {
		return dst, itemTooLarge(size)
	}
	return b, nil
}

// appendKey is appendItem for a key, with the rules of [toKey].
func appendKey(dst []byte, key Item) ([]byte, error) {
	if !isKey(key) {
		_, err := toKey(key)
		return dst, err
	}
	b, _, err := appendItem(dst, key)
	return b, err
}

// isKey reports whether the item has as many attributes as a key, each of the types that a
// key can have. toKey refuses any other item.
func isKey(item Item) bool {
	if len(item) < 1 || len(item) > 2 {
		return false
	}
	for _, kv := range item {
		if isNil(kv) || checkKeyValue(kv) != nil {
			return false
		}
	}
	return true
}

// scratch is memory for the items and keys that a call encodes before it makes the body of its
// request. The body is a copy of them, so the memory serves another call when this one ends.
type scratch struct{ used []byte }

var scratches = sync.Pool{New: func() any { return &scratch{make([]byte, 0, 1<<10)} }}

func newScratch() *scratch { return scratches.Get().(*scratch) }

// release ends the use of all that was encoded.
func (s *scratch) release() {
	if cap(s.used) > largestKept {
		return
	}
	s.used = s.used[:0]
	scratches.Put(s)
}

// wholeItem checks and encodes an item that is to be stored.
func (s *scratch) wholeItem(item Item) ([]byte, error) { return s.keep(appendWholeItem(s.used, item)) }

// key checks and encodes the key of an item, and checks the name of its table.
func (s *scratch) key(table string, key Item) ([]byte, error) {
	if err := checkTableName("TableName", table); err != nil {
		return nil, err
	}
	return s.keep(appendKey(s.used, key))
}

// keep returns what was appended to the memory.
func (s *scratch) keep(appended []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, under("Item", err)
	}
	begin, end := len(s.used), len(appended)
	s.used = appended
	return appended[begin:end:end], nil
}

// appendValue appends the value of kv without its name, with the rules of
// [ToAttributeValue]. kv has no name.
func appendValue(dst []byte, kv KeyValue) ([]byte, error) {
	if isNil(kv) {
		return dst, kindError(kv)
	}
	e := encoder{begin: len(dst), limit: math.MaxInt}
	b, err := e.value(dst, kv, 0)
	if err != nil {
		return dst, err
	}
	return b, nil
}

func appendWithin(limit int, dst []byte, item Item) (_ []byte, size int, err error) {
	e := encoder{begin: len(dst), limit: limit}
	b, err := e.item(dst, item, 0)
	if err != nil {
		return dst, 0, err
	}
	return b, e.size, nil
}

// encoder encodes one item, and checks and measures it on the way.
type encoder struct {
	walk  walk
	size  int
	begin int // of the item in the bytes
	// limit is the size of an item that is refused. Beyond it the encoder only checks and
	// measures: an item can hold a large value in many places.
	limit int
}

// trim drops the bytes of an item that is over the limit.
func (e *encoder) trim(b []byte) []byte {
	if e.size > e.limit {
		return b[:e.begin]
	}
	return b
}

func (e *encoder) item(b []byte, item Item, depth int) ([]byte, error) {
	if err := checkContainer(len(item), depth, &e.walk); err != nil {
		return nil, err
	}
	var names nameSet
	b = append(b, '{')
	for i, kv := range item {
		if isNil(kv) {
			return nil, underElement(i, kindError(kv))
		}
		name := kv.KeyName()
		if i > 0 {
			b = append(e.trim(b), ',')
		}
		var isUTF8 bool
		b, isUTF8 = jsontext.AppendString(b, name)
		if name == "" || !isUTF8 {
			return nil, underName(name, checkName(name))
		}
		e.size += len(name)
		var err error
		if b, err = e.value(append(b, ':'), kv, depth); err != nil {
			return nil, underName(name, err)
		}
		if !names.add(item[:i], name) {
			return nil, underName(name, broken("is in the item twice"))
		}
	}
	return append(b, '}'), nil
}

func (e *encoder) list(b []byte, values []KeyValue, depth int) ([]byte, error) {
	if err := checkContainer(len(values), depth, &e.walk); err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return append(b, "[]"...), nil
	}
	for i, kv := range values {
		if isNil(kv) {
			return nil, underElement(i, kindError(kv))
		}
		if kv.KeyName() != "" {
			return nil, underElement(i, broken("an element of a list has no name"))
		}
		var err error
		if b, err = e.value(e.element(b, i), kv, depth); err != nil {
			return nil, underElement(i, err)
		}
	}
	return append(b, ']'), nil
}

// value appends a value that is not nil. It is long because it has one case for each type.
func (e *encoder) value(b []byte, kv KeyValue, depth int) (_ []byte, err error) {
	switch kv := kv.(type) {
	case *KeyValueString:
		b, isUTF8 := jsontext.AppendString(append(b, `{"S":`...), kv.StringValue)
		if !isUTF8 {
			return nil, broken("must be valid UTF-8")
		}
		e.size += len(kv.StringValue)
		return append(b, '}'), nil
	case *KeyValueLong:
		b = append(b, `{"N":"`...)
		start := len(b)
		b = strconv.AppendInt(b, kv.LongValue, 10)
		e.size += integerSize(b[start:])
		return append(b, `"}`...), nil
	case *KeyValueDecimal:
		b = appendQuoted(append(b, `{"N":`...), kv.DecimalValue.String())
		e.size += numberSize(kv.DecimalValue)
	case *KeyValueBoolean:
		b = strconv.AppendBool(append(b, `{"BOOL":`...), kv.BooleanValue)
		e.size++
	case *KeyValueNull:
		b = append(b, `{"NULL":true`...)
		e.size++
	case *KeyValueBinary:
		b = appendBase64(append(b, `{"B":`...), kv.BinaryValue)
		e.size += len(kv.BinaryValue)
	case *KeyValueList:
		e.size += containerSize + elementSize*len(kv.ListValue)
		b, err = e.list(append(b, `{"L":`...), kv.ListValue, depth+1)
	case *KeyValueMap:
		e.size += containerSize + elementSize*len(kv.MapValue)
		b, err = e.item(append(b, `{"M":`...), kv.MapValue, depth+1)
	case *KeyValueStringSet:
		b, err = e.stringSet(append(b, `{"SS":`...), kv.StringSetValue)
	case *KeyValueNumberSet:
		b, err = e.numberSet(append(b, `{"NS":`...), kv.NumberSetValue)
	case *KeyValueBinarySet:
		b, err = e.binarySet(append(b, `{"BS":`...), kv.BinarySetValue)
	}
	if err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// stringSet, numberSet and binarySet append the array of a set.
func (e *encoder) stringSet(b []byte, members []string) ([]byte, error) {
	if !e.walk.takes(len(members)) {
		return nil, tooManyValues()
	}
	for i, member := range members {
		var isUTF8 bool
		if b, isUTF8 = jsontext.AppendString(e.element(b, i), member); !isUTF8 {
			return nil, underElement(i, broken("must be valid UTF-8"))
		}
		e.size += len(member)
	}
	return append(b, ']'), checkSet(members, textOfString)
}

func (e *encoder) numberSet(b []byte, members []Number) ([]byte, error) {
	if !e.walk.takes(len(members)) {
		return nil, tooManyValues()
	}
	for i, member := range members {
		b = appendQuoted(e.element(b, i), member.String())
		e.size += numberSize(member)
	}
	return append(b, ']'), checkSet(members, canonicalText)
}

func (e *encoder) binarySet(b []byte, members [][]byte) ([]byte, error) {
	if !e.walk.takes(len(members)) {
		return nil, tooManyValues()
	}
	for i, member := range members {
		b = appendBase64(e.element(b, i), member)
		e.size += len(member)
	}
	return append(b, ']'), checkBinarySet(members)
}

// element begins the element of an array with that index.
func (e *encoder) element(b []byte, i int) []byte {
	if i == 0 {
		return append(b, '[')
	}
	return append(e.trim(b), ',')
}

// appendQuoted appends text that has nothing to escape in quotes.
func appendQuoted(b []byte, text string) []byte {
	return append(append(append(b, '"'), text...), '"')
}

func appendBase64(b, data []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, '"')
}
