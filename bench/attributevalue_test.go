package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// product has the types of this library in every place that the SDK's package attributevalue
// knows: fields, pointers, slices, maps, sets and what is in an interface.
type product struct {
	Price      dynamoconn.Number
	Discount   *dynamoconn.Number
	Doc        dynamoconn.Item
	Typed      dynamoconn.DynamoDBJSON
	Prices     []dynamoconn.Number
	PriceSet   []dynamoconn.Number `dynamodbav:",numberset"`
	ByCountry  map[string]dynamoconn.Number
	Docs       []dynamoconn.Item
	DocsByName map[string]dynamoconn.Item
	Name       dynamoconn.KeyValueString
	Sold       *dynamoconn.KeyValueLong
	Sizes      dynamoconn.KeyValueNumberSet
	Names      []dynamoconn.KeyValueString
	NamesByKey map[string]dynamoconn.KeyValueString
	Checkpoint dynamoconn.ScanCheckpoint
}

func newProduct() product {
	discount := dynamoconn.MustNumber("-0.10")
	doc := dynamoconn.Item{dynamoconn.List("Tags", dynamoconn.String("", "a"), dynamoconn.Long("", 7)), dynamoconn.Decimal("Year", dynamoconn.MustNumber("1.0"))}
	return product{
		Price:      dynamoconn.MustNumber("12345678901234567890.123456789012345678"),
		Discount:   &discount,
		Doc:        doc,
		Typed:      dynamoconn.DynamoDBJSON(doc),
		Prices:     []dynamoconn.Number{dynamoconn.MustNumber("1.10"), {}},
		PriceSet:   []dynamoconn.Number{dynamoconn.MustNumber("1.10"), dynamoconn.MustNumber("2")},
		ByCountry:  map[string]dynamoconn.Number{"FR": dynamoconn.MustNumber("1.10")},
		Docs:       []dynamoconn.Item{doc, {}},
		DocsByName: map[string]dynamoconn.Item{"x": doc},
		Name:       dynamoconn.KeyValueString{StringValue: "n"},
		Sold:       &dynamoconn.KeyValueLong{LongValue: 7},
		Sizes:      dynamoconn.KeyValueNumberSet{NumberSetValue: []dynamoconn.Number{dynamoconn.MustNumber("1.10")}},
		Names:      []dynamoconn.KeyValueString{{StringValue: "n"}},
		NamesByKey: map[string]dynamoconn.KeyValueString{"x": {StringValue: "n"}},
	}
}

// The types of the library are stored as what they are, wherever they are in a struct of a
// user. The SDK made {} of a Number, and the fields of a KeyValue.
func TestAttributevalueKeepsTheTypesOfTheLibrary(t *testing.T) {
	t.Parallel()
	want := newProduct()
	number := func(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	doc := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		"Tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("a"), number("7")}},
		"Year": number("1.0"),
	}}
	empty := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
	checkpoint, err := want.Checkpoint.MarshalText()
	require.NoError(t, err)
	for name, in := range map[string]any{"a value": want, "a pointer": &want} {
		attributes, err := attributevalue.MarshalMap(in)
		require.NoError(t, err, name)
		assert.Equal(t, map[string]types.AttributeValue{
			"Price":      number("12345678901234567890.123456789012345678"),
			"Discount":   number("-0.10"),
			"Doc":        doc,
			"Typed":      doc,
			"Prices":     &types.AttributeValueMemberL{Value: []types.AttributeValue{number("1.10"), number("0")}},
			"PriceSet":   &types.AttributeValueMemberNS{Value: []string{"1.10", "2"}},
			"ByCountry":  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"FR": number("1.10")}},
			"Docs":       &types.AttributeValueMemberL{Value: []types.AttributeValue{doc, empty}},
			"DocsByName": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": doc}},
			"Name":       text("n"),
			"Sold":       number("7"),
			"Sizes":      &types.AttributeValueMemberNS{Value: []string{"1.10"}},
			"Names":      &types.AttributeValueMemberL{Value: []types.AttributeValue{text("n")}},
			"NamesByKey": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": text("n")}},
			"Checkpoint": text(string(checkpoint)),
		}, attributes, name)

		var got product
		require.NoError(t, attributevalue.UnmarshalMapWithOptions(attributes, &got, func(o *attributevalue.DecoderOptions) {
			o.FixUnmarshalIndividualSetValues = true
		}), name)
		assert.Equal(t, want, got, name)
	}
}

func TestAttributevalueAndNothing(t *testing.T) {
	t.Parallel()
	type nothing struct {
		Price *dynamoconn.Number
		Doc   dynamoconn.Item
		Name  *dynamoconn.KeyValueString
		Any   dynamoconn.KeyValue
		Nil   dynamoconn.KeyValue
		Left  dynamoconn.Item            `dynamodbav:",omitempty"`
		Out   *dynamoconn.KeyValueString `dynamodbav:",omitempty"`
		Zero  dynamoconn.Number
	}
	null := &types.AttributeValueMemberNULL{Value: true}
	attributes, err := attributevalue.MarshalMap(nothing{Nil: (*dynamoconn.KeyValueString)(nil)})
	require.NoError(t, err)
	assert.Equal(t, map[string]types.AttributeValue{
		"Price": null, "Doc": null, "Name": null, "Any": null, "Nil": null, "Zero": &types.AttributeValueMemberN{Value: "0"},
	}, attributes)

	price := dynamoconn.MustNumber("7")
	got := nothing{Price: &price, Doc: dynamoconn.Item{}, Name: dynamoconn.String("", "n"), Zero: price}
	require.NoError(t, attributevalue.UnmarshalMap(attributes, &got))
	assert.Equal(t, nothing{}, got)

	type values struct {
		Price dynamoconn.Number
		Name  dynamoconn.KeyValueString
	}
	some := values{Price: price, Name: dynamoconn.KeyValueString{Key: "Name", StringValue: "n"}}
	require.NoError(t, attributevalue.UnmarshalMap(map[string]types.AttributeValue{"Price": null, "Name": null}, &some))
	assert.Equal(t, values{Name: dynamoconn.KeyValueString{Key: "Name"}}, some, "a NULL is a zero value, as of Go's own types")
}

func TestAttributevalueMarshalsAWholeItem(t *testing.T) {
	t.Parallel()
	item := newProduct().Doc
	attributes, err := attributevalue.MarshalMap(item)
	require.NoError(t, err)
	want, err := dynamoconn.ToAttributeValues(item)
	require.NoError(t, err)
	assert.Equal(t, want, attributes)
	var got dynamoconn.Item
	require.NoError(t, attributevalue.UnmarshalMap(attributes, &got))
	assert.Equal(t, item, got)
}

func TestAttributevalueErrorsAreTheLibrarys(t *testing.T) {
	t.Parallel()
	var price struct{ Price dynamoconn.Number }
	err := attributevalue.UnmarshalMap(map[string]types.AttributeValue{"Price": &types.AttributeValueMemberN{Value: "NaN"}}, &price)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidNumber)

	// Without its option attributevalue gives the whole set to the first element.
	var prices struct{ Prices []dynamoconn.Number }
	err = attributevalue.UnmarshalMap(map[string]types.AttributeValue{"Prices": &types.AttributeValueMemberNS{Value: []string{"1", "2"}}}, &prices)
	require.ErrorIs(t, err, dynamoconn.ErrWrongKind)
	require.ErrorContains(t, err, "FixUnmarshalIndividualSetValues")

	_, err = attributevalue.MarshalMap(struct{ Tags dynamoconn.KeyValueStringSet }{})
	var field *dynamoconn.FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "a set must not be empty", field.Rule)
}
