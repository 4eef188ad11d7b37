package difftest

import (
	"context"
	"fmt"
	"strings"
)

// maxPages ends a walk that a server would never end.
const maxPages = 2000

// A Request is one step of a sequence: an operation with its JSON body, which
// need not be JSON.
type Request struct {
	Operation string
	Body      string

	// Walk follows LastEvaluatedKey to the end. With Segments above 1, it does so
	// in each segment in turn.
	Walk     bool
	Segments int

	// UniqueOrder says that the answer's order is fully defined: a query of a
	// table, whose keys are unique.
	UniqueOrder bool

	// OrderBy names the partition and sort attribute that order a scan; both
	// are empty if nothing is known.
	OrderBy [2]string

	// Mistakes names what was made wrong on purpose.
	Mistakes []string
}

func (r Request) isRead() bool { return r.Operation == "Query" || r.Operation == "Scan" }

// mutates says whether the request may change what later ones see.
func (r Request) mutates() bool {
	switch r.Operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
		"CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive":
		return true
	}
	return false
}

func (r Request) hasMistake(mistake string) bool {
	for _, m := range r.Mistakes {
		if m == mistake || strings.HasPrefix(m, mistake+" ") {
			return true
		}
	}
	return false
}

// observe sends the request to t, following pages if asked to. It returns the
// number of HTTP requests as well.
func observe(ctx context.Context, t Target, r Request) (*Outcome, int) {
	if !r.Walk {
		reply, err := t.Send(ctx, r.Operation, []byte(r.Body))
		switch {
		case err != nil:
			return noAnswerOutcome(err), 1
		case reply.Status != 200:
			return readError(reply), 1
		}
		return readOK(r, []Reply{reply}), 1
	}
	var pages []Reply
	for segment := range max(r.Segments, 1) {
		var start any
		for {
			body, err := withPage(r, segment, start)
			if err != nil {
				return noAnswerOutcome(err), len(pages)
			}
			reply, err := t.Send(ctx, r.Operation, body)
			if err != nil {
				return noAnswerOutcome(err), len(pages) + 1
			}
			if reply.Status != 200 {
				return readError(reply), len(pages) + 1
			}
			pages = append(pages, reply)
			v, err := decodeJSON(reply.Body)
			if err != nil {
				return noAnswerOutcome(err), len(pages)
			}
			if start = asObject(v)["LastEvaluatedKey"]; start == nil {
				break
			}
			if len(pages) > maxPages {
				return noAnswerOutcome(fmt.Errorf("more than %d pages", maxPages)), len(pages)
			}
		}
	}
	return readOK(r, pages), len(pages)
}

func withPage(r Request, segment int, start any) ([]byte, error) {
	if start == nil && r.Segments < 2 {
		return []byte(r.Body), nil
	}
	v, err := decodeJSON([]byte(r.Body))
	if err != nil {
		return nil, err
	}
	body := asObject(v)
	if start != nil {
		body["ExclusiveStartKey"] = start
	}
	if r.Segments > 1 {
		body["Segment"], body["TotalSegments"] = segment, r.Segments
	}
	return []byte(canonicalJSON(body)), nil
}
