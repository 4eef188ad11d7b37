package faults

import (
	"fmt"
	"net/http"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// fault is one thing that goes wrong with some of the requests of a call. Every fault
// ends after some requests, so that the call can succeed.
type fault struct {
	name string
	// draws is the number of trials, each with the damage at another place; 0 means
	// one.
	draws     int
	appliesTo func(operation) bool // nil means all operations
	install   func(w *world, op operation, draw int)
}

// faultTimes returns a function that makes an effect apply to n requests of the
// operation: from its first request or, if the operation takes several, from its
// second.
func faultTimes(n int, effect func(*world) dynamoconntest.Effect) func(*world, operation, int) {
	return func(w *world, op operation, _ int) {
		f := dynamoconntest.Fault{Operation: op.action, Times: n, Effect: effect(w)}
		if op.pages {
			f.Skip = 1
		}
		w.server.Inject(f)
	}
}

// fixedEffect returns a function that returns the same effect in every world.
func fixedEffect(effect dynamoconntest.Effect) func(*world) dynamoconntest.Effect {
	return func(*world) dynamoconntest.Effect { return effect }
}

func throttle(kind dynamoconntest.ThrottleType) dynamoconntest.Effect {
	return dynamoconntest.Throttle(kind, "arn:aws:dynamodb:us-east-1:000000000000:table/"+table, "TableWriteProvisionedThroughputExceeded")
}

// foreignAnswer returns a function that makes the first request of the operation get
// an answer that does not come from DynamoDB. The server does not see the request.
func foreignAnswer(status int, body string) func(*world, operation, int) {
	return func(w *world, op operation, _ int) {
		w.network.respond = func(action string, n int) *http.Response {
			if action == op.action && n == 1 {
				return foreignResponse(status, body)
			}
			return nil
		}
	}
}

// reportedSuccesses are answers with status 200 that report a failure: body, and header.
var reportedSuccesses = [][]string{
	{`{"message":"m","__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`},
	{` {"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`},
	{`{}`, "X-Amzn-Errortype", "InternalServerError"},
	{`{"Output":{"__type":"com.amazon.coral.service#InternalFailure"},"Version":"1.0"}`},
}

// answerSuccessWithFailure makes the first request of the operation get one of
// reportedSuccesses. The server does not see the request.
func answerSuccessWithFailure(w *world, op operation, draw int) {
	w.network.respond = func(action string, n int) *http.Response {
		if action == op.action && n == 1 {
			return foreignResponse(http.StatusOK, reportedSuccesses[draw][0], reportedSuccesses[draw][1:]...)
		}
		return nil
	}
}

// refusals are what a proxy refuses with.
var refusals = []int{303, 400, 403, 404, 409, 413}

// refuseAfterwards makes a proxy answer the first request of the operation with HTML and one
// of refusals, once the server has carried it out.
func refuseAfterwards(w *world, op operation, draw int) {
	w.network.replace = func(action string, n int, resp *http.Response) *http.Response {
		if action != op.action || n > 1 {
			return resp
		}
		return foreignResponse(refusals[draw], "<html>no</html>", "Content-Type", "text/html", "Location", "https://elsewhere/")
	}
}

// resetCodes are codes of errors with which a server of HTTP/2 resets a stream. After the
// first and the last net/http sends a request again by itself, if it has its body.
var resetCodes = []uint32{
	wiretest.HTTP2ProtocolError, wiretest.HTTP2InternalError, wiretest.HTTP2Cancel, wiretest.HTTP2RefusedStream,
}

// resetAfterwards makes a server of HTTP/2 reset the first stream with one of resetCodes, once
// the server has carried out its request.
func resetAfterwards(w *world, op operation, draw int) {
	w.overHTTP2(op.action, func(r *wiretest.HTTP2Request) bool {
		if r.Number > 1 {
			return false
		}
		r.Reset(resetCodes[draw])
		return true
	})
}

func isBatch(op operation) bool { return op.batches }

var faults = []fault{
	{name: "no fault", install: func(*world, operation, int) {}},
	{name: "throttled once", install: faultTimes(1, fixedEffect(throttle(dynamoconntest.ProvisionedThroughputExceeded)))},
	{name: "throttled once by the account's limit", install: faultTimes(1, fixedEffect(throttle(dynamoconntest.RequestLimitExceeded)))},
	{name: "throttled six times", install: faultTimes(6, fixedEffect(throttle(dynamoconntest.Throttling)))},
	{name: "500, not done", install: faultTimes(1, fixedEffect(dynamoconntest.InternalErrorBefore()))},
	{name: "500, but done", install: faultTimes(1, fixedEffect(dynamoconntest.InternalErrorAfter()))},
	{name: "503 from a proxy", install: faultTimes(1, fixedEffect(dynamoconntest.HTMLUnavailable()))},
	{name: "429 from a proxy", install: foreignAnswer(http.StatusTooManyRequests, "")},
	{name: "expired token", install: faultTimes(1, fixedEffect(dynamoconntest.ExpiredToken()))},
	{name: "conflict with another write", appliesTo: func(op operation) bool { return op.writes && !op.batches }, install: faultTimes(1, fixedEffect(dynamoconntest.TransactionConflict()))},
	{name: "connection refused", install: faultTimes(1, fixedEffect(dynamoconntest.RefuseConnection()))},
	{name: "connection reset, not sent", install: faultTimes(1, fixedEffect(dynamoconntest.ResetBefore()))},
	{name: "answer lost", install: faultTimes(1, fixedEffect(dynamoconntest.LoseAnswer()))},
	{name: "answer lost, then throttled", install: func(w *world, op operation, _ int) {
		faultTimes(1, fixedEffect(dynamoconntest.LoseAnswer()))(w, op, 0)
		faultTimes(3, fixedEffect(throttle(dynamoconntest.ProvisionedThroughputExceeded)))(w, op, 0)
	}},
	{name: "slow answer", install: faultTimes(1, fixedEffect(dynamoconntest.Slow(2*time.Second)))},
	{name: "no answer", install: faultTimes(1, fixedEffect(dynamoconntest.Hang()))},
	{name: "answer cut off", draws: 4, install: faultTimes(1, func(w *world) dynamoconntest.Effect {
		return dynamoconntest.Truncate(w.rand.IntN(4000))
	})},
	{name: "bit flipped", draws: 8, install: faultTimes(1, func(w *world) dynamoconntest.Effect {
		return dynamoconntest.FlipBit(w.rand.IntN(1 << 20))
	})},
	{name: "empty answer", install: faultTimes(1, fixedEffect(dynamoconntest.EmptyAnswer()))},
	{name: "empty answer from a proxy, not done", install: foreignAnswer(http.StatusOK, "")},
	{name: "HTML with status 200, not done", install: foreignAnswer(http.StatusOK, "<html>log in</html>")},
	{name: "white space after the answer", install: faultTimes(1, fixedEffect(dynamoconntest.Oversize(64<<10)))},
	{name: "some left unprocessed", appliesTo: isBatch, install: faultTimes(1, fixedEffect(dynamoconntest.Unprocessed(1, 5, 20)))},
	{name: "all left unprocessed, five times", appliesTo: isBatch, install: faultTimes(5, fixedEffect(dynamoconntest.Unprocessed()))},
	{name: "random ones left unprocessed", draws: 4, appliesTo: isBatch, install: faultTimes(12, fixedEffect(dynamoconntest.UnprocessedRandomly(0.4)))},
	{name: "some left unprocessed, but that answer is empty", appliesTo: isBatch, install: func(w *world, op operation, _ int) {
		faultTimes(1, fixedEffect(dynamoconntest.Unprocessed(1, 5, 20)))(w, op, 0)
		w.network.editBody = func(action string, n int, body []byte) []byte {
			if action == op.action && n == 2 {
				return nil
			}
			return body
		}
	}},
	{name: "empty page", appliesTo: func(op operation) bool { return op.action == "Scan" || op.action == "Query" },
		install: faultTimes(1, fixedEffect(dynamoconntest.EmptyPage()))},
	// New faults come last: the seed of a trial is its place.
	{name: "stream of HTTP/2 reset, but done", draws: len(resetCodes), install: resetAfterwards},
	{name: "a failure with status 200, not done", draws: len(reportedSuccesses), install: answerSuccessWithFailure},
	{name: "refused by a proxy, but done", draws: len(refusals), appliesTo: func(op operation) bool { return op.writes }, install: refuseAfterwards},
}

// matrix returns a trial for every fault with every operation that it applies to.
func matrix() []trial {
	var all []trial
	for _, f := range faults {
		for _, op := range operations {
			if f.appliesTo != nil && !f.appliesTo(op) {
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
						f.install(w, op, draw)
					},
					run: op.call,
				})
			}
		}
	}
	return all
}
