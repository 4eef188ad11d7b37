package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
)

// A judge that never objects proves nothing. Here something between the library and
// the server lies, or the library's own word is twisted, in one way at a time, and the
// judge must say which promise was broken.

// lieClient is an HTTP client that lies.
type lieClient struct {
	next dynamoconn.HTTPClient
	do   func(next dynamoconn.HTTPClient, req *http.Request, action string) (*http.Response, error)
}

// Do answers a request, truly or not.
func (c lieClient) Do(req *http.Request) (*http.Response, error) {
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	return c.do(c.next, req, action)
}

func lieAnswer(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
}

const lieErrorBody = `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"a lie"}`

// lieAgain sends a request once more, as it was.
func lieAgain(next dynamoconn.HTTPClient, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), time.Minute)
	defer cancel()
	second := req.Clone(ctx)
	second.Body, _ = req.GetBody()
	if resp, err := next.Do(second); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// lieEdit changes the JSON of a whole answer, and makes its checksum fit.
func lieEdit(resp *http.Response, change func(answer map[string]any)) *http.Response {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer map[string]any
	if err != nil || resp.StatusCode != 200 || soakDamaged(resp, body, nil) || json.Unmarshal(body, &answer) != nil {
		return resp
	}
	change(answer)
	body, _ = json.Marshal(answer)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	return resp
}

// lieEvery lets a lie happen at each nth request of an action.
func lieEvery(nth int, action string, lie func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error)) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	n := 0
	return func(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
		return lieClient{next, func(next dynamoconn.HTTPClient, req *http.Request, asked string) (*http.Response, error) {
			mu.Lock()
			if asked == action {
				n++
			}
			due := asked == action && n%nth == 0
			mu.Unlock()
			if !due {
				return next.Do(req)
			}
			return lie(next, req)
		}}
	}
}

// lieEdited is a lie in the JSON of an answer.
func lieEdited(action string, change func(answer map[string]any)) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	return lieEvery(10, action, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
		resp, err := next.Do(req)
		if err != nil {
			return nil, err
		}
		return lieEdit(resp, change), nil
	})
}

// lieReplaced is a lie in place of an answer.
func lieReplaced(action string, status int, body string) func(dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	return lieEvery(10, action, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
		lieAgain(next, req)
		return lieAnswer(req, status, body), nil
	})
}

// lieOlder sends the first request of a batch again after each of the others.
func lieOlder(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	first := make(map[any]*http.Request)
	return lieClient{next, func(next dynamoconn.HTTPClient, req *http.Request, action string) (*http.Response, error) {
		resp, err := next.Do(req)
		if action == actBatchWrite {
			mu.Lock()
			o := req.Context().Value(soakContextKey{})
			old := first[o]
			if old == nil {
				first[o] = req
			}
			mu.Unlock()
			if old != nil {
				lieAgain(next, old)
			}
		}
		return resp, err
	}}
}

// lieLater keeps every tenth put and sends it again when others have been sent.
func lieLater(next dynamoconn.HTTPClient) dynamoconn.HTTPClient {
	var mu sync.Mutex
	var kept []*http.Request
	n := 0
	return lieClient{next, func(next dynamoconn.HTTPClient, req *http.Request, action string) (*http.Response, error) {
		var due *http.Request
		mu.Lock()
		if action == actPutItem {
			if n++; n%10 == 0 {
				kept = append(kept, req.Clone(context.WithoutCancel(req.Context())))
			}
			if len(kept) > 5 {
				due, kept = kept[0], kept[1:]
			}
		}
		mu.Unlock()
		if due != nil {
			lieAgain(next, due)
		}
		return next.Do(req)
	}}
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

type soakLie struct {
	name   string
	rule   soakRule
	http   func(dynamoconn.HTTPClient) dynamoconn.HTTPClient
	result func(run *soakRun, o *soakOp)
	server func(t *testing.T, run *soakRun) // after all is done
}

var soakLies = []soakLie{
	{name: "a put is dropped and acknowledged", rule: ruleLost,
		http: lieEvery(10, actPutItem, func(_ dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			return lieAnswer(req, 200, "{}"), nil
		})},
	{name: "a batch is dropped and acknowledged", rule: ruleLost,
		http: lieEvery(10, actBatchWrite, func(_ dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			return lieAnswer(req, 200, `{"UnprocessedItems":{}}`), nil
		})},
	{name: "unprocessed writes are passed over in silence", rule: ruleLost,
		http: lieEvery(1, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			resp, err := next.Do(req)
			if err != nil {
				return nil, err
			}
			return lieEdit(resp, func(answer map[string]any) { answer["UnprocessedItems"] = map[string]any{} }), nil
		})},
	{name: "an applied put is answered as refused", rule: ruleNotWritten,
		http: lieReplaced(actPutItem, 400, fmt.Sprintf(lieErrorBody, "ValidationException"))},
	{name: "an applied delete is answered as a failed condition", rule: ruleCondition,
		http: lieReplaced(actDeleteItem, 400, fmt.Sprintf(lieErrorBody, "ConditionalCheckFailedException"))},
	{name: "a doubt is kept from the caller", rule: ruleGuess,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.isWrite() && soakAmbiguous(o.err) {
				o.err = &dynamoconn.Error{Activity: "PutItem"}
			}
		}},
	{name: "a certain failure is called a doubt", rule: ruleNeedless,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.isWrite() && o.err != nil {
				o.err = fmt.Errorf("%w: %w", dynamoconn.ErrAmbiguous, o.err)
			}
		}},
	{name: "a put is sent twice", rule: ruleAfter,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieAgain(next, req)
			return next.Do(req)
		})},
	{name: "a put is sent twice", rule: ruleTwice,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieAgain(next, req)
			return next.Do(req)
		})},
	{name: "a batch is sent twice", rule: ruleTwice,
		http: lieEvery(10, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			lieAgain(next, req)
			return next.Do(req)
		})},
	{name: "the cause of a failure is taken away", rule: ruleCause,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind == kindGet && o.err != nil {
				o.err = &dynamoconn.Error{Activity: "GetItem"}
			}
		}},
	{name: "an old item is made up", rule: ruleOldItem,
		result: func(_ *soakRun, o *soakOp) {
			if o.kind.wantsOld() && o.err == nil && o.item != nil {
				o.item = soakItem(o.cell.table, o.cell.key, o.id(1))
			}
		}},
	{name: "an old item is kept back", rule: ruleOldItem,
		http: lieEvery(1, actDeleteItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			resp, err := next.Do(req)
			if err != nil {
				return nil, err
			}
			return lieEdit(resp, func(answer map[string]any) { delete(answer, "Attributes") }), nil
		})},
	{name: "the item beside a failed condition is missing", rule: ruleFailedItem,
		result: func(_ *soakRun, o *soakOp) {
			var e *dynamoconn.Error
			if errors.As(o.err, &e) && e.Item != nil {
				e.Item = nil
			}
		}},
	{name: "an attribute of another write is mixed in", rule: ruleMixed,
		http: lieEdited(actGetItem, func(answer map[string]any) {
			if item, ok := answer["Item"].(map[string]any); ok {
				item["v"] = map[string]any{"S": "of another write"}
			}
		})},
	{name: "an item is read that is not there", rule: ruleStale,
		http: lieEdited(actGetItem, func(answer map[string]any) { delete(answer, "Item") })},
	{name: "an item of a batch is left out", rule: ruleStale,
		http: lieEdited(actBatchGet, func(answer map[string]any) { answer["Responses"] = map[string]any{} })},
	{name: "a page lacks an item", rule: ruleMissing,
		http: lieEdited(actScan, lieItems(func(items []any) []any { return append(items[:1:1], items[2:]...) }))},
	{name: "a page holds an item twice", rule: ruleDouble,
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
	{name: "an old request of a batch is sent again after a newer one", rule: ruleOrder, http: lieOlder},
	{name: "a put is sent again when its call is over", rule: ruleLate, http: lieLater},
	{name: "what stands in a table is not what the server has", rule: ruleServer, result: func(run *soakRun, o *soakOp) {
		if o.kind == kindDelete {
			run.truth.mu.Lock()
			defer run.truth.mu.Unlock()
			run.truth.state[o.cell.table] = [soakKeys]soakStanding{}
		}
	}},
	{name: "a put goes to another key", rule: ruleFinal,
		http: lieEvery(10, actPutItem, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			body, _ := soakBody(req)
			text := strings.Replace(string(body), `"key-`, `"key-1`, 1)
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			return next.Do(req)
		})},
	{name: "a batch holds what nobody asked for", rule: rulePhantom,
		http: lieEvery(10, actBatchWrite, func(next dynamoconn.HTTPClient, req *http.Request) (*http.Response, error) {
			body, _ := soakBody(req)
			text := strings.ReplaceAll(string(body), `"soak-0"`, `"soak-1"`)
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
			req.Body, _ = req.GetBody()
			req.ContentLength = int64(len(text))
			return next.Do(req)
		})},
	{name: "an item comes into the table by itself", rule: rulePhantom, server: func(t *testing.T, run *soakRun) {
		run.fill(t, 0, []dynamoconn.Item{{dynamoconn.String("p", "key-0"), dynamoconn.String("v", "?")}})
	}},
	{name: "a write vanishes from the table", rule: ruleFinal, server: func(t *testing.T, run *soakRun) {
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

// soakRules are all of the judge's.
var soakRules = []soakRule{
	ruleLost, ruleNotWritten, ruleGuess, ruleNeedless, ruleAfter, ruleTwice, ruleLate, ruleCause, ruleCondition,
	ruleOldItem, ruleFailedItem, ruleMixed, ruleStale, ruleMissing, ruleDouble, ruleListing, ruleSum, ruleOrder,
	rulePhantom, ruleFinal, ruleServer,
}

func TestTheJudgeOfTheSoakSeesEachLie(t *testing.T) {
	t.Parallel()
	soakOrder() // outside of the bubbles
	proven := make(map[soakRule]bool)
	for _, lie := range soakLies {
		proven[lie.rule] = true
		t.Run(string(lie.rule)+" because "+lie.name, func(t *testing.T) {
			t.Parallel()
			const seed = 20_240_607 // the lies are few, and must meet what they are about
			synctest.Test(t, func(t *testing.T) {
				run := newSoakRun(t, seed, 300)
				if run.goroutines = 8; lie.rule == ruleFinal || lie.server != nil {
					run.operations = 30 // it is seen when all are done
				}
				run.truth.keep = true
				run.lieHTTP, run.lieResult, run.until = lie.http, lie.result, lie.rule
				run.work(run.clients(t, run.truth))
				if lie.server != nil {
					lie.server(t, run)
				}
				found := strings.Join(run.problems(t), "\n")
				if !strings.Contains(found, string(lie.rule)+": ") {
					t.Errorf("after %d operations the judge had nothing to say of it, only:\n%.2000s", run.report.total, found)
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
