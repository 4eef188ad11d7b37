package integration

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// backend is what the tests run on.
var backend = flag.String("backend", "", "run the tests on `local`, which is DynamoDB Local, or memory, which is dynamoconntest (default local, with -short memory)")

func TestMain(m *testing.M) {
	flag.Parse()
	if *backend == "" {
		*backend = "local"
		if testing.Short() {
			*backend = "memory"
		}
	}
	if *backend != "local" && *backend != "memory" {
		fmt.Fprintln(os.Stderr, "-backend: must be local or memory")
		os.Exit(2)
	}
	code := m.Run()
	if err := tidyUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func inMemory() bool { return *backend == "memory" }

// tidyUp ends what the tests share, and reports what they left behind.
func tidyUp() error {
	if shared.client != nil {
		shared.client.CloseIdleConnections()
		closeIdleConnections()
	}
	if err := dynamodblocal.StopShared(); err != nil {
		return err
	}
	if err := goleak.Find(); err != nil {
		return fmt.Errorf("the tests left goroutines behind: %w", err)
	}
	return nil
}

// shared is what all tests have in common: one server, and a client and an SDK
// client of it.
var shared struct {
	start  sync.Once
	err    error
	client *dynamoconn.Client
	raw    *dynamodb.Client

	endpoint string              // in memory, one that nothing listens at
	http     dynamodb.HTTPClient // which leads to the server
}

func startBackend() error {
	shared.start.Do(func() {
		ctx := context.Background()
		if inMemory() {
			shared.endpoint = "http://localhost:8000"
			shared.http = dynamoconntest.New(dynamoconntest.WithJournalSize(0)).HTTPClient()
		} else {
			server, err := dynamodblocal.Shared(ctx, dynamodblocal.Options{Progress: os.Stderr})
			if err != nil {
				shared.err = err
				return
			}
			shared.endpoint = server.Endpoint()
			shared.http = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
		}
		shared.raw = dynamodb.New(dynamodb.Options{
			Region:       string(dynamoconn.RegionUSEast1),
			BaseEndpoint: aws.String(shared.endpoint),
			Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
			HTTPClient:   shared.http,
		})
		shared.client, shared.err = dynamoconn.New(ctx, localOptions()...)
	})
	return shared.err
}

func closeIdleConnections() {
	if c, ok := shared.http.(*http.Client); ok {
		c.CloseIdleConnections()
	}
}

func localOptions(more ...dynamoconn.Option) []dynamoconn.Option {
	options := []dynamoconn.Option{
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithEndpoint(shared.endpoint),
		dynamoconn.WithStaticCredentials("local", "local", ""),
	}
	if inMemory() {
		options = append(options, dynamoconn.WithHTTPClient(shared.http))
	}
	return append(options, more...)
}

// local returns the shared client of the backend, which is on this machine either
// way. Without a DynamoDB Local the test fails and says what to install.
func local(t *testing.T) *dynamoconn.Client {
	t.Helper()
	require.NoError(t, startBackend())
	return shared.client
}

// localJournal returns a client of its own for the test, and the HTTP client that keeps
// what it sends.
func localJournal(t *testing.T, more ...dynamoconn.Option) (*dynamoconn.Client, *wiretest.Client) {
	t.Helper()
	local(t)
	j := wiretest.New(wiretest.Forward(shared.http))
	client, err := dynamoconn.New(t.Context(), localOptions(append(more, dynamoconn.WithHTTPClient(j))...)...)
	require.NoError(t, err)
	return client, j
}

// attribute is one attribute of a table's key: its name and its type S, N or B.
type attribute struct {
	name string
	kind types.ScalarAttributeType
}

// keyed describes a table with that partition key and, perhaps, sort key.
func keyed(key ...attribute) *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema(key...)}
	for _, a := range key {
		input.AttributeDefinitions = append(input.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: aws.String(a.name), AttributeType: a.kind})
	}
	return input
}

func keySchema(key ...attribute) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for i, a := range key {
		kind := types.KeyTypeHash
		if i > 0 {
			kind = types.KeyTypeRange
		}
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(a.name), KeyType: kind})
	}
	return schema
}

var (
	byID   = attribute{"ID", types.ScalarAttributeTypeN}
	byName = attribute{"Name", types.ScalarAttributeTypeS}
)

// newTable makes a table of its own for the test and returns its name.
func newTable(t *testing.T, input *dynamodb.CreateTableInput) string {
	t.Helper()
	local(t)
	name, err := createTable(t.Context(), input)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		_, err := shared.raw.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
		require.NoError(t, err)
	})
	return name
}

func createTable(ctx context.Context, input *dynamodb.CreateTableInput) (name string, err error) {
	name = aws.ToString(input.TableName)
	if name == "" {
		name = uniqueName()
	}
	named := *input
	named.TableName = &name
	if _, err := shared.raw.CreateTable(ctx, &named); err != nil {
		return "", err
	}
	waiter := dynamodb.NewTableExistsWaiter(shared.raw)
	return name, waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, 30*time.Second)
}

// uniqueName is a table's name that nothing else on the server has, so that tests
// of several programs can share one.
func uniqueName() string { return "test-" + rand.Text() }

// fill writes the items through the SDK, so that a read is tested by itself.
func fill(t *testing.T, table string, items []dynamoconn.Item) {
	t.Helper()
	for _, item := range items {
		attributes, err := dynamoconn.ToAttributeValues(item)
		require.NoError(t, err)
		require.NoError(t, rawPut(t, table, attributes))
	}
}

func rawPut(t *testing.T, table string, attributes map[string]types.AttributeValue) error {
	t.Helper()
	_, err := shared.raw.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: attributes})
	return err
}

// rawItem reads an item through the SDK, so that a write is tested by itself.
func rawItem(t *testing.T, table string, key dynamoconn.Item) map[string]types.AttributeValue {
	t.Helper()
	attributes, err := dynamoconn.ToAttributeValues(key)
	require.NoError(t, err)
	out, err := shared.raw.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: attributes, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

// requireSameItems compares items without regard to their order.
func requireSameItems(t *testing.T, want, got []dynamoconn.Item, key string) {
	t.Helper()
	byKey := make(map[string]dynamoconn.Item, len(want))
	for _, item := range want {
		byKey[keyText(item, key)] = item
	}
	require.Len(t, byKey, len(want), "the wanted items share a key")
	require.Len(t, got, len(want))
	for _, item := range got {
		text := keyText(item, key)
		wanted, ok := byKey[text]
		require.True(t, ok, "%s is not wanted, or came twice", text)
		if !wanted.Equal(item) {
			require.Equal(t, wanted, item)
		}
		delete(byKey, text)
	}
}

func keyText(item dynamoconn.Item, key string) string {
	kv, _ := item.Get(key)
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueLong:
		return fmt.Sprint("N", kv.LongValue)
	case *dynamoconn.KeyValueDecimal:
		return "N" + kv.DecimalValue.Canonical().String()
	case *dynamoconn.KeyValueString:
		return "S" + kv.StringValue
	case *dynamoconn.KeyValueBinary:
		return fmt.Sprintf("B%x", kv.BinaryValue)
	}
	return fmt.Sprintf("%T", kv)
}
