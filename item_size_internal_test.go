package dynamoconn

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSize(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 400<<10-1)
	tests := map[string]struct {
		item Item
		size int
	}{
		"nil":             {nil, 0},
		"nothing inside":  {Item{nil, (*KeyValueLong)(nil), imposter{String("x", "x")}}, 0},
		"string":          {Item{String("name", "été")}, 4 + 5},
		"empty string":    {Item{String("n", "")}, 1},
		"binary":          {Item{Binary("n", make([]byte, 10))}, 1 + 10},
		"null":            {Item{Null("n")}, 1 + 1},
		"boolean":         {Item{Boolean("n", true)}, 1 + 1},
		"zero":            {Item{Long("n", 0)}, 1 + 1},
		"one digit":       {Item{Long("n", 7)}, 1 + 2},
		"two digits":      {Item{Long("n", -42)}, 1 + 2},
		"three digits":    {Item{Decimal("n", MustNumber("1.23"))}, 1 + 3},
		"zeros around":    {Item{Decimal("n", MustNumber("0001200.00"))}, 1 + 2},
		"an exponent":     {Item{Decimal("n", MustNumber("1.2E100"))}, 1 + 2},
		"38 digits":       {Item{Decimal("n", MustNumber(strings.Repeat("9", 38)))}, 1 + 20},
		"empty list":      {Item{List("n")}, 1 + 3},
		"list":            {Item{List("n", Null(""), String("", "ab"), nil)}, 1 + 3 + (1 + 1) + (1 + 2) + 1},
		"empty map":       {Item{Map("n")}, 1 + 3},
		"map":             {Item{Map("n", Null("a"), nil, String("bc", "d"))}, 1 + 3 + (1 + 1 + 1) + (1 + 2 + 1)},
		"string set":      {Item{StringSet("n", "a", "été")}, 1 + 1 + 5},
		"number set":      {Item{NumberSet("n", MustNumber("1"), MustNumber("123"))}, 1 + 2 + 3},
		"binary set":      {Item{BinarySet("n", []byte{1}, nil, []byte{1, 2})}, 1 + 1 + 0 + 2},
		"several":         {Item{String("a", "b"), Null("c")}, 2 + 2},
		"the largest":     {Item{String("n", long)}, 400 << 10},
		"over the limit":  {Item{String("n", long+"x")}, 400<<10 + 1},
		"100 lists":       {Item{nested("n", 100, "list")}, 1 + 100*3 + 99},
		"a list too deep": {Item{nested("n", 200, "list")}, 1 + 101*3 + 101},
	}
	for name, test := range tests {
		assert.Equal(t, test.size, test.item.Size(), name)
	}
}

func TestItemTooLargeIsTheFirstByteOverTheLimit(t *testing.T) {
	t.Parallel()
	_, err := checkItem(Item{String("n", strings.Repeat("x", 400<<10-1))})
	require.NoError(t, err)
	_, err = checkItem(Item{String("n", strings.Repeat("x", 400<<10))})
	require.ErrorIs(t, err, ErrItemTooLarge)
	require.ErrorIs(t, err, ErrInvalidRequest)
}

// guideSize counts as the developer guide describes it, over the SDK's types.
func guideSize(av types.AttributeValue) int {
	size := 0
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return len(av.Value)
	case *types.AttributeValueMemberN:
		digits := strings.Trim(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.FieldsFunc(av.Value, func(r rune) bool { return r == 'e' || r == 'E' })[0]), "0")
		return (len(digits)+1)/2 + 1
	case *types.AttributeValueMemberB:
		return len(av.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberSS:
		return len(strings.Join(av.Value, ""))
	case *types.AttributeValueMemberNS:
		for _, member := range av.Value {
			size += guideSize(&types.AttributeValueMemberN{Value: member})
		}
	case *types.AttributeValueMemberBS:
		return len(bytes.Join(av.Value, nil))
	case *types.AttributeValueMemberL:
		size = 3 + len(av.Value)
		for _, element := range av.Value {
			size += guideSize(element)
		}
	case *types.AttributeValueMemberM:
		size = 3 + len(av.Value)
		for name, element := range av.Value {
			size += len(name) + guideSize(element)
		}
	}
	return size
}

func TestSizeFollowsTheDeveloperGuide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		attributes, err := ToAttributeValues(item)
		require.NoError(t, err)
		want := 0
		for name, av := range attributes {
			want += len(name) + guideSize(av)
		}
		require.Equal(t, want, item.Size())
	})
}
