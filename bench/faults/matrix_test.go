package faults

import (
	"fmt"
	"net/http"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// fault is one thing that goes wrong with some of the requests of a call. All of
// them pass, so that the call can be done.
type fault struct {
	name string
	// draws is how many trials there are with other places for the damage; 0 is one.
	draws int
	fits  func(operation) bool // nil is all
	put   func(*world, operation)
}

// times puts an effect in force for so many requests of the operation, from its first
// or, if it takes several, its second on.
func times(n int, effect func(*world) dynamoconntest.Effect) func(*world, operation) {
	return func(w *world, op operation) {
		f := dynamoconntest.Fault{Operation: op.action, Times: n, Effect: effect(w)}
		if op.pages {
			f.Skip = 1
		}
		w.server.Inject(f)
	}
}

func always(effect dynamoconntest.Effect) func(*world) dynamoconntest.Effect {
	return func(*world) dynamoconntest.Effect { return effect }
}

func throttle(kind dynamoconntest.ThrottleType) dynamoconntest.Effect {
	return dynamoconntest.Throttle(kind, "arn:aws:dynamodb:us-east-1:000000000000:table/"+table, "TableWriteProvisionedThroughputExceeded")
}

// strange answers one request with what does not come from DynamoDB.
func strange(status int, body string) func(*world, operation) {
	return func(w *world, op operation) {
		w.path.answer = func(action string, n int) *http.Response {
			if action == op.action && n == 1 {
				return reply(status, body)
			}
			return nil
		}
	}
}

func batching(op operation) bool { return op.batches }

var faults = []fault{
	{name: "no fault", put: func(*world, operation) {}},
	{name: "throttled once", put: times(1, always(throttle(dynamoconntest.ProvisionedThroughputExceeded)))},
	{name: "throttled once, by the account", put: times(1, always(throttle(dynamoconntest.RequestLimitExceeded)))},
	{name: "throttled six times", put: times(6, always(throttle(dynamoconntest.Throttling)))},
	{name: "500, not done", put: times(1, always(dynamoconntest.InternalErrorBefore()))},
	{name: "500, done all the same", put: times(1, always(dynamoconntest.InternalErrorAfter()))},
	{name: "503 of a proxy", put: times(1, always(dynamoconntest.HTMLUnavailable()))},
	{name: "429 of a proxy", put: strange(http.StatusTooManyRequests, "")},
	{name: "expired token", put: times(1, always(dynamoconntest.ExpiredToken()))},
	{name: "conflict with another write", fits: func(op operation) bool { return op.writes && !op.batches }, put: times(1, always(dynamoconntest.TransactionConflict()))},
	{name: "connection refused", put: times(1, always(dynamoconntest.RefuseConnection()))},
	{name: "connection reset, not sent", put: times(1, always(dynamoconntest.ResetBefore()))},
	{name: "answer lost", put: times(1, always(dynamoconntest.LoseAnswer()))},
	{name: "answer lost, then throttled", put: func(w *world, op operation) {
		times(1, always(dynamoconntest.LoseAnswer()))(w, op)
		times(3, always(throttle(dynamoconntest.ProvisionedThroughputExceeded)))(w, op)
	}},
	{name: "slow answer", put: times(1, always(dynamoconntest.Slow(2*time.Second)))},
	{name: "no answer", put: times(1, always(dynamoconntest.Hang()))},
	{name: "answer cut off", draws: 4, put: times(1, func(w *world) dynamoconntest.Effect {
		return dynamoconntest.Truncate(w.rand.IntN(4000))
	})},
	{name: "bit flipped", draws: 8, put: times(1, func(w *world) dynamoconntest.Effect {
		return dynamoconntest.FlipBit(w.rand.IntN(1 << 20))
	})},
	{name: "empty answer", put: times(1, always(dynamoconntest.EmptyAnswer()))},
	{name: "empty answer of a proxy, not done", put: strange(http.StatusOK, "")},
	{name: "HTML with status 200, not done", put: strange(http.StatusOK, "<html>log in</html>")},
	{name: "white space after the answer", put: times(1, always(dynamoconntest.Oversize(64<<10)))},
	{name: "some left unprocessed", fits: batching, put: times(1, always(dynamoconntest.Unprocessed(1, 5, 20)))},
	{name: "all left unprocessed, five times", fits: batching, put: times(5, always(dynamoconntest.Unprocessed()))},
	{name: "any left unprocessed", draws: 4, fits: batching, put: times(12, always(dynamoconntest.UnprocessedRandomly(0.4)))},
	{name: "some left unprocessed, answer emptied", fits: batching, put: func(w *world, op operation) {
		times(1, always(dynamoconntest.Unprocessed(1, 5, 20)))(w, op)
		w.path.edit = func(action string, n int, body []byte) []byte {
			if action == op.action && n == 2 {
				return nil
			}
			return body
		}
	}},
	{name: "empty page", fits: func(op operation) bool { return op.action == "Scan" },
		put: times(1, always(dynamoconntest.EmptyPage()))},
}

// matrix is every fault with every operation that it fits.
func matrix() []trial {
	var all []trial
	for _, f := range faults {
		for _, op := range operations {
			if f.fits != nil && !f.fits(op) {
				continue
			}
			for draw := range max(f.draws, 1) {
				all = append(all, trial{
					name:  fmt.Sprintf("%s, %s, %d", f.name, op.name, draw),
					group: f.name,
					prepare: func(w *world) {
						if op.prepare != nil {
							op.prepare(w)
						}
						f.put(w, op)
					},
					run: op.call,
				})
			}
		}
	}
	return all
}
