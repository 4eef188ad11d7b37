package main

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

func TestProgramShowsItsTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, io.Discard))
	assert.Equal(t, `Ann has placed two orders, each with its lines in one transaction.
One query returns:
  customer Ann with 2 orders
  order 2026-1, open
    3 × apple
    2 × pear
  order 2026-2, open
    7 × plum
Two changes at once: the second is told that the order is paid in version 2.
Edit reads it again and changes that: version 3 is sent.
The same order again is refused as a whole: it still has 7 × plum.
`, out.String())
}

func TestProgramRefusesUnknownFlags(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-nothing"}, io.Discard, io.Discard))
}

// The answer to a transaction is lost: the order is there once, and counted once.
func TestOrderWhoseAnswerIsLostIsPlacedOnce(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	s, err := newShop(db.Client(t), "Orders")
	require.NoError(t, err)
	require.NoError(t, s.customers.CreateTable(t.Context()))
	require.NoError(t, s.customers.Create(t.Context(), &customer{ID: "bob"}))
	db.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	require.NoError(t, s.placeOrder(t.Context(), "bob", "1", line{Article: "plum", Count: 1}))
	require.ErrorIs(t, s.placeOrder(t.Context(), "bob", "1"), table.ErrExists)
	bob, err := s.customers.Get(t.Context(), "bob")
	require.NoError(t, err)
	assert.Equal(t, 1, bob.Orders)
	require.ErrorIs(t, s.placeOrder(t.Context(), "nobody", "1"), table.ErrNotFound)
}

// An order changes between the reading and the writing of its customer: the transaction is refused.
func TestOrderOfACustomerThatChangedIsRefused(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	s, err := newShop(db.Client(t), "Orders")
	require.NoError(t, err)
	require.NoError(t, s.customers.CreateTable(t.Context()))
	c := customer{ID: "bob"}
	require.NoError(t, s.customers.Create(t.Context(), &c))
	stale := c
	require.NoError(t, s.customers.Save(t.Context(), &c))
	err = table.Transact(t.Context(), s.client, []table.Write{
		s.customers.CheckRequest(&stale), s.orders.CreateRequest(&order{Customer: "bob", ID: "1"}),
	})
	require.ErrorIs(t, err, table.ErrStale)
	var conflict *table.Conflict[customer]
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, c, *conflict.Current)
}
