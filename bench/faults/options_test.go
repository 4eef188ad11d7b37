package faults

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// clientWithOptions is our client with the options that avoid unknown outcomes. It
// proves what the footnotes and docs/comparison.md say about them.
type clientWithOptions struct {
	ourClient
	unique  bool
	options []dynamoconn.CallOption
}

func (c clientWithOptions) put(ctx context.Context, it city) error {
	_, err := c.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: itemOf(it)}, c.options...)
	return err
}

func (c clientWithOptions) putNew(ctx context.Context, it city) error {
	_, err := c.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: table, Item: itemOf(it), ConditionExpression: "attribute_not_exists(ID)", ItemIsUnique: c.unique,
	}, c.options...)
	return err
}

func (c clientWithOptions) add(ctx context.Context, id string, n int64) error {
	req := ourIncrement(id, n)
	if c.unique {
		req.Changes = append(req.Changes, dynamoconn.Attr("LastUpdate").Set("drawn for this update"))
		req.UniqueAttribute = "LastUpdate"
	}
	_, err := c.UpdateItem(ctx, req, c.options...)
	return err
}

func TestOptionsAvoidUnknownOutcomes(t *testing.T) {
	open := func(unique bool, options ...dynamoconn.CallOption) contender {
		return contender{open: func(w *world) client { return clientWithOptions{openOurs(w).(ourClient), unique, options} }}
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
	conditionalPut := byName("a conditional put whose answer is lost", defects)
	newerPut := furtherTrials[0]
	// ExactlyOnce sends the put as another action, which must meet the same faults.
	lostTransaction := func(tr trial) trial {
		prepare := tr.prepare
		tr.prepare = func(w *world) {
			prepare(w)
			w.server.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamoconntest.LoseAnswer()})
			if seen := w.network.afterExchange; seen != nil {
				w.network.afterExchange = func(_ string, n int) { seen("PutItem", n) }
			}
		}
		return tr
	}
	assert.Equal(t, unknown, runTrial(t, conditionalPut, open(false), 1))
	assert.Equal(t, right, runTrial(t, conditionalPut, open(true), 1))
	assert.Equal(t, right, runTrial(t, lostTransaction(conditionalPut), open(false, dynamoconn.ExactlyOnce("")), 1))
	increment := byName("an increment whose answer is lost", defects)
	increment.run = runOperation("add")
	assert.Equal(t, unknown, runTrial(t, increment, open(false), 1))
	assert.Equal(t, right, runTrial(t, increment, open(true), 1))
	assert.Equal(t, right, runTrial(t, increment, open(false, dynamoconn.ExactlyOnce("")), 1))
	assert.Equal(t, lost, runTrial(t, newerPut, open(false), 1))
	assert.Equal(t, unknown, runTrial(t, newerPut, open(false, dynamoconn.SendOnce()), 1))
	assert.Equal(t, right, runTrial(t, lostTransaction(newerPut), open(false, dynamoconn.ExactlyOnce("")), 1))
}
