// Tables lists the tables of a region and describes each.
//
//	go run ./examples/tables -endpoint aws -region eu-central-1
//
// Without -endpoint it runs on a DynamoDB in memory, and with -endpoint local on a
// DynamoDB Local that it starts. In both it first creates two small tables, so that
// there is something to see. In AWS it needs the permissions dynamodb:ListTables and
// dynamodb:DescribeTable only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

func main() { demo.Main("tables", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("tables", stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, db.Close()) }()
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config))
	if err != nil {
		return err
	}
	if db.Own {
		remove, err := createSamples(ctx, client)
		defer func() { failed = errors.Join(failed, remove()) }()
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "%s\n\n", db)
	return list(ctx, client, stdout)
}

// list prints one row for each table. Tables fetches the names page by page while the
// loop runs.
func list(ctx context.Context, client *dynamoconn.Client, out io.Writer) error {
	var found []*dynamoconn.TableDescription
	for table, err := range client.Tables(ctx, dynamoconn.ListTablesRequest{}) {
		if err != nil {
			return err
		}
		description, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table.Name})
		if errors.Is(err, dynamoconn.ErrTableNotFound) {
			continue // the table was deleted after it was listed
		}
		if err != nil {
			return err
		}
		found = append(found, description)
	}
	if len(found) == 0 {
		fmt.Fprintln(out, "There are no tables.")
		return nil
	}

	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tSTATUS\tKEY\t   ITEMS\t     SIZE\tBILLING\tINDEXES")
	for _, table := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%8s\t%9s\t%s\t%s\n", table.Name, table.TableStatus.Caption(), key(table),
			demo.Thousands(table.ItemCount), demo.Size(table.TableSizeBytes), billing(table), indexes(table))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s. AWS counts items and size about every six hours.\n",
		demo.Count(int64(len(found)), "table", "tables"))
	return nil
}

// key returns the attributes of the table's key with their types.
func key(table *dynamoconn.TableDescription) string {
	var parts []string
	for _, name := range table.KeyNames() {
		i := slices.IndexFunc(table.AttributeDefinitions, func(d dynamoconn.AttributeDefinition) bool {
			return d.AttributeName == name
		})
		if i >= 0 {
			name += " (" + table.AttributeDefinitions[i].AttributeType.Caption() + ")"
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

// billing returns how the table is billed: its capacity, or that each request is paid.
func billing(table *dynamoconn.TableDescription) string {
	if limit := table.ProvisionedThroughput; limit != nil {
		return fmt.Sprintf("%d read, %d write units/s", limit.ReadCapacityUnits, limit.WriteCapacityUnits)
	}
	return string(table.BillingMode)
}

// indexes returns the names of the secondary indexes, global ones first.
func indexes(table *dynamoconn.TableDescription) string {
	var names []string
	for _, index := range table.GlobalSecondaryIndexes {
		names = append(names, index.IndexName+" (global)")
	}
	for _, index := range table.LocalSecondaryIndexes {
		names = append(names, index.IndexName+" (local)")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
