package dynamoconn

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// checkTableName checks only what is certain: the characters of a name or an ARN. DynamoDB
// checks the rest.
func checkTableName(field, name string) error {
	return checkResourceName(field, name, strings.HasPrefix(name, "arn:"))
}

// checkPlace checks the names of what a scan or a query reads. It may read no index.
func checkPlace(table, index string) error {
	err := checkTableName("TableName", table)
	if err == nil && index != "" {
		err = checkResourceName("IndexName", index, false)
	}
	return err
}

func checkResourceName(field, name string, isARN bool) error {
	const longestARN = 1024
	switch {
	case name == "":
		return invalid(field, "must not be empty")
	case len(name) > longestARN:
		return invalid(field, "must have at most 1024 bytes")
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-':
		case isARN && (c == ':' || c == '/'):
		default:
			return invalid(field, "must have only letters, digits, _ . and -")
		}
	}
	return nil
}

// isNameOfTable reports whether name, which DynamoDB answered, is the name of the table that
// was asked for by its name or its ARN.
func isNameOfTable(name, asked string) bool {
	if name == asked {
		return true
	}
	_, last, isARN := strings.Cut(asked, ":table/")
	return isARN && strings.HasPrefix(asked, "arn:") && last == name
}

// toKey checks and converts a key: one or two attributes of the types that a key can have,
// and not empty.
func toKey(key Item) (map[string]types.AttributeValue, error) {
	if len(key) < 1 || len(key) > 2 {
		return nil, broken("must have one or two attributes, as a key has")
	}
	converted, err := toAttributeValues(key, 0, &walk{})
	if err != nil {
		return nil, err
	}
	for _, kv := range key {
		if err := checkKeyValue(kv); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func checkKeyValue(kv KeyValue) error {
	empty := false
	switch kv := kv.(type) {
	case *KeyValueString:
		empty = kv.StringValue == ""
	case *KeyValueBinary:
		empty = len(kv.BinaryValue) == 0
	case *KeyValueLong, *KeyValueDecimal:
	default:
		return invalid(showName(kv.KeyName()), "must be a string, a number or a binary: it is part of a key")
	}
	if empty {
		return invalid(showName(kv.KeyName()), "must not be empty: it is part of a key")
	}
	return nil
}

// checkItem checks and converts a whole item.
func checkItem(item Item) (map[string]types.AttributeValue, error) {
	if len(item) == 0 {
		return nil, emptyItem()
	}
	converted, err := toAttributeValues(item, 0, &walk{})
	if err != nil {
		return nil, err
	}
	if size := item.Size(); size > largestItem {
		return nil, itemTooLarge(size)
	}
	return converted, nil
}

func emptyItem() error { return broken("must not be empty: an item has at least its key") }

func itemTooLarge(size int) error {
	rule := fmt.Sprintf("has %d bytes, and an item may have %d", size, largestItem)
	return &FieldError{Rule: rule, causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
}
