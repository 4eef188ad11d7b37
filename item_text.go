package dynamoconn

import (
	"fmt"
	"strconv"
)

// longestText bounds the text of an item that holds one list in many places.
const longestText = 1 << 20

// String returns the item for people to read, not for programs:
//
//	{Artist: "No One You Know", Year: 2004, Cover: <3 bytes>, Tags: ["rock", 7], Sizes: set(1, 2)}
//
// It shows every value but those of binaries. Unclear names are quoted, those over 64
// bytes cut. Nesting deeper than 32 levels and what follows the first 1 MiB of text are
// shown as three dots. A nil Item is "<no item>", a nil KeyValue "<nil>".
func (it Item) String() string {
	if it == nil {
		return "<no item>"
	}
	return string(appendItemText(nil, it, 0))
}

// keyValueText returns the name and the value of kv, or only the value if there is no
// name, as in a list.
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
		if !isNil(kv) {
			b = append(b, showName(kv.KeyName())+": "...)
		}
		return appendValueText(b, kv, depth)
	})
}

// appendValueText appends the value of kv, whose container is at depth.
func appendValueText(b []byte, kv KeyValue, depth int) []byte {
	if isNil(kv) {
		return append(b, "<nil>"...)
	}
	switch kv := kv.(type) {
	case *KeyValueString:
		return strconv.AppendQuote(b, kv.StringValue)
	case *KeyValueLong:
		return strconv.AppendInt(b, kv.LongValue, 10)
	case *KeyValueDecimal:
		return append(b, kv.DecimalValue.String()...)
	case *KeyValueBoolean:
		return strconv.AppendBool(b, kv.BooleanValue)
	case *KeyValueBinary:
		return appendLengthText(b, kv.BinaryValue)
	case *KeyValueNull:
		return append(b, "null"...)
	case *KeyValueList:
		return appendTexts(b, '[', kv.ListValue, ']', depth+1, func(b []byte, value KeyValue) []byte {
			return appendValueText(b, value, depth+1)
		})
	case *KeyValueMap:
		return appendItemText(b, kv.MapValue, depth+1)
	case *KeyValueStringSet:
		return appendTexts(append(b, "set"...), '(', kv.StringSetValue, ')', 0, strconv.AppendQuote)
	case *KeyValueNumberSet:
		return appendTexts(append(b, "set"...), '(', kv.NumberSetValue, ')', 0, func(b []byte, member Number) []byte {
			return append(b, member.String()...)
		})
	case *KeyValueBinarySet:
		return appendTexts(append(b, "set"...), '(', kv.BinarySetValue, ')', 0, appendLengthText)
	}
	return append(b, "<unknown>"...)
}

func appendLengthText(b, data []byte) []byte {
	if len(data) == 1 {
		return append(b, "<1 byte>"...)
	}
	return fmt.Appendf(b, "<%d bytes>", len(data))
}

// appendTexts appends each of all between open and end.
func appendTexts[T any](b []byte, open byte, all []T, end byte, depth int, text func([]byte, T) []byte) []byte {
	b = append(b, open)
	for i, one := range all {
		if i > 0 {
			b = append(b, ", "...)
		}
		if depth > deepestNesting || len(b) > longestText {
			b = append(b, "..."...)
			break
		}
		b = text(b, one)
	}
	return append(b, end)
}
