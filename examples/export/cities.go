package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/testdata"
)

// createCities creates a table of the 1,000 cities, so that there is something to
// export.
func createCities(ctx context.Context, db *demo.Database, client *dynamoconn.Client, table string) error {
	if err := db.CreateTableWithID(ctx, table); err != nil {
		return err
	}
	var cities []dynamoconn.Item
	for line := range strings.Lines(testdata.Cities()) {
		var city dynamoconn.Item
		if err := json.Unmarshal([]byte(line), &city); err != nil {
			return err
		}
		cities = append(cities, city)
	}
	_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, cities...)},
	})
	return err
}
