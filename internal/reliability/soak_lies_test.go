package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// The tests in this file prove that the judge notices errors. Something between the
// library and the server lies, or the library's result is falsified, in one way at a
// time. The judge must say which rule was broken.

// lieAnswer returns an answer without a checksum.
func lieAnswer(req *http.Request, status int, body string) (*http.Response, error) {
	return wiretest.Reply(status, body, "X-Amz-Crc32", "", "Content-Type", "application/x-amz-json-1.0")(&wiretest.Request{HTTP: req})
}

const lieErrorBody = `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"a lie"}`

// lieResend sends a request once more.
func lieResend(next dynamoconn.HTTPClient, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), time.Minute)
	defer cancel()
	second := req.Clone(ctx)
	second.Body, _ = req.GetBody()
	if resp, err := next.Do(second); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// lieEdit changes the JSON of an undamaged answer with that HTTP status and gives it the new checksum.
func lieEdit(resp *http.Response, status int, change func(answer map[string]any)) *http.Response {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer map[string]any
	if err != nil || resp.StatusCode != status || isDamagedAnswer(resp, body, nil) || json.Unmarshal(body, &answer) != nil {
		return resp
	}
	change(answer)
	body, _ = json.Marshal(answer)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	return resp
}

// lieEvery calls lie for every nth request of an action.
func lieEvery(nth int, action string, lie func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error)) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	n := 0
	return func(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
		return wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
			mu.Lock()
			if r.Action == action {
				n++
			}
			due := r.Action == action && n%nth == 0
			mu.Unlock()
			if !due {
				return next.Do(r.HTTP)
			}
			return lie(next, r.HTTP)
		})
	}
}

// lieEdited changes the JSON of every tenth answer to an action.
func lieEdited(action string, change func(answer map[string]any)) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	return lieEvery(10, action, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
		resp, err := next.Do(req)
		if err != nil {
			return nil, err
		}
		return lieEdit(resp, 200, change), nil
	})
}

// lieReplaced lets the server carry out every tenth request of an action, but replaces its
// answer.
func lieReplaced(action string, status int, body string) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	return lieEvery(10, action, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
		lieResend(next, req)
		return lieAnswer(req, status, body)
	})
}

// lieResendFirst sends the first request of a batch again after each of the others.
func lieResendFirst(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	first := make(map[any]*http.Request)
	return wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
		resp, err := next.Do(r.HTTP)
		if r.Action == actBatchWrite {
			mu.Lock()
			o := r.HTTP.Context().Value(soakContextKey{})
			old := first[o]
			if old == nil {
				first[o] = r.HTTP
			}
			mu.Unlock()
			if old != nil {
				lieResend(next, old)
			}
		}
		return resp, err
	})
}

// lieResendLate keeps every tenth put and sends it again after others have been sent.
func lieResendLate(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	var kept []*http.Request
	n := 0
	return wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
		var due *http.Request
		mu.Lock()
		if r.Action == actPutItem {
			if n++; n%10 == 0 {
				kept = append(kept, r.HTTP.Clone(context.WithoutCancel(r.HTTP.Context())))
			}
			if len(kept) > 5 {
				due, kept = kept[0], kept[1:]
			}
		}
		mu.Unlock()
		if due != nil {
			lieResend(next, due)
		}
		return next.Do(r.HTTP)
	})
}

// lieItems changes the items of a page.
func lieItems(change func(items []any) []any) func(answer map[string]any) {
	return func(answer map[string]any) {
		if list, ok := answer["Items"].([]any); ok && len(list) > 3 {
			answer["Items"] = change(list)
			answer["Count"] = len(answer["Items"].([]any))
			answer["ScannedCount"] = answer["Count"]
		}
	}
}

// soakLie is a way to lie, and the rule that the judge must name.
type soakLie struct {
	name   string
	rule   soakRule
	http   func(dynamoconn.HTTPClient) dynamoconn.HTTPClient // wraps the client of the library
	result func(run *soakRun, o *soakOp)                     // falsifies the result of an operation
	server func(t *testing.T, run *soakRun)                  // changes the tables at the end
}

var soakLies = []soakLie{
	{name: "a put is dropped but answered as done", rule: ruleLost,
		http: lieEvery(10, actPutItem, func(_ dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			return lieAnswer(req, 200, "{}")
		})},
	{name: "a batch is dropped but answered as done", rule: ruleLost,
		http: lieEvery(10, actBatchWrite, func(_ dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			return lieAnswer(req, 200, `{"UnprocessedItems":{}}`)
		})},
	{name: "unprocessed writes are removed from the answer", rule: ruleLost,
		http: lieEvery(1, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			resp, err := next.Do(req)
			if err != nil {
				return nil, err
			}
			return lieEdit(resp, 200, func(answer map[string]any) { answer["UnprocessedItems"] = map[string]any{} }), nil
		})},
	{name: "an applied put is answered as refused", rule: ruleNotWritten,
		http: lieReplaced(actPutItem, 400, fmt.Sprintf(lieErrorBody, "ValidationException"))},
	{name: "an applied delete is answered as a failed condition", rule: ruleCondition,
		http: lieReplaced(actDeleteItem, 400, fmt.Sprintf(lieErrorBody, "ConditionalCheckFailedException"))},
	{name: "an unknown outcome is reported as a certain failure", rule: ruleFalseCertainty,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.isWrite() && soakAmbiguous(o.err) {
				o.err = &dynamoconn.Error{Activity: "PutItem"}
			}
		}},
	{name: "a certain failure is reported as unknown", rule: ruleFalseDoubt,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.isWrite() && o.err != nil {
				o.err = fmt.Errorf("%w: %w", dynamoconn.ErrAmbiguous, o.err)
			}
		}},
	{name: "a put is sent twice", rule: ruleAfterAnswer,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieResend(next, req)
			return next.Do(req)
		})},
	{name: "a put is sent twice", rule: ruleTwice,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieResend(next, req)
			return next.Do(req)
		})},
	{name: "a batch is sent twice", rule: ruleTwice,
		http: lieEvery(10, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieResend(next, req)
			return next.Do(req)
		})},
	{name: "the cause of a failure is removed", rule: ruleCause,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind == kindGet && o.err != nil {
				o.err = &dynamoconn.Error{Activity: "GetItem"}
			}
		}},
	{name: "an old item is invented", rule: ruleOldItem,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.wantsOld() && o.err == nil && o.item != nil {
				o.item = soakItem(o.cell.table, o.cell.key, o.id(1))
			}
		}},
	{name: "an old item is removed from the answer", rule: ruleOldItem,
		http: lieEvery(1, actDeleteItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			resp, err := next.Do(req)
			if err != nil {
				return nil, err
			}
			return lieEdit(resp, 200, func(answer map[string]any) { delete(answer, "Attributes") }), nil
		})},
	{name: "the item of a failed condition is missing", rule: ruleFailedItem,
		http: lieEvery(1, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			resp, err := next.Do(req)
			if err != nil {
				return nil, err
			}
			return lieEdit(resp, 400, func(answer map[string]any) { delete(answer, "Item") }), nil
		})},
	{name: "an item holds an attribute of another write", rule: ruleMixed,
		http: lieEdited(actGetItem, func(answer map[string]any) {
			if item, ok := answer["Item"].(map[string]any); ok {
				item["v"] = map[string]any{"S": "of another write"}
			}
		})},
	{name: "an item that exists is not returned", rule: ruleStale,
		http: lieEdited(actGetItem, func(answer map[string]any) { delete(answer, "Item") })},
	{name: "the items of a batch are not returned", rule: ruleStale,
		http: lieEdited(actBatchGet, func(answer map[string]any) { answer["Responses"] = map[string]any{} })},
	{name: "a page lacks an item", rule: ruleMissing,
		http: lieEdited(actScan, lieItems(func(items []any) []any { return append(items[:1:1], items[2:]...) }))},
	{name: "a page holds an item twice", rule: ruleDuplicate,
		http: lieEdited(actScan, lieItems(func(items []any) []any { items[1] = items[0]; return items }))},
	{name: "a table is not listed", rule: ruleListing,
		http: lieEdited(actListTables, func(answer map[string]any) {
			if names, ok := answer["TableNames"].([]any); ok && len(names) > 1 {
				answer["TableNames"] = names[1:]
			}
		})},
	{name: "a write of a batch is counted twice", rule: ruleSum, result: func(_ *soakRun, o *soakOp) {
		if o.kind.isBatchWrite() {
			o.written++
		}
	}},
	{name: "an old request of a batch is sent again after a newer one", rule: ruleOrder, http: lieResendFirst},
	{name: "a put is sent again after its call has returned", rule: ruleLate, http: lieResendLate},
	{name: "the judge forgets what a table holds", rule: ruleServer, result: func(run *soakRun, o *soakOp) {
		if o.kind == kindDelete {
			run.truth.mu.Lock()
			defer run.truth.mu.Unlock()
			run.truth.state[o.cell.table] = [soakKeys]soakStored{}
		}
	}},
	{name: "a put goes to another key", rule: ruleFinal,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			body, _ := soakBody(req)
			text := strings.Replace(string(body), `"key-`, `"key-1`, 1)
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			return next.Do(req)
		})},
	{name: "a batch request writes to another table", rule: rulePhantom,
		http: lieEvery(10, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			body, _ := soakBody(req)
			text := strings.ReplaceAll(string(body), `"soak-0"`, `"soak-1"`)
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
			req.Body, _ = req.GetBody()
			req.ContentLength = int64(len(text))
			return next.Do(req)
		})},
	{name: "an item appears in a table", rule: rulePhantom, server: func(t *testing.T, run *soakRun) {
		run.fill(t, 0, []dynamoconn.Item{{dynamoconn.String("p", "key-0"), dynamoconn.String("v", "?")}})
	}},
	{name: "an item vanishes from a table", rule: ruleFinal, server: func(t *testing.T, run *soakRun) {
		for table := range soakTables {
			for key := range soakKeys {
				if run.truth.state[table][key].id != 0 {
					_, err := run.server.Client(t).DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: soakTableName(table), Item: soakKey(table, key)})
					require.NoError(t, err)
					return
				}
			}
		}
	}},
}

// soakRules are all rules of the judge.
var soakRules = []soakRule{
	ruleLost, ruleNotWritten, ruleFalseCertainty, ruleFalseDoubt, ruleAfterAnswer, ruleTwice, ruleLate, ruleCause, ruleCondition,
	ruleOldItem, ruleFailedItem, ruleMixed, ruleStale, ruleMissing, ruleDuplicate, ruleListing, ruleSum, ruleOrder,
	rulePhantom, ruleFinal, ruleServer,
}

// TestSoakJudgeNoticesEachLie runs a soak with each lie until the judge names the rule
// that the lie breaks. There must be a lie for each rule.
func TestSoakJudgeNoticesEachLie(t *testing.T) {
	skipBrief(t)
	t.Parallel()
	soakScanOrder() // must not run on a fake clock
	proven := make(map[soakRule]bool)
	for _, lie := range soakLies {
		proven[lie.rule] = true
		t.Run(string(lie.rule)+" because "+lie.name, func(t *testing.T) {
			t.Parallel()
			const seed = 20_240_607 // with this seed each lie meets an operation that it can falsify
			synctest.Test(t, func(t *testing.T) {
				run := newSoakRun(t, seed, 300)
				if run.goroutines = 8; lie.rule == ruleFinal || lie.server != nil {
					run.operations = 30 // the judge can notice it only at the end
				}
				run.truth.keep = true
				run.lieHTTP, run.lieResult, run.untilRule = lie.http, lie.result, lie.rule
				run.work(run.clients(t, run.truth))
				if lie.server != nil {
					lie.server(t, run)
				}
				found := strings.Join(run.problems(t), "\n")
				if !strings.Contains(found, string(lie.rule)+": ") {
					t.Errorf("after %d operations the judge did not name the rule, but reported:\n%.2000s", run.report.total, found)
				}
			})
		})
	}
	for _, rule := range soakRules {
		if !proven[rule] {
			t.Errorf("no lie breaks the rule: %s", rule)
		}
	}
}
