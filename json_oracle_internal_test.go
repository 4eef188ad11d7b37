package dynamoconn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var errRefused = errors.New("refused")

// plainOracle reads plain JSON with encoding/json, without regard to speed. It returns the
// item that Item.UnmarshalJSON must read, or an error if it must refuse data.
func plainOracle(data []byte) (Item, error) {
	item, err := orderedJSON(data)
	if err != nil || nestingOf(Map("", item...)) > deepestNesting+1 {
		return nil, errRefused
	}
	return item, checkOracleNumbers(item)
}

// typedOracle does the same for DynamoDB JSON.
func typedOracle(data []byte) (Item, error) {
	item, err := orderedJSON(data)
	if err != nil || item == nil {
		return nil, err
	}
	typed, err := typedItemOracle(item)
	if err != nil || nestingOf(Map("", typed...)) > deepestNesting+1 {
		return nil, errRefused
	}
	return typed, nil
}

func orderedJSON(data []byte) (Item, error) {
	if !json.Valid(data) || !utf8.Valid(data) || hasLoneSurrogate(data) {
		return nil, errRefused
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	kv, err := orderedValue(decoder, "")
	if err != nil {
		return nil, err
	}
	switch kv := kv.(type) {
	case *KeyValueNull:
		return nil, nil
	case *KeyValueMap:
		return kv.MapValue, nil
	}
	return nil, errRefused
}

func orderedValue(decoder *json.Decoder, key string) (KeyValue, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, errRefused
	}
	switch token := token.(type) {
	case nil:
		return Null(key), nil
	case bool:
		return Boolean(key, token), nil
	case string:
		return String(key, token), nil
	case json.Number:
		if n, err := token.Int64(); err == nil && strconv.FormatInt(n, 10) == token.String() {
			return Long(key, n), nil
		}
		return Decimal(key, Number{text: token.String()}), nil // checked later
	case json.Delim:
		if token == '[' {
			list := List(key)
			list.ListValue = []KeyValue{}
			for decoder.More() {
				value, err := orderedValue(decoder, "")
				if err != nil {
					return nil, err
				}
				list.ListValue = append(list.ListValue, value)
			}
			_, err := decoder.Token()
			return list, err
		}
		item := Item{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil || name == "" || item.Has(name.(string)) {
				return nil, errRefused
			}
			value, err := orderedValue(decoder, name.(string))
			if err != nil {
				return nil, err
			}
			item = append(item, value)
		}
		_, err := decoder.Token()
		return Map(key, item...), err
	}
	return nil, errRefused
}

func checkOracleNumbers(values []KeyValue) error {
	for _, kv := range values {
		var err error
		switch kv := kv.(type) {
		case *KeyValueDecimal:
			_, err = ParseNumber(kv.DecimalValue.String())
		case *KeyValueList:
			err = checkOracleNumbers(kv.ListValue)
		case *KeyValueMap:
			err = checkOracleNumbers(kv.MapValue)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nestingOf counts lists and maps, kv included.
func nestingOf(kv KeyValue) int {
	var inside []KeyValue
	switch kv := kv.(type) {
	case *KeyValueList:
		inside = kv.ListValue
	case *KeyValueMap:
		inside = kv.MapValue
	default:
		return 0
	}
	deepest := 0
	for _, value := range inside {
		deepest = max(deepest, nestingOf(value))
	}
	return deepest + 1
}

func typedItemOracle(values []KeyValue) ([]KeyValue, error) {
	typed := Item{}
	for _, kv := range values {
		value, err := typedValueOracle(kv)
		if err != nil {
			return nil, err
		}
		typed = append(typed, value)
	}
	return typed, nil
}

func typedValueOracle(kv KeyValue) (KeyValue, error) {
	wrapper, ok := kv.(*KeyValueMap)
	if !ok || len(wrapper.MapValue) != 1 {
		return nil, errRefused
	}
	key, tag := kv.KeyName(), wrapper.MapValue[0].KeyName()
	switch value := wrapper.MapValue[0].(type) {
	case *KeyValueString:
		switch tag {
		case "S":
			return String(key, value.StringValue), nil
		case "N":
			if n, err := strconv.ParseInt(value.StringValue, 10, 64); err == nil &&
				strconv.FormatInt(n, 10) == value.StringValue {
				return Long(key, n), nil
			}
			number, err := ParseNumber(value.StringValue)
			return Decimal(key, number), err
		case "B":
			data, err := base64Oracle(value.StringValue)
			return Binary(key, data), err
		}
	case *KeyValueBoolean:
		if tag == "BOOL" {
			return Boolean(key, value.BooleanValue), nil
		}
		if tag == "NULL" && value.BooleanValue {
			return Null(key), nil
		}
	case *KeyValueMap:
		if tag == "M" {
			inner, err := typedItemOracle(value.MapValue)
			return Map(key, inner...), err
		}
	case *KeyValueList:
		if tag == "L" {
			inner, err := typedItemOracle(value.ListValue)
			return List(key, inner...), err
		}
		return typedSetOracle(key, tag, value.ListValue)
	}
	return nil, errRefused
}

func typedSetOracle(key, tag string, members []KeyValue) (KeyValue, error) {
	texts := StringSet(key)
	numbers := NumberSet(key)
	binaries := BinarySet(key)
	seen := map[string]bool{}
	for _, member := range members {
		text, ok := member.(*KeyValueString)
		if !ok {
			return nil, errRefused
		}
		same := text.StringValue
		if tag == "NS" {
			number, err := ParseNumber(same)
			if err != nil {
				return nil, err
			}
			numbers.NumberSetValue = append(numbers.NumberSetValue, number)
			same = number.BigRat().String()
		}
		if tag == "BS" {
			data, err := base64Oracle(same)
			if err != nil {
				return nil, err
			}
			binaries.BinarySetValue = append(binaries.BinarySetValue, data)
		}
		texts.StringSetValue = append(texts.StringSetValue, same)
		seen[same] = true
	}
	kind, ok := map[string]KeyValue{"SS": texts, "NS": numbers, "BS": binaries}[tag]
	if !ok || len(seen) == 0 || len(seen) != len(members) {
		return nil, errRefused
	}
	return kind, nil
}

// base64Oracle accepts only what the encoder writes.
func base64Oracle(text string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || base64.StdEncoding.EncodeToString(data) != text {
		return nil, errRefused
	}
	return data, nil
}

// hasLoneSurrogate looks at the escapes of data, which is valid JSON.
func hasLoneSurrogate(data []byte) bool {
	escape := func(at int) rune {
		if at+6 > len(data) || data[at] != '\\' || data[at+1] != 'u' {
			return -1
		}
		n, err := strconv.ParseUint(string(data[at+2:at+6]), 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		first := escape(i)
		switch {
		case first < 0:
			i++
		case !utf16.IsSurrogate(first):
			i += 5
		case utf16.DecodeRune(first, escape(i+6)) == utf8.RuneError:
			return true
		default:
			i += 11
		}
	}
	return false
}

// itemGenerator draws items with every kind of value and with odd names and texts.
type itemGenerator struct {
	plain  bool // only what plain JSON tells apart
	faulty bool // now and then what DynamoDB could not store
}

func (g itemGenerator) item() *rapid.Generator[Item] {
	return rapid.Custom(func(t *rapid.T) Item { return g.drawItem(t, 0) })
}

func (g itemGenerator) fault(t *rapid.T) bool {
	return g.faulty && rapid.IntRange(0, 19).Draw(t, "fault") == 0
}

func (g itemGenerator) drawItem(t *rapid.T, depth int) Item {
	item := Item{}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		name := g.text(t)
		if !g.fault(t) && (name == "" || item.Has(name)) {
			name += "-" + strconv.Itoa(len(item))
		}
		item = append(item, g.value(t, name, depth))
	}
	if g.fault(t) && len(item) > 0 {
		item = append(item, item[0])
	}
	return item
}

func (g itemGenerator) text(t *rapid.T) string {
	if g.fault(t) {
		return "broken \xff\xc0"
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "Artist", "first.name", "a b", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "<&>'", "\u2028\u2029\ufffd", "été 東京 🎸",
		"\\u0041", "{\"S\":1}", strings.Repeat("long ", 20),
	})).Draw(t, "text")
	return strings.ToValidUTF8(text, "?")
}

func (g itemGenerator) number(t *rapid.T) Number {
	text := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?`),
		rapid.SampledFrom([]string{
			"0", "-0", "0.0", "1.10", "-7", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
			"1E-130", "9.9999999999999999999999999999999999999E+125", "12345678901234567890123456789012345678",
		}),
	).Draw(t, "number")
	if !g.plain && rapid.IntRange(0, 3).Draw(t, "form") == 0 {
		text = rapid.SampledFrom([]string{"+5", "007", ".5", "5.", "+.50e+07"}).Draw(t, "odd number")
	}
	number, err := ParseNumber(text)
	if err != nil {
		return MustNumber("1.0")
	}
	return number
}

func (g itemGenerator) binary(t *rapid.T) []byte {
	return rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "binary")
}

func (g itemGenerator) value(t *rapid.T, key string, depth int) KeyValue {
	if g.fault(t) {
		return rapid.SampledFrom([]KeyValue{
			nil, (*KeyValueMap)(nil), (*KeyValueString)(nil), StringSet(key), NumberSet(key), BinarySet(key),
			StringSet(key, "a", "a"), NumberSet(key, MustNumber("1"), MustNumber("1.0")), BinarySet(key, nil, []byte{}),
			StringSet(key, "a", "\xff"), List(key, Long("named", 1)), List(key, Long("", 1), nil), Map(key, nil),
			deepList(key, deepestNesting), deepList(key, deepestNesting+1),
		}).Draw(t, "faulty")
	}
	kinds := []string{"S", "N", "long", "BOOL", "NULL", "L", "M", "B", "SS", "NS", "BS"}
	if depth >= 4 {
		kinds = []string{"S", "N", "long", "BOOL", "NULL"}
	} else if g.plain {
		kinds = kinds[:7]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "S":
		return String(key, g.text(t))
	case "N":
		return Decimal(key, g.number(t))
	case "long":
		return Long(key, rapid.Int64().Draw(t, "long"))
	case "BOOL":
		return Boolean(key, rapid.Bool().Draw(t, "bool"))
	case "NULL":
		return Null(key)
	case "B":
		return Binary(key, g.binary(t))
	case "L":
		list := List(key)
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			list.ListValue = append(list.ListValue, g.value(t, "", depth+1))
		}
		return list
	case "M":
		return Map(key, g.drawItem(t, depth+1)...)
	case "SS":
		members := rapid.SliceOfNDistinct(rapid.Custom(g.text), 1, 4, rapid.ID).Draw(t, "strings")
		return StringSet(key, members...)
	case "NS":
		members := rapid.SliceOfNDistinct(rapid.Custom(g.number), 1, 4, Number.Canonical).Draw(t, "numbers")
		return NumberSet(key, members...)
	}
	members := rapid.SliceOfNDistinct(rapid.Custom(g.binary), 1, 4, func(b []byte) string { return string(b) })
	return BinarySet(key, members.Draw(t, "binaries")...)
}

// deepList returns as many lists inside each other as levels.
func deepList(key string, levels int) *KeyValueList {
	list := List("")
	for range levels - 1 {
		list = List("", list)
	}
	list.Key = key
	return list
}
