package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
)

func ExampleClient_TransactWrite() {
	client := musicClient()
	ctx := context.Background()
	happyDay := dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Happy Day")}

	transaction := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.ConditionCheck{TableName: "Music", Item: happyDay, If: dynamoconn.Attr("Year").LT(2000)},
		dynamoconn.PutItemRequest{
			TableName: "Music",
			Item:      dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Happy Day 2")},
			If:        dynamoconn.Attr("Artist").NotExists(),
		},
	}}
	_, err := client.TransactWrite(ctx, transaction)
	fmt.Println(err)

	_, err = client.TransactWrite(ctx, transaction) // the second song is there now
	var failed *dynamoconn.TransactionError
	if errors.As(err, &failed) {
		for _, failure := range failed.Failures {
			fmt.Println(failure.Index, errors.Is(failure.Err, dynamoconn.ErrConditionFailed))
		}
	}
	// Output:
	// <nil>
	// 1 true
}

// A program that gives the token can send the transaction again after a restart.
func ExampleClient_TransactWrite_token() {
	client := losingClient(1)
	transaction := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.UpdateItemRequest{
			TableName: "Orders", Item: dynamoconn.Item{dynamoconn.String("ID", "A1")},
			Changes: []dynamoconn.Change{dynamoconn.Attr("Total").Increment(250)},
		},
	}}
	resp, err := client.TransactWrite(context.Background(), transaction, dynamoconn.ExactlyOnce("order A1, position 1"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Attempts, "attempts, applied by the first:", resp.AppliedEarlier)
	// Output: 2 attempts, applied by the first: true
}

func ExampleClient_TransactGet() {
	client := musicClient()

	resp, err := client.TransactGet(context.Background(), dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{
		{TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Happy Day")}},
		{TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Artist", "Nobody"), dynamoconn.String("SongTitle", "Nothing")}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(dynamoconn.Value[int64](resp.Items[0], "Year"))
	fmt.Println(resp.Items[1] == nil)
	// Output:
	// 1999 <nil>
	// true
}
