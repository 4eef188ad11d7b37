package dynamoconn_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

func ExampleItem_String() {
	fmt.Println(dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"),
		dynamoconn.Long("Year", 2004),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("9.99")),
		dynamoconn.Binary("Cover", []byte{0xff, 0xd8, 0xff}),
		dynamoconn.List("Tags", dynamoconn.String("", "rock"), dynamoconn.Long("", 7)),
		dynamoconn.Map("Label", dynamoconn.String("City", "Lyon")),
		dynamoconn.StringSet("Formats", "LP", "CD"),
		dynamoconn.Null("Note"),
	})
	// Output:
	// {Artist: "No One You Know", Year: 2004, Price: 9.99, Cover: <3 bytes>, Tags: ["rock", 7], Label: {City: "Lyon"}, Formats: set("LP", "CD"), Note: null}
}

func ExampleItem_MarshalJSON() {
	data, err := json.Marshal(dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("9.90")),
		dynamoconn.StringSet("Formats", "LP", "CD"),
	})
	fmt.Println(string(data), err)
	// Output: {"Artist":"No One You Know","Price":9.90,"Formats":["LP","CD"]} <nil>
}

func ExampleItem_UnmarshalJSON() {
	var song dynamoconn.Item
	err := json.Unmarshal([]byte(`{"Artist": "No One You Know", "Year": 2004, "Price": 9.90}`), &song)
	fmt.Println(song, err)

	err = json.Unmarshal([]byte(`{"Ratings": [{"Stars": 1e999}]}`), &song)
	fmt.Println(err)
	fmt.Println(errors.Is(err, dynamoconn.ErrInvalidNumber))
	// Output:
	// {Artist: "No One You Know", Year: 2004, Price: 9.90} <nil>
	// invalid request: Ratings[0].Stars: invalid number: magnitude is over 9.9999999999999999999999999999999999999E+125
	// true
}

func ExampleDynamoDBJSON() {
	song := dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"),
		dynamoconn.Long("Year", 2004),
		dynamoconn.StringSet("Formats", "LP", "CD"),
	}
	data, err := json.Marshal(dynamoconn.DynamoDBJSON(song))
	fmt.Println(string(data), err)
	// Output: {"Artist":{"S":"No One You Know"},"Year":{"N":"2004"},"Formats":{"SS":["LP","CD"]}} <nil>
}

// A line of a table's export to S3 holds one item.
func ExampleDynamoDBJSON_UnmarshalJSON() {
	const line = `{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"2004"},"Cover":{"B":"/9j/"}}}`
	var export struct{ Item dynamoconn.DynamoDBJSON }
	err := json.Unmarshal([]byte(line), &export)
	fmt.Println(dynamoconn.Item(export.Item), err)
	// Output: {Artist: "No One You Know", Year: 2004, Cover: <3 bytes>} <nil>
}
