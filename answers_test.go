package dynamoconn_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// The SDK gives up a read whose answer breaks off, and so did nothing wrong but waste it.
func TestBrokenBodyIsReadAgain(t *testing.T) {
	t.Parallel()

	calls := map[string]func(*testing.T, *dynamoconn.Client) error{
		"GetItem": func(t *testing.T, c *dynamoconn.Client) error {
			resp, err := c.GetItem(t.Context(), getMusic())
			if err == nil {
				assert.True(t, resp.Item.Equal(musicKey()))
				assert.Equal(t, 2, resp.Attempts)
			}
			return err
		},
		"Scan": func(t *testing.T, c *dynamoconn.Client) error {
			resp, err := c.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
			if err == nil {
				assert.Len(t, resp.Items, 1)
			}
			return err
		},
		"BatchGetItem": func(t *testing.T, c *dynamoconn.Client) error {
			resp, err := c.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
			})
			if err == nil {
				assert.True(t, resp.ResponseTables[0].Items[0].Equal(musicKey()))
			}
			return err
		},
		"ListTables": func(t *testing.T, c *dynamoconn.Client) error {
			resp, err := c.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
			if err == nil {
				assert.Len(t, resp.ListTables, 1)
			}
			return err
		},
		"DescribeTable": func(t *testing.T, c *dynamoconn.Client) error {
			_, err := c.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
			return err
		},
	}
	for action, call := range calls {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := dynamoconntest.New()
				require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
				require.NoError(t, server.Load("Music", musicKey()))
				server.Inject(dynamoconntest.Fault{Operation: action, Times: 1, Effect: dynamoconntest.Truncate(-1)})
				require.NoError(t, call(t, server.Client(t)))
				assert.Len(t, server.Requests(action), 2)
			})
		})
	}
}

// The SDK gives an attribute that is empty, or of a type that it does not know, the
// value of the attribute before it, makes "" of a null in a set, and takes the last of two
// values of one name. No activity may hand that on.
func TestNoActivityInventsAValue(t *testing.T) {
	t.Parallel()

	const none = `{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Happy Day"},"Year":`
	for _, item := range []string{none + `{}}`, none + `{"X":"1"}}`, none + `{"M":{"a":{"S":"q"},"b":{}}}}`, none + `{"L":[{"S":"q"},{"X":"1"}]}}`,
		none + `{"SS":["q",null]}}`, none + `{"S":"q"},"Year":{"S":"r"}}`} {
		client := func(body string) (*dynamoconn.Client, *wiretest.Client) {
			w := wiretest.New(wiretest.Reply(200, body))
			return wireClient(t, w, dynamoconn.WithMaxAttempts(1)), w
		}
		calls := map[string]func() (*wiretest.Client, error){
			"GetItem": func() (*wiretest.Client, error) {
				c, w := client(`{"Item":` + item + `}`)
				resp, err := c.GetItem(t.Context(), getMusic())
				assert.Nil(t, resp)
				return w, err
			},
			"PutItem": func() (*wiretest.Client, error) {
				c, w := client(`{"Attributes":` + item + `}`)
				req := putMusic()
				req.ReturnOldItem = true
				_, err := c.PutItem(t.Context(), req)
				assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				return w, err
			},
			"Scan": func() (*wiretest.Client, error) {
				c, w := client(`{"Items":[` + item + `],"Count":1,"ScannedCount":1}`)
				_, err := c.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
				return w, err
			},
			"Scan's place": func() (*wiretest.Client, error) {
				c, w := client(`{"Items":[],"Count":0,"ScannedCount":0,"LastEvaluatedKey":` + item + `}`)
				_, err := c.ScanPage(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
				return w, err
			},
			"BatchGet": func() (*wiretest.Client, error) {
				c, w := client(`{"Responses":{"Music":[` + item + `]},"UnprocessedKeys":{}}`)
				_, err := c.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
					RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
				})
				return w, err
			},
			"BatchWrite": func() (*wiretest.Client, error) {
				c, w := client(`{"UnprocessedItems":{"Music":[{"PutRequest":{"Item":` + item + `}}]}}`)
				_, err := c.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
					Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
				})
				assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				return w, err
			},
		}
		for name, call := range calls {
			w, err := call()
			assert.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s of %s", name, item)
			assert.Len(t, w.Requests(), 1, "%s of %s", name, item)
		}
	}
}

// The checksum is right, so these are the bytes that the server sent, and the SDK's
// decoder runs out of them.
func TestNoAnswerMakesACallPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Responses":{"Music":[,0A}`)))
		resp, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
		})
		require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
		var failed *dynamoconn.BatchGetError
		require.ErrorAs(t, err, &failed)
		assert.Len(t, failed.Failures, 1)
		assert.Equal(t, []dynamoconn.Item{nil}, resp.ResponseTables[0].Items)
	})
}
