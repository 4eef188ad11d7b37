package dynamoconn

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Scan reads a whole table or index, page by page, and returns every item that meets the
// conditions. With MaxItems it returns the first of them and the Checkpoint to go on from.
// It holds all items in memory: [Client.ScanItems] and [Client.ScanPages] do not.
//
// A table is read as it changes. An item that is there throughout is returned once. One
// that comes, goes or changes meanwhile may be returned as it was, or not at all.
//
// If any page fails, the scan fails: with an error there is never half a result. Scan calls
// dynamodb:Scan.
func (c *Client) Scan(ctx context.Context, req ScanTableRequest, opts ...CallOption) (_ *ScanTableResponse, err error) {
	s, err := c.newScan(req, opts)
	defer s.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	whole, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	return s.response(whole)
}

// ScanItems goes over the items that meet the conditions, of a whole table or index, or
// over the first MaxItems of them.
//
// It holds one page at a time, and fetches it when the loop reaches it. It passes over empty
// pages. An error comes once, last. Ranging again starts over.
//
// The loop begins at the request's Checkpoint and gives none. Use [Client.ScanPages] for a
// loop that may be interrupted and go on later. ScanItems calls dynamodb:Scan.
func (c *Client) ScanItems(ctx context.Context, req ScanTableRequest, opts ...CallOption) iter.Seq2[Item, error] {
	return entriesOf(ctx, func() (*itemPager, error) {
		s, err := c.newScan(req, opts)
		if err == nil {
			err = s.refuseCount(req.CountOnly, "Scan")
		}
		return s.itemPager, err
	})
}

// ScanPages goes over the pages of a whole table or index, or over as many as hold the
// first MaxItems items. Each page has the Checkpoint to go on from once the page has been
// dealt with:
//
//	for page, err := range client.ScanPages(ctx, req) {
//		if err != nil {
//			return err
//		}
//		// Deal with page.Items. Then save page.Checkpoint: another run puts it into
//		// req.Checkpoint.
//	}
//
// Such a loop can be interrupted and run again, however often. All runs together hand over
// every item that is there throughout. A run repeats at most one page: the one whose
// checkpoint was not saved. A Limit makes pages, and so the repetition, small.
//
// An empty page is handed over too: its checkpoint is progress. A checkpoint that is done
// gives no page. To scan in parallel, give each segment a loop and a checkpoint of its own.
//
// It holds one page at a time, and fetches it when the loop reaches it. An error comes once,
// last. Ranging again starts over from the request's own Checkpoint. ScanPages calls
// dynamodb:Scan.
func (c *Client) ScanPages(ctx context.Context, req ScanTableRequest, opts ...CallOption) iter.Seq2[*ScanTableResponse, error] {
	return pagesOf(ctx, func() (pageReader[ScanTableResponse], error) {
		s, err := c.newScan(req, opts)
		return s, err
	})
}

// ScanPage reads one page: at most Limit items, or 1 MB, before any filter. It may be empty
// and not the last. The table has been read to its end only if LastEvaluatedKey is nil and
// Checkpoint is done. MaxItems must be zero.
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
		return s.response(&itemPage{})
	}
	return s.page(ctx)
}

// scan is one reading of a table, an index or a segment.
type scan struct {
	*itemPager
	*scanRequest
}

const (
	largestSegments  = 1_000_000
	largestScanLimit = 1<<31 - 1
)

// newScan returns a scan, which must be ended even if there is an error.
func (c *Client) newScan(req ScanTableRequest, opts []CallOption) (*scan, error) {
	k, err := c.newCall("Scan", req.TableName, opts)
	s := &scan{&itemPager{call: k}, &scanRequest{ScanTableRequest: &req}}
	if err != nil {
		return s, err
	}
	if err = s.prepare(); err == nil {
		s.start, err = startOf(req.Checkpoint.at, req.ExclusiveStartKey, scanCheckpoints, req.checkpointScope(k.region))
	}
	if err != nil {
		return s, k.refuse(err)
	}
	s.fetch = s.scanPage
	s.limit, s.largest = req.Limit, largestScanLimit
	s.left = atMost(req.MaxItems)
	s.filtered = s.filter != ""
	s.done = req.Checkpoint.Done()
	return s, nil
}

// scanRequest is the Scan of one page.
type scanRequest struct {
	*ScanTableRequest
	pageRead
}

// prepare checks the request and makes its expressions.
func (r *scanRequest) prepare() (err error) {
	if err := r.check(); err != nil {
		return err
	}
	if r.expression, err = newExpression(r.ExpressionAttributeNames, r.ExpressionAttributeValues); err != nil {
		return err
	}
	if r.filter, err = r.expression.filter(r.Where, r.Conditions, r.FilterExpression); err != nil {
		return err
	}
	r.projection, err = r.expression.project(r.Attributes, r.ProjectionExpression)
	return err
}

func (r *scanRequest) action() string { return "Scan" }

func (r *scanRequest) tableNames() []string { return []string{r.TableName} }

func (r *scanRequest) body(capacity types.ReturnConsumedCapacity) []byte {
	body := &pageBody{
		consistent: r.IsConsistentRead,
		start:      r.startJSON,
		expression: r.expression,
		filter:     optional(r.filter),
		index:      r.IndexName,
		limit:      r.pageLimit,
		projection: r.projection,
		capacity:   capacity,
		segment:    r.Segment,
		total:      r.TotalSegments,
		table:      r.TableName,
	}
	if r.CountOnly {
		body.selected = types.SelectCount
	}
	return body.appendTo(make([]byte, 0, usualBody+len(r.startJSON)))
}

func (r *scanRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	start, err := ToAttributeValues(r.startKey)
	if err != nil {
		return nil, under("ExclusiveStartKey", err)
	}
	input := &dynamodb.ScanInput{
		TableName:                 &r.TableName,
		IndexName:                 optional(r.IndexName),
		FilterExpression:          optional(r.filter),
		ProjectionExpression:      r.projection,
		ExpressionAttributeNames:  r.expression.names,
		ExpressionAttributeValues: r.expression.attributeValues(),
		ConsistentRead:            &r.IsConsistentRead,
		ReturnConsumedCapacity:    k.capacity,
	}
	if len(start) > 0 {
		input.ExclusiveStartKey = start
	}
	if r.pageLimit > 0 {
		input.Limit = &r.pageLimit
	}
	if r.TotalSegments > 0 {
		input.TotalSegments, input.Segment = &r.TotalSegments, &r.Segment
	}
	if r.CountOnly {
		input.Select = types.SelectCount
	}
	out, err := k.sdk.Scan(ctx, input, k.options...)
	if err != nil {
		return nil, err
	}
	return pageAnswer(out)
}

// checkpointScope returns what the checkpoints of the scan are of.
func (req *ScanTableRequest) checkpointScope(region Region) checkpointScope {
	return checkpointScope{
		table: req.TableName, index: req.IndexName, region: string(region),
		segment: req.Segment, total: max(req.TotalSegments, 1),
	}
}

func (req *ScanTableRequest) check() error {
	if err := checkPlace(req.TableName, req.IndexName); err != nil {
		return err
	}
	if err := checkSegment(req.Segment, req.TotalSegments); err != nil {
		return err
	}
	if err := checkBounds(req.Limit, req.MaxItems, req.Checkpoint.at, req.ExclusiveStartKey); err != nil {
		return err
	}
	if err := checkCountOnly(req.CountOnly, req.Attributes, req.ProjectionExpression); err != nil {
		return err
	}
	if len(req.ExpressionAttributeValues) > 0 && req.FilterExpression == "" {
		return invalid("ExpressionAttributeValues", "are not used: there is no FilterExpression")
	}
	return needsExpression(req.ExpressionAttributeNames, nil, req.FilterExpression, req.ProjectionExpression)
}

// checkSegment checks which part of a table is read.
func checkSegment(segment, total int32) error {
	switch {
	case total < 0 || total > largestSegments:
		return invalid("TotalSegments", "must be 0 to 1,000,000")
	case segment < 0 || segment > 0 && segment >= total:
		return invalid("Segment", "must be at least 0 and less than TotalSegments")
	}
	return nil
}

// scanPage reads one page.
func (s *scan) scanPage(ctx context.Context, start itemPosition, limit int32) (*itemPage, []types.ConsumedCapacity, error) {
	one := *s.scanRequest
	if err := one.beginAt(start, limit); err != nil {
		return nil, nil, err
	}
	return s.readItems(ctx, &one, start, s.CountOnly)
}

// page reads the next page and returns it as a response.
func (s *scan) page(ctx context.Context) (*ScanTableResponse, error) {
	page, err := s.next(ctx)
	if err != nil {
		return nil, err
	}
	return s.response(page)
}

// response makes the response of a page, with the metadata since the last response.
func (s *scan) response(page *itemPage) (*ScanTableResponse, error) {
	checkpoint, err := newCheckpoint(s.checkpointScope(s.region), page.next.key)
	if err != nil {
		return nil, s.refuse(under("LastEvaluatedKey", err))
	}
	return &ScanTableResponse{
		Table:            Table{s.TableName},
		Items:            page.entries,
		Count:            page.count,
		ScannedCount:     page.scanned,
		LastEvaluatedKey: page.next.key,
		Checkpoint:       ScanCheckpoint{checkpoint},
		ResponseMetadata: s.takeMetadata(),
	}, nil
}
