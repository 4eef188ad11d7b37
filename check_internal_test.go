package dynamoconn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlaceholdersNeedAnExpression(t *testing.T) {
	t.Parallel()
	names, values := map[string]string{"#n": "N"}, Item{Long(":v", 1)}
	require.NoError(t, needsExpression(names, values, "", "#n = :v"))
	require.NoError(t, needsExpression(nil, nil))
	const rule = "there is no expression to use them"
	assertFieldError(t, needsExpression(names, nil, "", ""), ErrInvalidRequest, "ExpressionAttributeNames", rule)
	assertFieldError(t, needsExpression(nil, values), ErrInvalidRequest, "ExpressionAttributeValues", rule)
}
