package faults

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// careful is our client with what it offers against doubts, for what the footnotes
// and the documentation say of it.
type careful struct {
	ourClient
	unique  bool
	options []dynamoconn.CallOption
}

func (c careful) put(ctx context.Context, it city) error {
	_, err := c.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: itemOf(it)}, c.options...)
	return err
}

func (c careful) putNew(ctx context.Context, it city) error {
	_, err := c.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: table, Item: itemOf(it), ConditionExpression: "attribute_not_exists(ID)", ItemIsUnique: c.unique,
	}, c.options...)
	return err
}

func TestWhatTheOptionsChange(t *testing.T) {
	open := func(unique bool, options ...dynamoconn.CallOption) contender {
		return contender{open: func(w *world) client { return careful{openOurs(w).(ourClient), unique, options} }}
	}
	byName := func(name string, of []trial) trial {
		for _, tr := range of {
			if tr.name == name {
				return tr
			}
		}
		t.Fatal("no such trial: " + name)
		return trial{}
	}
	own := byName("a conditional put whose answer is lost", defects)
	newer := further[0]
	// A transaction is another action, and meets the same.
	lostTransaction := func(tr trial) trial {
		prepare := tr.prepare
		tr.prepare = func(w *world) {
			prepare(w)
			w.server.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamoconntest.LoseAnswer()})
			if seen := w.path.seen; seen != nil {
				w.path.seen = func(_ string, n int) { seen("PutItem", n) }
			}
		}
		return tr
	}
	assert.Equal(t, unknown, try(t, own, open(false), 1))
	assert.Equal(t, right, try(t, own, open(true), 1))
	assert.Equal(t, right, try(t, lostTransaction(own), open(false, dynamoconn.ExactlyOnce("")), 1))
	assert.Equal(t, lost, try(t, newer, open(false), 1))
	assert.Equal(t, unknown, try(t, newer, open(false, dynamoconn.SendOnce()), 1))
	assert.Equal(t, right, try(t, lostTransaction(newer), open(false, dynamoconn.ExactlyOnce("")), 1))
}
