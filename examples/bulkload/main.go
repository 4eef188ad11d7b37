// Bulkload loads a file of JSON objects into a table. Each object becomes an item.
//
//	cd examples/bulkload
//	go run . -endpoint http://localhost:8000 -table Cities -file cities.json -id
//
// The file holds one object per line, or one array of objects. It may have any size,
// because the program holds only a few thousand rows at a time. Without -file the
// program loads the 1,000 cities of testdata. If there is no such table, the program
// creates it, with billing per request, and does not delete it. A row replaces an item
// that has the same key.
//
// Without -endpoint the program loads into a DynamoDB in memory, and with -endpoint
// local into a DynamoDB Local that it starts. Both end with the program, so they are
// good for trying it out.
//
// The program sends rows that were not written once more. If some are still not
// written, it lists them and ends with status 1.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/testdata"
)

func main() { demo.Main("bulkload", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("bulkload", stderr)
	file := flags.String("file", "", "the `file` to load, or - for the standard input\n(default: the 1,000 cities of testdata)")
	table := flags.String("table", "Cities", "the `name` of the table")
	key := flags.String("key", "ID", "the `name` of the partition key if the program creates the table")
	useNumber := flags.Bool("id", false, "if a row has no partition key, use its number in the file as the key")
	chunk := flags.Int("chunk", 2000, "the `number` of rows to hold at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *chunk < 1 {
		return errors.New("-chunk must be at least 1")
	}
	source, size, err := open(*file)
	if err != nil {
		return err
	}
	defer source.Close()

	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, db.Close()) }()
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config), dynamoconn.WithMaxInFlight(8))
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Loading into the table %s of %s\n", *table, db)

	start := time.Now()
	bar := newBar(stderr, size)
	load := &load{
		client: client, rows: newRows(source), table: *table, key: *key, useNumber: *useNumber, chunk: *chunk,
		createTable: db.CreateTable, failures: &failures{out: barWriter{bar, stderr}}, bar: bar,
	}
	err = load.run(ctx)
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(stdout, "%s written in %.1f s (%s a second)\n", demo.Count(load.written, "row", "rows"),
		seconds, demo.Thousands(int64(float64(load.written)/seconds)))
	if err == nil && load.failures.rows > 0 {
		err = fmt.Errorf("%s not written", demo.Count(load.failures.rows, "row was", "rows were"))
	}
	if db.Own && err == nil {
		fmt.Fprintln(stdout, "The table is gone when this program ends. To keep it, give the URL of a DynamoDB with -endpoint.")
	}
	return err
}

// open opens the file and returns its size in bytes, or -1 if the size is not known.
func open(file string) (io.ReadCloser, int64, error) {
	switch file {
	case "":
		return io.NopCloser(strings.NewReader(testdata.Cities())), int64(len(testdata.Cities())), nil
	case "-":
		return io.NopCloser(os.Stdin), -1, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return f, -1, nil
	}
	return f, info.Size(), nil
}
