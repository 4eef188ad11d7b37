// Bulkload loads a file of JSON objects into a table, one item for each object.
//
//	cd examples/bulkload
//	go run . -endpoint http://localhost:8000 -table Cities -file cities.json -id
//
// The file holds one object a line, or one array of objects, and may be of any size:
// a few thousand rows are in memory at a time. Without -file it is the 1,000 cities of
// testdata. The table is made, and billed by the request, if it is not there; it stays.
// A row whose key is there already replaces that item. Without -endpoint all goes to a
// DynamoDB in memory that ends with the program, to try it out; with -endpoint local,
// to a DynamoDB Local that does.
//
// Rows that are not written are named and tried once more; if some are left, the
// program ends with status 1.
package main

import (
	"context"
	"errors"
	"flag"
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
	flags := flag.NewFlagSet("bulkload", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var where demo.Flags
	where.Define(flags)
	file := flags.String("file", "", "the `file` to load, or - for the standard input\n(default: the 1,000 cities of testdata)")
	table := flags.String("table", "Cities", "the `name` of the table")
	key := flags.String("key", "ID", "the `name` of the partition key, if the table has to be made")
	number := flags.Bool("id", false, "give each row that lacks the partition key its number in the file as such")
	chunk := flags.Int("chunk", 2000, "how many `rows` to hold at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *chunk < 1 {
		return errors.New("-chunk: must be at least 1")
	}
	source, size, err := open(*file)
	if err != nil {
		return err
	}
	defer source.Close()

	db, err := where.Open(ctx, stderr)
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
		client: client, rows: newRows(source), table: *table, key: *key, number: *number, chunk: *chunk,
		create: db.CreateTable, losses: &losses{out: aboveBar{bar, stderr}}, bar: bar,
	}
	err = load.run(ctx)
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(stdout, "%s written in %.1f s (%s a second)\n", demo.Count(load.written, "row", "rows"),
		seconds, demo.Thousands(int64(float64(load.written)/seconds)))
	if err == nil && load.losses.rows > 0 {
		err = fmt.Errorf("%s not written", demo.Count(load.losses.rows, "row was", "rows were"))
	}
	if db.Own && err == nil {
		fmt.Fprintln(stdout, "This DynamoDB ends now, with the table in it; -endpoint names one that stays.")
	}
	return err
}

// open returns the source and its size in bytes, which is -1 if nobody knows.
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
