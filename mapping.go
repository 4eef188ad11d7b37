package dynamoconn

import "reflect"

// Marshal returns a Go struct, or a map with names as its keys, as an Item:
//
//	type Song struct {
//		Artist, SongTitle string
//		Year              int       `dynamodbav:",omitempty"`
//		Genres            []string  `dynamodbav:"genres,stringset,omitempty"`
//		Released          time.Time `dynamodbav:",omitzero"`
//	}
//	item, err := dynamoconn.Marshal(song)
//
// The tags are those of the SDK's package attributevalue, so types that were written for it work
// unchanged. docs/structs.md has a row for each Go type: what is written, read and refused.
//
// Nothing is lost and nothing is guessed. What DynamoDB cannot hold is [ErrInvalidRequest] in a
// [*FieldError] with its path: NaN, a number of more than 38 digits, an empty set, a member that is
// in a set twice, invalid UTF-8, a chan, a struct without an exported field, a value that contains
// itself. The Item shares no memory with v that the program can change, but for a KeyValue in v,
// which is taken as it is.
func Marshal(v any) (Item, error) {
	m := &mapping{isWhole: true}
	kv, err := m.value("", reflect.ValueOf(v), -1)
	if err != nil {
		return nil, withoutRequest(aboutItem, err)
	}
	item, ok := kv.(*KeyValueMap)
	if !ok {
		return nil, withoutRequest(aboutItem, broken("is "+kv.kind().words+", and an item is a Go struct, a map or an Item"))
	}
	if item.MapValue == nil {
		return Item{}, nil
	}
	return item.MapValue, nil
}

// AttributeNames returns the names of the attributes that [Marshal] makes of the struct T, in the
// order of the fields: those to read of an item that has others too.
//
//	type Song struct{ Artist, SongTitle string }
//	req.Attributes = dynamoconn.AttributeNames[Song]()
//
// It is nil for a type that is no struct, or that Marshal stores as a whole by a method of its own.
func AttributeNames[T any]() []string {
	t := goTypeOf(reflect.TypeFor[T]())
	if t.writes != classStruct || len(t.fields) == 0 {
		return nil
	}
	names := make([]string, len(t.fields))
	for i, field := range t.fields {
		names[i] = field.name
	}
	return names
}

// MarshalValue returns a Go value as an attribute under key, with the rules and the errors of
// [Marshal]. Unlike there, v may be any Go value that an attribute can hold; a nil is a null.
func MarshalValue(key string, v any) (KeyValue, error) {
	m := &mapping{isWhole: true}
	kv, err := m.value(key, reflect.ValueOf(v), 0)
	if err != nil {
		if key != "" {
			err = underName(key, err)
		}
		return nil, withoutRequest(aboutItem, err)
	}
	return kv, nil
}

// Unmarshal sets the Go value that v points to, a struct, a map or an any, to an Item. It is the opposite
// of [Marshal] and has the same rules; docs/structs.md has a row for each Go type.
//
//	var song struct{ Artist, SongTitle string }
//	err := dynamoconn.Unmarshal(item, &song)
//
// A field without an attribute stays as it is, and an attribute without a field is passed over. A
// null sets a pointer, a slice, a map or an any to nil and anything else to its zero value. An any gets a
// string, a [Number], a bool, a []byte, a []any, a map[string]any, a [][]byte, or for the other sets
// their [KeyValue]; a pointer in it is followed. What is read shares no memory with item that can be
// changed.
//
// Each error is in a [*FieldError] with the path: [ErrWrongKind] if the Go type does not hold the kind of
// the attribute, [ErrInexact] if it is a number that it cannot hold, such as 300 for an int8;
// 1.0 and 1E2 are integers. A nil item, of which there is nothing to read, is [ErrMissing], and [ErrInvalidRequest]
// means that v is no pointer or item is none that DynamoDB stores. On an error a part of what v points to may
// have been set.
func Unmarshal(item Item, v any) error {
	if item == nil {
		return missing(item)
	}
	return unmarshal(Map("", item...), v, -1)
}

// UnmarshalValue sets the Go value that v points to, to the value of an attribute, with the rules
// and the errors of [Unmarshal]. A nil kv is [ErrMissing].
func UnmarshalValue(kv KeyValue, v any) error {
	if kv == nil {
		return &FieldError{causes: []error{ErrMissing}}
	}
	return unmarshal(kv, v, 0)
}

func unmarshal(kv KeyValue, v any, depth int) error {
	target, err := targetOf(v)
	if err != nil {
		return err
	}
	err = (&unmapping{}).read(kv, target, goTypeOf(target.Type()), noOptions, depth)
	if name := keyName(kv); name != "" {
		err = underName(name, err)
	}
	return withoutRequest(aboutItem, err)
}

// keyValueOf returns a Go value as a value without a name. A [KeyValue] is returned as it is. What
// else can be changed later, a slice or a map, is copied. The error names the place inside the value,
// and the rule.
func keyValueOf(value any) (KeyValue, error) {
	switch v := value.(type) {
	case string:
		return String("", v), nil
	case int:
		return Long("", int64(v)), nil
	case bool:
		return Boolean("", v), nil
	}
	return (&mapping{}).value("", reflect.ValueOf(value), 0)
}
