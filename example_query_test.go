package dynamoconn_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
)

// titleOf returns the title of a song of musicClient.
func titleOf(song dynamoconn.Item) string {
	title, err := dynamoconn.Value[string](song, "SongTitle")
	if err != nil {
		log.Fatal(err)
	}
	return title
}

func ExampleClient_Query() {
	client := musicClient()

	resp, err := client.Query(context.Background(), dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		SortKey:      []dynamoconn.Condition{dynamoconn.Attr("SongTitle").BeginsWith("P")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, song := range resp.Items {
		fmt.Println(titleOf(song))
	}
	// Output: PartiQL Rocks
}

// MaxScanned bounds what a query costs, however few items its filter lets through.
func ExampleClient_Query_maxScanned() {
	client := musicClient()

	req := dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		Where:        dynamoconn.Attr("Year").GE(2010),
		MaxScanned:   1,
	}
	for !req.Checkpoint.Done() {
		resp, err := client.Query(context.Background(), req)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Count, "of", resp.ScannedCount)
		req.Checkpoint = resp.Checkpoint // may be kept for another day
	}
	// Output:
	// 0 of 1
	// 1 of 1
	// 0 of 0
}

func ExampleClient_QueryItems() {
	client := musicClient()

	for song, err := range client.QueryItems(context.Background(), dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		Descending:   true,
		MaxItems:     20,
	}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(titleOf(song))
	}
	// Output:
	// PartiQL Rocks
	// Happy Day
}

func ExampleClient_QueryPages() {
	client := musicClient()

	req := dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		Limit:        1,
	}
	for page, err := range client.QueryPages(context.Background(), req) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(page.Count, "songs,", page.Checkpoint) // another run puts page.Checkpoint into req.Checkpoint
	}
	// Output:
	// 1 songs, Music in us-east-1: at a key
	// 1 songs, Music in us-east-1: at a key
	// 0 songs, Music in us-east-1: done
}

func ExampleClient_QueryPage() {
	client := musicClient()

	resp, err := client.QueryPage(context.Background(), dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		Limit:        1,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(resp.Items), "read, more to come:", resp.LastEvaluatedKey != nil)
	// Output: 1 read, more to come: true
}

func ExampleQueryResponse_CheckpointAfter() {
	client := musicClient()

	req := dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
		KeyNames:     []string{"Artist", "SongTitle"},
	}
	resp, err := client.Query(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("shown:", titleOf(resp.Items[0]))
	if req.Checkpoint, err = resp.CheckpointAfter(0); err != nil {
		log.Fatal(err)
	}
	for song, err := range client.QueryItems(context.Background(), req) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("next:", titleOf(song))
	}
	// Output:
	// shown: Happy Day
	// next: PartiQL Rocks
}
