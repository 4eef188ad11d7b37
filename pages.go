package dynamoconn

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// position is where a page begins.
type position interface {
	// place returns the position as text: the same text for the same position only. It is
	// empty for the beginning, and for the end if it is where a next page would begin.
	place() string
}

// page is one page of an answer that DynamoDB gives page by page.
type page[E any, P position] struct {
	entries []E
	// count is the number of entries, which may be counted only. scanned is the number of
	// items that were read to find them, and is not less.
	count, scanned int64
	// next is where the next page begins.
	next P
}

func (p *page[E, P]) isLast() bool { return p.next.place() == "" }

// pager reads pages for one call, each from where the page before it ended.
type pager[E any, P position] struct {
	*call
	// fetch reads one page of at most limit entries. A limit of 0 leaves it to DynamoDB.
	fetch func(ctx context.Context, start P, limit int32) (*page[E, P], []types.ConsumedCapacity, error)

	start    P     // of the next page
	limit    int32 // of one page, if the caller gives one, and otherwise 0
	largest  int32 // the largest limit that DynamoDB takes
	left     int64 // entries still wanted, or allEntries
	filtered bool  // a filter lets only some items through
	stride   float64
	// mostScanned is how many items may be read in all, and scanned how many were, also for
	// pages that were read again. 0 is no bound.
	mostScanned, scanned int64
	cutter               cutter[E, P] // nil if a page cannot be cut
	done                 bool
	progress             progress
}

// cutter ends pages inside. DynamoDB gives no position there, but one can be made of the key of an
// item.
type cutter[E any, P position] interface {
	// cuts reports whether any page can be cut.
	cuts() bool
	// cut ends a page behind its first n entries.
	cut(read *page[E, P], n int64) error
}

func (p *pager[E, P]) cuts() bool { return p.cutter != nil && p.cutter.cuts() }

// allEntries is for a reading without a bound.
const allEntries = -1

// atMost returns the number of entries that are wanted, given the bound of a request.
func atMost(bound int) int64 {
	if bound == 0 {
		return allEntries
	}
	return int64(bound)
}

// next reads the next page. It sets done if that is the last one that is wanted.
func (p *pager[E, P]) next(ctx context.Context) (*page[E, P], error) {
	limit := p.pageLimit()
	read, err := p.readPage(ctx, limit)
	for err == nil && !p.takes(read) {
		// A filter let more entries through than are wanted.
		if p.cuts() {
			if err = p.cutter.cut(read, p.left); err != nil {
				err = p.refuse(err)
			}
			break
		}
		// The page cannot be cut, so it is read again with a smaller limit. The guess is
		// that the wanted entries lie as dense as in this page. As many items as are wanted
		// are never too many.
		p.stride = float64(read.scanned) / float64(read.count)
		guess := p.pageLimit()
		if limit > 0 {
			guess = max(int32(min(p.left, int64(p.largest))), min(guess, limit/4*3))
		}
		limit = guess
		read, err = p.readPage(ctx, limit)
	}
	if err != nil {
		return nil, err
	}
	if p.left != allEntries {
		p.left -= read.count
	}
	p.start = read.next
	p.done = read.isLast() || p.left == 0 || p.mostScanned > 0 && p.scanned >= p.mostScanned
	return read, nil
}

// takes reports whether the page has no more entries than are still wanted.
func (p *pager[E, P]) takes(read *page[E, P]) bool {
	return p.left == allEntries || read.count <= p.left
}

// pageLimit returns the limit of the next page: the caller's, or the number of entries
// still wanted if that is less. So the end of the last page is a position to go on from.
//
// A filter lets only some items through. The first page may therefore be as large as the
// caller allows; p.stride says after it how many items were read for each entry. But where the
// number of items to read has a bound, a page is not larger than the wanted entries unless it can
// be cut: to read it again would read more.
func (p *pager[E, P]) pageLimit() int32 {
	limit := p.limit
	if p.left != allEntries {
		switch {
		case !p.filtered:
			limit = p.smaller(limit, float64(p.left))
		case p.mostScanned > 0 && !p.cuts():
			limit = p.smaller(limit, float64(p.left))
		case p.stride > 0:
			limit = p.smaller(limit, float64(p.left)*p.stride)
		}
	}
	if p.mostScanned > 0 {
		limit = p.smaller(limit, float64(p.mostScanned-p.scanned))
	}
	return limit
}

// smaller returns a limit, or n if that is less. No limit is less than 1, and 0 is none.
func (p *pager[E, P]) smaller(limit int32, n float64) int32 {
	wanted := int32(min(max(n, 1), float64(p.largest)))
	if limit == 0 {
		return wanted
	}
	return min(limit, wanted)
}

// readPage reads the page at p.start.
func (p *pager[E, P]) readPage(ctx context.Context, limit int32) (read *page[E, P], err error) {
	_, err = p.read(ctx, func(ctx context.Context) (used []types.ConsumedCapacity, err error) {
		if read, used, err = p.fetch(ctx, p.start, limit); err == nil {
			err = p.check(read, limit)
		}
		return used, err
	})
	if err == nil {
		p.scanned += read.scanned
	}
	return read, err
}

// check refuses a page that cannot be the answer, or after which the reading would not end.
func (p *pager[E, P]) check(read *page[E, P], limit int32) error {
	switch place := read.next.place(); {
	case limit > 0 && read.count > int64(limit):
		return corrupt("the page has more entries than were asked for")
	case limit > 0 && read.scanned > int64(limit):
		return corrupt("the page has read more items than were asked for")
	case read.scanned < read.count:
		return corrupt("the page has more items than were read for it")
	case place != "" && place == p.start.place():
		return corrupt("the page ends where it began")
	case place != "" && p.takes(read) && read.count != p.left && p.progress.circles(place):
		return corrupt("the pages go round in a circle")
	}
	return nil
}

// all reads every page that is wanted and returns them as one.
func (p *pager[E, P]) all(ctx context.Context) (*page[E, P], error) {
	whole := &page[E, P]{}
	for !p.done {
		read, err := p.next(ctx)
		if err != nil {
			return nil, err
		}
		if whole.entries == nil {
			whole.entries = read.entries // most readings have one page: it is not copied
		} else {
			whole.entries = append(whole.entries, read.entries...)
		}
		whole.count += read.count
		whole.scanned += read.scanned
		whole.next = read.next
	}
	return whole, nil
}

// entriesOf returns the loop over the entries of all pages that are wanted. It calls open
// each time the loop is ranged over. The pager of open must have a call, even if there is an
// error. The call ends with the loop.
func entriesOf[E any, P position](ctx context.Context, open func() (*pager[E, P], error)) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		var none E
		p, err := open()
		defer p.end(ctx, &err)
		if err != nil {
			yield(none, err)
			return
		}
		for !p.done {
			var read *page[E, P]
			if read, err = p.next(ctx); err != nil {
				yield(none, err)
				return
			}
			p.takeMetadata() // nobody will ask for it
			for _, entry := range read.entries {
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// pageReader is a reading whose pages are responses of the type R.
type pageReader[R any] interface {
	isDone() bool
	page(ctx context.Context) (*R, error)
	end(ctx context.Context, err *error)
}

func (p *pager[E, P]) isDone() bool { return p.done }

// pagesOf returns the loop over all pages that are wanted. It uses open as entriesOf does.
func pagesOf[R any](ctx context.Context, open func() (pageReader[R], error)) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		r, err := open()
		defer r.end(ctx, &err)
		if err != nil {
			yield(nil, err)
			return
		}
		for !r.isDone() {
			var resp *R
			resp, err = r.page(ctx)
			if !yield(resp, err) || err != nil {
				return
			}
		}
	}
}

// progress notices that a reading goes round in a circle: pages that each begin where the
// page before ended would then never end. It compares each place with one that it
// remembers, and remembers another one after 1, 2, 4, 8 and so on steps (Brent's
// algorithm). It notices a circle within three times the number of places in it and before
// it.
type progress struct {
	landmark     string
	steps, limit int
}

// circles reports whether the reading has been at this place before.
func (p *progress) circles(place string) bool {
	if place == p.landmark {
		return true
	}
	if p.steps == p.limit {
		p.landmark, p.steps, p.limit = place, 0, max(1, 2*p.limit)
	}
	p.steps++
	return false
}

// itemPosition is where a page of items begins: after the item with that key.
type itemPosition struct{ key Item }

func (p itemPosition) place() string {
	if len(p.key) == 0 {
		return ""
	}
	return canonical(p.key)
}

type (
	itemPage  = page[Item, itemPosition]
	itemPager = pager[Item, itemPosition]
)

// pageRead is what the Scan and the Query of one page have in common.
type pageRead struct {
	expression *expression
	filter     string
	projection *string
	startKey   Item
	startJSON  []byte // startKey, encoded
	pageLimit  int32  // 0 leaves it to DynamoDB
}

// beginAt sets where the page begins, and its limit.
func (r *pageRead) beginAt(start itemPosition, limit int32) (err error) {
	r.startKey, r.pageLimit = start.key, limit
	if len(start.key) > 0 {
		r.startJSON, _, err = appendItem(nil, start.key)
	}
	return under("LastEvaluatedKey", err)
}

// readItems sends the Scan or the Query of a page that begins at start.
func (k *call) readItems(ctx context.Context, r request, start itemPosition, countOnly bool) (*itemPage, []types.ConsumedCapacity, error) {
	a, err := k.do(ctx, r)
	if err != nil {
		return nil, nil, withSent(err, start.key)
	}
	page, err := newItemPage(a, countOnly)
	return page, a.capacity, err
}

// checkBounds checks how much is read, and where that begins.
func checkBounds(limit int32, maxItems int, at checkpoint, startKey Item) error {
	switch {
	case limit < 0:
		return invalid("Limit", "must not be negative")
	case maxItems < 0:
		return invalid("MaxItems", "must not be negative")
	case at.started() && len(startKey) > 0:
		return invalid("Checkpoint", "cannot be given together with ExclusiveStartKey")
	}
	return nil
}

// refuseCount refuses a loop over items that are only counted. activity is the one that counts them.
func (k *call) refuseCount(countOnly bool, activity string) error {
	if countOnly {
		return k.refuse(invalid("CountOnly", "gives no items to go over; use "+activity))
	}
	return nil
}

// checkCountOnly refuses to count items and to choose their attributes at the same time.
func checkCountOnly(countOnly bool, attributes []string, projection string) error {
	if countOnly && (len(attributes) > 0 || projection != "") {
		return invalid("CountOnly", "cannot be given together with Attributes or ProjectionExpression")
	}
	return nil
}

// pageAnswer returns what the SDK's output of a scan says. That of a query has the same fields.
func pageAnswer(out *dynamodb.ScanOutput) (*answer, error) {
	a := &answer{count: out.Count, scanned: out.ScannedCount, capacity: capacityOf(out.ConsumedCapacity)}
	var err error
	if a.lastKey, err = FromAttributeValues(out.LastEvaluatedKey); err != nil {
		return nil, under("LastEvaluatedKey", err)
	}
	if out.Items == nil {
		return a, nil
	}
	a.items, err = fromMaps(out.Items)
	return a, under("Items", err)
}

// newItemPage checks the answer to a Scan or Query.
func newItemPage(a *answer, countOnly bool) (*itemPage, error) {
	if err := checkLastKey(a.lastKey); err != nil {
		return nil, under("LastEvaluatedKey", err)
	}
	read := &itemPage{count: int64(a.count), scanned: int64(a.scanned)}
	if len(a.lastKey) > 0 { // DynamoDB tells the last page by an empty key or by none
		read.next = itemPosition{a.lastKey}
	}
	switch {
	case a.count < 0:
		return nil, corrupt("the page has a negative count")
	case countOnly:
		return read, nil
	case a.items == nil: // where there are none it is an empty list
		return nil, corrupt("the page does not say which items it has")
	case int64(len(a.items)) != int64(a.count):
		return nil, corrupt("the page has another number of items than it counts")
	}
	read.entries = a.items
	return read, nil
}

// checkLastKey refuses a key that no page can have ended at.
func checkLastKey(key Item) error {
	for _, kv := range key {
		if kv.KeyName() == "" {
			return corrupt("has an attribute without a name")
		}
		switch kv.(type) {
		case *KeyValueString, *KeyValueLong, *KeyValueDecimal, *KeyValueBinary:
		default:
			return underName(kv.KeyName(), corrupt("is of a type that no key has"))
		}
	}
	return nil
}
