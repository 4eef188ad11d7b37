package dynamoconn_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// Structs that embed a value with a method get the method, as Go has it.
type (
	priced struct {
		dynamoconn.Number
		Currency string
	}
	pricedDeep struct {
		priced
		By string
	}
	pricedHidden struct {
		dynamoconn.Number
		hidden
	}
	pricedUnstored struct {
		dynamoconn.Number
		Cached string `dynamodbav:"-"`
		note   string
	}
	addressed struct {
		netip.Addr
		By   string
		note string
	}
	stamped struct {
		time.Time
		By string
	}
	// pricedWhole and pricedPicky have the method themselves.
	pricedWhole struct {
		dynamoconn.Number
		Currency string
	}
	pricedPicky struct {
		dynamoconn.Number
		Currency *string
	}
)

func (p pricedWhole) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: p.String() + " " + p.Currency}, nil
}

func (p pricedPicky) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: *p.Currency}, nil
}

func TestMarshalLosesNoFieldBesideAnEmbeddedMethod(t *testing.T) {
	t.Parallel()
	seven := dynamoconn.MustNumber("7")
	euro := "EUR"
	for name, test := range map[string]struct {
		value any
		lost  string
	}{
		"a field":                             {priced{seven, "EUR"}, "Currency"},
		"a pointer":                           {&priced{seven, "EUR"}, "Currency"},
		"a field of the embedded struct":      {pricedDeep{priced{seven, "EUR"}, ""}, "Currency"},
		"a field outside the embedded struct": {pricedDeep{priced{seven, ""}, "me"}, "By"},
		"a field of a hidden struct":          {pricedHidden{seven, hidden{"x"}}, "Deep"},
		"a field beside a text":               {addressed{netip.MustParseAddr("::1"), "me", ""}, "By"},
		"a field, with the option text": {struct {
			A stamped `dynamodbav:",text"`
		}{stamped{By: "me"}}, "A.By"},
	} {
		_, err := dynamoconn.MarshalValue("", test.value)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, name)
		assert.Equal(t, test.lost, field.Path, name)
		assert.Contains(t, field.Rule, "is a field beside an embedded value", name)
	}
	for name, test := range map[string]struct {
		value any
		want  dynamoconn.KeyValue
	}{
		"nothing to lose":         {priced{Number: seven}, long(7)},
		"deep":                    {pricedDeep{priced: priced{Number: seven}}, long(7)},
		"fields left out by tags": {pricedUnstored{seven, "x", "y"}, long(7)},
		"a text alone":            {addressed{Addr: netip.MustParseAddr("::1"), note: "n"}, str("::1")},
		"its own method":          {pricedWhole{seven, "EUR"}, str("7 EUR")},
		"its own, that needs all": {pricedPicky{seven, &euro}, str("EUR")},
		"a named field": {struct {
			Price dynamoconn.Number
			By    string
		}{seven, "me"}, mapOf(dynamoconn.Long("Price", 7), dynamoconn.String("By", "me"))},
	} {
		kv, err := dynamoconn.MarshalValue("", test.value)
		require.NoError(t, err, name)
		assert.True(t, dynamoconn.Item{test.want}.Equal(dynamoconn.Item{kv}), "%s: %v", name, kv)
	}
}

func TestOmitzeroLooksAtFieldsBesideAnEmbeddedIsZero(t *testing.T) {
	t.Parallel()
	type record struct {
		A stamped `dynamodbav:",omitzero"`
	}
	item, err := dynamoconn.Marshal(record{stamped{By: "me"}})
	require.NoError(t, err)
	assert.True(t, item.Has("A"), item)
	item, err = dynamoconn.Marshal(record{})
	require.NoError(t, err)
	assert.Empty(t, item)
}
