package dynamoconn

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// keyOfText returns what a key of one string attribute A holds.
func keyOfText(item map[string]types.AttributeValue) string {
	if s, ok := item["A"].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// FuzzBatchGetAnswer requires of any answer to BatchGetItem that every key has the item
// that the SDK reads for it, or none, or is named as not read; and that an answer is
// refused as a whole for a reason that is listed, and for no other.
func FuzzBatchGetAnswer(f *testing.F) {
	seedAnswers(f, func(item string) string { return `{"Responses":{"T":[` + item + `]},"UnprocessedKeys":{}}` })
	for _, body := range []string{
		`{"Responses":{"T":[{"A":{"S":"a"},"B":{"N":"1.10"}},{"A":{"S":"b"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}},{"A":{"S":"a"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}}]},"UnprocessedKeys":{"T":{"Keys":[{"A":{"S":"b"}}]}}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}}]},"UnprocessedKeys":{"T":{"Keys":[{"A":{"S":"a"}}]}}}`,
		`{"Responses":{"T":[{"A":{"S":"c"}}]},"UnprocessedKeys":{}}`, `{"Responses":{"U":[{"A":{"S":"a"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[,0A`, `{"Responses":{},"UnprocessedKeys":{}}`, `{"Responses":{}}`, `{"UnprocessedKeys":{}}`, `{"Responses":null,"UnprocessedKeys":null}`,
	} {
		f.Add([]byte(body))
	}
	pair := newTwins(f)
	asked := []string{"a", "b"}
	keys := []map[string]types.AttributeValue{{"A": &types.AttributeValueMemberS{Value: "a"}}, {"A": &types.AttributeValueMemberS{Value: "b"}}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body, wiretest.Reply(http.StatusOK, wiretest.AllDone))
		req := BatchGetItemRequest{RequestTables: []RequestTable{{Name: "T", Keys: []Item{{String("A", "a")}, {String("A", "b")}}}}}
		got, err := pair.ours.BatchGet(t.Context(), req)
		require.NotNil(t, got)
		out := got.ResponseTables[0]
		require.Len(t, out.Items, len(asked))
		want, sdkErr := sdkSays(func() (*dynamodb.BatchGetItemOutput, error) {
			return pair.sdk.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"T": {Keys: keys}}})
		})

		var reasons []string
		items := make(map[string]map[string]types.AttributeValue)
		open := map[string]bool{"a": true, "b": true}
		if sdkErr == nil {
			if want.Responses == nil || want.UnprocessedKeys == nil {
				reasons = append(reasons, "a member is missing")
			}
			claim := func(table string, item map[string]types.AttributeValue) {
				reasons = append(reasons, reasonsOf(item)...)
				key := keyOfText(item)
				if table != "T" || !open[key] {
					reasons = append(reasons, "was not asked for, or is there twice")
				}
				delete(open, key)
			}
			for table, list := range want.Responses {
				for _, item := range list {
					claim(table, item)
					items[keyOfText(item)] = item
				}
			}
			for table, left := range want.UnprocessedKeys {
				for _, key := range left.Keys {
					claim(table, key)
					if len(key) != 1 {
						reasons = append(reasons, "a key of more than the key")
					}
				}
			}
		}
		if err != nil {
			require.True(t, sdkErr != nil || len(reasons) > 0 || !isObject(body) || isOdd(body), "the SDK reads it and nothing is wrong: %v", err)
			require.ErrorIs(t, err, ErrCorruptResponse)
			var failed *BatchGetError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Failures, len(asked))
			require.Equal(t, []Item{nil, nil}, out.Items)
			require.Empty(t, out.MissingKeys)
			return
		}
		require.NoError(t, sdkErr)
		missing := 0
		for i, key := range asked {
			if items[key] == nil {
				require.Nil(t, out.Items[i])
				missing++
				continue
			}
			requireTwins(t, body, []map[string]types.AttributeValue{items[key]}, out.Items[i:i+1], nil, reasons...)
		}
		require.Len(t, out.MissingKeys, missing)
		require.Empty(t, reasons, "must be refused")
	})
}

// FuzzBatchWriteAnswer requires of any answer to BatchWriteItem that what it leaves
// unprocessed is sent again and nothing else, or that it is not believed and every write
// is in doubt.
func FuzzBatchWriteAnswer(f *testing.F) {
	for _, body := range []string{
		`{"UnprocessedItems":{}}`, `{}`, `null`, ``, `{"UnprocessedItems":null}`, `{"UnprocessedItems":{"T":[]}}`, `{"UnprocessedItems":[]}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"A":{"S":"b"}}}},{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"A":{"S":"b"}}}},{"DeleteRequest":{"Key":{"A":{"S":"b"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"b"}}}}]}}`, `{"UnprocessedItems":{"U":[{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{}]}}`, `{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"}}},"DeleteRequest":{"Key":{"A":{"S":"b"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"},"A":{"S":"a"}}}}]}}`, `{"UnprocessedItems":{"T":null}}`,
	} {
		f.Add([]byte(body))
	}
	pair := newTwins(f)
	put := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}}
	del := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "b"}}
	input := map[string][]types.WriteRequest{"T": {{PutRequest: &types.PutRequest{Item: put}}, {DeleteRequest: &types.DeleteRequest{Key: del}}}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body, wiretest.Reply(http.StatusOK, wiretest.AllDone))
		got, err := pair.ours.BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{
			{Name: "T", Writes: []Write{{ItemToAdd: Item{String("A", "a")}}, {ItemToDelete: Item{String("A", "b")}}}},
		}})
		require.NotNil(t, got)
		want, sdkErr := sdkSays(func() (*dynamodb.BatchWriteItemOutput, error) {
			return pair.sdk.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: input})
		})
		believable := sdkErr == nil && isObject(body) && want.UnprocessedItems != nil
		puts, deletes := 0, 0
		if sdkErr == nil {
			for table, requests := range want.UnprocessedItems {
				for _, r := range requests {
					switch {
					case table == "T" && r.PutRequest != nil && r.DeleteRequest == nil && len(r.PutRequest.Item) == 1 && keyOfText(r.PutRequest.Item) == "a":
						puts++
					case table == "T" && r.PutRequest == nil && r.DeleteRequest != nil && len(r.DeleteRequest.Key) == 1 && keyOfText(r.DeleteRequest.Key) == "b":
						deletes++
					default:
						believable = false
					}
				}
			}
		}
		believable = believable && puts <= 1 && deletes <= 1
		if !believable || err != nil && isOdd(body) {
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.ErrorIs(t, err, ErrAmbiguous)
			var failed *BatchWriteError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Failures, 2)
			require.Zero(t, got.Written)
			require.Len(t, pair.toOurs.Requests(), 1)
			return
		}
		require.NoError(t, err)
		require.Equal(t, 2, got.Written)
		require.Len(t, pair.toOurs.Requests(), 1+min(puts+deletes, 1))
	})
}
