package difftest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRepeatsOperand(t *testing.T) {
	t.Parallel()
	names := map[string]any{"#a": "a", "#b": "b"}
	for expression, want := range map[string]bool{
		"a = a": true, "x = :v AND (#a<>a)": true, "begins_with(a.b[0], #a.b[0])": true, "a BETWEEN :v AND #a": true,
		"a IN (:v, #a)": true, "not #a[0] IN (b, a[0])": true, "#a[1] IN (a[0], #a)": false, "m.s IN (:v, l[1]) AND #b > b": true,
		"a = b": false, ":v = :v": false, "a = :v AND a = :w": false, "a IN (:v, b) AND contains(b, a)": false,
		"a BETWEEN :v AND :w AND a < b": false, "size(a) = a": false,
	} {
		assert.Equal(t, want, repeatsOperand(map[string]any{"ScanFilter": nil, "TransactItems": []any{
			map[string]any{"Delete": map[string]any{"ConditionExpression": expression, "ExpressionAttributeNames": names}},
		}}), expression)
	}
}
