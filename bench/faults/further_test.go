package faults

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// furtherTrials are trials that are neither a defect of the list nor in the matrix.
var furtherTrials = slices.Concat([]trial{
	{name: "put, answer lost, and another writer puts a newer item before the put is sent again",
		group: "a newer put between two attempts", prepare: putNewerBeforeRetry, run: judgeNewerItem, allowed: lost},
	{name: "put with the old item, answer lost, and another writer puts a newer item before it is sent again",
		group: "a newer put between two attempts that return the old item", prepare: writeNewerBeforeRetry("PutItem"), run: judgeOldItemOfPut},
	{name: "delete with the old item, answer lost, and another writer puts a newer item before it is sent again",
		group: "a newer put between two attempts that return the old item", prepare: writeNewerBeforeRetry("DeleteItem"), run: judgeOldItemOfDelete},
}, badCredentialTrials())

// putNewerBeforeRetry loses the answer to a put and lets another writer put a newer
// item before the put is sent again.
func putNewerBeforeRetry(w *world) { writeNewer(w, "PutItem") }

// writeNewerBeforeRetry returns a function that stores items, loses the answer to the first
// request of the action and lets another writer put a newer item before the next.
func writeNewerBeforeRetry(action string) func(*world) {
	return func(w *world) {
		fill(w)
		writeNewer(w, action)
	}
}

func writeNewer(w *world, action string) {
	w.server.Inject(dynamoconntest.Fault{Operation: action, Times: 1, Effect: dynamoconntest.LoseAnswer()})
	w.network.afterExchange = func(answered string, n int) {
		if answered == action && n == 1 {
			w.fill(newerCity())
		}
	}
}

func newerCity() city {
	c := newCity(7)
	c.Name = "Newer"
	return c
}

func judgeNewerItem(ctx context.Context, w *world, c client) verdict {
	err := c.put(ctx, newCity(7))
	switch {
	case !w.has(newerCity()):
		return lost
	case err == nil:
		return right
	case c.claimOf(err) == claimNothing:
		return unknown
	}
	return wrong
}

// judgeOldItemOfPut replaces an item whose old content only the lost answer had.
func judgeOldItemOfPut(ctx context.Context, w *world, c client) verdict {
	changed := newCity(7)
	changed.Name = "Renamed"
	old, err := c.replace(ctx, changed)
	return judgeOldItem(c, old, err, w.has(changed))
}

// judgeOldItemOfDelete is judgeOldItemOfPut for a delete.
func judgeOldItemOfDelete(ctx context.Context, w *world, c client) verdict {
	old, err := c.take(ctx, "city-007")
	_, stored := w.stored()["city-007"]
	return judgeOldItem(c, old, err, !stored)
}

func judgeOldItem(c client, old city, err error, done bool) verdict {
	v := judgeWrite(c, err, func() bool { return done })
	if v == right && old.String() != newCity(7).String() {
		return wrong // the item of another writer, which this call replaced on its second attempt
	}
	return v
}

// badCredentialTrials returns a trial for each operation whose credentials no header can
// hold, so that net/http refuses the request before it leaves. It is right to return an error
// that says so.
func badCredentialTrials() []trial {
	var all []trial
	for _, op := range operations {
		all = append(all, trial{
			name: "credentials that end with a newline, " + op.name, group: "a request that net/http refuses",
			prepare: func(w *world) {
				if op.prepare != nil {
					op.prepare(w)
				}
				w.credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "AKIDEXAMPLE\n", SecretAccessKey: "secret"}, nil
				})
				w.overHTTP2(op.action, func(*wiretest.HTTP2Request) bool { return false })
			},
			run: func(ctx context.Context, w *world, c client) verdict {
				if v := op.call(ctx, w, c); v != failed {
					return v
				}
				return right
			},
		})
	}
	return all
}
