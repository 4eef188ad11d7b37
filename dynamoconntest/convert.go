package dynamoconntest

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// fromGo converts a Go value to an item, with the rules of [dynamoconn.Marshal].
func fromGo(v any) (attr.Item, error) {
	item, err := dynamoconn.Marshal(v)
	if err != nil {
		return attr.Item{}, err
	}
	converted, err := fromKeyValue(dynamoconn.Map("", item...))
	return converted.Map(), err
}

// fromKeyValue converts the value of a KeyValue of this library, which checks it.
func fromKeyValue(kv dynamoconn.KeyValue) (attr.Value, error) {
	av, err := dynamoconn.ToAttributeValue(kv)
	if err != nil {
		return attr.Value{}, err
	}
	return fromSDK(av)
}

// numberValue returns the number with that text.
func numberValue(text string) (attr.Value, error) {
	n, err := attr.ParseNumber(text)
	return attr.FromNumber(n), err
}

// fromSDK converts an attribute value of the SDK that this library made, and so has checked. It
// is long because it has a case for each type.
func fromSDK(av types.AttributeValue) (attr.Value, error) {
	switch x := av.(type) {
	case *types.AttributeValueMemberS:
		return attr.String(x.Value), nil
	case *types.AttributeValueMemberN:
		return numberValue(x.Value)
	case *types.AttributeValueMemberB:
		return attr.Binary(string(x.Value)), nil
	case *types.AttributeValueMemberBOOL:
		return attr.Bool(x.Value), nil
	case *types.AttributeValueMemberNULL:
		return attr.Null(), nil
	case *types.AttributeValueMemberSS:
		return setOf(attr.SS, slices.Clone(x.Value)), nil
	case *types.AttributeValueMemberNS:
		members := make([]string, len(x.Value))
		for i, text := range x.Value {
			n, err := numberValue(text)
			if err != nil {
				return n, underElement(i, err)
			}
			members[i] = n.Text()
		}
		return setOf(attr.NS, members), nil
	case *types.AttributeValueMemberBS:
		members := make([]string, len(x.Value))
		for i, b := range x.Value {
			members[i] = string(b)
		}
		return setOf(attr.BS, members), nil
	case *types.AttributeValueMemberL:
		list := make([]attr.Value, len(x.Value))
		for i, e := range x.Value {
			var err error
			if list[i], err = fromSDK(e); err != nil {
				return attr.Value{}, underElement(i, err)
			}
		}
		return attr.List(list), nil
	case *types.AttributeValueMemberM:
		attrs := make([]attr.Attr, 0, len(x.Value))
		for name, e := range x.Value {
			v, err := fromSDK(e)
			if err != nil {
				return attr.Value{}, underName(name, err)
			}
			attrs = append(attrs, attr.Attr{Name: name, Value: v})
		}
		return attr.Map(attr.NewItem(attrs)), nil
	}
	return attr.Value{}, fmt.Errorf("a %T is no attribute value", av)
}

// setOf returns a set with its members in order.
func setOf(kind attr.Kind, members []string) attr.Value {
	slices.Sort(members)
	return attr.Set(kind, members)
}
