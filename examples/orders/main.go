// Orders keeps customers, their orders and the lines of the orders in one table.
//
//	go run ./examples/orders
//
// It places orders, each with its lines in one transaction, reads a customer with everything that
// belongs to it by one query, and shows what becomes of two changes at the same time.
//
// Without -endpoint the program runs on a DynamoDB in memory. It makes a table of its own and deletes
// it at the end.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/table"
)

func main() { demo.Main("orders", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("orders", stderr)
	name := flags.String("table", "dynamoconn-orders", "the `name` of the table to make")
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
	defer client.CloseIdleConnections()
	s, err := newShop(client, *name)
	if err != nil {
		return err
	}
	if err := s.customers.CreateTable(ctx); err != nil {
		return err
	}
	defer func() {
		_, err := client.DeleteTable(context.WithoutCancel(ctx), dynamoconn.DeleteTableRequest{TableName: *name})
		failed = errors.Join(failed, err)
	}()
	for _, step := range []func(context.Context, io.Writer) error{s.place, s.show, s.changeAtOnce, s.placeAgain} {
		if err := step(ctx, stdout); err != nil {
			return err
		}
	}
	return nil
}

// place makes a customer with two orders.
func (s *shop) place(ctx context.Context, stdout io.Writer) error {
	if err := s.customers.Create(ctx, &customer{ID: "ann", Name: "Ann"}); err != nil {
		return err
	}
	if err := s.placeOrder(ctx, "ann", "2026-1", line{Article: "apple", Count: 3}, line{Article: "pear", Count: 2}); err != nil {
		return err
	}
	if err := s.placeOrder(ctx, "ann", "2026-2", line{Article: "plum", Count: 7}); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "Ann has placed two orders, each with its lines in one transaction.")
	return nil
}

// show reads everything of a customer by one query.
func (s *shop) show(ctx context.Context, stdout io.Writer) error {
	fmt.Fprintln(stdout, "One query returns:")
	for v, err := range s.kinds.Query(ctx, table.Query{Key: []any{"ann"}}) {
		if err != nil {
			return err
		}
		switch v := v.(type) {
		case customer:
			fmt.Fprintf(stdout, "  customer %s with %d orders\n", v.Name, v.Orders)
		case order:
			fmt.Fprintf(stdout, "  order %s, %s\n", v.ID, v.State)
		case line:
			fmt.Fprintf(stdout, "    %d × %s\n", v.Count, v.Article)
		}
	}
	return nil
}

// changeAtOnce lets two people change an order that both have read.
func (s *shop) changeAtOnce(ctx context.Context, stdout io.Writer) error {
	first, err := s.orders.Get(ctx, "ann", "2026-1")
	if err != nil {
		return err
	}
	second := first
	first.State = "paid"
	if err := s.orders.Save(ctx, &first); err != nil {
		return err
	}
	second.State = "cancelled"
	err = s.orders.Save(ctx, &second)
	var conflict *table.Conflict[order]
	if !errors.As(err, &conflict) || !errors.Is(err, table.ErrStale) {
		return fmt.Errorf("the second of two changes was not refused: %w", err)
	}
	fmt.Fprintf(stdout, "Two changes at once: the second is told that the order is %s in version %d.\n", conflict.Current.State, conflict.Current.Version)
	sent, err := s.orders.Edit(ctx, s.orders.Key("ann", "2026-1"), func(o *order) error {
		o.State = "sent"
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Edit reads it again and changes that: version %d is %s.\n", sent.Version, sent.State)
	return nil
}

// placeAgain places an order that is there.
func (s *shop) placeAgain(ctx context.Context, stdout io.Writer) error {
	err := s.placeOrder(ctx, "ann", "2026-2", line{Article: "plum", Count: 9})
	if !errors.Is(err, table.ErrExists) {
		return fmt.Errorf("an order was placed twice: %w", err)
	}
	kept, err := s.lines.Get(ctx, "ann", "2026-2", 1)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "The same order again is refused as a whole: it still has %d × %s.\n", kept.Count, kept.Article)
	return nil
}
