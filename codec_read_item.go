package dynamoconn

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// itemReader makes Items of the values of one answer. It copies what it keeps.
type itemReader struct {
	valueScanner
	slabs  slabs
	text   textArena
	binary byteArena
	block  int // where the block begins in the answer

	valuesOfLast int // how many values the last item took of slabs.values

	names nameTable
	parts parts

	unmapping unmapping // of the value that is read into a Go value
}

// parts are what has been read of the items and lists that are not at their end yet, the
// outermost first.
type parts struct {
	values []KeyValue
	names  []nameID // of the values in items
}

var itemReaders = sync.Pool{New: func() any {
	r := new(itemReader)
	r.names.reset()
	return r
}}

// newItemReader returns a reader of body.
func newItemReader(body []byte) *itemReader {
	r := itemReaders.Get().(*itemReader)
	r.Data = body
	if len(body) > 0 {
		r.foresee()
	}
	return r
}

// mostParts is the most parts for which a reader keeps its memory.
const mostParts = 4 << 10

// release gives the reader back when all was read.
func (r *itemReader) release() {
	if cap(r.parts.values) <= mostParts {
		r.reset()
		itemReaders.Put(r)
	}
}

// reset makes the reader ready for another answer. It lets go of all that the last one has but the
// names.
func (r *itemReader) reset() {
	clear(r.parts.values[:cap(r.parts.values)])
	r.names.trim()
	r.valueScanner, r.slabs, r.block, r.valuesOfLast = valueScanner{}, slabs{}, 0, 0
	r.text, r.binary = textArena{}, byteArena{}
}

// rest returns the number of bytes that are left of the answer.
func (r *itemReader) rest() int { return len(r.Data) - r.Pos }

// item reads an item that is under no attribute. A new block begins when one is full, or has
// no room for another item like the last one.
func (r *itemReader) item() (Item, error) {
	r.beginItem()
	values := &r.slabs.values
	before := values.taken + values.next
	item, err := r.attributes(0, 0)
	r.valuesOfLast = values.taken + values.next - before
	return item, err
}

// beginItem begins a new block where one is due.
func (r *itemReader) beginItem() {
	values := &r.slabs.values
	if bytes := r.Pos - r.block; bytes >= blockBytes || bytes > 0 && len(values.values)-values.next < r.valuesOfLast {
		r.slabs.endBlock(r, bytes)
		r.block = r.Pos
	}
}

// attributes reads the attributes of an item, or of a map under the name under.
func (r *itemReader) attributes(under nameID, depth int) (Item, error) {
	if depth > deepestAnswer {
		return nil, corrupt("is nested deeper than 100 levels")
	}
	more, err := r.begin('{', '}')
	if err != nil {
		return nil, err
	}
	last, begin, beginNames := nameID(0), len(r.parts.values), len(r.parts.names)
	if shape := r.names.shapeUnder(under, r.Data[r.Pos:]); more && shape != nil {
		shape.inUse = true
		item := Item(r.slabs.values.many(len(shape.names), r))
		var n int
		n, more, err = r.inShape(item, shape, depth)
		if shape.inUse = false; err != nil || !more && n == len(shape.names) {
			return item, err
		}
		shape.proven = false
		for i, id := range shape.names[:n] {
			r.parts.values = append(r.parts.values, item[shape.places[i]])
			r.parts.names = append(r.parts.names, id)
			last = id
		}
	}
	for more { // what is in no shape
		id, text, err := r.attributeName(under, last)
		if err != nil {
			return nil, err
		}
		kv, err := r.value(text, id, depth)
		if err != nil {
			return nil, underName(text, err)
		}
		r.parts.values = append(r.parts.values, kv)
		r.parts.names = append(r.parts.names, id)
		if more, err = r.next('}'); err != nil {
			return nil, err
		}
		last = id
	}
	item := Item(r.slabs.values.many(len(r.parts.values)-begin, r))
	err = r.sort(under, item, r.parts.values[begin:], r.parts.names[beginNames:])
	r.parts.values, r.parts.names = r.parts.values[:begin], r.parts.names[:beginNames]
	return item, err
}

// attributeName reads the name of an attribute and the colon after it. last is the name before
// it, or 0. The one that came after last most recently is tried first, and then the two after
// that, since attributes may be missing.
func (r *itemReader) attributeName(under, last nameID) (id nameID, text string, err error) {
	guess := r.names.names[last].next
	if last == 0 {
		guess = r.names.names[under].first
	}
	for range 3 {
		name := &r.names.names[guess]
		if name.begins(r.Data[r.Pos:]) {
			r.Pos += len(name.token)
			r.SkipSpace()
			return guess, name.text, nil
		}
		guess = name.next
	}
	read, err := r.quoted()
	if err != nil {
		return 0, "", err
	}
	id = r.names.find(read)
	if text = r.names.names[id].text; id == 0 {
		text = r.names.keep(read)
	}
	if !r.Take(':') {
		return 0, "", underName(text, r.notJSON())
	}
	if last == 0 {
		r.names.names[under].first = id
	} else {
		r.names.names[last].next = id
	}
	return id, text, nil
}

// sort fills item with the attributes that were read, sorted by name. names are their names.
func (r *itemReader) sort(under nameID, item Item, read []KeyValue, names []nameID) error {
	table := r.names.names
	var ranks rankSet
	for _, id := range names {
		if id == 0 {
			return sortByName(item, read)
		}
		if name := &table[id]; !ranks.add(name.rank) {
			return underName(name.text, corrupt("is in the item twice"))
		}
	}
	for i, id := range names {
		item[ranks.before(table[id].rank)] = read[i]
	}
	r.names.learn(under, names, &ranks)
	return nil
}

// sortByName is sort for names of which some are not in the table.
func sortByName(item Item, read []KeyValue) error {
	copy(item, read)
	slices.SortFunc(item, func(a, b KeyValue) int { return strings.Compare(a.KeyName(), b.KeyName()) })
	for i, kv := range item {
		if i > 0 && kv.KeyName() == item[i-1].KeyName() {
			return underName(kv.KeyName(), corrupt("is in the item twice"))
		}
	}
	return nil
}

// value reads a value in a list or map at depth. id is its name, or that of the list.
//
// Most values are strings and numbers as DynamoDB writes them: those come first.
func (r *itemReader) value(key string, id nameID, depth int) (KeyValue, error) {
	if r.rest() > 8 {
		switch binary.LittleEndian.Uint64(r.Data[r.Pos:]) & sixBytes {
		case beginsS:
			if text, ok := r.plainValue(); ok {
				kv := r.slabs.strings.one(r)
				kv.Key, kv.StringValue = key, r.text.keep(text, r.rest())
				return kv, nil
			}
		case beginsN:
			if kv := r.plainNumber(key); kv != nil {
				return kv, nil
			}
		}
	}
	t, seen, err := r.openValue()
	if err != nil {
		return nil, err
	}
	kv, err := r.valueOfType(t, key, id, depth)
	if err != nil {
		return nil, err
	}
	if seen == nil && r.Peek() == '}' {
		r.Pos++
		return kv, nil
	}
	return kv, r.closeValue(t, seen)
}

// plainNumber reads a value of type N that is a long, or digits with a point, as DynamoDB
// writes them. It returns nil for anything else, and then nothing has been read.
func (r *itemReader) plainNumber(key string) KeyValue {
	n, text, ok := r.plainDigits()
	switch {
	case !ok:
		return nil
	case text == nil:
		kv := r.slabs.longs.one(r)
		kv.Key, kv.LongValue = key, n
		return kv
	}
	kv := r.slabs.decimals.one(r)
	kv.Key, kv.DecimalValue.text = key, r.text.keep(text, r.rest())
	return kv
}

// valueOfType reads what a value of type t says. It is long because it has a case for each
// type.
func (r *itemReader) valueOfType(t valueType, key string, id nameID, depth int) (KeyValue, error) {
	switch t {
	case typeS:
		text, err := r.string()
		if err != nil {
			return nil, err
		}
		kv := r.slabs.strings.one(r)
		kv.Key, kv.StringValue = key, text
		return kv, nil
	case typeN:
		return r.number(key)
	case typeBOOL:
		is, err := r.boolean()
		if err != nil {
			return nil, err
		}
		kv := r.slabs.booleans.one(r)
		kv.Key, kv.BooleanValue = key, is
		return kv, nil
	case typeB:
		data, err := r.base64()
		if err != nil {
			return nil, err
		}
		kv := r.slabs.binaries.one(r)
		kv.Key, kv.BinaryValue = key, data
		return kv, nil
	case typeNULL:
		is, err := r.boolean()
		if err != nil {
			return nil, err
		}
		if !is {
			return nil, corrupt("is a NULL that is false")
		}
		kv := r.slabs.nulls.one(r)
		kv.Key = key
		return kv, nil
	case typeL:
		values, err := r.list(id, depth+1)
		if err != nil {
			return nil, err
		}
		kv := r.slabs.lists.one(r)
		kv.Key, kv.ListValue = key, values
		return kv, nil
	case typeM:
		item, err := r.attributes(id, depth+1)
		if err != nil {
			return nil, err
		}
		kv := r.slabs.maps.one(r)
		kv.Key, kv.MapValue = key, item
		return kv, nil
	}
	return r.set(t, key)
}

// list reads the elements of a list under the name id.
func (r *itemReader) list(id nameID, depth int) ([]KeyValue, error) {
	if depth > deepestAnswer {
		return nil, corrupt("is nested deeper than 100 levels")
	}
	begin := len(r.parts.values)
	more, err := r.begin('[', ']')
	for more && err == nil {
		var kv KeyValue
		if kv, err = r.value("", id, depth); err == nil {
			r.parts.values = append(r.parts.values, kv)
			more, err = r.next(']')
		}
	}
	if err != nil {
		return nil, underElement(len(r.parts.values)-begin, err)
	}
	values := r.slabs.values.many(len(r.parts.values)-begin, r)
	copy(values, r.parts.values[begin:])
	r.parts.values = r.parts.values[:begin]
	return values, nil
}

// string reads a string.
func (r *itemReader) string() (string, error) {
	if text, ok := r.Plain(); ok {
		return r.text.keep(text, r.rest()), nil
	}
	text, err := r.quoted()
	if err != nil {
		return "", err
	}
	return r.text.keep(text, r.rest()), nil
}

// number reads a number.
func (r *itemReader) number(key string) (KeyValue, error) {
	text, err := r.string()
	if err != nil {
		return nil, err
	}
	if n, isLong := decimal.ParseInt64(text); isLong {
		kv := r.slabs.longs.one(r)
		kv.Key, kv.LongValue = key, n
		return kv, nil
	}
	if decimal.Check(text) != "" {
		return nil, corrupt("is not a number", ErrInvalidNumber)
	}
	kv := r.slabs.decimals.one(r)
	kv.Key, kv.DecimalValue = key, makeNumber(text)
	return kv, nil
}

// base64 reads a binary. Like the SDK it takes line breaks in base64, and padding bits of any
// value.
func (r *itemReader) base64() ([]byte, error) {
	text, err := r.quoted()
	if err != nil {
		return nil, err
	}
	data := r.binary.take(base64.StdEncoding.DecodedLen(len(text)), r.rest())
	n, err := base64.StdEncoding.Decode(data, text)
	if err != nil {
		return nil, corrupt("is not base64")
	}
	return data[:n:n], nil
}
