package dynamoconn_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
)

// An item is read as a Go struct, straight from the bytes of the answer.
func ExampleGetAs() {
	type Song struct {
		Artist, SongTitle string
		Year              int
	}
	ctx, client := context.Background(), musicClient()
	song, err := dynamoconn.GetAs[Song](ctx, client, dynamoconn.GetItemRequest{
		TableName: "Music",
		Item:      dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Call Me Today"),
	})
	if err != nil {
		log.Fatal(err)
	}
	if song == nil {
		log.Fatal("no such song")
	}
	fmt.Println(song.SongTitle, song.Year)
	// Output: Call Me Today 2004
}

func ExampleQueryAs() {
	type Song struct {
		SongTitle string
		Year      int
	}
	ctx, client := context.Background(), musicClient()
	for song, err := range dynamoconn.QueryAs[Song](ctx, client, dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.KeyOf("Artist", "No One You Know"),
	}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(song.SongTitle, song.Year)
	}
	// Output: Call Me Today 2004
}

func ExampleScanAs() {
	type Song struct{ Year int }
	ctx, client := context.Background(), musicClient()
	oldest := 0
	for song, err := range dynamoconn.ScanAs[Song](ctx, client, dynamoconn.ScanTableRequest{TableName: "Music"}) {
		if err != nil {
			log.Fatal(err)
		}
		if oldest == 0 || song.Year < oldest {
			oldest = song.Year
		}
	}
	fmt.Println(oldest)
	// Output: 1999
}

// The songs are at the places of their keys.
func ExampleBatchGetAs() {
	type Song struct{ Year int }
	ctx, client := context.Background(), musicClient()
	songs, err := dynamoconn.BatchGetAs[Song](ctx, client, dynamoconn.RequestTable{Name: "Music", Keys: []dynamoconn.Item{
		dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Call Me Today"),
		dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Nothing"),
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(songs[0].Year, songs[1] == nil)
	// Output: 2004 true
}

func ExampleTransactGetAs() {
	type Song struct{ Year int }
	ctx, client := context.Background(), musicClient()
	songs, err := dynamoconn.TransactGetAs[Song](ctx, client, dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{
		{TableName: "Music", Item: dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Call Me Today")},
		{TableName: "Music", Item: dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", "Nothing")},
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(songs[0].Year, songs[1] == nil)
	// Output: 2004 true
}

// The attributes of a type are those to read of an item that has others too.
func ExampleAttributeNames() {
	type Song struct {
		Title string `dynamodbav:"SongTitle"`
		Year  int
	}
	fmt.Println(dynamoconn.AttributeNames[Song]())
	// Output: [SongTitle Year]
}
