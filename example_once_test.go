package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// losingClient returns a client of a DynamoDB in memory with an empty table, which
// carries out the first n writes and loses their answers.
func losingClient(n int) *dynamoconn.Client {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Orders", PartitionKey: "ID"}); err != nil {
		log.Fatal(err)
	}
	db.Inject(dynamoconntest.Fault{Times: n, Effect: dynamoconntest.LoseAnswer()})
	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithHTTPClient(db.HTTPClient()),
		dynamoconn.WithMaxAttempts(2))
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleExactlyOnce() {
	client := losingClient(1) // the answer to the first attempt

	put := dynamoconn.PutItemRequest{
		TableName:           "Orders",
		Item:                dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.Long("Total", 250)},
		ConditionExpression: "attribute_not_exists(ID)",
	}
	resp, err := client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(""))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("put in", resp.Attempts, "attempts")

	_, err = client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce("")) // another put
	fmt.Println(errors.Is(err, dynamoconn.ErrConditionFailed))
	// Output:
	// put in 2 attempts
	// true
}

// A write in doubt is sent again with its token, within 10 minutes.
func ExampleExactlyOnce_again() {
	client := losingClient(2) // as many as there are attempts

	put := dynamoconn.PutItemRequest{
		TableName:           "Orders",
		Item:                dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.Long("Total", 250)},
		ConditionExpression: "attribute_not_exists(ID)",
	}
	_, err := client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(""))
	var e *dynamoconn.Error
	if errors.As(err, &e) && errors.Is(err, dynamoconn.ErrAmbiguous) {
		fmt.Println("in doubt after", e.Attempts, "attempts")
		_, err = client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(e.Token))
	}
	fmt.Println(err)
	// Output:
	// in doubt after 2 attempts
	// <nil>
}

func ExampleSendOnce() {
	client := losingClient(1)
	ctx := context.Background()

	order := dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.String("Clerk", "Ann"), dynamoconn.Long("Total", 250)}
	_, err := client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Orders", Item: order}, dynamoconn.SendOnce())
	if !errors.Is(err, dynamoconn.ErrAmbiguous) {
		log.Fatal(err) // nil, or certainly not written
	}
	// The order may be there, and another clerk may have changed it since: a look
	// before anything is written over it.
	now, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Orders", Item: order.Pick("ID"), IsConsistentRead: true})
	if err != nil {
		log.Fatal(err)
	}
	clerk, err := dynamoconn.Value[string](now.Item, "Clerk")
	fmt.Println("written by", clerk, err)
	// Output: written by Ann <nil>
}

// An ID that only this write has tells it from all others.
func ExamplePutItemRequest_itemIsUnique() {
	client := losingClient(1)

	resp, err := client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Orders",
		Item: dynamoconn.Item{
			dynamoconn.String("ID", "A1"),
			dynamoconn.String("WriteID", "6f1b3c9d"), // drawn anew for each write
		},
		ConditionExpression: "attribute_not_exists(ID)",
		ItemIsUnique:        true,
	})
	if err != nil {
		log.Fatal(err) // without ItemIsUnique: outcome unknown
	}
	fmt.Println("put in", resp.Attempts, "attempts")
	// Output: put in 2 attempts
}
