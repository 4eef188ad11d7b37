package dynamoconn_test

import (
	"errors"
	"fmt"

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
	// invalid request: Address.Lines[1]: a set must not be empty
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
