package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
)

func ExampleClient_UpdateItem() {
	client := musicClient()

	resp, err := client.UpdateItem(context.Background(), dynamoconn.UpdateItemRequest{
		TableName: "Music",
		Item:      dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Happy Day")},
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("Plays").Increment(1),
			dynamoconn.Attr("Genres").AddMembers("rock", "pop"),
			dynamoconn.Attr("Draft").Remove(),
		},
		If:     dynamoconn.Attr("Year").LT(2000),
		Return: dynamoconn.ReturnUpdatedNew,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Attributes)
	// Output: {Genres: set("pop", "rock"), Plays: 1}
}

func ExampleClient_UpdateItem_text() {
	client := musicClient()

	resp, err := client.UpdateItem(context.Background(), dynamoconn.UpdateItemRequest{
		TableName:                 "Music",
		Item:                      dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Happy Day")},
		UpdateExpression:          "SET #y = #y + :n",
		ExpressionAttributeNames:  map[string]string{"#y": "Year"},
		ExpressionAttributeValues: dynamoconn.Item{dynamoconn.Long(":n", 1)},
		Return:                    dynamoconn.ReturnUpdatedNew,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Attributes)
	// Output: {Year: 2000}
}

// An increment whose answer is lost is not sent again: it would be counted twice. With
// ExactlyOnce it is, and counts once.
func ExampleClient_UpdateItem_lostAnswer() {
	increment := dynamoconn.UpdateItemRequest{
		TableName: "Orders", Item: dynamoconn.Item{dynamoconn.String("ID", "A1")},
		Changes: []dynamoconn.Change{dynamoconn.Attr("Total").Increment(250)},
	}
	_, err := losingClient(1).UpdateItem(context.Background(), increment)
	fmt.Println("in doubt:", errors.Is(err, dynamoconn.ErrAmbiguous))

	resp, err := losingClient(1).UpdateItem(context.Background(), increment, dynamoconn.ExactlyOnce(""))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("applied once in", resp.Attempts, "attempts")
	// Output:
	// in doubt: true
	// applied once in 2 attempts
}

// An ID that only this update has shows that it was applied.
func ExampleUpdateItemRequest_uniqueAttribute() {
	_, err := losingClient(1).UpdateItem(context.Background(), dynamoconn.UpdateItemRequest{
		TableName: "Orders", Item: dynamoconn.Item{dynamoconn.String("ID", "A1")},
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("Total").Increment(250),
			dynamoconn.Attr("LastUpdate").Set("6f1b3c9d"), // drawn anew for each update
		},
		UniqueAttribute: "LastUpdate",
	})
	fmt.Println(err) // without UniqueAttribute: outcome unknown
	// Output: <nil>
}
