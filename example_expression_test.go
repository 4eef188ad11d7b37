package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
)

// printTitles prints the titles of the songs that meet a predicate.
func printTitles(where dynamoconn.Predicate) {
	client := musicClient()
	for song, err := range client.ScanItems(context.Background(), dynamoconn.ScanTableRequest{TableName: "Music", Where: where}) {
		if err != nil {
			log.Fatal(err)
		}
		title, err := dynamoconn.Value[string](song, "SongTitle")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(title)
	}
}

func ExampleAttr() {
	printTitles(dynamoconn.Attr("Year").Between(1990, 2009))
	fmt.Println(dynamoconn.Attr("Tracks").At(0).Attr("Title"), dynamoconn.Attr("Label", "City"))
	// Unordered output:
	// Happy Day
	// Call Me Today
	// Tracks[0].Title Label.City
}

func ExampleAll() {
	year, title := dynamoconn.Attr("Year"), dynamoconn.Attr("SongTitle")
	printTitles(dynamoconn.All(year.GE(2000), title.BeginsWith("Call")))
	// Output: Call Me Today
}

func ExampleAny() {
	year, title := dynamoconn.Attr("Year"), dynamoconn.Attr("SongTitle")
	printTitles(dynamoconn.Any(year.LT(2000), title.BeginsWith("Call")))
	// Unordered output:
	// Happy Day
	// Call Me Today
}

func ExampleNot() {
	// The songs have no Genres: NotContains is false of them, and the negation is true.
	genres := dynamoconn.Attr("Genres")
	fmt.Println("NotContains:")
	printTitles(genres.NotContains("rock"))
	fmt.Println("Not(Contains):")
	printTitles(dynamoconn.All(dynamoconn.Not(genres.Contains("rock")), dynamoconn.Attr("Year").EQ(1999)))
	// Output:
	// NotContains:
	// Not(Contains):
	// Happy Day
}

func ExampleExpr() {
	// Each $ is a name and each ? a value, in their order.
	printTitles(dynamoconn.Expr("size($) > ? AND $ BETWEEN ? AND ?", "SongTitle", 10, "Year", 1990, 2009))
	// Output: Call Me Today
}

func ExamplePath_Size() {
	printTitles(dynamoconn.Attr("SongTitle").Size().LE(9))
	// Output: Happy Day
}

func ExamplePath_IsKind() {
	printTitles(dynamoconn.All(dynamoconn.Attr("Year").IsKind(dynamoconn.KindNumber), dynamoconn.Attr("Year").GT(2020)))
	// Output: PartiQL Rocks
}

// If is the condition of a write: here, no song is replaced.
func ExamplePutItemRequest_if() {
	client := musicClient()

	_, err := client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Music",
		Item:      append(dynamoconn.KeyOf("Artist", "Acme Band", "SongTitle", "Happy Day"), dynamoconn.Long("Year", 2026)),
		If:        dynamoconn.Attr("Artist").NotExists(),
	})
	fmt.Println(errors.Is(err, dynamoconn.ErrConditionFailed))
	// Output: true
}

func ExampleChange() {
	client := musicClient()

	resp, err := client.UpdateItem(context.Background(), dynamoconn.UpdateItemRequest{
		TableName: "Music",
		Item:      dynamoconn.KeyOf("Artist", "Acme Band", "SongTitle", "Happy Day"),
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("Plays").Increment(1),
			dynamoconn.Attr("Genres").AddMembers("rock", "pop"),
			dynamoconn.Attr("FirstYear").SetIfMissing(dynamoconn.Attr("Year")),
			dynamoconn.Attr("Year").Remove(),
		},
		If:     dynamoconn.Attr("Artist").Exists(), // creates no song
		Return: dynamoconn.ReturnUpdatedNew,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Attributes.Pick("FirstYear", "Genres", "Plays"))
	// Output: {FirstYear: 1999, Genres: set("pop", "rock"), Plays: 1}
}
