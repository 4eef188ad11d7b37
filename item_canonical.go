package dynamoconn

import (
	"encoding/binary"
	"slices"
)

// canonical returns bytes that are the same for equal values and different for
// others: each part has its type and its length before it, numbers are canonical,
// attributes and set members sorted. It is what batches recognise keys and items by.
func canonical(item Item) string {
	return string(appendCanonicalMap(nil, item, 0, &walk{}))
}

// canonicalKey returns the canonical form of the attributes named, which must be
// sorted.
func canonicalKey(item Item, names []string) string {
	var b []byte
	for _, name := range names {
		kv, _ := item.Get(name)
		b = appendCanonicalValue(b, kv, 0, &walk{})
	}
	return string(b)
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
	switch kv := kv.(type) {
	case *KeyValueString:
		return appendPart(append(b, 'S'), kv.StringValue)
	case *KeyValueLong, *KeyValueDecimal:
		number, _ := numberOf(kv)
		return appendPart(append(b, 'N'), canonicalText(number))
	case *KeyValueBoolean:
		if kv.BooleanValue {
			return append(b, 'T')
		}
		return append(b, 'F')
	case *KeyValueBinary:
		return appendPart(append(b, 'B'), string(kv.BinaryValue))
	case *KeyValueNull:
		return append(b, '0')
	case *KeyValueList:
		b = binary.AppendUvarint(append(b, 'L'), uint64(len(kv.ListValue)))
		for _, value := range kv.ListValue {
			b = appendCanonicalValue(b, value, depth+1, w)
		}
		return b
	case *KeyValueMap:
		return appendCanonicalMap(append(b, 'M'), kv.MapValue, depth+1, w)
	case *KeyValueStringSet:
		return appendSet(append(b, 's'), kv.StringSetValue, func(s string) string { return s })
	case *KeyValueNumberSet:
		return appendSet(append(b, 'n'), kv.NumberSetValue, canonicalText)
	case *KeyValueBinarySet:
		return appendSet(append(b, 'b'), kv.BinarySetValue, func(m []byte) string { return string(m) })
	}
	return append(b, '-')
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
