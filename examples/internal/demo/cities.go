package demo

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/testdata"
)

// CreateCities creates a table of the 1,000 cities, so that there is something to work on.
func (d *Database) CreateCities(ctx context.Context, client *dynamoconn.Client, table string) error {
	if err := d.CreateTableWithID(ctx, table); err != nil {
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
