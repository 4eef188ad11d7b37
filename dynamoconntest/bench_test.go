package dynamoconntest_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

// backends returns the servers that the benchmarks compare in one run: the one in
// memory and, without -short, DynamoDB Local.
func backends(b *testing.B) map[string]*dynamodb.Client {
	b.Helper()
	out := map[string]*dynamodb.Client{"memory": dynamoconntest.New(dynamoconntest.WithJournalSize(0)).SDKClient()}
	if !testing.Short() {
		server, err := dynamodblocal.Start(b.Context(), dynamodblocal.Options{})
		require.NoError(b, err)
		connections := &http.Client{Transport: &http.Transport{}}
		b.Cleanup(func() {
			connections.CloseIdleConnections()
			require.NoError(b, server.Stop())
		})
		out["local"] = dynamodb.New(dynamodb.Options{
			Region: "us-east-1", Credentials: dynamoconntest.Credentials(),
			BaseEndpoint: aws.String(server.Endpoint()), HTTPClient: connections,
		})
	}
	return out
}

func benchTable(b *testing.B, c *dynamodb.Client) {
	b.Helper()
	ctx := context.Background()
	_, _ = c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("Bench")})
	_, err := c.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("Bench"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("p"), AttributeType: "S"}, {AttributeName: aws.String("s"), AttributeType: "N"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("p"), KeyType: "HASH"}, {AttributeName: aws.String("s"), KeyType: "RANGE"}},
	})
	require.NoError(b, err)
	b.Cleanup(func() { _, _ = c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("Bench")}) })
}

func benchItem(p string, s int) item {
	return merge(key(p, s), item{"name": str("a name of some length"), "count": num(s * 17), "tags": &types.AttributeValueMemberSS{Value: []string{"x", "y"}}, "pad": str(strings.Repeat("z", 200))})
}

func benchFill(b *testing.B, c *dynamodb.Client, n int) {
	b.Helper()
	for i := 0; i < n; i += 25 {
		var w []types.WriteRequest
		for k := i; k < min(i+25, n); k++ {
			w = append(w, types.WriteRequest{PutRequest: &types.PutRequest{Item: benchItem("a", k)}})
		}
		_, err := c.BatchWriteItem(context.Background(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Bench": w}})
		require.NoError(b, err)
	}
}

func BenchmarkPutItem(b *testing.B) {
	for name, c := range backends(b) {
		b.Run(name, func(b *testing.B) {
			benchTable(b, c)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, err := c.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: aws.String("Bench"), Item: benchItem("a", i)})
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkGetItem(b *testing.B) {
	for name, c := range backends(b) {
		b.Run(name, func(b *testing.B) {
			benchTable(b, c)
			benchFill(b, c, 100)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				out, err := c.GetItem(b.Context(), &dynamodb.GetItemInput{TableName: aws.String("Bench"), Key: key("a", i%100)})
				require.NoError(b, err)
				require.Len(b, out.Item, 6)
			}
		})
	}
}

func BenchmarkQueryPageOf100(b *testing.B) {
	for name, c := range backends(b) {
		b.Run(name, func(b *testing.B) {
			benchTable(b, c)
			benchFill(b, c, 1000)
			b.ReportAllocs()
			for b.Loop() {
				out, err := c.Query(b.Context(), &dynamodb.QueryInput{
					TableName: aws.String("Bench"), KeyConditionExpression: aws.String("p = :p AND s >= :s"),
					ExpressionAttributeValues: item{":p": str("a"), ":s": num(500)}, Limit: aws.Int32(100),
				})
				require.NoError(b, err)
				require.Len(b, out.Items, 100)
			}
		})
	}
}

func BenchmarkScanPageOf1MB(b *testing.B) {
	for name, c := range backends(b) {
		b.Run(name, func(b *testing.B) {
			benchTable(b, c)
			benchFill(b, c, 5000)
			b.ReportAllocs()
			for b.Loop() {
				out, err := c.Scan(b.Context(), &dynamodb.ScanInput{TableName: aws.String("Bench")})
				require.NoError(b, err)
				require.Greater(b, len(out.Items), 3000)
			}
		})
	}
}

// The server in memory is started and has a table. DynamoDB Local is started and has
// answered once.
func BenchmarkStart(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, dynamoconntest.New().CreateTable(dynamoconntest.Table{Name: "Bench", PartitionKey: "p"}))
		}
	})
	if testing.Short() {
		return
	}
	b.Run("local", func(b *testing.B) {
		for b.Loop() {
			server, err := dynamodblocal.Start(b.Context(), dynamodblocal.Options{})
			require.NoError(b, err)
			require.NoError(b, server.Stop())
		}
	})
}

// Reading an item must cost about the same in a large table as in a small one.
// bytes/item is the memory of the table.
func BenchmarkPointReadBySize(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if testing.Short() && n > 1000 {
				b.Skip("a million items")
			}
			db := dynamoconntest.New(dynamoconntest.WithJournalSize(0))
			require.NoError(b, db.CreateTable(dynamoconntest.Table{Name: "Bench", PartitionKey: "p"}))
			before := heapBytes()
			for i := range n {
				require.NoError(b, db.Load("Bench", map[string]any{"p": fmt.Sprint("key-", i), "name": "a small item", "n": i}))
			}
			used := heapBytes() - before
			c := db.SDKClient()
			i := 0
			for b.Loop() {
				i = (i + 7919) % n
				out, err := c.GetItem(b.Context(), &dynamodb.GetItemInput{TableName: aws.String("Bench"), Key: item{"p": str(fmt.Sprint("key-", i))}})
				require.NoError(b, err)
				require.Len(b, out.Item, 3)
			}
			b.ReportMetric(float64(used)/float64(n), "bytes/item")
		})
	}
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
