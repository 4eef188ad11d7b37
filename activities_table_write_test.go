package dynamoconn_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// newMusic creates a table with everything that a request can have.
func newMusic() dynamoconn.CreateTableRequest {
	return dynamoconn.CreateTableRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.StringKey("Artist"),
		SortKey:      dynamoconn.StringKey("SongTitle"),
		GlobalSecondaryIndexes: []dynamoconn.GlobalSecondaryIndex{
			{
				IndexName:             "ByPlace",
				PartitionKey:          []dynamoconn.AttributeDefinition{dynamoconn.StringKey("Country"), dynamoconn.StringKey("City")},
				SortKey:               []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year"), dynamoconn.BinaryKey("Print")},
				NonKeyAttributes:      []string{"Price", "Label"},
				ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 3, WriteCapacityUnits: 4},
			},
			{
				IndexName:             "ByTitle",
				PartitionKey:          []dynamoconn.AttributeDefinition{dynamoconn.StringKey("SongTitle")},
				ProjectionType:        dynamoconn.ProjectionTypeKeysOnly,
				ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 6},
			},
		},
		LocalSecondaryIndexes: []dynamoconn.LocalSecondaryIndex{
			{IndexName: "ByYear", SortKey: dynamoconn.NumberKey("Year")},
		},
		ProvisionedThroughput:     &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 2},
		WarmThroughput:            &dynamoconn.WarmThroughput{ReadUnitsPerSecond: 12000},
		StreamViewType:            dynamoconn.StreamViewTypeKeysOnly,
		Tags:                      map[string]string{"Team": "Charts", "Cost": ""},
		TableClass:                dynamoconn.TableClassStandardInfrequentAccess,
		KMSKey:                    "alias/mine",
		DeletionProtectionEnabled: true,
	}
}

func TestCreateTableSendsWhatWasAsked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		req  dynamoconn.CreateTableRequest
		want string
	}{
		"the least": {
			dynamoconn.CreateTableRequest{TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist")},
			`{"TableName":"Music","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"Artist","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"}]}`,
		},
		"on demand with limits and the default key": {
			dynamoconn.CreateTableRequest{
				TableName: "Music", PartitionKey: dynamoconn.NumberKey("ID"), KMSKey: dynamoconn.DefaultKMSKey,
				OnDemandThroughput: &dynamoconn.OnDemandThroughput{MaxReadRequestUnits: 7, MaxWriteRequestUnits: -1},
			},
			`{"TableName":"Music","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"ID","AttributeType":"N"}],
			"KeySchema":[{"AttributeName":"ID","KeyType":"HASH"}],"SSESpecification":{"Enabled":true,"SSEType":"KMS"},
			"OnDemandThroughput":{"MaxReadRequestUnits":7,"MaxWriteRequestUnits":-1}}`,
		},
		"everything": {newMusic(), `{"TableName":"Music","BillingMode":"PROVISIONED",
			"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2},"WarmThroughput":{"ReadUnitsPerSecond":12000},
			"AttributeDefinitions":[{"AttributeName":"Artist","AttributeType":"S"},{"AttributeName":"SongTitle","AttributeType":"S"},
				{"AttributeName":"Country","AttributeType":"S"},{"AttributeName":"City","AttributeType":"S"},
				{"AttributeName":"Year","AttributeType":"N"},{"AttributeName":"Print","AttributeType":"B"}],
			"KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"SongTitle","KeyType":"RANGE"}],
			"GlobalSecondaryIndexes":[
				{"IndexName":"ByPlace","KeySchema":[{"AttributeName":"Country","KeyType":"HASH"},{"AttributeName":"City","KeyType":"HASH"},
					{"AttributeName":"Year","KeyType":"RANGE"},{"AttributeName":"Print","KeyType":"RANGE"}],
				"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["Price","Label"]},
				"ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}},
				{"IndexName":"ByTitle","KeySchema":[{"AttributeName":"SongTitle","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"},
				"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6}}],
			"LocalSecondaryIndexes":[{"IndexName":"ByYear","Projection":{"ProjectionType":"ALL"},
				"KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"Year","KeyType":"RANGE"}]}],
			"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
			"Tags":[{"Key":"Cost","Value":""},{"Key":"Team","Value":"Charts"}],"TableClass":"STANDARD_INFREQUENT_ACCESS",
			"SSESpecification":{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"alias/mine"},"DeletionProtectionEnabled":true}`},
	} {
		w := wiretest.Script(t, wiretest.AllDone())
		_, err := wireClient(t, w).CreateTable(t.Context(), test.req)
		require.NoError(t, err, name)
		assert.Equal(t, "CreateTable", w.Requests()[0].Action)
		assert.JSONEq(t, test.want, w.Requests()[0].Body, name)
	}
}

func TestCreateTableRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 256)
	for path, change := range map[string]func(*dynamoconn.CreateTableRequest){
		"TableName":                           func(r *dynamoconn.CreateTableRequest) { r.TableName = "ab" },
		"PartitionKey.AttributeName":          func(r *dynamoconn.CreateTableRequest) { r.PartitionKey = dynamoconn.AttributeDefinition{} },
		"PartitionKey.AttributeType":          func(r *dynamoconn.CreateTableRequest) { r.PartitionKey.AttributeType = "" },
		"SortKey.AttributeType":               func(r *dynamoconn.CreateTableRequest) { r.SortKey.AttributeType = "BOOL" },
		"SortKey.AttributeName":               func(r *dynamoconn.CreateTableRequest) { r.SortKey.AttributeName = "Artist" },
		"GlobalSecondaryIndexes[0].IndexName": func(r *dynamoconn.CreateTableRequest) { r.GlobalSecondaryIndexes[0].IndexName = "no name" },
		"GlobalSecondaryIndexes[1].IndexName": func(r *dynamoconn.CreateTableRequest) { r.GlobalSecondaryIndexes[1].IndexName = "ByPlace" },
		"LocalSecondaryIndexes[0].IndexName":  func(r *dynamoconn.CreateTableRequest) { r.LocalSecondaryIndexes[0].IndexName = "ByPlace" },
		"GlobalSecondaryIndexes[1].PartitionKey": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[1].PartitionKey = nil
		},
		"GlobalSecondaryIndexes[0].SortKey": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[0].SortKey = make([]dynamoconn.AttributeDefinition, 5)
		},
		"GlobalSecondaryIndexes[0].SortKey[1].AttributeName": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[0].SortKey[1] = dynamoconn.StringKey(long)
		},
		"GlobalSecondaryIndexes[0].PartitionKey[1].AttributeName": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[0].PartitionKey[1] = dynamoconn.StringKey("Country")
		},
		"LocalSecondaryIndexes[0].SortKey.AttributeType": func(r *dynamoconn.CreateTableRequest) {
			r.LocalSecondaryIndexes[0].SortKey = dynamoconn.StringKey("Year")
		},
		"LocalSecondaryIndexes[0].SortKey.AttributeName": func(r *dynamoconn.CreateTableRequest) {
			r.LocalSecondaryIndexes[0].SortKey = dynamoconn.StringKey("Artist")
		},
		"LocalSecondaryIndexes": func(r *dynamoconn.CreateTableRequest) { r.SortKey = dynamoconn.AttributeDefinition{} },
		"GlobalSecondaryIndexes[0].NonKeyAttributes": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[0].ProjectionType = dynamoconn.ProjectionTypeAll
		},
		"GlobalSecondaryIndexes[0].NonKeyAttributes[1]": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[0].NonKeyAttributes[1] = "Price"
		},
		"LocalSecondaryIndexes[0].NonKeyAttributes": func(r *dynamoconn.CreateTableRequest) {
			r.LocalSecondaryIndexes[0].ProjectionType = dynamoconn.ProjectionTypeInclude
		},
		"ProvisionedThroughput": func(r *dynamoconn.CreateTableRequest) { r.BillingMode = dynamoconn.BillingModePayPerRequest },
		"ProvisionedThroughput.WriteCapacityUnits": func(r *dynamoconn.CreateTableRequest) {
			r.ProvisionedThroughput.WriteCapacityUnits = 0
		},
		"OnDemandThroughput": func(r *dynamoconn.CreateTableRequest) { r.OnDemandThroughput = &dynamoconn.OnDemandThroughput{} },
		"GlobalSecondaryIndexes[1].ProvisionedThroughput": func(r *dynamoconn.CreateTableRequest) {
			r.GlobalSecondaryIndexes[1].ProvisionedThroughput = nil
		},
		"GlobalSecondaryIndexes[0].ProvisionedThroughput": func(r *dynamoconn.CreateTableRequest) {
			r.ProvisionedThroughput = nil
		},
		"GlobalSecondaryIndexes[1].OnDemandThroughput.MaxReadRequestUnits": func(r *dynamoconn.CreateTableRequest) {
			r.ProvisionedThroughput = nil
			r.GlobalSecondaryIndexes = r.GlobalSecondaryIndexes[1:]
			r.GlobalSecondaryIndexes = append([]dynamoconn.GlobalSecondaryIndex{{
				IndexName: "ByPrint", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.BinaryKey("Print")},
			}}, r.GlobalSecondaryIndexes...)
			r.GlobalSecondaryIndexes[1].ProvisionedThroughput = nil
			r.GlobalSecondaryIndexes[1].OnDemandThroughput = &dynamoconn.OnDemandThroughput{MaxReadRequestUnits: -2}
		},
		"TimeToLiveAttribute": func(r *dynamoconn.CreateTableRequest) { r.TimeToLiveAttribute = long },
		`Tags.""`:             func(r *dynamoconn.CreateTableRequest) { r.Tags = map[string]string{"": "x"} },
		"Tags.Team":           func(r *dynamoconn.CreateTableRequest) { r.Tags = map[string]string{"Team": long + "a"} },
	} {
		req := newMusic()
		change(&req)
		w := wiretest.Script(t)
		_, err := wireClient(t, w).CreateTable(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, path)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, path, field.Path, "%v", err)
	}
}

func TestUpdateTableSendsWhatWasAsked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		req  dynamoconn.UpdateTableRequest
		want string
	}{
		"capacities": {
			dynamoconn.UpdateTableRequest{
				BillingMode:           dynamoconn.BillingModeProvisioned,
				ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 2},
				UpdateIndexes: []dynamoconn.IndexUpdate{
					{IndexName: "ByYear", ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 3, WriteCapacityUnits: 4}},
				},
			},
			`{"TableName":"Music","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2},
			"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"ByYear","ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}}}]}`,
		},
		"an index": {
			dynamoconn.UpdateTableRequest{CreateIndex: &dynamoconn.GlobalSecondaryIndex{
				IndexName: "ByYear", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")},
			}},
			`{"TableName":"Music","AttributeDefinitions":[{"AttributeName":"Year","AttributeType":"N"}],
			"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"ByYear","KeySchema":[{"AttributeName":"Year","KeyType":"HASH"}],
			"Projection":{"ProjectionType":"ALL"}}}]}`,
		},
		"what is switched off": {
			dynamoconn.UpdateTableRequest{
				DisableStream: true, RemoveKMSKey: true, DeletionProtectionEnabled: dynamoconn.BooleanValueFalse, DeleteIndex: "ByYear",
			},
			`{"TableName":"Music","StreamSpecification":{"StreamEnabled":false},"SSESpecification":{"Enabled":false},
			"DeletionProtectionEnabled":false,"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"ByYear"}}]}`,
		},
	} {
		test.req.TableName = "Music"
		w := wiretest.Script(t, wiretest.AllDone())
		_, err := wireClient(t, w).UpdateTable(t.Context(), test.req)
		require.NoError(t, err, name)
		assert.JSONEq(t, test.want, w.Requests()[0].Body, name)
	}
}

func TestTableActivitiesRefuse(t *testing.T) {
	t.Parallel()
	updating := func(req dynamoconn.UpdateTableRequest) func(context.Context, *dynamoconn.Client) error {
		return func(ctx context.Context, c *dynamoconn.Client) error {
			req.TableName = "Music"
			_, err := c.UpdateTable(ctx, req)
			return err
		}
	}
	index := &dynamoconn.GlobalSecondaryIndex{IndexName: "ByYear", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")}}
	for _, test := range []struct {
		path string
		call func(context.Context, *dynamoconn.Client) error
	}{
		{"", updating(dynamoconn.UpdateTableRequest{})},
		{"DeletionProtectionEnabled", updating(dynamoconn.UpdateTableRequest{DeletionProtectionEnabled: "maybe"})},
		{"ProvisionedThroughput", updating(dynamoconn.UpdateTableRequest{BillingMode: dynamoconn.BillingModeProvisioned})},
		{"DisableStream", updating(dynamoconn.UpdateTableRequest{StreamViewType: "KEYS_ONLY", DisableStream: true})},
		{"RemoveKMSKey", updating(dynamoconn.UpdateTableRequest{KMSKey: "k", RemoveKMSKey: true})},
		{"DeleteIndex", updating(dynamoconn.UpdateTableRequest{CreateIndex: index, DeleteIndex: "ByTitle"})},
		{"DeleteIndex", updating(dynamoconn.UpdateTableRequest{DeleteIndex: "x"})},
		{"CreateIndex.PartitionKey", updating(dynamoconn.UpdateTableRequest{CreateIndex: &dynamoconn.GlobalSecondaryIndex{IndexName: "ByYear"}})},
		{"UpdateIndexes[0].IndexName", updating(dynamoconn.UpdateTableRequest{UpdateIndexes: []dynamoconn.IndexUpdate{{}}})},
		{"TableName", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.DeleteTable(ctx, dynamoconn.DeleteTableRequest{})
			return err
		}},
		{"TableName", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: "a b"})
			return err
		}},
		{"AttributeName", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.UpdateTimeToLive(ctx, dynamoconn.UpdateTimeToLiveRequest{TableName: "Music", Disable: true})
			return err
		}},
		{"TableARN", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.TagTable(ctx, dynamoconn.TagTableRequest{TableARN: "Music", Tags: map[string]string{"a": "b"}})
			return err
		}},
		{"Tags", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.TagTable(ctx, dynamoconn.TagTableRequest{TableARN: musicARN})
			return err
		}},
		{"Keys[1]", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.UntagTable(ctx, dynamoconn.UntagTableRequest{TableARN: musicARN, Keys: []string{"a", ""}})
			return err
		}},
		{"TableARN", func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.ListTags(ctx, dynamoconn.ListTagsRequest{TableARN: "Music"})
			return err
		}},
	} {
		err := test.call(t.Context(), wireClient(t, wiretest.Script(t)))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, test.path)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, test.path, field.Path)
	}
}

// What a change of a table reports that is sent again after its answer was lost. The journal
// says what was done.
func TestTableChangeWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for activity, test := range map[string]struct {
		action string
		again  []error // of the repetition, besides ErrAmbiguous
	}{
		"CreateTable":      {"CreateTable", []error{dynamoconn.ErrTableExists}},
		"UpdateTable":      {"UpdateTable", []error{dynamoconn.ErrTableInUse}},
		"DeleteTable":      {"DeleteTable", []error{dynamoconn.ErrTableInUse}},
		"UpdateTimeToLive": {"UpdateTimeToLive", []error{dynamoconn.ErrValidation}},
		"TagTable":         {"TagResource", nil},
		"UntagTable":       {"UntagResource", nil},
	} {
		t.Run(activity, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				run := func(opts ...dynamoconn.CallOption) (*dynamoconntest.Server, error) {
					server := dynamoconntest.New(dynamoconntest.WithTableDelays(0, 1e10, 1e10))
					if activity != "CreateTable" {
						require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
					}
					server.Inject(dynamoconntest.Fault{Operation: test.action, Times: 1, Effect: dynamoconntest.LoseAnswer()})
					return server, everyActivity[activity].call(t.Context(), server.Client(t), opts...)
				}
				server, err := run()
				require.Len(t, server.Requests(test.action), 2)
				assert.True(t, server.Requests(test.action)[0].Applied)
				if test.again == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				}
				for _, cause := range test.again {
					require.ErrorIs(t, err, cause)
				}

				server, err = run(dynamoconn.SendOnce())
				require.Len(t, server.Requests(test.action), 1)
				require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
				for _, cause := range test.again {
					require.NotErrorIs(t, err, cause)
				}
			})
		})
	}
}

func TestTablesThatAreInTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := dynamoconntest.New(dynamoconntest.WithTableDelays(1e9, 1e9, 1e9))
		client := server.Client(t)
		create := dynamoconn.CreateTableRequest{TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist")}
		_, err := client.CreateTable(t.Context(), create)
		require.NoError(t, err)
		_, err = client.CreateTable(t.Context(), create)
		require.ErrorIs(t, err, dynamoconn.ErrTableExists)
		assert.NotErrorIs(t, err, dynamoconn.ErrTableInUse)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.Equal(t, 1, errorOf(t, err).Attempts)
		_, err = client.DeleteTable(t.Context(), dynamoconn.DeleteTableRequest{TableName: "Music"})
		require.ErrorIs(t, err, dynamoconn.ErrTableInUse)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		_, err = client.DeleteTable(t.Context(), dynamoconn.DeleteTableRequest{TableName: "Films"})
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	})
}

func TestCreateTableWithTimeToLive(t *testing.T) {
	t.Parallel()
	create := dynamoconn.CreateTableRequest{
		TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist"), TimeToLiveAttribute: "Expires",
	}
	synctest.Test(t, func(t *testing.T) {
		server := dynamoconntest.New(dynamoconntest.WithTableDelays(1e9, 0, 0))
		client := server.Client(t)
		table, err := client.CreateTable(t.Context(), create)
		require.NoError(t, err)
		assert.True(t, table.IsReady())
		journal := server.Journal()
		assert.Len(t, table.RequestIDs, len(journal))
		assert.Equal(t, "CreateTable", journal[0].Operation)
		assert.Equal(t, "UpdateTimeToLive", journal[len(journal)-1].Operation)
		for _, entry := range journal[1 : len(journal)-1] {
			assert.Equal(t, "DescribeTable", entry.Operation)
		}
		live, err := client.DescribeTimeToLive(t.Context(), dynamoconn.DescribeTimeToLiveRequest{TableName: "Music"})
		require.NoError(t, err)
		assert.Equal(t, "Expires", live.AttributeName)
		assert.Equal(t, dynamoconn.TimeToLiveStatusEnabled, live.TimeToLiveStatus)
	})
	for operation, cause := range map[string]error{
		"CreateTable":      dynamoconn.ErrAccessDenied,
		"DescribeTable":    dynamoconn.ErrUnfinishedTable,
		"UpdateTimeToLive": dynamoconn.ErrUnfinishedTable,
	} {
		w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
			if r.Action == operation {
				return wiretest.Refuse(400, "AccessDeniedException", "no", "R")(r)
			}
			return wiretest.AllDone()(r)
		})
		table, err := wireClient(t, w).CreateTable(t.Context(), create)
		require.ErrorIs(t, err, dynamoconn.ErrAccessDenied, operation)
		require.ErrorIs(t, err, cause, operation)
		if operation == "CreateTable" {
			assert.Nil(t, table)
			assert.NotErrorIs(t, err, dynamoconn.ErrUnfinishedTable)
			continue
		}
		require.NotNil(t, table, operation)
		assert.Equal(t, "Music", table.Name)
		assert.Len(t, w.Requests(), table.Attempts)
	}
}

func TestAnswersAboutTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ activity, body string }{
		{"CreateTable", `{}`},
		{"CreateTable", `{"TableDescription":{"TableName":"Films"}}`},
		{"CreateTable", `{"Table":{"TableName":"Music"}}`},
		{"UpdateTable", `{"TableDescription":{"TableName":"Films"}}`},
		{"DeleteTable", `{"TableDescription":{"TableStatus":"DELETING"}}`},
		{"DeleteTable", ``},
		{"WaitForTable", `{"Table":{"TableName":"Films","TableStatus":"ACTIVE"}}`},
		{"UpdateTimeToLive", `{}`},
		{"UpdateTimeToLive", `{"TimeToLiveSpecification":{"AttributeName":"Expires","Enabled":false}}`},
		{"UpdateTimeToLive", `{"TimeToLiveSpecification":{"AttributeName":"Other","Enabled":true}}`},
		{"DescribeTimeToLive", `{}`},
		{"DescribeTimeToLive", `{"TimeToLiveDescription":{}}`},
		{"TagTable", `{"Tags":[]}`},
		{"UntagTable", `{"TableDescription":{"TableName":"Music"}}`},
		{"ListTags", `{}`},
		{"ListTags", `{"Tags":[null]}`},
	} {
		w := wiretest.New(wiretest.Reply(200, test.body))
		err := everyActivity[test.activity].call(t.Context(), wireClient(t, w, dynamoconn.WithMaxAttempts(1)))
		require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s %s", test.activity, test.body)
	}
	// The two whose answer has no body.
	for _, activity := range []string{"TagTable", "UntagTable"} {
		w := wiretest.New(wiretest.Reply(200, ""))
		require.NoError(t, everyActivity[activity].call(t.Context(), wireClient(t, w)))
	}
}

func TestListTagsReadsAllPages(t *testing.T) {
	t.Parallel()
	w := wiretest.Script(t,
		wiretest.Reply(200, `{"Tags":[{"Key":"a","Value":"1"}],"NextToken":"t1"}`),
		wiretest.Reply(200, `{"Tags":[],"NextToken":"t2"}`),
		wiretest.Reply(200, `{"Tags":[{"Key":"b","Value":""}]}`))
	resp, err := wireClient(t, w).ListTags(t.Context(), dynamoconn.ListTagsRequest{TableARN: musicARN})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1", "b": ""}, resp.Tags)
	assert.Equal(t, 3, resp.Attempts)
	assert.JSONEq(t, `{"ResourceArn":"`+musicARN+`","NextToken":"t2"}`, w.Requests()[2].Body)

	w = wiretest.New(wiretest.Reply(200, `{"Tags":[],"NextToken":"t1"}`))
	_, err = wireClient(t, w).ListTags(t.Context(), dynamoconn.ListTagsRequest{TableARN: musicARN})
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
}
