package dynamoconn_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

func ExampleItem() {
	song := dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"),
		dynamoconn.String("SongTitle", "Call Me Today"),
		dynamoconn.Long("Year", 2004),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("2.14")),
		dynamoconn.List("Tags", dynamoconn.String("", "country"), dynamoconn.Long("", 7)),
		dynamoconn.Map("Label", dynamoconn.String("City", "Lyon")),
		dynamoconn.StringSet("Formats", "CD", "LP"),
	}
	for _, kv := range song {
		switch kv := kv.(type) {
		case *dynamoconn.KeyValueString:
			fmt.Println(kv.Key, "is the text", kv.StringValue)
		case *dynamoconn.KeyValueLong:
			fmt.Println(kv.Key, "is the integer", kv.LongValue)
		case *dynamoconn.KeyValueDecimal:
			fmt.Println(kv.Key, "is the number", kv.DecimalValue)
		default:
			fmt.Println(kv.KeyName(), "is another kind")
		}
	}
	// Output:
	// Artist is the text No One You Know
	// SongTitle is the text Call Me Today
	// Year is the integer 2004
	// Price is the number 2.14
	// Tags is another kind
	// Label is another kind
	// Formats is another kind
}

func ExampleItem_Get() {
	song := dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.Null("Note")}

	kv, found := song.Get("Artist")
	fmt.Println(kv, found)
	_, found = song.Get("Year")
	fmt.Println(found)
	fmt.Println(song.Has("Note"))
	// Output:
	// Artist: "Acme Band" true
	// false
	// true
}

func ExampleItem_Set() {
	song := dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.Long("Plays", 1)}

	song.Set(dynamoconn.Long("Plays", 2))
	song.Set(dynamoconn.Boolean("Liked", true))
	fmt.Println(song)

	fmt.Println(song.Delete("Artist"), song.Delete("Year"))
	fmt.Println(song)
	// Output:
	// {Artist: "Acme Band", Plays: 2, Liked: true}
	// true false
	// {Plays: 2, Liked: true}
}

func ExampleItem_Pick() {
	song := dynamoconn.Item{
		dynamoconn.Long("Year", 2004),
		dynamoconn.String("SongTitle", "Call Me Today"),
		dynamoconn.String("Artist", "No One You Know"),
	}
	fmt.Println(song.Pick("Artist", "SongTitle"))
	// Output:
	// {Artist: "No One You Know", SongTitle: "Call Me Today"}
}

func ExampleItem_Clone() {
	song := dynamoconn.Item{dynamoconn.Binary("Cover", []byte("abc"))}
	clone := song.Clone()

	cover, err := dynamoconn.Value[[]byte](clone, "Cover")
	if err != nil {
		fmt.Println(err)
		return
	}
	cover[0] = 'x'
	fmt.Println(song.Equal(clone))
	// Output:
	// false
}

func ExampleItem_Equal() {
	one := dynamoconn.Item{dynamoconn.Long("Price", 2), dynamoconn.StringSet("Formats", "CD", "LP")}
	two := dynamoconn.Item{
		dynamoconn.StringSet("Formats", "LP", "CD"),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("2.00")),
	}
	fmt.Println(one.Equal(two))
	// Output:
	// true
}

func ExampleValue() {
	song := dynamoconn.Item{
		dynamoconn.String("Artist", "Acme Band"),
		dynamoconn.Map("Label", dynamoconn.Map("Address", dynamoconn.String("City", "Lyon"))),
	}
	artist, err := dynamoconn.Value[string](song, "Artist")
	fmt.Println(artist, err)
	city, err := dynamoconn.Value[string](song, "Label", "Address", "City")
	fmt.Println(city, err)
	// Output:
	// Acme Band <nil>
	// Lyon <nil>
}

func ExampleValueAt() {
	album := dynamoconn.Item{dynamoconn.List("Tracks", dynamoconn.Map("", dynamoconn.String("Title", "Call Me Today")))}

	title, err := dynamoconn.ValueAt[string](album, dynamoconn.Attr("Tracks").At(0).Attr("Title"))
	fmt.Println(title, err)
	_, err = dynamoconn.ValueAt[string](album, dynamoconn.Attr("Tracks").At(1).Attr("Title"))
	fmt.Println(err)
	// Output:
	// Call Me Today <nil>
	// no such attribute: Tracks[1]
}

func ExampleValueOr() {
	song := dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")}

	plays, err := dynamoconn.ValueOr(song, 0, "Plays")
	fmt.Println(plays, err)
	_, err = dynamoconn.ValueOr(song, 0, "Artist") // it is there, and no number
	fmt.Println(err)
	// Output:
	// 0 <nil>
	// attribute is of another kind: Artist: is a string, not a number
}

func ExampleKeyOf() {
	fmt.Println(dynamoconn.KeyOf("Artist", "Acme Band", "SongTitle", "Happy Day"))
	// Output: {Artist: "Acme Band", SongTitle: "Happy Day"}
}

func ExampleRename() {
	year := dynamoconn.Long("Year", 1999)

	fmt.Println(dynamoconn.Item{dynamoconn.Rename(year, "FirstYear")})
	// Output: {FirstYear: 1999}
}

func ExampleFloat64() {
	fmt.Println(dynamoconn.Item{dynamoconn.Float64("Price", 9.99), dynamoconn.Float64("Rating", 4)})

	_, err := dynamoconn.ToAttributeValues(dynamoconn.Item{dynamoconn.Float64("Price", math.NaN())})
	fmt.Println(err)
	// Output:
	// {Price: 9.99, Rating: 4}
	// invalid item: [0]: invalid number: value is NaN or infinite
}

// What an item lacks, holds as null, or holds as another kind is told apart.
func ExampleValue_errors() {
	song := dynamoconn.Item{dynamoconn.Null("Year"), dynamoconn.Decimal("Price", dynamoconn.MustNumber("2.14"))}

	for _, key := range []string{"Plays", "Year", "Price"} {
		_, err := dynamoconn.Value[int64](song, key)
		switch {
		case errors.Is(err, dynamoconn.ErrMissing):
			fmt.Println(key, "is not there")
		case errors.Is(err, dynamoconn.ErrNull):
			fmt.Println(key, "is null")
		case errors.Is(err, dynamoconn.ErrInexact):
			fmt.Println(key, "is not an integer")
		}
	}
	_, err := dynamoconn.Value[string](song, "Price")
	fmt.Println(err)
	// Output:
	// Plays is not there
	// Year is null
	// Price is not an integer
	// attribute is of another kind: Price: is a number, not a string
}

func ExampleToAttributeValues() {
	attributes, err := dynamoconn.ToAttributeValues(dynamoconn.Item{
		dynamoconn.String("Artist", "Acme Band"),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("2.10")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(attributes["Price"].(*types.AttributeValueMemberN).Value)

	_, err = dynamoconn.ToAttributeValues(dynamoconn.Item{
		dynamoconn.Map("Address", dynamoconn.List("Lines", dynamoconn.String("", "7 Rue Paradis"), dynamoconn.StringSet(""))),
	})
	fmt.Println(err)
	// Output:
	// 2.10
	// invalid item: Address.Lines[1]: a set must not be empty
}

func ExampleFromAttributeValues() {
	item, err := dynamoconn.FromAttributeValues(map[string]types.AttributeValue{
		"Year":   &types.AttributeValueMemberN{Value: "2004"},
		"Artist": &types.AttributeValueMemberS{Value: "Acme Band"},
		"Price":  &types.AttributeValueMemberN{Value: "2.10"},
	})
	fmt.Println(item, err)
	// Output:
	// {Artist: "Acme Band", Price: 2.10, Year: 2004} <nil>
}

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
	// invalid item: Ratings[0].Stars: invalid number: magnitude is over 9.9999999999999999999999999999999999999E+125
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

// Each line of a table's export to S3 holds one item.
func ExampleDynamoDBJSON_UnmarshalJSON() {
	export := strings.NewReader(`{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"2004"},"Cover":{"B":"/9j/"}}}
{"Item":{"Artist":{"S":"Acme Band"},"Formats":{"SS":["CD","LP"]},"Price":{"N":"9.90"}}}
`)
	for lines := bufio.NewScanner(export); lines.Scan(); { // Buffer allows lines over 64 KB
		var line struct{ Item dynamoconn.DynamoDBJSON }
		err := json.Unmarshal(lines.Bytes(), &line)
		fmt.Println(dynamoconn.Item(line.Item), err)
	}
	// Output:
	// {Artist: "No One You Know", Year: 2004, Cover: <3 bytes>} <nil>
	// {Artist: "Acme Band", Formats: set("CD", "LP"), Price: 9.90} <nil>
}

func ExampleNumber() {
	price := dynamoconn.MustNumber("1.10")
	same := dynamoconn.MustNumber("1.1")

	fmt.Println(price, same)
	fmt.Println(price == same, price.Equal(same))
	// Output:
	// 1.10 1.1
	// false true
}

func ExampleParseNumber() {
	n, err := dynamoconn.ParseNumber("12345678901234567890123456789012345678")
	fmt.Println(n, err)

	_, err = dynamoconn.ParseNumber("1e126")
	fmt.Println(errors.Is(err, dynamoconn.ErrInvalidNumber))
	// Output:
	// 12345678901234567890123456789012345678 <nil>
	// true
}

func ExampleNumberFromFloat64() {
	n, err := dynamoconn.NumberFromFloat64(0.1)
	fmt.Println(n, err)
	// Output: 0.1 <nil>
}

func ExampleNumberFromBigRat() {
	eighth, err := dynamoconn.NumberFromBigRat(big.NewRat(1, 8))
	fmt.Println(eighth, err)

	_, err = dynamoconn.NumberFromBigRat(big.NewRat(1, 3))
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 0.125 <nil>
	// true
}

func ExampleNumber_Int64() {
	count, err := dynamoconn.MustNumber("1e2").Int64()
	fmt.Println(count, err)

	_, err = dynamoconn.MustNumber("1.5").Int64()
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 100 <nil>
	// true
}

func ExampleNumber_Float64() {
	f, err := dynamoconn.MustNumber("0.1").Float64()
	fmt.Println(f, err)

	_, err = dynamoconn.MustNumber("9007199254740993").Float64()
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 0.1 <nil>
	// true
}

func ExampleNumber_BigRat() {
	sum := dynamoconn.MustNumber("0.1").BigRat()
	sum.Add(sum, dynamoconn.MustNumber("0.2").BigRat())
	total, err := dynamoconn.NumberFromBigRat(sum)
	fmt.Println(total, err)
	// Output: 0.3 <nil>
}

func ExampleNumber_Canonical() {
	seen := map[dynamoconn.Number]int{}
	for _, text := range []string{"1", "1.0", "10e-1", "1E-130"} {
		seen[dynamoconn.MustNumber(text).Canonical()]++
	}
	fmt.Println(seen[dynamoconn.NumberFromInt64(1)], len(seen))
	// Output: 3 2
}

func ExampleNumber_MarshalJSON() {
	data, err := json.Marshal([]dynamoconn.Number{
		dynamoconn.MustNumber("1.10"),
		dynamoconn.MustNumber("+.5"),
		{},
	})
	fmt.Println(string(data), err)
	// Output: [1.10,0.5,0] <nil>
}
