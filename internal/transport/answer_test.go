package transport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// A put whose answer was a success that reports a failure counted as done, and a get as
// "no such item".
func TestSuccessThatIsNoAnswerToTheAction(t *testing.T) {
	t.Parallel()

	const failure = "x#InternalServerError"
	for _, test := range []struct {
		action, body string
		header       []string
	}{
		{"PutItem", `{"__type":"` + failure + `"}`, nil},
		{"PutItem", `{"message":"m","__type":"` + failure + `"}`, nil},
		{"PutItem", " \n" + `{ "message" : "m" , "__type" : "` + failure + `" }`, nil},
		{"PutItem", `{"\u005f_type":"` + failure + `"}`, nil},
		{"PutItem", `{"ConsumedCapacity":{"TableName":"T"},"__type":"` + failure + `"}`, nil},
		{"PutItem", `{"Output":{"__type":"` + failure + `"},"Version":"1.0"}`, nil},
		{"PutItem", `{}`, []string{"X-Amzn-Errortype", "InternalServerError"}},
		{"PutItem", `{"Item":{}}`, nil},
		{"GetItem", `{"message":"m"}`, nil},
		{"GetItem", `{"Message":"m"}`, nil},
		{"GetItem", `{"Attributes":{}}`, nil},
		{"GetItem", `{"TableNames":[]}`, nil},
		{"GetItem", `{"Item":null}`, nil},
		{"GetItem", `{"Item" : null }`, nil},
		{"Scan", `{"Item":{}}`, nil},
		{"ListTables", `{"Items":[],"Count":0}`, nil},
		{"CreateTable", ``, nil},
		{"TagResource", `{"Tags":[]}`, nil},
		{"TagResource", `{`, nil},
		{"BatchGetItem", `{"UnprocessedItems":{}}`, nil},
		{"BatchWriteItem", `{"Responses":{},"UnprocessedKeys":{}}`, nil},
	} {
		for _, checksum := range []bool{false, true} {
			t.Run(fmt.Sprint(test.action, test.body, checksum), func(t *testing.T) {
				t.Parallel()
				header := test.header
				if checksum {
					header = append([]string{"X-Amz-Crc32", wiretest.Checksum(test.body)}, header...)
				}
				x := answering(answer(200, test.body, header...), nil)
				tries, err := post(t.Context(), t, x, test.action)
				assert.ErrorIs(t, err, ErrCorrupt)
				assert.False(t, isFinal(err), "another attempt may do better")
				require.Len(t, tries, 1)
				assert.Equal(t, retry.Unknown, tries[0].Outcome)
			})
		}
	}
}

func TestSuccessWithMembersOfItsOwn(t *testing.T) {
	t.Parallel()

	for action, members := range outputs {
		if len(members) == 0 {
			for _, body := range []string{"", " ", `{}`, `{"Newer":{}}`} {
				tries, err := post(t.Context(), t, answering(answer(200, body), nil), action)
				require.NoError(t, err, "%s %s", action, body)
				assert.Equal(t, retry.Applied, tries[0].Outcome)
			}
			continue
		}
		for _, body := range []string{
			`{}`, `{"` + strings.Join(members, `":{},"`) + `":{}}`, `{"Newer":[{"__type":"x"}]}`,
			`{"Newer":["message","__type"],"` + members[0] + `":{"__type":{"S":"a"},"message":{"S":"a"},"Item":{"NULL":true}}}`,
			`{"` + members[0] + `":{"a":{"S":"\"__type\":"},"b":{"S":"\\"}}}`,
		} {
			x := answering(answer(200, body), nil)
			tries, err := post(t.Context(), t, x, action)
			require.NoError(t, err, "%s %s", action, body)
			assert.Equal(t, retry.Applied, tries[0].Outcome)
		}
	}
	x := answering(answer(200, `{"StreamSpecification":{},"Items":[]}`), nil)
	_, err := post(t.Context(), t, x, "ActionThatIsNotKnown")
	require.NoError(t, err)
}
