package dynamoconn

import (
	"strconv"
	"unicode/utf8"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// jsonWriter appends items to b in one of the two forms of JSON. It checks all that
// toAttributeValues checks, in the same order.
type jsonWriter struct {
	b     []byte
	typed bool // DynamoDB JSON: each value in an object that names its type
}

func (w *jsonWriter) object(item Item, depth int) error {
	if depth > deepestNesting {
		return broken("is nested deeper than 32 levels")
	}
	var names nameSet
	w.b = append(w.b, '{')
	for i, kv := range item {
		if isNil(kv) {
			return underElement(i, broken(ruleKind))
		}
		name := kv.KeyName()
		if err := checkName(name); err != nil {
			return underName(name, err)
		}
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendJSONString(w.b, name)
		w.b = append(w.b, ':')
		if err := w.value(kv, depth); err != nil {
			return underName(name, err)
		}
		if !names.add(item[:i], name) {
			return underName(name, broken("is in the item twice"))
		}
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *jsonWriter) list(values []KeyValue, depth int) error {
	if depth > deepestNesting {
		return broken("is nested deeper than 32 levels")
	}
	w.b = append(w.b, '[')
	for i, value := range values {
		if isNil(value) {
			return underElement(i, broken(ruleKind))
		}
		if value.KeyName() != "" {
			return underElement(i, broken("an element of a list has no name"))
		}
		if i > 0 {
			w.b = append(w.b, ',')
		}
		if err := w.value(value, depth); err != nil {
			return underElement(i, err)
		}
	}
	w.b = append(w.b, ']')
	return nil
}

// value appends a value that is not nil.
func (w *jsonWriter) value(kv KeyValue, depth int) error {
	if w.typed {
		w.b = append(w.b, '{', '"')
		w.b = append(w.b, typeTag(kv)...)
		w.b = append(w.b, '"', ':')
	}
	var err error
	switch kv := kv.(type) {
	case *KeyValueString:
		if !utf8.ValidString(kv.StringValue) {
			return broken("must be valid UTF-8")
		}
		w.b = appendJSONString(w.b, kv.StringValue)
	case *KeyValueLong:
		w.long(kv.LongValue)
	case *KeyValueDecimal:
		w.number(kv.DecimalValue)
	case *KeyValueBoolean:
		w.b = strconv.AppendBool(w.b, kv.BooleanValue)
	case *KeyValueBinary:
		w.b = appendBase64(w.b, kv.BinaryValue)
	case *KeyValueNull:
		if w.typed {
			w.b = append(w.b, "true"...)
		} else {
			w.b = append(w.b, "null"...)
		}
	case *KeyValueList:
		err = w.list(kv.ListValue, depth+1)
	case *KeyValueMap:
		err = w.object(kv.MapValue, depth+1)
	case *KeyValueStringSet:
		if _, err = toStringSet(kv.StringSetValue); err == nil {
			writeSet(w, kv.StringSetValue, func(member string) { w.b = appendJSONString(w.b, member) })
		}
	case *KeyValueNumberSet:
		if err = checkSet(kv.NumberSetValue, canonicalText); err == nil {
			writeSet(w, kv.NumberSetValue, w.number)
		}
	case *KeyValueBinarySet:
		if _, err = toBinarySet(kv.BinarySetValue); err == nil {
			writeSet(w, kv.BinarySetValue, func(member []byte) { w.b = appendBase64(w.b, member) })
		}
	default:
		return broken(ruleKind)
	}
	if w.typed {
		w.b = append(w.b, '}')
	}
	return err
}

func (w *jsonWriter) long(n int64) {
	if !w.typed {
		w.b = strconv.AppendInt(w.b, n, 10)
		return
	}
	w.b = append(w.b, '"')
	w.b = strconv.AppendInt(w.b, n, 10)
	w.b = append(w.b, '"')
}

func (w *jsonWriter) number(n Number) {
	if !w.typed {
		w.b = decimal.AppendJSON(w.b, n.String())
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, n.String()...)
	w.b = append(w.b, '"')
}

func writeSet[T any](w *jsonWriter, members []T, write func(T)) {
	w.b = append(w.b, '[')
	for i, member := range members {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		write(member)
	}
	w.b = append(w.b, ']')
}

// appendJSONString appends s, which is valid UTF-8, in quotes. It escapes only what
// JSON forbids.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
