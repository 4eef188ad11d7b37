package dynamoconn

import (
	"bytes"
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDBJSON is an [Item] in the JSON of DynamoDB's own tools and exports, which
// names the type of each value:
//
//	{"Artist": {"S": "No One You Know"}, "Year": {"N": "2004"}, "Rating": {"NULL": true}}
//
// Convert an item to it and back: json.Marshal(dynamoconn.DynamoDBJSON(item)). Or
// declare a field of a struct as DynamoDBJSON. Nothing is lost: numbers keep their
// text, and sets and binaries differ from lists and strings.
type DynamoDBJSON Item

// MarshalJSON returns the item as DynamoDB JSON, its attributes in the item's order,
// binaries in base64. A nil item is null.
//
// It refuses what [ToAttributeValues] refuses, with the same error.
func (it DynamoDBJSON) MarshalJSON() ([]byte, error) {
	if it == nil {
		return []byte("null"), nil
	}
	data, _, err := appendItem(nil, Item(it))
	return data, withoutRequest(aboutItem, err)
}

// UnmarshalJSON sets the item to an object in DynamoDB JSON, its attributes in the
// order of the text. Null makes the item nil.
//
// It refuses what [Item.UnmarshalJSON] refuses, with the same errors, and also a
// value that does not have exactly one of DynamoDB's ten types, a number that is not
// in a string, a NULL that is not true, base64 that is not of the standard alphabet
// with padding, and a set that is empty or holds a member twice. On an error the
// item is unchanged.
func (it *DynamoDBJSON) UnmarshalJSON(data []byte) error {
	item, err := unmarshalItem(data, typedJSON)
	if err != nil {
		return err
	}
	*it = DynamoDBJSON(item)
	return nil
}

// MarshalDynamoDBAttributeValue is that of [Item].
func (it DynamoDBJSON) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return Item(it).MarshalDynamoDBAttributeValue()
}

// UnmarshalDynamoDBAttributeValue is that of [Item].
func (it *DynamoDBJSON) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return (*Item)(it).UnmarshalDynamoDBAttributeValue(av)
}

// typedValue reads a value in DynamoDB JSON, in an object or array at depth: an object
// that holds the type and the value.
func (r *jsonReader) typedValue(key string, depth int) (KeyValue, error) {
	if !r.Take('{') {
		return nil, r.otherThan("must be an object that names the type")
	}
	if r.Take('}') {
		return nil, broken("names no type")
	}
	tag, err := r.Text()
	if err != nil {
		return nil, brokenJSON(err)
	}
	if !r.Take(':') {
		return nil, r.notJSON()
	}
	kv, err := r.valueOfType(tag, key, depth)
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

// valueOfType reads the value that follows its type.
func (r *jsonReader) valueOfType(tag []byte, key string, depth int) (KeyValue, error) {
	switch string(tag) {
	case "S":
		text, err := r.text()
		return &KeyValueString{Key: key, StringValue: text}, err
	case "N":
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		return numberValue(key, text)
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
		members, err := readSet(r, r.text, textOfString)
		return &KeyValueStringSet{Key: key, StringSetValue: members}, err
	case "NS":
		members, err := readSet(r, r.quotedNumber, canonicalText)
		return &KeyValueNumberSet{Key: key, NumberSetValue: members}, err
	case "BS":
		members, err := readSet(r, r.base64, textOfBytes)
		return &KeyValueBinarySet{Key: key, BinarySetValue: members}, err
	}
	return nil, broken("is of the unknown type " + showName(string(tag)))
}

// readSet reads an array of distinct members. There must be at least one.
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

func (r *jsonReader) quotedNumber() (Number, error) {
	text, err := r.text()
	if err != nil {
		return Number{}, err
	}
	number, err := ParseNumber(text)
	if err != nil {
		return Number{}, brokenNumber(err)
	}
	return number, nil
}

func (r *jsonReader) base64() ([]byte, error) {
	text, err := r.quoted()
	if err != nil {
		return nil, err
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(data, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") { // the decoder skips line breaks
		return nil, broken("is not base64")
	}
	return data[:n], nil
}
