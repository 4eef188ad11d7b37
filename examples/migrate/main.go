// Migrate renames an attribute in all items of a table that is in use. No update that
// others make at the same time is lost, and if the program is interrupted or killed, the
// next run continues where it stopped.
//
//	go run ./examples/migrate -endpoint aws -region eu-central-1 -table Music -from Year -to Released
//
// Until the table is read to its end, a file with the ending .migration says how far the
// program has come; start it again with the same flags to continue. Each item is renamed
// by one update in DynamoDB itself: nothing that was read is written back. An item that
// has both names is left as it is and counted.
//
// Programs that write the attribute must know both names before this one starts. What is
// written under the old name behind the place that the program has reached is renamed by
// another run.
//
// Without -endpoint the program renames an attribute of the 1,000 cities of testdata in a
// DynamoDB in memory. In AWS it needs the permissions dynamodb:DescribeTable, dynamodb:Scan
// and dynamodb:UpdateItem.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

func main() { demo.Main("migrate", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("migrate", stderr)
	m := &migration{}
	flags.StringVar(&m.table, "table", "dynamoconn-cities", "the `name` of the table")
	flags.StringVar(&m.from, "from", "Name", "the `name` of the attribute")
	flags.StringVar(&m.to, "to", "City", "the `name` that it gets")
	flags.StringVar(&m.state, "state", "", "the `file` that says how far the program has come (default: the name of the table with .migration)")
	flags.IntVar(&m.workers, "workers", 8, "the `number` of updates at the same time")
	page := flags.Int("page", 0, "the largest `number` of items in a page (default: as many as DynamoDB gives, up to 1 MB)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if m.workers < 1 || m.from == m.to {
		return errors.New("-workers must be at least 1, and -from and -to must differ")
	}
	m.state = cmp.Or(m.state, m.table+".migration")
	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, db.Close()) }()
	if m.client, err = dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config)); err != nil {
		return err
	}
	if db.Own {
		if err := db.CreateCities(ctx, m.client, m.table); err != nil {
			return err
		}
	}
	if err := m.run(ctx, int32(*page)); err != nil {
		return fmt.Errorf("the table %s is not done, run again with the same flags to continue: %w", m.table, err)
	}
	fmt.Fprintf(stdout, "Renamed %s to %s in %s of the table %s.\n", m.from, m.to, demo.Count(m.renamed.Load(), "item", "items"), m.table)
	if both := m.both.Load(); both > 0 {
		fmt.Fprintf(stdout, "Left as it was, because it had both: %s.\n", demo.Count(both, "item", "items"))
	}
	return nil
}
