package table_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// filledTracks returns a table of three tracks.
func filledTracks(ctx context.Context) *table.Table[Track] {
	_, tracks := exampleTracks()
	for i, title := range []string{"Happy Day", "Rainy Day", "Sunday"} {
		if err := tracks.Create(ctx, &Track{Artist: "Acme Band", Title: title, Plays: 10 * i}); err != nil {
			log.Fatal(err)
		}
	}
	return tracks
}

func ExampleTable_Get() {
	ctx := context.Background()
	tracks := filledTracks(ctx)
	track, err := tracks.Get(ctx, "Acme Band", "Rainy Day")
	fmt.Println(track.Plays, err)
	_, err = tracks.Get(ctx, "Acme Band", "Nothing")
	fmt.Println(errors.Is(err, table.ErrNotFound))
	// Output:
	// 10 <nil>
	// true
}

func ExampleTable_Query() {
	ctx := context.Background()
	plays := table.FieldOf[Track, int]("Plays")
	for track, err := range filledTracks(ctx).Query(ctx, table.Query{
		Key: []any{"Acme Band"}, Where: plays.GE(10), Descending: true,
	}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(track.Title, track.Plays)
	}
	// Output:
	// Sunday 20
	// Rainy Day 10
}

func ExampleTable_BatchGet() {
	ctx := context.Background()
	tracks := filledTracks(ctx)
	found, err := tracks.BatchGet(ctx, tracks.Key("Acme Band", "Sunday"), tracks.Key("Acme Band", "Nothing"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found[0].Plays, found[1] == nil)
	// Output: 20 true
}

func ExampleFieldOf() {
	ctx := context.Background()
	tracks := filledTracks(ctx)
	plays := table.FieldOf[Track, int]("Plays")
	track, err := tracks.UpdateKey(ctx, tracks.Key("Acme Band", "Sunday"), plays.Increment(5))
	fmt.Println(track.Plays, err)
	// Output: 25 <nil>
}

// Items of two types are in one table. One query returns each as a value of its own type.
func ExampleNewKinds() {
	type Author struct {
		Key  string `dynamoconn:"partition,from=AUTHOR#{ID}"`
		Sort string `dynamoconn:"sort,from=AUTHOR"`
		Kind string `dynamoconn:"kind=AUTHOR"`
		ID   string
	}
	type Book struct {
		Key    string `dynamoconn:"partition,from=AUTHOR#{Author}"`
		Sort   string `dynamoconn:"sort,from=BOOK#{Title}"`
		Kind   string `dynamoconn:"kind=BOOK"`
		Author string
		Title  string
	}
	ctx := context.Background()
	client := dynamoconntest.New().Client(&testing.T{})
	authors, err := table.New[Author](client, "Library")
	if err != nil {
		log.Fatal(err)
	}
	books, err := table.New[Book](client, "Library")
	if err != nil {
		log.Fatal(err)
	}
	kinds, err := table.NewKinds(authors, books)
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(books.CreateTable(ctx), authors.Put(ctx, &Author{ID: "ann"}), books.Put(ctx, &Book{Author: "ann", Title: "Tides"})); err != nil {
		log.Fatal(err)
	}
	for v, err := range kinds.Query(ctx, table.Query{Key: []any{"ann"}}) {
		if err != nil {
			log.Fatal(err)
		}
		switch v := v.(type) {
		case Author:
			fmt.Println("author", v.ID)
		case Book:
			fmt.Println("book", v.Title)
		}
	}
	// Output:
	// author ann
	// book Tides
}

func ExampleTable_Verify() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	report, err := tracks.Verify(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, difference := range report.Differences {
		fmt.Println(difference.Subject, difference.Text)
	}
	fmt.Println(report.Err())
	// Output: <nil>
}
