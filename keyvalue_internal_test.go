package dynamoconn

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// typedNils returns a nil pointer of each kind.
func typedNils() []KeyValue {
	return []KeyValue{
		(*KeyValueString)(nil), (*KeyValueLong)(nil), (*KeyValueDecimal)(nil), (*KeyValueBoolean)(nil),
		(*KeyValueBinary)(nil), (*KeyValueNull)(nil), (*KeyValueList)(nil), (*KeyValueMap)(nil),
		(*KeyValueStringSet)(nil), (*KeyValueNumberSet)(nil), (*KeyValueBinarySet)(nil),
	}
}

// oneOfEach returns a value of each kind, in the order of typedNils.
func oneOfEach(key string) []KeyValue {
	return []KeyValue{
		String(key, "x"), Long(key, 7), Decimal(key, MustNumber("7.5")), Boolean(key, true), Binary(key, []byte{7}),
		Null(key), List(key, Long("", 7)), Map(key, Long("x", 7)), StringSet(key, "x"),
		NumberSet(key, MustNumber("7.5")), BinarySet(key, []byte{7}),
	}
}

// named returns a list or a map under another name.
func named(key string, kv KeyValue) KeyValue {
	switch kv := kv.(type) {
	case *KeyValueList:
		return List(key, kv.ListValue...)
	case *KeyValueMap:
		return Map(key, kv.MapValue...)
	}
	return Null(key)
}

// nested returns as many lists or maps inside each other as levels. The innermost is empty.
func nested(key string, levels int, kind string) KeyValue {
	var inside []KeyValue
	for range levels - 1 {
		if kind == "list" {
			inside = []KeyValue{List("", inside...)}
		} else {
			inside = []KeyValue{Map("m", inside...)}
		}
	}
	if kind == "list" {
		return List(key, inside...)
	}
	return Map(key, inside...)
}

func assertFieldError(t *testing.T, err, cause error, path, rule string) {
	t.Helper()
	require.ErrorIs(t, err, cause)
	var field *FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, path, field.Path)
	assert.Equal(t, rule, field.Rule)
}

func isInvalidNumber(err error) bool { return errors.Is(err, ErrInvalidNumber) }

func TestConstructors(t *testing.T) {
	t.Parallel()
	want := []KeyValue{
		&KeyValueString{Key: "k", StringValue: "x"},
		&KeyValueLong{Key: "k", LongValue: 7},
		&KeyValueDecimal{Key: "k", DecimalValue: MustNumber("7.5")},
		&KeyValueBoolean{Key: "k", BooleanValue: true},
		&KeyValueBinary{Key: "k", BinaryValue: []byte{7}},
		&KeyValueNull{Key: "k"},
		&KeyValueList{Key: "k", ListValue: []KeyValue{&KeyValueLong{LongValue: 7}}},
		&KeyValueMap{Key: "k", MapValue: Item{&KeyValueLong{Key: "x", LongValue: 7}}},
		&KeyValueStringSet{Key: "k", StringSetValue: []string{"x"}},
		&KeyValueNumberSet{Key: "k", NumberSetValue: []Number{MustNumber("7.5")}},
		&KeyValueBinarySet{Key: "k", BinarySetValue: [][]byte{{7}}},
	}
	assert.Equal(t, want, oneOfEach("k"))
}

func TestKeyNameOfEachKind(t *testing.T) {
	t.Parallel()
	for i, kv := range oneOfEach("k") {
		assert.Equal(t, "k", kv.KeyName(), "%T", kv)
		assert.Empty(t, typedNils()[i].KeyName(), "%T", kv)
		assert.IsType(t, kv, typedNils()[i])
	}
}
