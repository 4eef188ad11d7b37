package fuzzseed_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/fuzzseed"
)

func TestBytesStandForTokens(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{"", "a = :a", "SET l[0] = if_not_exists( m.k , :n ) REMOVE zz", "size( b ) > = :n"} {
		assert.Equal(t, expression, fuzzseed.ExpressionOf(fuzzseed.TokensOf(expression)))
	}
	// Inputs that fuzzing has kept are read by these numbers.
	assert.Equal(t, []byte{0, 24, 35, 53, 66}, fuzzseed.TokensOf("a #m = SET list_append("))
	assert.Equal(t, "a list_append( a", fuzzseed.ExpressionOf([]byte{67, 66, 201}), "every byte is a token")
}

func TestEveryNumberIsAnOperation(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]string{0: "GetItem", 1: "PutItem", 16: "TagResource", 17: "GetItem", -1: "TagResource", -17: "GetItem"} {
		assert.Equal(t, want, fuzzseed.Operation(number), number)
	}
}

func TestItemsAndPlaceholdersAreJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{fuzzseed.Item, fuzzseed.Names, fuzzseed.Values, fuzzseed.RequestItem} {
		assert.True(t, json.Valid([]byte(text)), text)
	}
}
