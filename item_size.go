package dynamoconn

import "strings"

// DynamoDB's limit on one item, names and values together. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const largestItem = 400 << 10

// Size returns the bytes that DynamoDB counts for the item: names and values in
// UTF-8, a number by its digits, and 3 bytes and 1 for each element for lists and
// maps. An item may have 409,600. The size of numbers is approximate, as DynamoDB's
// own description is, and never too large. What is nested deeper than 100 lists and
// maps, or comes after 1,048,576 values, is not counted. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
func (it Item) Size() int { return itemSize(it) }

func itemSize(item Item) int {
	size := 0
	w := &walk{}
	for _, kv := range item {
		if !isNil(kv) {
			size += len(kv.KeyName()) + valueSize(kv, 0, w)
		}
	}
	return size
}

func valueSize(kv KeyValue, depth int, w *walk) int {
	if isNil(kv) || !w.enters(depth) {
		return 0
	}
	const container, element = 3, 1
	switch kv := kv.(type) {
	case *KeyValueString:
		return len(kv.StringValue)
	case *KeyValueLong, *KeyValueDecimal:
		number, _ := numberOf(kv)
		return numberSize(number)
	case *KeyValueBinary:
		return len(kv.BinaryValue)
	case *KeyValueBoolean, *KeyValueNull:
		return 1
	case *KeyValueList:
		size := container
		for _, value := range kv.ListValue {
			size += element + valueSize(value, depth+1, w)
		}
		return size
	case *KeyValueMap:
		size := container
		for _, inner := range kv.MapValue {
			if !isNil(inner) {
				size += element + len(inner.KeyName()) + valueSize(inner, depth+1, w)
			}
		}
		return size
	case *KeyValueStringSet:
		size := 0
		for _, member := range kv.StringSetValue {
			size += len(member)
		}
		return size
	case *KeyValueNumberSet:
		size := 0
		for _, member := range kv.NumberSetValue {
			size += numberSize(member)
		}
		return size
	case *KeyValueBinarySet:
		size := 0
		for _, member := range kv.BinarySetValue {
			size += len(member)
		}
		return size
	}
	return 0
}

// numberSize is one byte for two significant digits and one more.
func numberSize(n Number) int {
	text, _, _ := strings.Cut(n.Canonical().String(), "E")
	digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(text, "-"), ".", ""), "0")
	return (len(digits)+1)/2 + 1
}

// wireSize returns no less than the bytes that the item takes in a request.
func wireSize(item Item) int { return mapWireSize(item, 0, &walk{}) }

func mapWireSize(item Item, depth int, w *walk) int {
	size := 2
	for _, kv := range item {
		if !isNil(kv) {
			size += textSize(kv.KeyName()) + 2 + valueWireSize(kv, depth, w)
		}
	}
	return size
}

func valueWireSize(kv KeyValue, depth int, w *walk) int {
	if !w.enters(depth) {
		return 0
	}
	const wrapper = len(`{"BOOL":false}`)
	size := wrapper
	switch kv := kv.(type) {
	case *KeyValueString:
		size += textSize(kv.StringValue)
	case *KeyValueLong:
		size += len(`"-9223372036854775808"`)
	case *KeyValueDecimal:
		size += 2 + len(kv.DecimalValue.String())
	case *KeyValueBinary:
		size += binarySize(kv.BinaryValue)
	case *KeyValueList:
		for _, value := range kv.ListValue {
			if !isNil(value) {
				size += 1 + valueWireSize(value, depth+1, w)
			}
		}
	case *KeyValueMap:
		size += mapWireSize(kv.MapValue, depth+1, w)
	case *KeyValueStringSet:
		for _, member := range kv.StringSetValue {
			size += 1 + textSize(member)
		}
	case *KeyValueNumberSet:
		for _, member := range kv.NumberSetValue {
			size += 3 + len(member.String())
		}
	case *KeyValueBinarySet:
		for _, member := range kv.BinarySetValue {
			size += 1 + binarySize(member)
		}
	}
	return size
}

// textSize counts the quotes and what JSON makes of each byte.
func textSize(text string) int {
	size := 2 + len(text)
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c == 0x7f || c == '<' || c == '>' || c == '&' || c == 0xe2:
			size += 5 // \u001f, and \u2028 which begins with e2
		case c == '"' || c == '\\':
			size++
		}
	}
	return size
}

func binarySize(b []byte) int { return 2 + (len(b)+2)/3*4 }
