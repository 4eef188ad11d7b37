package main

import (
	"context"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/table"
)

// customer has the same partition key as its orders and their lines, and its sort key comes first.
type customer struct {
	PK      string `dynamoconn:"partition,from=CUSTOMER#{ID}"`
	SK      string `dynamoconn:"sort,from=CUSTOMER"`
	Kind    string `dynamoconn:"kind=CUSTOMER"`
	ID      string
	Name    string
	Orders  int
	Version int    `dynamoconn:"version"`
	Mark    string `dynamoconn:"mark"`
}

type order struct {
	PK       string `dynamoconn:"partition,from=CUSTOMER#{Customer}"`
	SK       string `dynamoconn:"sort,from=ORDER#{ID}"`
	Kind     string `dynamoconn:"kind=ORDER"`
	Customer string
	ID       string
	State    string
	Version  int    `dynamoconn:"version"`
	Mark     string `dynamoconn:"mark"`
}

// line comes behind its order, in the order of the numbers.
type line struct {
	PK       string `dynamoconn:"partition,from=CUSTOMER#{Customer}"`
	SK       string `dynamoconn:"sort,from=ORDER#{Order}#LINE#{Number:4}"`
	Kind     string `dynamoconn:"kind=LINE"`
	Customer string
	Order    string
	Number   int
	Article  string
	Count    int
}

// shop is the table of customers, orders and lines.
type shop struct {
	client    *dynamoconn.Client
	customers *table.Table[customer]
	orders    *table.Table[order]
	lines     *table.Table[line]
	kinds     *table.Kinds
}

func newShop(client *dynamoconn.Client, name string) (s *shop, err error) {
	s = &shop{client: client}
	if s.customers, err = table.New[customer](client, name, table.ConsistentReads()); err != nil {
		return nil, err
	}
	if s.orders, err = table.New[order](client, name, table.ConsistentReads()); err != nil {
		return nil, err
	}
	if s.lines, err = table.New[line](client, name, table.ConsistentReads()); err != nil {
		return nil, err
	}
	s.kinds, err = table.NewKinds(s.customers, s.orders, s.lines)
	return s, err
}

// placeOrder writes an order with its lines and counts it for its customer: all of that, or nothing. The
// error is [table.ErrExists] if the order is there.
func (s *shop) placeOrder(ctx context.Context, customerID, id string, lines ...line) error {
	placed, err := s.customers.Get(ctx, customerID)
	if err != nil {
		return err
	}
	writes := []table.Write{
		s.orders.CreateRequest(&order{Customer: customerID, ID: id, State: "open"}),
		s.customers.UpdateRequest(&placed, dynamoconn.Attr("Orders").Increment(1)),
	}
	for i := range lines {
		lines[i].Customer, lines[i].Order, lines[i].Number = customerID, id, i+1
		writes = append(writes, s.lines.PutRequest(&lines[i]))
	}
	return table.Transact(ctx, s.client, writes)
}
