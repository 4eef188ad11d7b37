package dynamoconntest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// numberValue returns the number with that text.
func numberValue(text string) (attr.Value, error) {
	n, err := attr.ParseNumber(text)
	return attr.FromNumber(n), err
}

// fromItem converts what Load takes for an item.
func fromItem(it any) (attr.Value, error) {
	if item, ok := it.(dynamoconn.Item); ok {
		attributes, err := dynamoconn.ToAttributeValues(item)
		if err != nil {
			return attr.Value{}, err
		}
		return fromGo(reflect.ValueOf(attributes), 0)
	}
	return fromGo(reflect.ValueOf(it), 0)
}

// fromJSONObject converts a JSON object to an item.
func fromJSONObject(o []byte) (attr.Value, error) {
	node, err := wire.Parse(o)
	if err != nil {
		return attr.Value{}, err
	}
	if node.Type != wire.Object {
		return attr.Value{}, errors.New("the JSON value is not an object")
	}
	return fromJSON(node)
}

// fromJSON converts a plain JSON value. The members of an object may be in DynamoDB
// JSON.
func fromJSON(n *wire.Node) (attr.Value, error) {
	switch n.Type {
	case wire.Null:
		return attr.Null(), nil
	case wire.Bool:
		return attr.Bool(n.True()), nil
	case wire.Number:
		return numberValue(n.Text)
	case wire.String:
		return attr.String(n.Text), nil
	case wire.Array:
		out := make([]attr.Value, 0, len(n.Elems))
		for i := range n.Elems {
			v, err := fromJSON(&n.Elems[i])
			if err != nil {
				return v, err
			}
			out = append(out, v)
		}
		return attr.List(out), nil
	}
	attrs := make([]attr.Attr, 0, len(n.Members))
	for i := range n.Members {
		m := &n.Members[i]
		var v attr.Value
		var err error
		if m.Value.Type == wire.Object && len(m.Value.Members) == 1 && attr.KindOf(m.Value.Members[0].Name) != attr.None {
			if err = wire.CheckTypes(&m.Value, wire.Value()); err == nil {
				v, err = attr.Decode(&m.Value)
			}
		} else {
			v, err = fromJSON(&m.Value)
		}
		if err != nil {
			return v, fmt.Errorf("attribute %q: %w", m.Name, err)
		}
		attrs = append(attrs, attr.Attr{Name: m.Name, Value: v})
	}
	return attr.Map(attr.NewItem(attrs)), nil
}

// maxGoDepth is how deep fromGo follows pointers, lists and maps. It is more than an
// item may have.
const maxGoDepth = 64

var numberType = reflect.TypeFor[json.Number]()

// fromGo converts a Go value.
func fromGo(v reflect.Value, depth int) (attr.Value, error) {
	if depth > maxGoDepth {
		return attr.Value{}, errors.New("the value is nested too deeply")
	}
	if !v.IsValid() {
		return attr.Null(), nil
	}
	if v.CanInterface() {
		if av, ok := v.Interface().(types.AttributeValue); ok && av != nil {
			return fromSDK(av, depth)
		}
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return fromGo(v.Elem(), depth+1)
	case reflect.String:
		if v.Type() == numberType {
			return numberValue(v.String())
		}
		return attr.String(v.String()), nil
	case reflect.Bool:
		return attr.Bool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return numberValue(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return numberValue(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return numberValue(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return attr.Binary(string(v.Bytes())), nil
		}
		list := make([]attr.Value, 0, v.Len())
		for i := range v.Len() {
			e, err := fromGo(v.Index(i), depth+1)
			if err != nil {
				return e, fmt.Errorf("element %d: %w", i, err)
			}
			list = append(list, e)
		}
		return attr.List(list), nil
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return attr.Value{}, fmt.Errorf("a %s has keys that are not strings", v.Type())
		}
		var attrs []attr.Attr
		for it := v.MapRange(); it.Next(); {
			e, err := fromGo(it.Value(), depth+1)
			if err != nil {
				return e, fmt.Errorf("attribute %q: %w", it.Key().String(), err)
			}
			attrs = append(attrs, attr.Attr{Name: it.Key().String(), Value: e})
		}
		return attr.Map(attr.NewItem(attrs)), nil
	case reflect.Struct:
		return fromStruct(v, depth)
	}
	return attr.Value{}, fmt.Errorf("a %s cannot be converted to an attribute value", v.Type())
}

// fromStruct converts a struct by its dynamodbav tags.
func fromStruct(v reflect.Value, depth int) (attr.Value, error) {
	var attrs []attr.Attr
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("dynamodbav"), ",")
		if name == "-" || strings.Contains(options, "omitempty") && v.Field(i).IsZero() {
			continue
		}
		e, err := fromGo(v.Field(i), depth+1)
		if err != nil {
			return e, fmt.Errorf("field %s: %w", f.Name, err)
		}
		if name == "" {
			name = f.Name
		}
		attrs = append(attrs, attr.Attr{Name: name, Value: e})
	}
	return attr.Map(attr.NewItem(attrs)), nil
}

// fromSDK converts an attribute value of the SDK.
func fromSDK(av types.AttributeValue, depth int) (attr.Value, error) {
	if reflect.ValueOf(av).IsNil() {
		return attr.Null(), nil
	}
	set := func(k attr.Kind, members []string) (attr.Value, error) {
		members = append([]string(nil), members...)
		sort.Strings(members)
		for i := range members {
			if i > 0 && members[i] == members[i-1] {
				return attr.Value{}, errors.New("a set contains a member twice")
			}
		}
		if len(members) == 0 {
			return attr.Value{}, errors.New("a set is empty")
		}
		return attr.Set(k, members), nil
	}
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
		return set(attr.SS, x.Value)
	case *types.AttributeValueMemberNS:
		var members []string
		for _, text := range x.Value {
			n, err := numberValue(text)
			if err != nil {
				return attr.Value{}, err
			}
			members = append(members, n.Number().String())
		}
		return set(attr.NS, members)
	case *types.AttributeValueMemberBS:
		var members []string
		for _, b := range x.Value {
			members = append(members, string(b))
		}
		return set(attr.BS, members)
	case *types.AttributeValueMemberL:
		return fromGo(reflect.ValueOf(x.Value), depth+1)
	case *types.AttributeValueMemberM:
		return fromGo(reflect.ValueOf(x.Value), depth+1)
	}
	return attr.Value{}, fmt.Errorf("a %T cannot be converted to an attribute value", av)
}
