package difftest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRemovals(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"UpdateExpression":"REMOVE a, b[1] DELETE c :v"}`: true,
		`{"UpdateExpression":"remove #set"}`:                true,
		`{"UpdateExpression":"REMOVE a SET b = :v"}`:        false,
		`{"UpdateExpression":"add n :v"}`:                   false,
		`{"UpdateExpression":""}`:                           false,
		`{}`:                                                false,
		`{"AttributeUpdates":{}}`:                           false,
		`{"AttributeUpdates":{"a":{"Action":"DELETE"}}}`:    true,
		`{"AttributeUpdates":{"a":{"Action":"DELETE"},"b":{"Value":{"S":"PUT by itself"}}}}`: false,
	} {
		assert.Equal(t, want, len(removals(Request{Operation: "UpdateItem", Body: body})) == 1, body)
	}
	parts := `{"TransactItems":[{"Update":{"UpdateExpression":"REMOVE a","Key":1}},{"Delete":{}},{"Update":{"UpdateExpression":"SET a = :v"}}]}`
	assert.Equal(t, []map[string]any{{"UpdateExpression": "REMOVE a", "Key": "1"}}, keysAsText(removals(Request{Operation: "TransactWriteItems", Body: parts})))
}

func keysAsText(updates []map[string]any) []map[string]any {
	for _, u := range updates {
		if u["Key"] != nil {
			u["Key"] = canonicalJSON(u["Key"])
		}
	}
	return updates
}
