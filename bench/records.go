package main

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/dynamoconn/dynamoconn"
)

// record is a struct for the items of one table, for the peers that read into structs.
type record interface {
	sum() uint64
}

type cityRecord struct {
	ID        int64
	Name      string
	Country   string  `dynamodbav:",omitempty" dynamo:",omitempty"`
	Latitude  float64 `dynamodbav:",omitempty" dynamo:",omitempty"`
	Longitude float64
	Capital   bool
	Tags      []string `dynamodbav:",stringset,omitempty" dynamo:",set,omitempty"`
	Admin     []any    `dynamodbav:",omitempty" dynamo:",omitempty"`
}

// placeRecord is a city whose attributes all have one type each.
type placeRecord struct {
	ID         int64
	Name       string
	Country    string
	Latitude   float64
	Longitude  float64
	Capital    bool
	Tags       []string `dynamodbav:",stringset" dynamo:",set"`
	Population int
}

type shopRecord struct {
	ID      int64
	Name    string
	Address struct {
		Street, City string
		Geo          struct{ Latitude, Longitude float64 }
	}
	Tags    []string `dynamodbav:",stringset" dynamo:",set"`
	Ratings []int64  `dynamodbav:",numberset" dynamo:",set"`
	Photo   []byte
	Marks   [][]byte `dynamodbav:",binaryset" dynamo:",set"`
	Visits  []struct {
		At   int64
		Note string
	}
}

type articleRecord struct {
	ID   int64
	Name string
	Text string
}

func (r cityRecord) sum() uint64    { return sumOf(uint64(r.ID), r.Name) }
func (r placeRecord) sum() uint64   { return sumOf(uint64(r.ID), r.Name) }
func (r shopRecord) sum() uint64    { return sumOf(uint64(r.ID), r.Name) }
func (r articleRecord) sum() uint64 { return sumOf(uint64(r.ID), r.Name) }

func sumRecords[R record](records []R) (sum uint64) {
	for i := range records {
		sum += records[i].sum()
	}
	return sum
}

func itemsOfRecords[R record](records []R) ([]dynamoconn.Item, error) {
	items := make([]dynamoconn.Item, len(records))
	for i, r := range records {
		attributes, err := attributevalue.MarshalMap(r)
		if err != nil {
			return nil, err
		}
		if items[i], err = dynamoconn.FromAttributeValues(attributes); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// recordsOf returns the records of items.
func recordsOf[R record](items []dynamoconn.Item) ([]R, error) {
	records := make([]R, len(items))
	for i, item := range items {
		if err := attributevalue.UnmarshalMap(toSDK(item), &records[i]); err != nil {
			return nil, err
		}
	}
	return records, nil
}
