package dynamoconn

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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

// marshaler and unmarshaler are the interfaces of the SDK's package attributevalue, which is no
// dependency of this module: the module of bench/ tests with the package itself.
type marshaler interface {
	MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
}

type unmarshaler interface {
	UnmarshalDynamoDBAttributeValue(types.AttributeValue) error
}

// The methods of marshaler need no pointer: attributevalue finds no other for a value in a map,
// or in a struct that is not behind a pointer, and would store its fields instead.
var _ = []marshaler{
	Number{}, Item{}, DynamoDBJSON{}, ScanCheckpoint{},
	KeyValueString{}, KeyValueLong{}, KeyValueDecimal{}, KeyValueBoolean{}, KeyValueBinary{}, KeyValueNull{},
	KeyValueList{}, KeyValueMap{}, KeyValueStringSet{}, KeyValueNumberSet{}, KeyValueBinarySet{},
}

// fresh returns a KeyValue of the kind of kv with a name and without a value.
func fresh(kv KeyValue, key string) KeyValue {
	made := reflect.New(reflect.TypeOf(kv).Elem())
	made.Elem().FieldByName("Key").SetString(key)
	return made.Interface().(KeyValue)
}

var nullValue = &types.AttributeValueMemberNULL{Value: true}

func TestEveryKindIsMarshaledForTheSDK(t *testing.T) {
	t.Parallel()
	for _, kv := range kindsAsItem {
		av, err := kv.(marshaler).MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		assert.Equal(t, kindsAsAttributes[kv.KeyName()], av)

		read := fresh(kv, "mine")
		require.NoError(t, read.(unmarshaler).UnmarshalDynamoDBAttributeValue(av))
		assert.True(t, equalValues(kv, read, 0), "%v and %v", kv, read)
		assert.Equal(t, "mine", read.KeyName(), "a value of DynamoDB has no name, so the name stays")
	}
	for _, item := range []Item{kindsAsItem, {}, nil} {
		want := types.AttributeValue(nullValue)
		if item != nil {
			attributes, err := ToAttributeValues(item)
			require.NoError(t, err)
			want = &types.AttributeValueMemberM{Value: attributes}
		}
		av, err := item.MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		assert.Equal(t, want, av)
		read := Item{Null("was")}
		require.NoError(t, read.UnmarshalDynamoDBAttributeValue(av))
		assert.Equal(t, item, read)

		av, err = DynamoDBJSON(item).MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		assert.Equal(t, want, av)
		typed := DynamoDBJSON{Null("was")}
		require.NoError(t, typed.UnmarshalDynamoDBAttributeValue(av))
		assert.Equal(t, DynamoDBJSON(item), typed)
	}
}

func TestNumbersKeepTheirTextInTheSDK(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "-0", "1.10", "+1e2", "12345678901234567890123456789012345678", "-9.9999999999999999999999999999999999999E+125"} {
		av, err := MustNumber(text).MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		assert.Equal(t, &types.AttributeValueMemberN{Value: text}, av)
		n := MustNumber("7")
		require.NoError(t, n.UnmarshalDynamoDBAttributeValue(av))
		assert.Equal(t, MustNumber(text), n)
	}
	for text, want := range map[string]int64{"7": 7, "7.0": 7, "7e2": 700, "-9223372036854775808": -1 << 63} {
		kv := Long("Year", 1)
		require.NoError(t, kv.UnmarshalDynamoDBAttributeValue(&types.AttributeValueMemberN{Value: text}))
		assert.Equal(t, Long("Year", want), kv)
	}
}

func TestNullIsTheZeroValueInTheSDK(t *testing.T) {
	t.Parallel()
	for _, av := range []types.AttributeValue{nil, nullValue} {
		for _, kv := range oneOfEach("x") {
			require.NoError(t, kv.(unmarshaler).UnmarshalDynamoDBAttributeValue(av))
			assert.Equal(t, fresh(kv, "x"), kv)
		}
		n, item := MustNumber("7"), Item{Null("was")}
		require.NoError(t, n.UnmarshalDynamoDBAttributeValue(av))
		assert.Equal(t, Number{}, n)
		require.NoError(t, item.UnmarshalDynamoDBAttributeValue(av))
		assert.Nil(t, item)
	}
}

func TestUnmarshalFromTheSDKRefuses(t *testing.T) {
	t.Parallel()
	number := func(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
	tests := []struct {
		into unmarshaler
		av   types.AttributeValue
		want []error
		text string
	}{
		{new(Number), number("NaN"), []error{ErrCorruptResponse, ErrInvalidNumber}, "is not a number"},
		{new(Number), number("1e126"), []error{ErrCorruptResponse, ErrInvalidNumber}, "is not a number"},
		{new(Number), &types.AttributeValueMemberS{Value: "7"}, []error{ErrWrongKind}, "is a string, not a number"},
		{new(Number), &types.AttributeValueMemberNS{Value: []string{"7"}}, []error{ErrWrongKind}, "FixUnmarshalIndividualSetValues"},
		{new(Number), (*types.AttributeValueMemberN)(nil), []error{ErrCorruptResponse}, "has no value"},
		{new(Number), &types.AttributeValueMemberNULL{}, []error{ErrCorruptResponse}, "is a NULL that is false"},
		{new(Item), &types.AttributeValueMemberL{}, []error{ErrWrongKind}, "is a list, not a map"},
		{new(Item), &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": number("x")}}, []error{ErrCorruptResponse, ErrInvalidNumber}, "a: is not a number"},
		{String("Artist", ""), number("7"), []error{ErrWrongKind}, "Artist: is a number, not a string"},
		{String("", ""), &types.AttributeValueMemberS{Value: "\xff"}, []error{ErrCorruptResponse}, "is not valid UTF-8"},
		{Long("Year", 1), number("7.5"), []error{ErrInexact}, "Year: is a number that a Go int64 cannot hold without loss"},
		{Long("", 1), number("9223372036854775808"), []error{ErrInexact}, "is a number that"},
		{Decimal("Price", Number{}), &types.AttributeValueMemberBOOL{}, []error{ErrWrongKind}, "Price: is a boolean, not a number"},
		{Null(""), &types.AttributeValueMemberS{}, []error{ErrWrongKind}, "is a string, not null"},
		{Binary("", nil), &types.AttributeValueMemberBS{Value: [][]byte{{7}}}, []error{ErrWrongKind}, "is a binary set, not a binary"},
		{StringSet(""), &types.AttributeValueMemberL{}, []error{ErrWrongKind}, "is a list, not a string set"},
		{List(""), &types.UnknownUnionMember{Tag: "XX"}, []error{ErrCorruptResponse}, "is of the unknown type XX"},
	}
	for _, test := range tests {
		was := fmt.Sprintf("%#v", test.into)
		err := test.into.UnmarshalDynamoDBAttributeValue(test.av)
		for _, want := range test.want {
			require.ErrorIs(t, err, want)
		}
		require.ErrorContains(t, err, test.text)
		assert.Equal(t, was, fmt.Sprintf("%#v", test.into), "it is unchanged")
	}
	for _, kv := range []marshaler{KeyValueStringSet{Key: "Tags"}, KeyValueString{Key: "Tags", StringValue: "\xff"}, KeyValueList{Key: "Tags", ListValue: []KeyValue{nil}}, Item{nil}} {
		_, err := kv.MarshalDynamoDBAttributeValue()
		require.ErrorIs(t, err, ErrInvalidRequest)
	}
}

func TestMarshaledValuesShareNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kv     KeyValue
		change func(types.AttributeValue)
	}{
		{Binary("", []byte("a")), func(av types.AttributeValue) { av.(*types.AttributeValueMemberB).Value[0] = 'z' }},
		{StringSet("", "a"), func(av types.AttributeValue) { av.(*types.AttributeValueMemberSS).Value[0] = "z" }},
		{BinarySet("", []byte("a")), func(av types.AttributeValue) { av.(*types.AttributeValueMemberBS).Value[0][0] = 'z' }},
	}
	for _, test := range tests {
		want := cloneValue(test.kv, 0, &walk{})
		av, err := test.kv.(marshaler).MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		read := fresh(test.kv, "")
		require.NoError(t, read.(unmarshaler).UnmarshalDynamoDBAttributeValue(av))
		inItem := Item{test.kv}
		inItem[0] = named("x", List("", test.kv))
		whole, err := inItem.MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		test.change(av)
		test.change(whole.(*types.AttributeValueMemberM).Value["x"].(*types.AttributeValueMemberL).Value[0])
		assert.Equal(t, want, test.kv)
		assert.Equal(t, want, read)
	}
}
