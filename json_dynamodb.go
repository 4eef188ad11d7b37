package dynamoconn

import (
	"encoding/base64"
	"strings"
)

// DynamoDBJSON is an [Item] in the JSON of DynamoDB's own tools and exports, which
// names the type of each value:
//
//	{"Artist": {"S": "No One You Know"}, "Year": {"N": "2004"}, "Rating": {"NULL": true}}
//
// Convert an item for encoding/json, or declare a field as DynamoDBJSON, and convert
// back: json.Marshal(dynamoconn.DynamoDBJSON(item)). Nothing is lost: numbers keep
// their text, and sets and binaries are told from lists and strings.
type DynamoDBJSON Item

// MarshalJSON returns the item as DynamoDB JSON, its attributes in the item's order,
// binaries in base64. A nil item is null.
//
// It refuses what [ToAttributeValues] refuses, with the same error.
func (it DynamoDBJSON) MarshalJSON() ([]byte, error) {
	return marshalItem(Item(it), true)
}

// UnmarshalJSON sets the item to an object in DynamoDB JSON, its attributes in the
// order of the text. Null makes the item nil.
//
// It refuses what [Item.UnmarshalJSON] refuses, and a value that does not have
// exactly one of DynamoDB's ten types, a number that is not in a string, a NULL that
// is not true, base64 that is not of the standard alphabet with its padding, and a
// set that is empty or holds a member twice. Each is an [ErrInvalidRequest], in a
// [*FieldError] that names the place; a number that DynamoDB cannot hold is
// [ErrInvalidNumber] as well. On an error the item is unchanged.
func (it *DynamoDBJSON) UnmarshalJSON(data []byte) error {
	item, err := unmarshalItem(data, true)
	if err != nil {
		return err
	}
	*it = DynamoDBJSON(item)
	return nil
}

// typeTag returns DynamoDB's name for the type of kv.
func typeTag(kv KeyValue) string {
	switch kv.(type) {
	case *KeyValueString:
		return "S"
	case *KeyValueLong, *KeyValueDecimal:
		return "N"
	case *KeyValueBoolean:
		return "BOOL"
	case *KeyValueBinary:
		return "B"
	case *KeyValueNull:
		return "NULL"
	case *KeyValueList:
		return "L"
	case *KeyValueMap:
		return "M"
	case *KeyValueStringSet:
		return "SS"
	case *KeyValueNumberSet:
		return "NS"
	case *KeyValueBinarySet:
		return "BS"
	}
	return ""
}

// typedValue reads the object that holds the type and the value of an attribute or
// element of a container at depth.
func (r *jsonReader) typedValue(key string, depth int) (KeyValue, error) {
	if !r.Take('{') {
		return nil, r.otherThan("must be an object that names the type")
	}
	if r.Take('}') {
		return nil, broken("names no type")
	}
	if r.Peek() != '"' {
		return nil, r.notJSON()
	}
	tag, err := r.text()
	if err != nil {
		return nil, err
	}
	if !r.Take(':') {
		return nil, r.notJSON()
	}
	kv, err := r.ofType(tag, key, depth)
	if err != nil {
		return nil, err
	}
	if r.Take('}') {
		return kv, nil
	}
	if r.Take(',') {
		return nil, broken("must have one type only")
	}
	return nil, r.notJSON()
}

func (r *jsonReader) ofType(tag, key string, depth int) (KeyValue, error) {
	switch tag {
	case "S":
		text, err := r.text()
		return &KeyValueString{Key: key, StringValue: text}, err
	case "N":
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		return readNumberText(key, text)
	case "BOOL":
		if r.Literal("true") {
			return &KeyValueBoolean{Key: key, BooleanValue: true}, nil
		}
		if r.Literal("false") {
			return &KeyValueBoolean{Key: key}, nil
		}
		return nil, r.otherThan("must be true or false")
	case "B":
		data, err := r.base64()
		return &KeyValueBinary{Key: key, BinaryValue: data}, err
	case "NULL":
		if r.Literal("true") {
			return &KeyValueNull{Key: key}, nil
		}
		return nil, r.otherThan("a NULL must be true")
	case "L":
		list, err := r.list(depth + 1)
		return &KeyValueList{Key: key, ListValue: list}, err
	case "M":
		item, err := r.object(depth + 1)
		return &KeyValueMap{Key: key, MapValue: item}, err
	case "SS":
		members, err := readSet(r, r.text, func(s string) string { return s })
		return &KeyValueStringSet{Key: key, StringSetValue: members}, err
	case "NS":
		members, err := readSet(r, r.numberText, canonicalText)
		return &KeyValueNumberSet{Key: key, NumberSetValue: members}, err
	case "BS":
		members, err := readSet(r, r.base64, func(b []byte) string { return string(b) })
		return &KeyValueBinarySet{Key: key, BinarySetValue: members}, err
	}
	return nil, broken("is of the unknown type " + showName(tag))
}

// readSet reads an array of distinct members, of which there must be one.
func readSet[T any](r *jsonReader, read func() (T, error), text func(T) string) ([]T, error) {
	var members []T
	err := r.array(func() error {
		member, err := read()
		members = append(members, member)
		return err
	})
	if err != nil {
		return nil, err
	}
	return members, checkSet(members, text)
}

func (r *jsonReader) numberText() (Number, error) {
	text, err := r.text()
	if err != nil {
		return Number{}, err
	}
	number, err := ParseNumber(text)
	if err != nil {
		return Number{}, invalidNumberAt(err)
	}
	return number, nil
}

func (r *jsonReader) base64() ([]byte, error) {
	text, err := r.text()
	if err != nil {
		return nil, err
	}
	// The decoder would skip line breaks.
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, broken("is not base64")
	}
	return data, nil
}
