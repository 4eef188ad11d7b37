package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// tour calls the activities one after the other and prints what they do.
type tour struct {
	client *dynamoconn.Client
	table  string
	out    io.Writer
}

// batchWrite writes all cities. A request has at most 25, and BatchWrite sends several
// requests at the same time.
func (t *tour) batchWrite(ctx context.Context) error {
	items, err := cities()
	if err != nil {
		return err
	}
	write := dynamoconn.TableWithItemsToAdd(t.table, items...)
	write.KeyNames = []string{"Country", "ID"} // allows several requests at the same time
	start := time.Now()
	resp, err := t.client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{write}})
	if err != nil {
		return err
	}
	t.title("BatchWrite", "puts 1,000 cities of GeoNames into the table")
	t.say("Wrote %s with %s in %s.", demo.Count(int64(resp.Written), "city", "cities"),
		demo.Count(int64(resp.Attempts), "request", "requests"), time.Since(start).Round(10*time.Millisecond))
	return nil
}

// listTables prints the first tables of the region.
func (t *tour) listTables(ctx context.Context) error {
	resp, err := t.client.ListTables(ctx, dynamoconn.ListTablesRequest{})
	if err != nil {
		return err
	}
	t.title("ListTables", "lists the tables of the region")
	const maxShown = 5
	for i, table := range resp.ListTables {
		if i == maxShown {
			t.say("and %s", demo.Count(int64(len(resp.ListTables)-maxShown), "other", "others"))
			break
		}
		t.say("%s", table.Name)
	}
	return nil
}

// describeTable prints the description of the table.
func (t *tour) describeTable(ctx context.Context) error {
	table, err := t.client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: t.table})
	if err != nil {
		return err
	}
	t.title("DescribeTable", "describes the table")
	rows := [][]string{
		{"Status", table.TableStatus.Caption()},
		{"Items", demo.Thousands(table.ItemCount) + " (AWS counts them about every six hours)"},
		{"Size", demo.Size(table.TableSizeBytes)},
		{"Billing", string(table.BillingMode)},
		{"Created", table.CreationDateTime.Format("2006-01-02 15:04:05 MST")},
	}
	for _, element := range table.KeySchemaElements {
		rows = append(rows, []string{"Key", element.Key + ", " + element.KeyType.Caption()})
	}
	return t.rows(rows...)
}

// getItem reads a city by its key, and then a city that does not exist.
func (t *tour) getItem(ctx context.Context) error {
	resp, err := t.client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: t.table, Item: key("IS", 474)})
	if err != nil {
		return err
	}
	t.title("GetItem", "reads the item with the key Country IS, ID 474")
	for _, attribute := range resp.Item {
		t.say("%v", attribute)
	}
	resp, err = t.client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: t.table, Item: key("IS", 5)})
	if err != nil {
		return err
	}
	if resp.Item == nil {
		t.say("There is no item with the key Country IS, ID 5. This is not an error.")
	}
	return nil
}

// putItem puts a city twice, on the condition that it is not in the table yet.
func (t *tour) putItem(ctx context.Context) error {
	request := dynamoconn.PutItemRequest{
		TableName: t.table,
		Item: append(key("IS", 2001),
			dynamoconn.String("Name", "Akureyri"),
			dynamoconn.Decimal("Latitude", dynamoconn.MustNumber("65.68353")),
			dynamoconn.Decimal("Longitude", dynamoconn.MustNumber("-18.0878")),
			dynamoconn.Map("Airport", dynamoconn.String("IATA", "AEY")),
			dynamoconn.StringSet("Languages", "is", "en")),
		ConditionExpression: "attribute_not_exists(ID)",
	}
	if _, err := t.client.PutItem(ctx, request); err != nil {
		return err
	}
	t.title("PutItem", "puts Akureyri on the condition that it is not in the table yet")
	t.say("The first put writes it.")
	_, err := t.client.PutItem(ctx, request)
	if !errors.Is(err, dynamoconn.ErrConditionFailed) {
		return fmt.Errorf("the condition of the second put should be false, but the put returned: %w", err)
	}
	t.say("The second put is refused: %v.", dynamoconn.ErrConditionFailed)
	return nil
}

// scan reads the whole table and prints the cities of the far north.
func (t *tour) scan(ctx context.Context) error {
	resp, err := t.client.Scan(ctx, dynamoconn.ScanTableRequest{
		TableName: t.table,
		Conditions: []dynamoconn.Condition{{
			Key:                "Latitude",
			ComparisonOperator: dynamoconn.ComparisonOperatorGT,
			Values:             []dynamoconn.KeyValue{dynamoconn.Long("", 65)},
		}},
		IsConsistentRead: true, // Akureyri was written a moment ago
	})
	if err != nil {
		return err
	}
	t.title("Scan", "reads the table and returns the cities north of 65 degrees")
	t.say("%s of %s:", demo.Thousands(resp.Count), demo.Count(resp.ScannedCount, "item read", "items read"))
	slices.SortFunc(resp.Items, func(a, b dynamoconn.Item) int {
		north, _ := dynamoconn.Value[dynamoconn.Number](a, "Latitude")
		other, _ := dynamoconn.Value[dynamoconn.Number](b, "Latitude")
		return other.Cmp(north)
	})
	return t.cities(resp.Items)
}

// query reads the cities of one country.
func (t *tour) query(ctx context.Context) error {
	t.title("Query", "reads the cities of Iceland from the last ID to the first, and returns two in the north")
	var north []dynamoconn.Item
	for city, err := range t.client.QueryItems(ctx, dynamoconn.QueryRequest{
		TableName:        t.table,
		PartitionKey:     dynamoconn.Item{dynamoconn.String("Country", "IS")},
		Descending:       true,
		Where:            dynamoconn.Attr("Latitude").GT(65),
		MaxItems:         2,
		IsConsistentRead: true,
	}) {
		if err != nil {
			return err
		}
		north = append(north, city)
	}
	return t.cities(north)
}

// batchGet reads several cities by their keys.
func (t *tour) batchGet(ctx context.Context) error {
	keys := []dynamoconn.Item{key("JP", 506), key("KE", 514), key("PL", 743), key("SE", 820), key("SE", 9999)}
	resp, err := t.client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
		RequestTables: []dynamoconn.RequestTable{{Name: t.table, Keys: keys}},
	})
	if err != nil {
		return err
	}
	answer := resp.ResponseTables[0]
	t.title("BatchGet", "reads five items by their keys (one call can read thousands)")
	found := slices.DeleteFunc(answer.Items, func(item dynamoconn.Item) bool { return item == nil })
	if err := t.cities(found); err != nil {
		return err
	}
	for _, missing := range answer.MissingKeys {
		t.say("There is no item with the key %v.", missing)
	}
	return nil
}

// deleteItem deletes Akureyri.
func (t *tour) deleteItem(ctx context.Context) error {
	resp, err := t.client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{
		TableName: t.table, Item: key("IS", 2001), ReturnOldItem: true,
	})
	if err != nil {
		return err
	}
	name, err := dynamoconn.Value[string](resp.OldItem, "Name")
	if err != nil {
		return err
	}
	t.title("DeleteItem", "deletes an item and returns what it was")
	t.say("Deleted %s.", name)
	return nil
}

func (t *tour) title(activity, does string) {
	fmt.Fprintf(t.out, "\n%s %s:\n", activity, does)
}

func (t *tour) say(format string, args ...any) {
	fmt.Fprintf(t.out, "  "+format+"\n", args...)
}

// rows prints a table whose columns are aligned to the left.
func (t *tour) rows(rows ...[]string) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(w, "  %s\n", strings.Join(row, "\t"))
	}
	return w.Flush()
}

// cities reads the attributes of cities as Go types and prints them as a table.
func (t *tour) cities(cities []dynamoconn.Item) error {
	rows := [][]string{{"Country", "City", " Latitude", " Longitude"}}
	for _, city := range cities {
		country, err := dynamoconn.Value[string](city, "Country")
		if err != nil {
			return err
		}
		name, err := dynamoconn.Value[string](city, "Name")
		if err != nil {
			return err
		}
		latitude, err := dynamoconn.Value[float64](city, "Latitude")
		if err != nil {
			return err
		}
		longitude, err := dynamoconn.Value[float64](city, "Longitude")
		if err != nil {
			return err
		}
		rows = append(rows, []string{country, name, fmt.Sprintf("%9.4f", latitude), fmt.Sprintf("%10.4f", longitude)})
	}
	return t.rows(rows...)
}
