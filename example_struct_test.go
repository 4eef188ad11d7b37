package dynamoconn_test

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

type song struct {
	Artist, SongTitle string
	Year              int       `dynamodbav:",omitempty"`
	Genres            []string  `dynamodbav:"genres,stringset,omitempty"`
	Released          time.Time `dynamodbav:",omitzero"`
	Price             dynamoconn.Number
}

func ExampleMarshal() {
	item, err := dynamoconn.Marshal(song{Artist: "No One You Know", SongTitle: "Call Me Today", Genres: []string{"country"}, Price: dynamoconn.MustNumber("2.14")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(item.Keys())
	_, err = dynamoconn.Marshal(map[string]any{"Label": map[string]float64{"Rating": math.NaN()}})
	fmt.Println(err)
	// Output:
	// [Artist SongTitle genres Price]
	// invalid item: Label.Rating: invalid number: value is NaN or infinite
}

func ExampleUnmarshal() {
	var got song
	err := dynamoconn.Unmarshal(dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"),
		dynamoconn.Decimal("Year", dynamoconn.MustNumber("2.004E3")),
		dynamoconn.StringSet("genres", "country", "folk"),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("2.14")),
	}, &got)
	fmt.Println(got.Artist, got.Year, got.Genres, got.Price, err)
	err = dynamoconn.Unmarshal(dynamoconn.Item{dynamoconn.Decimal("Year", dynamoconn.MustNumber("2004.5"))}, &got)
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact), err)
	// Output:
	// No One You Know 2004 [country folk] 2.14 <nil>
	// true inexact: Year: is a number that a Go int cannot hold without loss
}

func ExampleMarshalValue() {
	kv, err := dynamoconn.MarshalValue("Label", struct{ City string }{"Lyon"})
	fmt.Println(kv, err)
	// Output: Label: {City: "Lyon"} <nil>
}

func ExampleUnmarshalValue() {
	var cities map[string]struct{}
	err := dynamoconn.UnmarshalValue(dynamoconn.StringSet("Cities", "Lyon"), &cities)
	fmt.Println(cities, err)
	// Output: map[Lyon:{}] <nil>
}
