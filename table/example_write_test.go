package table_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// Track is an item of the examples.
type Track struct {
	Artist  string `dynamoconn:"partition"`
	Title   string `dynamoconn:"sort"`
	Plays   int
	Version int64  `dynamoconn:"version"`
	Mark    string `dynamoconn:"mark"`
}

// exampleTracks returns an empty table in memory.
func exampleTracks() (*dynamoconn.Client, *table.Table[Track]) {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Tracks", PartitionKey: "Artist", SortKey: "Title"}); err != nil {
		log.Fatal(err)
	}
	client := db.Client(&testing.T{})
	tracks, err := table.New[Track](client, "Tracks")
	if err != nil {
		log.Fatal(err)
	}
	return client, tracks
}

func ExampleTable_Create() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	track := Track{Artist: "Acme Band", Title: "Happy Day"}
	fmt.Println(tracks.Create(ctx, &track), track.Version)

	err := tracks.Create(ctx, &Track{Artist: "Acme Band", Title: "Happy Day"})
	fmt.Println(errors.Is(err, table.ErrExists))
	// Output:
	// <nil> 1
	// true
}

func ExampleTable_Save() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	mine := Track{Artist: "Acme Band", Title: "Happy Day"}
	if err := tracks.Create(ctx, &mine); err != nil {
		log.Fatal(err)
	}
	yours := mine

	mine.Plays = 1
	fmt.Println(tracks.Save(ctx, &mine), mine.Version)

	yours.Plays = 2
	err := tracks.Save(ctx, &yours)
	var conflict *table.Conflict[Track]
	if errors.As(err, &conflict) {
		fmt.Println(errors.Is(err, table.ErrStale), conflict.Current.Plays)
	}
	// Output:
	// <nil> 2
	// true 1
}

func ExampleTable_Update() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	track := Track{Artist: "Acme Band", Title: "Happy Day"}
	if err := tracks.Create(ctx, &track); err != nil {
		log.Fatal(err)
	}
	err := tracks.Update(ctx, &track, dynamoconn.Attr("Plays").Increment(5))
	fmt.Println(err, track.Plays, track.Version)
	// Output: <nil> 5 2
}

func ExampleTable_Edit() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	track := Track{Artist: "Acme Band", Title: "Happy Day"}
	if err := tracks.Create(ctx, &track); err != nil {
		log.Fatal(err)
	}
	edited, err := tracks.Edit(ctx, tracks.Key("Acme Band", "Happy Day"), func(t *Track) error {
		t.Plays += 10
		return nil
	})
	fmt.Println(err, edited.Plays, edited.Version)
	// Output: <nil> 10 2
}

func ExampleTable_Delete() {
	ctx := context.Background()
	_, tracks := exampleTracks()
	track := Track{Artist: "Acme Band", Title: "Happy Day"}
	if err := tracks.Put(ctx, &track); err != nil {
		log.Fatal(err)
	}
	old := track
	if _, err := tracks.UpdateKey(ctx, tracks.KeyOf(&track), dynamoconn.Attr("Plays").Increment(1)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(errors.Is(tracks.Delete(ctx, &old), table.ErrStale))
	fmt.Println(tracks.DeleteKey(ctx, tracks.KeyOf(&old)))
	// Output:
	// true
	// <nil>
}

func ExampleTransact() {
	ctx := context.Background()
	client, tracks := exampleTracks()
	first := Track{Artist: "Acme Band", Title: "Happy Day"}
	if err := tracks.Create(ctx, &first); err != nil {
		log.Fatal(err)
	}
	second := Track{Artist: "Acme Band", Title: "PartiQL Rocks"}
	err := table.Transact(ctx, client, []table.Write{
		tracks.CreateRequest(&second),
		tracks.UpdateRequest(&first, dynamoconn.Attr("Plays").Set(1)),
	})
	fmt.Println(err, first.Plays, first.Version, second.Version)

	err = table.Transact(ctx, client, []table.Write{tracks.CheckRequest(&first), tracks.CreateRequest(&second)})
	fmt.Println(errors.Is(err, table.ErrExists))
	// Output:
	// <nil> 1 2 1
	// true
}

func ExampleBatchWrite() {
	type Label struct {
		Name string `dynamoconn:"partition"`
		City string
	}
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Labels", PartitionKey: "Name"}); err != nil {
		log.Fatal(err)
	}
	client := db.Client(&testing.T{})
	labels, err := table.New[Label](client, "Labels")
	if err != nil {
		log.Fatal(err)
	}
	err = table.BatchWrite(context.Background(), client, []table.Write{
		labels.PutRequest(&Label{"Blue", "Ulm"}),
		labels.PutRequest(&Label{"Red", "Bonn"}),
		labels.DeleteKeyRequest(labels.Key("Green")),
	})
	var failed *table.BatchFailure
	if errors.As(err, &failed) {
		for _, f := range failed.Failures {
			log.Print(f.Index, f.Outcome, f.Err)
		}
	}
	fmt.Println(err)
	// Output: <nil>
}
