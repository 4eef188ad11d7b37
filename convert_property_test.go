package dynamoconn

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// numberTexts lists the texts of all numbers in the item, in a fixed order.
func numberTexts(item Item) []string {
	var texts []string
	for _, kv := range item.byName() {
		switch kv := kv.(type) {
		case *KeyValueLong, *KeyValueDecimal:
			number, _ := numberOf(kv)
			texts = append(texts, number.String())
		case *KeyValueNumberSet:
			for _, number := range kv.NumberSetValue {
				texts = append(texts, number.String())
			}
		case *KeyValueList:
			for _, value := range kv.ListValue {
				texts = append(texts, numberTexts(Item{value})...)
			}
		case *KeyValueMap:
			texts = append(texts, numberTexts(kv.MapValue)...)
		}
	}
	return texts
}

func TestItemsSurviveTheConversion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		before := item.Clone()
		attributes, err := ToAttributeValues(item)
		require.NoError(t, err)
		require.Equal(t, before, item, "the item was changed")

		back, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		require.True(t, item.Equal(back))
		require.Equal(t, describe(item), describe(back))
		require.Equal(t, numberTexts(item), numberTexts(back))
		require.True(t, slices.IsSorted(back.Keys()))

		again, err := ToAttributeValues(back)
		require.NoError(t, err)
		require.Equal(t, attributes, again)
	})
}

// attributeValue draws what DynamoDB can send.
func attributeValue(t *rapid.T, depth int) types.AttributeValue {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "été 東京 🎸", "\x00\u2028"}))
	binary := rapid.SliceOfN(rapid.Byte(), 0, 5)
	number := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,15})?(E-?[0-9]{1,2})?`),
		rapid.SampledFrom([]string{
			"0", "-0", "1.0", "007", "+5", ".5", "5.", "1E-130", "9.9999999999999999999999999999999999999E+125",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "12345678901234567890123456789012345678",
		}),
	)
	kinds := 8
	if depth < 3 {
		kinds = 10
	}
	switch rapid.IntRange(1, kinds).Draw(t, "type") {
	case 1:
		return &types.AttributeValueMemberS{Value: text.Draw(t, "S")}
	case 2:
		return &types.AttributeValueMemberN{Value: number.Draw(t, "N")}
	case 3:
		return &types.AttributeValueMemberB{Value: binary.Draw(t, "B")}
	case 4:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "BOOL")}
	case 5:
		return &types.AttributeValueMemberNULL{Value: true}
	case 6:
		return &types.AttributeValueMemberSS{Value: rapid.SliceOfNDistinct(text, 1, 4, rapid.ID).Draw(t, "SS")}
	case 7:
		return &types.AttributeValueMemberNS{Value: rapid.SliceOfNDistinct(number, 1, 4, func(text string) string {
			return canonicalText(MustNumber(text))
		}).Draw(t, "NS")}
	case 8:
		return &types.AttributeValueMemberBS{Value: rapid.SliceOfNDistinct(binary, 1, 4, func(b []byte) string {
			return string(b)
		}).Draw(t, "BS")}
	case 9:
		list := []types.AttributeValue{}
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			list = append(list, attributeValue(t, depth+1))
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	return &types.AttributeValueMemberM{Value: attributeValues(t, depth+1)}
}

func attributeValues(t *rapid.T, depth int) map[string]types.AttributeValue {
	attributes := map[string]types.AttributeValue{}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		attributes[rapid.StringN(1, -1, -1).Draw(t, "name")] = attributeValue(t, depth)
	}
	return attributes
}

func TestAttributeValuesSurviveTheConversion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		attributes := attributeValues(t, 0)
		item, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		back, err := ToAttributeValues(item)
		require.NoError(t, err)
		require.Equal(t, attributes, back)
	})
}

// A clone with everything in it overwritten leaves the original as it was.
func TestCloneIsDeepForEveryItem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		before, want := describe(item), numberTexts(item)
		clone := item.Clone()
		require.Equal(t, item, clone)
		overwrite(clone)
		require.Equal(t, before, describe(item))
		require.Equal(t, want, numberTexts(item))
	})
}
