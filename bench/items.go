package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// city returns item n of a table of cities. It has eight attributes. Two fifths of the
// city names have letters outside ASCII.
func city(n int) dynamoconn.Item {
	name := [...]string{"Lyon", "Sant Julià de Lòria", "Springfield", "São Paulo", "New Braunfels"}[n%5]
	return dynamoconn.Item{
		dynamoconn.Long("ID", int64(n)),
		dynamoconn.String("Name", fmt.Sprintf("%s %d", name, n)),
		dynamoconn.String("Country", [...]string{"FR", "AD", "US", "BR", "US"}[n%5]),
		dynamoconn.Decimal("Latitude", dynamoconn.MustNumber(fmt.Sprintf("%d.%05d", n%90, n%99999+1))),
		dynamoconn.Decimal("Longitude", dynamoconn.MustNumber(fmt.Sprintf("-%d.%05d", n%180, n%88888+1))),
		dynamoconn.Boolean("Capital", n%100 == 0),
		dynamoconn.StringSet("Tags", "geonames", "city-"+strconv.Itoa(n%7)),
		dynamoconn.List("Admin", dynamoconn.String("", strconv.Itoa(n%95)), dynamoconn.Long("", int64(n%1000))),
	}
}

// place returns a city with its population in the place of the list of Admin, whose elements have
// different types.
func place(n int) dynamoconn.Item {
	item := city(n)
	item.Delete("Admin")
	return append(item, dynamoconn.Long("Population", int64(n)*7919))
}

// rotatedCity returns a city whose attributes begin with another one than those of its
// neighbours. One or two of them may be missing, but never ID, Name and Capital.
func rotatedCity(n int) dynamoconn.Item {
	item := city(n)
	if n%3 == 0 {
		item.Delete([...]string{"Country", "Tags", "Latitude"}[n/3%3])
	}
	if n%4 == 0 {
		item.Delete("Admin")
	}
	shift := n % len(item)
	return append(item[shift:len(item):len(item)], item[:shift]...)
}

// shop returns item n of a table with nested values of every kind.
func shop(n int) dynamoconn.Item {
	photo := make([]byte, 48)
	for i := range photo {
		photo[i] = byte(n * (i + 1))
	}
	number := dynamoconn.MustNumber
	visit := func(k int) dynamoconn.KeyValue {
		return dynamoconn.Map("", dynamoconn.Long("At", int64(1700000000+60*n+k)), dynamoconn.String("Note", "visit "+strconv.Itoa(k)))
	}
	return dynamoconn.Item{
		dynamoconn.Long("ID", int64(n)),
		dynamoconn.String("Name", "Shop "+strconv.Itoa(n)),
		dynamoconn.Map("Address",
			dynamoconn.String("Street", strconv.Itoa(n%200+1)+" Rue de la République"),
			dynamoconn.String("City", "Lyon"),
			dynamoconn.Map("Geo",
				dynamoconn.Decimal("Latitude", number(fmt.Sprintf("45.%05d", n%99999+1))),
				dynamoconn.Decimal("Longitude", number(fmt.Sprintf("4.%05d", n%88888+1))))),
		dynamoconn.StringSet("Tags", "open", "shop-"+strconv.Itoa(n%7), "quarter-"+strconv.Itoa(n%9)),
		dynamoconn.NumberSet("Ratings", number(strconv.Itoa(n%5+1)), number(strconv.Itoa(n%7+10))),
		dynamoconn.Binary("Photo", photo),
		dynamoconn.BinarySet("Marks", photo[:8], photo[8:24]),
		dynamoconn.List("Visits", visit(0), visit(1), visit(2)),
	}
}

// article returns item n of a table of long texts.
func article(n int) dynamoconn.Item {
	const line = "He said \"perhaps\", and then: naïve façade, Größe, 東京 \\ Привет 🎉, and so on to the end.\n"
	const length = 2048
	text := strings.Repeat(line, length/len(line)) + "\t" + strconv.Itoa(n)
	return dynamoconn.Item{
		dynamoconn.Long("ID", int64(n)),
		dynamoconn.String("Name", "Article "+strconv.Itoa(n)),
		dynamoconn.String("Text", text),
	}
}

// list returns the items 0 to n-1 of a table.
func list(n int, item func(int) dynamoconn.Item) []dynamoconn.Item {
	items := make([]dynamoconn.Item, n)
	for i := range items {
		items[i] = item(i)
	}
	return items
}

// keys returns the keys of items.
func keys(items []dynamoconn.Item) []dynamoconn.Item {
	all := make([]dynamoconn.Item, len(items))
	for i, item := range items {
		all[i] = item.Pick("ID")
	}
	return all
}

// sumOf is the part that one item has in the checksum of a result: each form of items takes
// it from their IDs and names.
func sumOf(id uint64, name string) uint64 {
	return (id+1)*31 + uint64(len(name))<<8 + uint64(name[len(name)-1])
}

func sumItem(item dynamoconn.Item) uint64 {
	idValue, _ := item.Get("ID")
	nameValue, _ := item.Get("Name")
	id, isLong := idValue.(*dynamoconn.KeyValueLong)
	name, isString := nameValue.(*dynamoconn.KeyValueString)
	if !isLong || !isString {
		return 0
	}
	return sumOf(uint64(id.LongValue), name.StringValue)
}

func sumItems(items []dynamoconn.Item) (sum uint64) {
	for _, item := range items {
		sum += sumItem(item)
	}
	return sum
}

func sumMap(m map[string]types.AttributeValue) uint64 {
	id, isNumber := m["ID"].(*types.AttributeValueMemberN)
	name, isString := m["Name"].(*types.AttributeValueMemberS)
	if !isNumber || !isString {
		return 0
	}
	n, err := strconv.ParseUint(id.Value, 10, 64)
	if err != nil {
		return 0
	}
	return sumOf(n, name.Value)
}

func sumMaps(maps []map[string]types.AttributeValue) (sum uint64) {
	for _, m := range maps {
		sum += sumMap(m)
	}
	return sum
}

func itemsOfMaps(maps []map[string]types.AttributeValue) ([]dynamoconn.Item, error) {
	items := make([]dynamoconn.Item, len(maps))
	for i, m := range maps {
		item, err := dynamoconn.FromAttributeValues(m)
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	return items, nil
}
