package dynamoconntest

import (
	"errors"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// fromJSONObject converts a JSON object, or a line of an export, to an item.
func fromJSONObject(text []byte) (attr.Value, error) {
	node, err := protocol.Parse(text)
	if err != nil {
		return attr.Value{}, err
	}
	if node.Type != protocol.Object {
		return attr.Value{}, errors.New("the JSON value is not an object")
	}
	if inner := exportedItem(node); inner != nil {
		v, err := fromJSON(inner)
		if err != nil {
			return v, underName("Item", err)
		}
		return v, nil
	}
	return fromJSON(node)
}

// exportedItem returns the item in a line of an export, {"Item":{…}}, or nil if the
// object is no such line. An item whose only attribute is a map named Item is not
// possible, because that attribute would be its key.
func exportedItem(object *protocol.Node) *protocol.Node {
	if len(object.Members) != 1 || object.Members[0].Name != "Item" {
		return nil
	}
	inner := &object.Members[0].Value
	if inner.Type != protocol.Object || isTypedJSON(inner) && inner.Members[0].Value.Type != protocol.Object {
		return nil
	}
	return inner
}

// isTypedJSON reports whether a value is taken for DynamoDB JSON.
func isTypedJSON(n *protocol.Node) bool {
	return n.Type == protocol.Object && len(n.Members) == 1 && attr.KindOf(n.Members[0].Name) != attr.None
}

// fromJSON converts a plain JSON value. The members of an object may be in DynamoDB
// JSON.
func fromJSON(n *protocol.Node) (attr.Value, error) {
	switch n.Type {
	case protocol.Null:
		return attr.Null(), nil
	case protocol.Bool:
		return attr.Bool(n.True()), nil
	case protocol.Number:
		return numberValue(n.Text)
	case protocol.String:
		return attr.String(n.Text), nil
	case protocol.Array:
		out := make([]attr.Value, 0, len(n.Elems))
		for i := range n.Elems {
			v, err := fromJSON(&n.Elems[i])
			if err != nil {
				return v, underElement(i, err)
			}
			out = append(out, v)
		}
		return attr.List(out), nil
	}
	attrs := make([]attr.Attr, 0, len(n.Members))
	seen := make(map[string]bool, len(n.Members))
	for i := range n.Members {
		m := &n.Members[i]
		if seen[m.Name] {
			return attr.Value{}, underName(m.Name, errors.New("the name is there twice"))
		}
		seen[m.Name] = true
		convert := fromJSON
		if isTypedJSON(&m.Value) {
			convert = fromTypedJSON
		}
		v, err := convert(&m.Value)
		if err != nil {
			return v, underName(m.Name, err)
		}
		attrs = append(attrs, attr.Attr{Name: m.Name, Value: v})
	}
	return attr.Map(attr.NewItem(attrs)), nil
}

// fromTypedJSON converts a value in DynamoDB JSON, which [dynamoconn.DynamoDBJSON]
// reads and checks.
func fromTypedJSON(n *protocol.Node) (attr.Value, error) {
	const name = "v"
	var w protocol.Writer
	w.Open('{')
	w.Key(name)
	w.Append(n.AppendJSON)
	w.Close('}')
	var item dynamoconn.DynamoDBJSON
	if err := item.UnmarshalJSON(w.Buf); err != nil {
		return attr.Value{}, withoutName(name, err)
	}
	return fromKeyValue(item[0])
}
