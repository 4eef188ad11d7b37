package dynamoconn

import "strconv"

// Size returns the bytes that DynamoDB counts for the item: names and values in
// UTF-8, a number by its digits, and for a list or map 3 bytes and 1 for each element.
// An item may have 409,600. The size of a number is approximate, because DynamoDB
// describes it so, and never too large. Values nested deeper than 100 lists and maps,
// and those after 1,048,576 others, are not counted. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
func (it Item) Size() int {
	size := 0
	w := &walk{}
	for _, kv := range it {
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
	return kv.size(depth, w)
}

func (kv *KeyValueString) size(int, *walk) int  { return len(kv.StringValue) }
func (kv *KeyValueLong) size(int, *walk) int    { return longSize(kv.LongValue) }
func (kv *KeyValueDecimal) size(int, *walk) int { return numberSize(kv.DecimalValue) }
func (kv *KeyValueBoolean) size(int, *walk) int { return 1 }
func (kv *KeyValueBinary) size(int, *walk) int  { return len(kv.BinaryValue) }
func (kv *KeyValueNull) size(int, *walk) int    { return 1 }

// What DynamoDB counts for a list or map itself, and for each of its elements.
const containerSize, elementSize = 3, 1

func (kv *KeyValueList) size(depth int, w *walk) int {
	size := containerSize
	for _, value := range kv.ListValue {
		size += elementSize + valueSize(value, depth+1, w)
	}
	return size
}

func (kv *KeyValueMap) size(depth int, w *walk) int {
	size := containerSize
	for _, inner := range kv.MapValue {
		if !isNil(inner) {
			size += elementSize + len(inner.KeyName()) + valueSize(inner, depth+1, w)
		}
	}
	return size
}

func (kv *KeyValueStringSet) size(int, *walk) int {
	return sumOf(kv.StringSetValue, func(s string) int { return len(s) })
}

func (kv *KeyValueNumberSet) size(int, *walk) int { return sumOf(kv.NumberSetValue, numberSize) }

func (kv *KeyValueBinarySet) size(int, *walk) int {
	return sumOf(kv.BinarySetValue, func(b []byte) int { return len(b) })
}

func sumOf[T any](members []T, size func(T) int) int {
	sum := 0
	for _, member := range members {
		sum += size(member)
	}
	return sum
}

// numberSize returns one byte for every two significant digits, and one more.
func numberSize(n Number) int { return (n.parts().Digits+1)/2 + 1 }

// longSize is numberSize of an integer.
func longSize(n int64) int {
	var buf [20]byte // an int64 takes no more
	return integerSize(strconv.AppendInt(buf[:0], n, 10))
}

// integerSize is numberSize of an integer as Go prints it.
func integerSize(text []byte) int {
	digits := len(text)
	for digits > 0 && text[digits-1] == '0' {
		digits--
	}
	if text[0] == '-' {
		digits--
	}
	return (digits+1)/2 + 1
}
