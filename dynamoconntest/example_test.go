package dynamoconntest_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// A table, an item and a client of the AWS SDK, without a socket or a container.
func ExampleNew() {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Year:N"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := db.Load("Music", map[string]any{"Artist": "Nina", "Year": 1964, "Song": "Feeling Good"}); err != nil {
		fmt.Println(err)
		return
	}
	out, err := db.SDKClient().Query(context.Background(), &dynamodb.QueryInput{
		TableName:                 aws.String("Music"),
		KeyConditionExpression:    aws.String("Artist = :a"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":a": &types.AttributeValueMemberS{Value: "Nina"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Count, out.Items[0]["Song"].(*types.AttributeValueMemberS).Value)
	// Output: 1 Feeling Good
}

// The answer to a write is lost and the SDK sends the write again. The journal shows
// that it was applied twice.
func ExampleServer_Inject() {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Counters", PartitionKey: "ID"}); err != nil {
		fmt.Println(err)
		return
	}
	db.Inject(dynamoconntest.Fault{Operation: "UpdateItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})

	client := db.SDKClient(func(o *dynamodb.Options) { o.RetryMaxAttempts = 3 })
	_, err := client.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String("Counters"),
		Key:                       map[string]types.AttributeValue{"ID": &types.AttributeValueMemberS{Value: "visits"}},
		UpdateExpression:          aws.String("ADD hits :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
	})
	fmt.Println("error:", err)
	for _, e := range db.Requests("UpdateItem") {
		fmt.Printf("applied: %v, fault: %q\n", e.Applied, e.Fault)
	}
	// Output:
	// error: <nil>
	// applied: true, fault: "lose answer"
	// applied: true, fault: ""
}

// Each test starts from the same state.
func ExampleServer_Restore() {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}); err != nil {
		fmt.Println(err)
		return
	}
	start := db.Snapshot()
	count := func() int32 {
		out, err := db.SDKClient().Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("Music"), Select: types.SelectCount})
		if err != nil {
			fmt.Println(err)
			return -1
		}
		return out.Count
	}
	if err := db.Load("Music", map[string]any{"Artist": "Nina"}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(count())
	db.Restore(start)
	fmt.Println(count())
	// Output:
	// 1
	// 0
}
