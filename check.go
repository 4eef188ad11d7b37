package dynamoconn

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// checkTableName holds what is certain: the characters of a name or of an ARN.
// DynamoDB judges the rest.
func checkTableName(field, name string) error {
	return checkResourceName(field, name, strings.HasPrefix(name, "arn:"))
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
			return invalid(field, "must be made of letters, digits and _ . - only")
		}
	}
	return nil
}

// isNameOfTable reports whether name, as DynamoDB gives it, is that of the table that was
// asked for by its name or its ARN.
func isNameOfTable(name, asked string) bool {
	if name == asked {
		return true
	}
	_, last, isARN := strings.Cut(asked, ":table/")
	return isARN && strings.HasPrefix(asked, "arn:") && last == name
}

// checkKey converts the key of one item of a table.
func checkKey(table string, key Item) (map[string]types.AttributeValue, error) {
	if err := checkTableName("TableName", table); err != nil {
		return nil, err
	}
	converted, err := toKey(key)
	return converted, under("Item", err)
}

// toKey converts a key: one or two attributes of the types that keys can have,
// neither of them empty.
func toKey(key Item) (map[string]types.AttributeValue, error) {
	if len(key) < 1 || len(key) > 2 {
		return nil, broken("a key has one or two attributes")
	}
	converted, err := ToAttributeValues(key)
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
		return invalid(showName(kv.KeyName()), "an attribute of a key must be a string, a number or a binary")
	}
	if empty {
		return invalid(showName(kv.KeyName()), "an attribute of a key must not be empty")
	}
	return nil
}

// checkItem converts a whole item.
func checkItem(item Item) (map[string]types.AttributeValue, error) {
	if len(item) == 0 {
		return nil, broken("must have at least its key")
	}
	converted, err := ToAttributeValues(item)
	if err != nil {
		return nil, err
	}
	// What an item takes in a request is never less than its size, and cheaper to tell.
	if wireSize(item) > largestItem && itemSize(item) > largestItem {
		return nil, &FieldError{Rule: "is over 400 KB", causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
	}
	return converted, nil
}

// needsExpression refuses placeholders that nothing can use.
func needsExpression(names map[string]string, values Item, expressions ...string) error {
	if strings.Join(expressions, "") != "" {
		return nil
	}
	if len(names) > 0 {
		return invalid("ExpressionAttributeNames", "there is no expression to use them")
	}
	if len(values) > 0 {
		return invalid("ExpressionAttributeValues", "there is no expression to use them")
	}
	return nil
}

func (k *call) canReturnOldItem(wanted bool) error {
	if wanted && k.token != "" {
		return invalid("ReturnOldItem", "excludes ExactlyOnce: a transaction returns no items")
	}
	return nil
}
