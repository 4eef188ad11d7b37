// Export writes all items of a table to a file of JSON lines. Several workers read the
// table at the same time. If the program is interrupted or killed, the next run
// continues where it stopped.
//
//	go run ./examples/export -endpoint aws -region eu-central-1 -table Music
//
// Each line is one item in DynamoDB's own JSON, which keeps every value exact. Until
// the export is complete, a second file with the ending .checkpoint says how far it
// has come; start the program again with the same flags to continue. An item that is
// in the table all the time is in the file exactly once.
//
// Without -endpoint the program exports the 1,000 cities of testdata from a DynamoDB
// in memory. In AWS it needs the permission dynamodb:Scan only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

func main() { demo.Main("export", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("export", stderr)
	table := flags.String("table", "dynamoconn-cities", "the `name` of the table")
	path := flags.String("out", "", "the `file` to write (default: the name of the table with .jsonl)")
	workers := flags.Int("workers", 4, "the `number` of parts of the table to read at the same time")
	page := flags.Int("page", 0, "the largest `number` of items in a page (default: as many as DynamoDB gives, up to 1 MB)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *path == "" {
		*path = *table + ".jsonl"
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
		if err := db.CreateCities(ctx, client, *table); err != nil {
			return err
		}
	}
	e, err := open(*path, *workers)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, e.out.Close()) }()
	if e.state.Items > 0 {
		fmt.Fprintf(stdout, "Continuing: %s already has %s.\n", *path, demo.Count(e.state.Items, "item", "items"))
	}
	if err := e.scan(ctx, client, dynamoconn.ScanTableRequest{TableName: *table, Limit: int32(*page)}); err != nil {
		return fmt.Errorf("%s is not complete, run again with the same flags to continue: %w", *path, err)
	}
	fmt.Fprintf(stdout, "Exported %s of the table %s to %s.\n", demo.Count(e.state.Items, "item", "items"), *table, *path)
	return os.Remove(e.checkpoint)
}
