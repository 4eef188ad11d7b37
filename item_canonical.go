package dynamoconn

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// canonical returns a text that equal items share, and only they: each part has its type
// and its length before it, numbers are canonical, and attributes and set members are
// sorted. Batches recognise items and keys by it.
func canonical(item Item) string {
	return string(appendCanonicalMap(nil, item, 0, &walk{}))
}

// canonicalKey returns the canonical text of the attributes with these names, which must
// be sorted.
func canonicalKey(item Item, names []string) string {
	return string(new(keyWriter).write(item, names))
}

// keyWriter writes the canonical texts of many keys, each over the one before.
type keyWriter struct {
	text []byte
	walk walk
}

func (k *keyWriter) write(item Item, names []string) []byte {
	k.text, k.walk = k.text[:0], walk{}
	for _, name := range names {
		kv, _ := item.Get(name)
		k.text = appendCanonicalValue(k.text, kv, 0, &k.walk)
	}
	return k.text
}

// keyHasher makes a number of each key. A batch keeps it for each of its operations: the text
// of a key takes more memory.
type keyHasher struct {
	keyWriter
	seed maphash.Seed
}

func newKeyHasher() *keyHasher { return &keyHasher{seed: maphash.MakeSeed()} }

// hash returns the number of a key, which is never zero. Equal keys have the same number.
// Other keys hardly ever have.
func (k *keyHasher) hash(item Item, names []string) uint64 {
	return max(maphash.Bytes(k.seed, k.write(item, names)), 1)
}

func appendCanonicalMap(b []byte, item Item, depth int, w *walk) []byte {
	b = binary.AppendUvarint(b, uint64(len(item)))
	for _, kv := range item.byName() {
		b = appendPart(b, keyName(kv))
		b = appendCanonicalValue(b, kv, depth, w)
	}
	return b
}

func appendCanonicalValue(b []byte, kv KeyValue, depth int, w *walk) []byte {
	if isNil(kv) || !w.enters(depth) {
		return append(b, '-')
	}
	return kv.appendCanonical(b, depth, w)
}

func (kv *KeyValueString) appendCanonical(b []byte, _ int, _ *walk) []byte {
	return appendPart(append(b, 'S'), kv.StringValue)
}

func (kv *KeyValueLong) appendCanonical(b []byte, _ int, _ *walk) []byte {
	var buf [20]byte // an int64 takes no more, and its text is canonical
	return appendBytes(append(b, 'N'), strconv.AppendInt(buf[:0], kv.LongValue, 10))
}

func (kv *KeyValueDecimal) appendCanonical(b []byte, _ int, _ *walk) []byte {
	var buf [decimal.MaxCanonical]byte
	return appendBytes(append(b, 'N'), decimal.AppendCanonical(buf[:0], kv.DecimalValue.text))
}

func (kv *KeyValueBoolean) appendCanonical(b []byte, _ int, _ *walk) []byte {
	if kv.BooleanValue {
		return append(b, 'T')
	}
	return append(b, 'F')
}

func (kv *KeyValueBinary) appendCanonical(b []byte, _ int, _ *walk) []byte {
	return appendBytes(append(b, 'B'), kv.BinaryValue)
}

func (kv *KeyValueNull) appendCanonical(b []byte, _ int, _ *walk) []byte { return append(b, '0') }

func (kv *KeyValueList) appendCanonical(b []byte, depth int, w *walk) []byte {
	b = binary.AppendUvarint(append(b, 'L'), uint64(len(kv.ListValue)))
	for _, value := range kv.ListValue {
		b = appendCanonicalValue(b, value, depth+1, w)
	}
	return b
}

func (kv *KeyValueMap) appendCanonical(b []byte, depth int, w *walk) []byte {
	return appendCanonicalMap(append(b, 'M'), kv.MapValue, depth+1, w)
}

func (kv *KeyValueStringSet) appendCanonical(b []byte, _ int, _ *walk) []byte {
	return appendSet(append(b, 's'), kv.StringSetValue, textOfString)
}

func (kv *KeyValueNumberSet) appendCanonical(b []byte, _ int, _ *walk) []byte {
	return appendSet(append(b, 'n'), kv.NumberSetValue, canonicalText)
}

func (kv *KeyValueBinarySet) appendCanonical(b []byte, _ int, _ *walk) []byte {
	return appendSet(append(b, 'b'), kv.BinarySetValue, textOfBytes)
}

func appendSet[T any](b []byte, members []T, text func(T) string) []byte {
	texts := make([]string, len(members))
	for i, member := range members {
		texts[i] = text(member)
	}
	slices.Sort(texts)
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, member := range texts {
		b = appendPart(b, member)
	}
	return b
}

func appendPart(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendBytes(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}
