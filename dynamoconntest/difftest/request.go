package difftest

import (
	"context"
	"fmt"
	"strings"
)

// maxPages is the most pages that are read, in case a server never ends.
const maxPages = 2000

// A Request is a request of a sequence: an operation and a body, which should be JSON
// but need not be.
type Request struct {
	Operation string
	Body      string

	// Walk follows LastEvaluatedKey to the end. If Segments is more than 1 it does so in
	// one segment after the other.
	Walk     bool
	Segments int

	// UniqueOrder is set if the order of the answer is fully defined, as in a query of a
	// table, whose keys are unique.
	UniqueOrder bool

	// OrderBy has the partition key and the sort key that order a scan. Both are empty if
	// the order is not known.
	OrderBy [2]string

	// Mistakes has the names of the mistakes that were made on purpose.
	Mistakes []string
}

func (r Request) isRead() bool { return r.Operation == "Query" || r.Operation == "Scan" }

// mutates reports whether the request may change the answers to later ones.
func (r Request) mutates() bool {
	switch r.Operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
		"CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive":
		return true
	}
	return false
}

// hasMistake reports whether the request has the mistake, or one whose name begins with
// it and a space.
func (r Request) hasMistake(mistake string) bool {
	for _, m := range r.Mistakes {
		if m == mistake || strings.HasPrefix(m, mistake+" ") {
			return true
		}
	}
	return false
}

// observe sends the request to t and reads all pages if Walk is set. It also returns the
// number of HTTP requests.
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

// withPage returns the body that asks for the page after start in a segment.
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
