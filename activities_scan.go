package dynamoconn

import (
	"context"
	"iter"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Scan reads a whole table or index, page by page, and returns every item that
// meets the conditions; or the first MaxItems of them, and the Checkpoint to go on
// from. It holds them all: [Client.ScanItems] and [Client.ScanPages] do not.
//
// A table is read as it changes: an item that is there throughout is returned once,
// one that comes, goes or changes meanwhile may be returned as it was or not at all.
// If any page fails, so does the scan: the error is never beside half a result. It
// calls dynamodb:Scan.
func (c *Client) Scan(ctx context.Context, req ScanTableRequest, opts ...CallOption) (_ *ScanTableResponse, err error) {
	s, err := c.newScan(req, opts)
	defer s.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	resp := &ScanTableResponse{Table: Table{req.TableName}}
	for !s.done {
		page, err := s.next(ctx)
		if err != nil {
			return nil, err
		}
		resp.Items = append(resp.Items, page.items...)
		resp.Count += page.count
		resp.ScannedCount += page.scanned
	}
	return s.finish(resp)
}

// ScanItems goes over the items that meet the conditions, of a whole table or index
// or the first MaxItems of them. One page at a time is held; it is fetched when the
// loop reaches it, an empty page is passed over, and an error comes once, last.
// Ranging again starts over.
//
// It begins at the request's Checkpoint and gives none; a loop that may be interrupted
// and go on later reads with [Client.ScanPages]. It calls dynamodb:Scan.
func (c *Client) ScanItems(ctx context.Context, req ScanTableRequest, opts ...CallOption) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		s, err := c.newScan(req, opts)
		defer s.end(ctx, &err)
		if err == nil && req.CountOnly {
			err = s.refuse(invalid("CountOnly", "gives no items to go over; use Scan"))
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for !s.done {
			var page *scanPage
			if page, err = s.next(ctx); err != nil {
				yield(nil, err)
				return
			}
			s.takeMetadata()
			for _, item := range page.items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// ScanPages goes over the pages of a whole table or index, or over as many as hold the
// first MaxItems items, each with the Checkpoint at which to go on once it has been dealt
// with:
//
//	for page, err := range client.ScanPages(ctx, req) {
//		if err != nil {
//			return err
//		}
//		... // deal with page.Items
//		... // save page.Checkpoint; another run puts it into req.Checkpoint
//	}
//
// Whenever such a loop is broken off and run again, however often, an item that is there
// throughout all runs is handed over at least once; each time, no more than the one page
// that was not saved comes twice. A Limit makes the pages as small as that should be. An
// empty page is handed over too: its checkpoint is progress. A checkpoint that is done
// gives no page.
//
// To scan in parallel, each segment has a loop and a checkpoint of its own.
//
// One page at a time is held; it is fetched when the loop reaches it, and an error comes
// once, last. Ranging again starts over from the request's own Checkpoint. It calls
// dynamodb:Scan.
func (c *Client) ScanPages(ctx context.Context, req ScanTableRequest, opts ...CallOption) iter.Seq2[*ScanTableResponse, error] {
	return func(yield func(*ScanTableResponse, error) bool) {
		s, err := c.newScan(req, opts)
		defer s.end(ctx, &err)
		if err != nil {
			yield(nil, err)
			return
		}
		for !s.done {
			var page *ScanTableResponse
			page, err = s.page(ctx)
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// ScanPage reads one page: at most Limit items, or 1 MB, before any filter. It may
// be empty and yet not the last: the table was read to its end only if
// LastEvaluatedKey is nil and its Checkpoint done. MaxItems must be zero.
//
// It calls dynamodb:Scan once, or not at all if the request's Checkpoint is done.
func (c *Client) ScanPage(ctx context.Context, req ScanTableRequest, opts ...CallOption) (_ *ScanTableResponse, err error) {
	s, err := c.newScan(req, opts)
	defer s.end(ctx, &err)
	if err == nil && req.MaxItems != 0 {
		err = s.refuse(invalid("MaxItems", "must be 0 for one page; use Limit"))
	}
	if err != nil {
		return nil, err
	}
	if s.done {
		return s.finish(&ScanTableResponse{Table: Table{req.TableName}})
	}
	return s.page(ctx)
}

// scan is one reading of a table.
type scan struct {
	*call
	req      ScanTableRequest
	input    *dynamodb.ScanInput
	progress progress
	limit    *int32 // the caller's
	left     int64  // items still wanted, or -1 for all
	filtered bool
	stride   float64 // items read for each that met the filter; 0 until it is needed
	done     bool
	last     Item // the key that the last page ended at, nil at the table's end
}

type scanPage struct {
	items          []Item
	count, scanned int64
	last           Item
	start          map[string]types.AttributeValue // of the next page: last as the SDK's type
}

const (
	largestSegments = 1_000_000
	largestLimit    = 1<<31 - 1
)

// newScan returns a scan, which must be ended, even if there is an error.
func (c *Client) newScan(req ScanTableRequest, opts []CallOption) (*scan, error) {
	k, err := c.newCall("Scan", req.TableName, opts)
	if err != nil {
		return &scan{call: k}, err
	}
	input, err := req.input(k.region, k.capacity)
	if err != nil {
		return &scan{call: k}, k.refuse(err)
	}
	s := &scan{
		call: k, req: req, input: input, limit: input.Limit, left: -1,
		filtered: input.FilterExpression != nil, done: req.Checkpoint.Done(),
	}
	if req.MaxItems > 0 {
		s.left = int64(req.MaxItems)
	}
	return s, nil
}

func (req *ScanTableRequest) input(region Region, capacity types.ReturnConsumedCapacity) (*dynamodb.ScanInput, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	x, err := newExpression(req.ExpressionAttributeNames, req.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	filter := req.FilterExpression
	if len(req.Conditions) > 0 {
		if filter, err = x.filter(req.Conditions); err != nil {
			return nil, err
		}
	}
	projection, err := x.project(req.Attributes, req.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	input := &dynamodb.ScanInput{
		TableName:                 &req.TableName,
		IndexName:                 optional(req.IndexName),
		FilterExpression:          optional(filter),
		ProjectionExpression:      projection,
		ExpressionAttributeNames:  x.names,
		ExpressionAttributeValues: x.values,
		ConsistentRead:            &req.IsConsistentRead,
		ReturnConsumedCapacity:    capacity,
	}
	if req.Limit > 0 {
		input.Limit = &req.Limit
	}
	if req.TotalSegments > 0 {
		input.TotalSegments, input.Segment = &req.TotalSegments, &req.Segment
	}
	if req.CountOnly {
		input.Select = types.SelectCount
	}
	start, field := req.ExclusiveStartKey, "ExclusiveStartKey"
	if req.Checkpoint.started() {
		field = "Checkpoint"
		if start, err = req.Checkpoint.startKey(req, region); err != nil {
			return nil, err
		}
	}
	if len(start) > 0 {
		if input.ExclusiveStartKey, err = ToAttributeValues(start); err != nil {
			return nil, under(field, err)
		}
	}
	return input, nil
}

func (req *ScanTableRequest) check() error {
	if err := checkTableName("TableName", req.TableName); err != nil {
		return err
	}
	if req.IndexName != "" {
		if err := checkResourceName("IndexName", req.IndexName, false); err != nil {
			return err
		}
	}
	switch {
	case req.Limit < 0:
		return invalid("Limit", "must not be negative")
	case req.MaxItems < 0:
		return invalid("MaxItems", "must not be negative")
	case req.TotalSegments < 0 || req.TotalSegments > largestSegments:
		return invalid("TotalSegments", "must be 0 to 1,000,000")
	case req.Segment < 0 || req.Segment > 0 && req.Segment >= req.TotalSegments:
		return invalid("Segment", "must be 0 to TotalSegments less 1")
	case req.Checkpoint.started() && len(req.ExclusiveStartKey) > 0:
		return invalid("Checkpoint", "excludes ExclusiveStartKey")
	case len(req.Conditions) > 0 && req.FilterExpression != "":
		return invalid("FilterExpression", "excludes Conditions")
	case req.CountOnly && (len(req.Attributes) > 0 || req.ProjectionExpression != ""):
		return invalid("CountOnly", "excludes Attributes and ProjectionExpression")
	case len(req.ExpressionAttributeValues) > 0 && req.FilterExpression == "":
		return invalid("ExpressionAttributeValues", "there is no FilterExpression to use them")
	}
	return needsExpression(req.ExpressionAttributeNames, nil, req.FilterExpression, req.ProjectionExpression)
}

// next reads the next page, and sets done if it was the last that is wanted.
func (s *scan) next(ctx context.Context) (*scanPage, error) {
	s.input.Limit = s.pageLimit()
	page, err := s.fetch(ctx)
	for err == nil && s.left >= 0 && page.count > s.left {
		if page.scanned < page.count {
			return nil, s.refuse(corrupt("the page has more items than were read for it"))
		}
		// A filtered page holds more than is wanted. A place within it to go on from is
		// not to be had, so it is read again, to about as far as what is wanted goes. No
		// further than that many items is certain to be enough.
		s.stride = float64(page.scanned) / float64(page.count)
		guess := s.pageLimit()
		if s.input.Limit != nil {
			*guess = max(int32(min(s.left, largestLimit)), min(*guess, *s.input.Limit/4*3))
		}
		s.input.Limit = guess
		page, err = s.fetch(ctx)
	}
	if err != nil {
		return nil, err
	}
	if s.left >= 0 {
		s.left -= page.count
	}
	s.last, s.input.ExclusiveStartKey = page.last, page.start
	s.done = len(page.last) == 0 || s.left == 0
	if !s.done && s.progress.circles(canonical(page.last)) {
		return nil, s.refuse(corrupt("the pages go round in a circle"))
	}
	return page, nil
}

// pageLimit returns the Limit of the next page: the caller's, or what is still
// wanted if that is less. A filter lets only some of the items through, so the page
// may be as large as the caller allows, until one has shown how many.
func (s *scan) pageLimit() *int32 {
	wanted := float64(s.left)
	switch {
	case s.left < 0, s.filtered && s.stride == 0:
		return s.limit
	case s.filtered:
		wanted *= s.stride
	}
	limit := int32(min(max(wanted, 1), largestLimit))
	if s.limit != nil {
		limit = min(limit, *s.limit)
	}
	return &limit
}

func (s *scan) fetch(ctx context.Context) (*scanPage, error) {
	page := &scanPage{}
	_, err := s.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := s.sdk.Scan(ctx, s.input, s.options...)
		if err != nil {
			return nil, err
		}
		page.start, page.count, page.scanned = out.LastEvaluatedKey, int64(out.Count), int64(out.ScannedCount)
		if page.last, err = lastKey(page.start); err != nil {
			return nil, err
		}
		if len(page.last) > 0 && reflect.DeepEqual(page.start, s.input.ExclusiveStartKey) {
			return nil, corrupt("the page ends where it began")
		}
		page.items, err = s.items(out)
		return capacityOf(out.ConsumedCapacity), err
	})
	return page, err
}

func (s *scan) items(out *dynamodb.ScanOutput) ([]Item, error) {
	switch countOnly := s.input.Select == types.SelectCount; {
	case out.Count < 0:
		return nil, corrupt("the page counts less than nothing")
	case s.input.Limit != nil && out.Count > *s.input.Limit:
		return nil, corrupt("the page has more items than were asked for")
	case countOnly:
		return nil, nil
	case out.Items == nil: // where there are none it is an empty list
		return nil, corrupt("the page does not say which items it has")
	case int64(len(out.Items)) != int64(out.Count):
		return nil, corrupt("the page holds another number of items than it counts")
	}
	items := make([]Item, len(out.Items))
	for i, attributes := range out.Items {
		item, err := fromAttributeValues(attributes, 0)
		if err != nil {
			return nil, under("Items", underElement(i, err))
		}
		items[i] = item
	}
	return items, nil
}

// lastKey returns the key that a page ended at, or nil if it ended at the table's end,
// which DynamoDB tells by an empty key or by none.
func lastKey(attributes map[string]types.AttributeValue) (Item, error) {
	const field = "LastEvaluatedKey"
	if len(attributes) == 0 {
		return nil, nil
	}
	key, err := FromAttributeValues(attributes)
	if err != nil {
		return nil, under(field, err)
	}
	for _, kv := range key {
		if kv.KeyName() == "" {
			return nil, under(field, corrupt("has an attribute without a name"))
		}
		switch kv.(type) {
		case *KeyValueString, *KeyValueLong, *KeyValueDecimal, *KeyValueBinary:
		default:
			return nil, under(field, underName(kv.KeyName(), corrupt("is of a type that no key has")))
		}
	}
	return key, nil
}

// page reads the next page and returns it as a response.
func (s *scan) page(ctx context.Context) (*ScanTableResponse, error) {
	page, err := s.next(ctx)
	if err != nil {
		return nil, err
	}
	return s.finish(&ScanTableResponse{
		Table:        Table{s.req.TableName},
		Items:        page.items,
		Count:        page.count,
		ScannedCount: page.scanned,
	})
}

// finish puts into the response where to go on, and what has been gathered since the
// last one.
func (s *scan) finish(resp *ScanTableResponse) (*ScanTableResponse, error) {
	checkpoint, err := newCheckpoint(&s.req, s.region, s.last)
	if err != nil {
		return nil, s.refuse(under("LastEvaluatedKey", err))
	}
	resp.Checkpoint, resp.LastEvaluatedKey = checkpoint, s.last
	resp.ResponseMetadata = s.takeMetadata()
	return resp, nil
}
