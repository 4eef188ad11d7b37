package dynamoconn_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
		"Query": func(t *testing.T, c *dynamoconn.Client) error {
			resp, err := c.Query(t.Context(), queryMusic())
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
			"Query": func() (*wiretest.Client, error) {
				c, w := client(`{"Items":[` + item + `],"Count":1,"ScannedCount":1}`)
				_, err := c.Query(t.Context(), queryMusic())
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

const otherMusic = `{"Artist":{"S":"Someone Else"},"SongTitle":{"S":"Happy Day"}}`

// An object that is the answer to something else was believed: "{}" was the end of a table
// without items, and a list of no tables.
func TestAnswersToSomethingElseAreRefused(t *testing.T) {
	t.Parallel()

	scan := func(req dynamoconn.ScanTableRequest) func(*dynamoconn.Client) error {
		return func(c *dynamoconn.Client) error {
			req.TableName = "Music"
			resp, err := c.Scan(t.Context(), req)
			assert.Nil(t, resp)
			return err
		}
	}
	list := func(c *dynamoconn.Client) error {
		_, err := c.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
		return err
	}
	describe := func(c *dynamoconn.Client) error {
		_, err := c.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
		return err
	}
	get := func(c *dynamoconn.Client) error {
		_, err := c.GetItem(t.Context(), getMusic())
		return err
	}
	put := func(c *dynamoconn.Client) error {
		_, err := c.PutItem(t.Context(), putMusic())
		return err
	}
	remove := func(c *dynamoconn.Client) error {
		_, err := c.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey(), ReturnOldItem: true})
		return err
	}
	for name, test := range map[string]struct {
		call  func(*dynamoconn.Client) error
		body  string
		write bool
	}{
		"a page of nothing":            {scan(dynamoconn.ScanTableRequest{}), `{}`, false},
		"a page without its items":     {scan(dynamoconn.ScanTableRequest{}), `{"Count":0,"ScannedCount":0,"Items":null}`, false},
		"a page with fewer items":      {scan(dynamoconn.ScanTableRequest{}), `{"Count":2,"ScannedCount":2,"Items":[{"A":{"S":"1"}}]}`, false},
		"a page with more items":       {scan(dynamoconn.ScanTableRequest{}), `{"Count":0,"ScannedCount":2,"Items":[{"A":{"S":"1"}}]}`, false},
		"a page of no item":            {scan(dynamoconn.ScanTableRequest{}), `{"Count":1,"ScannedCount":1,"Items":[null]}`, false},
		"a count below 0":              {scan(dynamoconn.ScanTableRequest{CountOnly: true}), `{"Count":-1,"ScannedCount":1}`, false},
		"a list of nothing":            {list, `{}`, false},
		"a list of no name":            {list, `{"TableNames":[null]}`, false},
		"another table":                {describe, `{"Table":{"TableName":"Films"}}`, false},
		"a table without a name":       {describe, `{"Table":{}}`, false},
		"another item":                 {get, `{"Item":` + otherMusic + `}`, false},
		"another item deleted":         {remove, `{"Attributes":` + otherMusic + `}`, true},
		"a failure with status 200":    {put, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"m"}`, true},
		"a name twice in an item":      {get, `{"Item":{"Year":{"N":"1"},"Year":{"N":"2"}}}`, false},
		"two items where there is one": {get, `{"Item":{"Year":{"N":"1"}},"Item":{"Year":{"N":"2"}}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.Script(t, wiretest.Reply(200, test.body))
			err := test.call(wireClient(t, w, dynamoconn.WithMaxAttempts(1)))
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
			assert.Equal(t, test.write, errors.Is(err, dynamoconn.ErrAmbiguous))
		})
	}
}

// What no DynamoDB can send was handed on: another character, a time of 1969, a count below 0.
func TestWhatCannotBeIsRefused(t *testing.T) {
	t.Parallel()

	get := func(c *dynamoconn.Client) error {
		_, err := c.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: musicKey(), ProjectionExpression: "A"}, dynamoconn.WithConsumedCapacity())
		return err
	}
	scan := func(c *dynamoconn.Client) error {
		_, err := c.ScanPage(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music", Limit: 2, CountOnly: true})
		return err
	}
	list := func(c *dynamoconn.Client) error {
		_, err := c.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
		return err
	}
	describe := func(c *dynamoconn.Client) error {
		_, err := c.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
		return err
	}
	item := func(value string) string { return `{"Item":{"A":` + value + `}}` }
	capacity := func(members string) string { return `{"ConsumedCapacity":{"TableName":"Music"` + members + `}}` }
	table := func(members string) string { return `{"Table":{"TableName":"Music",` + members + `}}` }
	const (
		number = "a count, a size or a capacity is negative or not finite"
		time   = "a time is not between 1970 and 2262"
		name   = "a name or a status holds a control character"
		twice  = "is in the set twice"
		empty  = "a set must not be empty"
		half   = "a success that holds half of a surrogate pair"
	)
	for _, test := range []struct {
		call       func(*dynamoconn.Client) error
		body, text string // no text: the answer is taken
	}{
		{get, item(`{"S":"a\ud800b"}`), half},
		{get, item(`{"M":{"\udc00":{"S":""}}}`), half},
		{get, item(`{"S":"\ud83c\udfb5 \\ud800"}`), ""},
		{get, item(`{"SS":["a","a"]}`), "Item.A[1]: " + twice},
		{get, item(`{"L":[{"NS":["1","2","1.0"]}]}`), "Item.A[0][2]: " + twice},
		{get, item(`{"BS":["AQ==","AQ=="]}`), "Item.A[1]: " + twice},
		{get, item(`{"SS":[]}`), "Item.A: " + empty},
		{get, item(`{"NS":[]}`), "Item.A: " + empty},
		{get, item(`{"BS":[]}`), "Item.A: " + empty},
		{get, item(`{"S":"\u001b[31m"}`), ""}, // a value may hold anything
		{get, `{"Item":{"\u001b[31m":{"S":""}}}`, ""},
		{get, capacity(`,"CapacityUnits":0.5`), ""},
		{get, capacity(`,"CapacityUnits":-0.5`), number},
		{get, capacity(`,"CapacityUnits":"NaN"`), number},
		{get, capacity(`,"Table":{"CapacityUnits":"Infinity"}`), number},
		{get, capacity(`,"GlobalSecondaryIndexes":{"a\u001b":{"CapacityUnits":1}}`), name},
		{get, `{"ConsumedCapacity":{"TableName":"\u001b[2J"}}`, name},
		{scan, `{"Count":2,"ScannedCount":2}`, ""},
		{scan, `{"Count":2,"ScannedCount":1}`, "the page has more items than were read for it"},
		{scan, `{"Count":1}`, "the page has more items than were read for it"},
		{scan, `{"Count":1,"ScannedCount":3}`, "the page has read more items than were asked for"},
		{scan, `{"Count":3,"ScannedCount":3}`, "the page has more entries than were asked for"},
		{scan, `{"Count":-5,"ScannedCount":0}`, number},
		{scan, `{"Count":0,"ScannedCount":-1}`, number},
		{list, `{"TableNames":["a.b_c-9","Films"],"LastEvaluatedTableName":""}`, ""},
		{list, `{"TableNames":["Films","\u001b[31mMusic"]}`, name},
		{list, `{"TableNames":["Films","a b"]}`, "TableNames[1]: is a name that no table has"},
		{list, `{"TableNames":[""]}`, "TableNames[0]: is a name that no table has"},
		{list, `{"TableNames":[],"LastEvaluatedTableName":"a b"}`, "LastEvaluatedTableName: is a name that no table has"},
		{list, `{"TableNames":["\u202e"]}`, name},
		{describe, table(`"ItemCount":0,"TableSizeBytes":0,"CreationDateTime":0,"TableStatus":"NEW_STATUS"`), ""},
		{describe, table(`"ItemCount":-5`), number},
		{describe, table(`"TableSizeBytes":-1`), number},
		{describe, table(`"CreationDateTime":1e300`), time},
		{describe, table(`"CreationDateTime":-1`), time},
		{describe, table(`"CreationDateTime":"NaN"`), time},
		{describe, table(`"CreationDateTime":1700000000000`), time}, // milliseconds
		{describe, table(`"CreationDateTime":1.7e9`), ""},
		{describe, table(`"ProvisionedThroughput":{"ReadCapacityUnits":-1}`), number},
		{describe, table(`"ProvisionedThroughput":{"NumberOfDecreasesToday":-1}`), number},
		{describe, table(`"ProvisionedThroughput":{"LastIncreaseDateTime":1e12}`), time},
		{describe, table(`"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":-1}`), ""}, // no bound
		{describe, table(`"OnDemandThroughput":{"MaxReadRequestUnits":-2}`), number},
		{describe, table(`"GlobalSecondaryIndexes":[{"IndexName":"i","ItemCount":-1}]`), number},
		{describe, table(`"LocalSecondaryIndexes":[{"IndexName":"i\u0007"}]`), name},
		{describe, table(`"TableArn":"arn:\u001b"`), name},
		{describe, table(`"TableStatus":"ACTIVE\n"`), name},
		{describe, table(`"Replicas":[{"RegionName":"us-east-1\u001b"}]`), name},
		{describe, table(`"TableId":"\u001b","ItemCount":1`), name},
		{describe, table(`"LatestStreamLabel":"\u001b"`), name},
		{describe, table(`"AttributeDefinitions":[{"AttributeName":"a\u001b","AttributeType":"S"}]`), ""}, // as a user may name one
	} {
		err := test.call(wireClient(t, wiretest.New(wiretest.Reply(200, test.body)), dynamoconn.WithMaxAttempts(1)))
		if test.text == "" {
			require.NoError(t, err, test.body)
			continue
		}
		require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, test.body)
		assert.ErrorContains(t, err, ": corrupt response: "+test.text, test.body)
	}
}

func TestReasonOfAReplicaIsMadeFit(t *testing.T) {
	t.Parallel()

	w := wiretest.New(wiretest.Reply(200, `{"Table":{"TableName":"Music","Replicas":[{"ReplicaStatusDescription":"\u001b[31mlost"}]}}`))
	table, err := wireClient(t, w).DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
	require.NoError(t, err)
	assert.Equal(t, " [31mlost", table.Replicas[0].ReplicaStatusDescription)
}

// An item beside a failed condition that holds half of a surrogate pair was handed on, too.
func TestHalfASurrogatePairInTheItemThatIsStored(t *testing.T) {
	t.Parallel()

	e := failed(t, "ConditionalCheckFailedException", "m", `,"Item":{"Artist":{"S":"a\ud800b"}}`)
	assert.ErrorIs(t, e, dynamoconn.ErrConditionFailed)
	assert.ErrorIs(t, e, dynamoconn.ErrCorruptResponse)
	assert.Nil(t, e.Item())
}

// The key is compared as DynamoDB compares it, and only if a projection has left it.
func TestItemOfTheKeyIsTaken(t *testing.T) {
	t.Parallel()

	for _, item := range []string{`{"ID":{"N":"15"},"Year":{"N":"1"}}`, `{"ID":{"N":"1.5E1"}}`, `{"Year":{"N":"1"}}`, `{}`} {
		client := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Item":`+item+`}`)))
		key := dynamoconn.Item{dynamoconn.Decimal("ID", dynamoconn.MustNumber("15.0"))}
		got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: key, Attributes: []string{"Year"}})
		require.NoError(t, err, item)
		assert.NotNil(t, got.Item)

		// A whole item has its key.
		client = wireClient(t, wiretest.New(wiretest.Reply(200, `{"Item":`+item+`}`), wiretest.Reply(200, `{"Attributes":`+item+`}`)), dynamoconn.WithMaxAttempts(1))
		hasKey := strings.Contains(item, "ID")
		_, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: key})
		assert.Equal(t, !hasKey, errors.Is(err, dynamoconn.ErrCorruptResponse), item)
		_, err = client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: key, ReturnOldItem: true})
		assert.Equal(t, !hasKey, errors.Is(err, dynamoconn.ErrCorruptResponse), item)
		assert.Equal(t, !hasKey, errors.Is(err, dynamoconn.ErrAmbiguous), item)
	}
	client := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Table":{"TableName":"Music"}}`)))
	described, err := client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "arn:aws:dynamodb:eu-west-1:123456789012:table/Music"})
	require.NoError(t, err)
	assert.Equal(t, "Music", described.Name)
}

// A page with more than was asked for was read again to the limit, for ever.
func TestPageThatStaysTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	const three = `"Items":[{"A":{"S":"1"}},{"A":{"S":"2"}},{"A":{"S":"3"}}],"Count":3`
	for name, test := range map[string]struct {
		req  dynamoconn.ScanTableRequest
		body string
	}{
		"counts beyond the limit":    {dynamoconn.ScanTableRequest{CountOnly: true}, `{"Count":3,"ScannedCount":3}`},
		"none was read":              {dynamoconn.ScanTableRequest{FilterExpression: "A = B"}, `{` + three + `,"ScannedCount":0}`},
		"nobody says how many":       {dynamoconn.ScanTableRequest{FilterExpression: "A = B"}, `{` + three + `}`},
		"counts that none was read":  {dynamoconn.ScanTableRequest{FilterExpression: "A = B", CountOnly: true}, `{"Count":3,"ScannedCount":0}`},
		"the same page again":        {dynamoconn.ScanTableRequest{FilterExpression: "A = B"}, `{` + three + `,"ScannedCount":3}`},
		"the same count again":       {dynamoconn.ScanTableRequest{FilterExpression: "A = B", CountOnly: true}, `{"Count":3,"ScannedCount":3}`},
		"the same count, from a lot": {dynamoconn.ScanTableRequest{FilterExpression: "A = B", CountOnly: true}, `{"Count":3,"ScannedCount":3000}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
				if r.N > 100 {
					return nil, errors.New("for ever")
				}
				return wiretest.Reply(200, test.body)(r)
			})
			test.req.TableName, test.req.MaxItems = "Music", 2
			_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(1)).Scan(t.Context(), test.req)
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
			assert.Less(t, len(w.Requests()), 50)
		})
	}
}

// The item of a failed condition was read as the SDK reads it: an attribute that is {} had
// the value of the one before, and could make the item that stands equal to one's own.
func TestItemThatStandsIsReadStrictly(t *testing.T) {
	t.Parallel()

	item := dynamoconn.Item{dynamoconn.String("Artist", "a"), dynamoconn.String("ID", "a")}
	const invented = `,"Item":{"Artist":{"S":"a"},"ID":{}}`
	for name, answer := range map[string]wiretest.Answer{
		"a write":       wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", invented),
		"a transaction": cancelled("ConditionalCheckFailed", "m", invented),
	} {
		var opts []dynamoconn.CallOption
		if name == "a transaction" {
			opts = append(opts, dynamoconn.ExactlyOnce(""))
		}
		_, err := wireClient(t, wiretest.New(answer)).PutItem(t.Context(), dynamoconn.PutItemRequest{
			TableName: "Music", Item: item, ConditionExpression: "attribute_not_exists(ID)", ItemIsUnique: true,
		}, opts...)
		require.ErrorIs(t, err, dynamoconn.ErrConditionFailed, name)
		require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, name)
		assert.Nil(t, errorOf(t, err).Item(), name)
	}
}

// A protocol of the caller's own switched the strict reading off.
func TestProtocolOfSDKOptionsIsGuarded(t *testing.T) {
	t.Parallel()

	client := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Item":{"Year":{"N":"1"},"Z":{}}}`)), dynamoconn.WithMaxAttempts(1),
		dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.Protocol = dynamodb.New(dynamodb.Options{}).Options().Protocol }))
	_, err := client.GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
}
