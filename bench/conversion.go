package main

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// toSDK returns item in the SDK's types. It stands for what a program on the raw SDK writes
// by hand: no checks and no reflection. dynamoconn.ToAttributeValues is not used, so that
// the peer does not become slower or faster with this library.
func toSDK(item dynamoconn.Item) map[string]types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(item))
	for _, kv := range item {
		m[kv.KeyName()] = valueToSDK(kv)
	}
	return m
}

func valueToSDK(kv dynamoconn.KeyValue) types.AttributeValue {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		return &types.AttributeValueMemberS{Value: kv.StringValue}
	case *dynamoconn.KeyValueLong:
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(kv.LongValue, 10)}
	case *dynamoconn.KeyValueDecimal:
		return &types.AttributeValueMemberN{Value: kv.DecimalValue.String()}
	case *dynamoconn.KeyValueBoolean:
		return &types.AttributeValueMemberBOOL{Value: kv.BooleanValue}
	case *dynamoconn.KeyValueBinary:
		return &types.AttributeValueMemberB{Value: kv.BinaryValue}
	case *dynamoconn.KeyValueMap:
		return &types.AttributeValueMemberM{Value: toSDK(kv.MapValue)}
	case *dynamoconn.KeyValueList:
		list := make([]types.AttributeValue, len(kv.ListValue))
		for i, element := range kv.ListValue {
			list[i] = valueToSDK(element)
		}
		return &types.AttributeValueMemberL{Value: list}
	case *dynamoconn.KeyValueStringSet:
		return &types.AttributeValueMemberSS{Value: kv.StringSetValue}
	case *dynamoconn.KeyValueNumberSet:
		numbers := make([]string, len(kv.NumberSetValue))
		for i, number := range kv.NumberSetValue {
			numbers[i] = number.String()
		}
		return &types.AttributeValueMemberNS{Value: numbers}
	case *dynamoconn.KeyValueBinarySet:
		return &types.AttributeValueMemberBS{Value: kv.BinarySetValue}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// fromSDK is the way back from toSDK. The attributes are in no order.
func fromSDK(m map[string]types.AttributeValue) (dynamoconn.Item, error) {
	item := make(dynamoconn.Item, 0, len(m))
	for name, value := range m {
		kv, err := valueFromSDK(name, value)
		if err != nil {
			return nil, err
		}
		item = append(item, kv)
	}
	return item, nil
}

func valueFromSDK(name string, value types.AttributeValue) (dynamoconn.KeyValue, error) {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return dynamoconn.String(name, v.Value), nil
	case *types.AttributeValueMemberN:
		if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil {
			return dynamoconn.Long(name, n), nil
		}
		number, err := dynamoconn.ParseNumber(v.Value)
		return dynamoconn.Decimal(name, number), err
	case *types.AttributeValueMemberBOOL:
		return dynamoconn.Boolean(name, v.Value), nil
	case *types.AttributeValueMemberSS:
		return dynamoconn.StringSet(name, v.Value...), nil
	case *types.AttributeValueMemberL:
		list := make([]dynamoconn.KeyValue, len(v.Value))
		for i, element := range v.Value {
			var err error
			if list[i], err = valueFromSDK("", element); err != nil {
				return nil, err
			}
		}
		return dynamoconn.List(name, list...), nil
	}
	return nil, fmt.Errorf("a city has no %T", value)
}

func allToSDK(items []dynamoconn.Item) []map[string]types.AttributeValue {
	all := make([]map[string]types.AttributeValue, len(items))
	for i, item := range items {
		all[i] = toSDK(item)
	}
	return all
}

func allFromSDK(maps []map[string]types.AttributeValue) ([]dynamoconn.Item, error) {
	all := make([]dynamoconn.Item, len(maps))
	for i, m := range maps {
		var err error
		if all[i], err = fromSDK(m); err != nil {
			return nil, err
		}
	}
	return all, nil
}
