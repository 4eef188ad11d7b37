// Export writes a table to a file of JSON lines, with several workers, and goes on where
// it was if it is interrupted or killed.
//
//	go run ./examples/export -endpoint aws -region eu-central-1 -table Music
//
// Each line is one item in DynamoDB's own JSON, which loses nothing. Beside the file is
// another, .checkpoint, as long as the export is not complete: start the program again
// with the same flags and it goes on. An item that is there throughout is in the file
// once. Without -endpoint it exports the 1,000 cities of testdata from a DynamoDB in
// memory. In AWS it only reads: dynamodb:Scan.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

func main() { demo.Main("export", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var where demo.Flags
	where.Define(flags)
	table := flags.String("table", "dynamoconn-cities", "the `name` of the table")
	path := flags.String("out", "", "the `file` to write (default: the name of the table with .jsonl)")
	workers := flags.Int("workers", 4, "how many `parts` of the table to read at the same time")
	page := flags.Int("page", 0, "how many `items` to read at a time (default: as many as DynamoDB gives, 1 MB)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *path == "" {
		*path = *table + ".jsonl"
	}
	db, err := where.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, db.Close()) }()
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config))
	if err != nil {
		return err
	}
	if db.Own {
		if err := createCities(ctx, db, client, *table); err != nil {
			return err
		}
	}
	e, err := open(*path, *workers)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, e.out.Close()) }()
	if e.state.Items > 0 {
		fmt.Fprintf(stdout, "%s are there already.\n", demo.Count(e.state.Items, "item", "items"))
	}
	if err := e.scan(ctx, client, dynamoconn.ScanTableRequest{TableName: *table, Limit: int32(*page)}); err != nil {
		return fmt.Errorf("%s is not complete, start again with the same flags to go on: %w", *path, err)
	}
	fmt.Fprintf(stdout, "%s of %s are in %s.\n", demo.Count(e.state.Items, "item", "items"), *table, *path)
	return os.Remove(e.checkpoint)
}
