package dynamoconn_test

import (
	"context"
	"errors"
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

// A page has the checkpoint to go on from, as a page of Items has.
func ExampleQueryPagesAs() {
	type Song struct {
		SongTitle string
	}
	ctx, client := context.Background(), musicClient()
	req := dynamoconn.QueryRequest{TableName: "Music", PartitionKey: dynamoconn.KeyOf("Artist", "Acme Band"), Limit: 1}
	for page, err := range dynamoconn.QueryPagesAs[Song](ctx, client, req) {
		if err != nil {
			log.Fatal(err)
		}
		for _, song := range page.Items {
			fmt.Println(song.SongTitle)
		}
		req.Checkpoint = page.Checkpoint // may be kept for another day
	}
	fmt.Println(req.Checkpoint.Done())
	// Output:
	// Happy Day
	// PartiQL Rocks
	// true
}

func ExampleScanPagesAs() {
	type Song struct {
		SongTitle string
	}
	ctx, client := context.Background(), musicClient()
	songs := 0
	for page, err := range dynamoconn.ScanPagesAs[Song](ctx, client, dynamoconn.ScanTableRequest{TableName: "Music"}) {
		if err != nil {
			log.Fatal(err)
		}
		songs += len(page.Items) // deal with them, then save page.Checkpoint
	}
	fmt.Println(songs)
	// Output: 3
}

// An item that does not fit the Go type ends the loop. The error has the item.
func ExampleQueryAs_misfit() {
	type Review struct {
		Year string
	}
	ctx, client := context.Background(), musicClient()
	for _, err := range dynamoconn.QueryAs[Review](ctx, client, dynamoconn.QueryRequest{
		TableName:    "Music",
		PartitionKey: dynamoconn.KeyOf("Artist", "No One You Know"),
	}) {
		var e *dynamoconn.Error
		if errors.As(err, &e) {
			title, _ := dynamoconn.Value[string](e.Item(), "SongTitle")
			fmt.Println(title, errors.Is(err, dynamoconn.ErrWrongKind))
		}
	}
	// Output: Call Me Today true
}
