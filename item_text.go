package dynamoconn

import (
	"fmt"
	"strconv"
)

// longestText bounds the text: an item may hold one list in many places.
const longestText = 1 << 20

// String returns the item for people to read, not for programs:
//
//	{Artist: "No One You Know", Year: 2004, Cover: <3 bytes>, Tags: ["rock", 7], Sizes: set(1, 2)}
//
// It shows all values except binaries. Names that could be misread are quoted, and
// names over 64 bytes are cut. Three dots stand for nesting deeper than 32 levels and
// for everything after the first 1 MiB of text. A nil Item is "<no item>", a nil
// KeyValue "<nil>".
func (it Item) String() string {
	if it == nil {
		return "<no item>"
	}
	return string(appendItemText(nil, it, 0))
}

// keyValueText returns the name and the value of kv, and only the value if the name is
// empty, as in a list.
func keyValueText(kv KeyValue) string {
	if isNil(kv) {
		return "<nil>"
	}
	var b []byte
	if name := kv.KeyName(); name != "" {
		b = append(b, showName(name)+": "...)
	}
	return string(appendValueText(b, kv, 0))
}

func appendItemText(b []byte, item Item, depth int) []byte {
	return appendTexts(b, '{', item, '}', depth, func(b []byte, kv KeyValue) []byte {
		if isNil(kv) {
			return append(b, "<nil>"...)
		}
		b = append(b, showName(kv.KeyName())+": "...)
		return kv.appendText(b, depth)
	})
}

// appendValueText appends the value of kv, and "<nil>" if there is none.
func appendValueText(b []byte, kv KeyValue, depth int) []byte {
	if isNil(kv) {
		return append(b, "<nil>"...)
	}
	return kv.appendText(b, depth)
}

func (kv *KeyValueString) appendText(b []byte, _ int) []byte {
	return strconv.AppendQuote(b, kv.StringValue)
}

func (kv *KeyValueLong) appendText(b []byte, _ int) []byte {
	return strconv.AppendInt(b, kv.LongValue, 10)
}

func (kv *KeyValueDecimal) appendText(b []byte, _ int) []byte {
	return appendNumberText(b, kv.DecimalValue)
}

func (kv *KeyValueBoolean) appendText(b []byte, _ int) []byte {
	return strconv.AppendBool(b, kv.BooleanValue)
}

func (kv *KeyValueBinary) appendText(b []byte, _ int) []byte {
	return appendLengthText(b, kv.BinaryValue)
}

func (kv *KeyValueNull) appendText(b []byte, _ int) []byte { return append(b, "null"...) }

func (kv *KeyValueList) appendText(b []byte, depth int) []byte {
	return appendTexts(b, '[', kv.ListValue, ']', depth+1, func(b []byte, value KeyValue) []byte {
		return appendValueText(b, value, depth+1)
	})
}

func (kv *KeyValueMap) appendText(b []byte, depth int) []byte {
	return appendItemText(b, kv.MapValue, depth+1)
}

func (kv *KeyValueStringSet) appendText(b []byte, _ int) []byte {
	return appendTexts(append(b, "set"...), '(', kv.StringSetValue, ')', 0, strconv.AppendQuote)
}

func (kv *KeyValueNumberSet) appendText(b []byte, _ int) []byte {
	return appendTexts(append(b, "set"...), '(', kv.NumberSetValue, ')', 0, appendNumberText)
}

func (kv *KeyValueBinarySet) appendText(b []byte, _ int) []byte {
	return appendTexts(append(b, "set"...), '(', kv.BinarySetValue, ')', 0, appendLengthText)
}

func appendNumberText(b []byte, n Number) []byte { return append(b, n.String()...) }

func appendLengthText(b, data []byte) []byte {
	if len(data) == 1 {
		return append(b, "<1 byte>"...)
	}
	return fmt.Appendf(b, "<%d bytes>", len(data))
}

// appendTexts appends the text of each value between open and end.
func appendTexts[T any](b []byte, open byte, values []T, end byte, depth int, text func([]byte, T) []byte) []byte {
	b = append(b, open)
	for i, value := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		if depth > deepestNesting || len(b) > longestText {
			b = append(b, "..."...)
			break
		}
		b = text(b, value)
	}
	return append(b, end)
}
