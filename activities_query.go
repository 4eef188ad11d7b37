package dynamoconn

import (
	"context"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Query reads the items of one partition of a table or index, page by page, and returns every
// item that meets the conditions, sorted by the sort key. With MaxItems it returns the first of
// them, with MaxScanned those that it found until then, and with both the Checkpoint to go on
// from. It holds all items in memory: [Client.QueryItems] and [Client.QueryPages] do not.
//
// A partition is read as it changes. An item that is there throughout is returned once. One
// that comes, goes or changes meanwhile may be returned as it was, or not at all.
//
// An answer with an item outside of the key condition, or out of order, is
// [ErrCorruptResponse]. If any page fails, the query fails: with an error there is never half a
// result. Query calls dynamodb:Query.
func (c *Client) Query(ctx context.Context, req QueryRequest, opts ...CallOption) (_ *QueryResponse, err error) {
	q, err := c.newQuery(req, opts)
	defer q.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	whole, err := q.all(ctx)
	if err != nil {
		return nil, err
	}
	return q.response(whole)
}

// QueryItems goes over the items of one partition that meet the conditions, sorted by the sort
// key, or over the first MaxItems of them.
//
// It holds one page at a time, and fetches it when the loop reaches it. It passes over empty
// pages. An error comes once, last. Ranging again starts over.
//
// The loop begins at the request's Checkpoint and gives none. Use [Client.QueryPages] for a
// loop that may be interrupted and go on later. QueryItems calls dynamodb:Query.
func (c *Client) QueryItems(ctx context.Context, req QueryRequest, opts ...CallOption) iter.Seq2[Item, error] {
	return entriesOf(ctx, func() (*itemPager, error) {
		q, err := c.newQuery(req, opts)
		if err == nil {
			err = q.refuseCount(req.CountOnly, "Query")
		}
		return q.itemPager, err
	})
}

// QueryPages goes over the pages of a query, or over as many as hold the first MaxItems items or
// take MaxScanned. Each page has the Checkpoint to go on from once the page has been dealt with,
// and [QueryResponse.CheckpointAfter] gives the one behind any of its items. A loop that saves
// them can be interrupted and run again, however often, as [Client.ScanPages] describes.
//
// An empty page is handed over too: its checkpoint is progress. A checkpoint that is done
// gives no page.
//
// It holds one page at a time, and fetches it when the loop reaches it. An error comes once,
// last. Ranging again starts over from the request's own Checkpoint. QueryPages calls
// dynamodb:Query.
func (c *Client) QueryPages(ctx context.Context, req QueryRequest, opts ...CallOption) iter.Seq2[*QueryResponse, error] {
	return pagesOf(ctx, func() (pageReader[QueryResponse], error) {
		q, err := c.newQuery(req, opts)
		return q, err
	})
}

// QueryPage reads one page: at most Limit items, or 1 MB, before any filter. It may be empty
// and not the last. The query has been read to its end only if LastEvaluatedKey is nil and
// Checkpoint is done. MaxItems and MaxScanned must be zero.
//
// It calls dynamodb:Query once, or not at all if the request's Checkpoint is done.
func (c *Client) QueryPage(ctx context.Context, req QueryRequest, opts ...CallOption) (_ *QueryResponse, err error) {
	q, err := c.newQuery(req, opts)
	defer q.end(ctx, &err)
	switch {
	case err != nil:
	case req.MaxItems != 0:
		err = q.refuse(invalid("MaxItems", "must be 0 for one page; use Limit"))
	case req.MaxScanned != 0:
		err = q.refuse(invalid("MaxScanned", "must be 0 for one page; use Limit"))
	}
	if err != nil {
		return nil, err
	}
	if q.done {
		return q.response(&itemPage{})
	}
	return q.page(ctx)
}

// query is one reading of a partition.
type query struct {
	*itemPager
	*queryRequest
	of       checkpointScope
	keyNames []string // the attributes of the key, nil if they are not known yet
}

// newQuery returns a query, which must be ended even if there is an error.
func (c *Client) newQuery(req QueryRequest, opts []CallOption) (*query, error) {
	k, err := c.newCall("Query", req.TableName, opts)
	q := &query{itemPager: &itemPager{call: k}, queryRequest: &queryRequest{QueryRequest: &req}}
	if err != nil {
		return q, err
	}
	if err := q.prepare(); err != nil {
		return q, k.refuse(err)
	}
	q.of = checkpointScope{
		table: req.TableName, index: req.IndexName, region: string(k.region),
		condition: q.expression.digest(q.keyText), descending: req.Descending,
	}
	if q.start, err = startOf(req.Checkpoint.at, req.ExclusiveStartKey, queryCheckpoints, q.of); err != nil {
		return q, k.refuse(err)
	}
	q.learnKey(q.key.names())
	q.learnKey(req.KeyNames)
	q.learnKey(q.start.key.Keys())
	q.fetch = q.queryPage
	q.cutter = q
	q.limit, q.largest = req.Limit, largestScanLimit
	q.left, q.mostScanned = atMost(req.MaxItems), int64(req.MaxScanned)
	q.filtered = q.filter != ""
	q.done = req.Checkpoint.Done()
	return q, nil
}

// learnKey takes the names of the attributes of the key, if there are any.
func (q *query) learnKey(names []string) {
	if len(names) > 0 {
		q.keyNames = names
	}
}

// checked returns the names of the attributes by which the items of a page are checked.
func (q *query) checked() []string {
	names := append(q.key.partition.Keys(), q.keyNames...)
	for _, condition := range q.key.sort {
		names = append(names, condition.Key)
	}
	return distinctNames(names)
}

// queryRequest is the Query of one page.
type queryRequest struct {
	*QueryRequest
	pageRead
	key     keyCondition
	keyText string // the key condition expression
}

// prepare checks the request and makes its expressions.
func (r *queryRequest) prepare() (err error) {
	if err := r.check(); err != nil {
		return err
	}
	if r.expression, err = newExpression(r.ExpressionAttributeNames, r.ExpressionAttributeValues); err != nil {
		return err
	}
	r.key = keyCondition{partition: r.PartitionKey, sort: r.SortKey, isTable: r.IndexName == "", descending: r.Descending}
	if r.keyText = r.KeyConditionExpression; r.keyText != "" {
		r.key.read(r.expression, r.keyText)
	} else if r.keyText, err = r.key.encode(r.expression); err != nil {
		return err
	}
	if r.filter, err = r.expression.filter(r.Where, nil, r.FilterExpression); err != nil {
		return err
	}
	r.projection, err = r.expression.project(r.Attributes, r.ProjectionExpression)
	return err
}

func (r *queryRequest) action() string { return "Query" }

func (r *queryRequest) tableNames() []string { return []string{r.TableName} }

func (r *queryRequest) body(capacity types.ReturnConsumedCapacity) []byte {
	body := &pageBody{
		consistent:   r.IsConsistentRead,
		start:        r.startJSON,
		expression:   r.expression,
		filter:       optional(r.filter),
		index:        r.IndexName,
		keyCondition: r.keyText,
		limit:        r.pageLimit,
		projection:   r.projection,
		capacity:     capacity,
		descending:   r.Descending,
		table:        r.TableName,
	}
	if r.CountOnly {
		body.selected = types.SelectCount
	}
	return body.appendTo(make([]byte, 0, usualBody+len(r.expression.encoded)+len(r.startJSON)))
}

func (r *queryRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	start, err := ToAttributeValues(r.startKey)
	if err != nil {
		return nil, under("ExclusiveStartKey", err)
	}
	input := &dynamodb.QueryInput{
		TableName:                 &r.TableName,
		IndexName:                 optional(r.IndexName),
		KeyConditionExpression:    &r.keyText,
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
	if r.Descending {
		forward := false
		input.ScanIndexForward = &forward
	}
	if r.CountOnly {
		input.Select = types.SelectCount
	}
	out, err := k.sdk.Query(ctx, input, k.options...)
	if err != nil {
		return nil, err
	}
	return pageAnswer(&dynamodb.ScanOutput{
		Items: out.Items, Count: out.Count, ScannedCount: out.ScannedCount,
		LastEvaluatedKey: out.LastEvaluatedKey, ConsumedCapacity: out.ConsumedCapacity,
	})
}

func (r *queryRequest) check() error {
	if err := checkPlace(r.TableName, r.IndexName); err != nil {
		return err
	}
	switch {
	case r.KeyConditionExpression != "" && len(r.PartitionKey) > 0:
		return invalid("KeyConditionExpression", "cannot be given together with PartitionKey")
	case r.KeyConditionExpression != "" && len(r.SortKey) > 0:
		return invalid("KeyConditionExpression", "cannot be given together with SortKey")
	case r.KeyConditionExpression == "" && len(r.PartitionKey) == 0:
		return invalid("PartitionKey", "must not be empty: a query reads one partition")
	case r.MaxScanned < 0:
		return invalid("MaxScanned", "must not be negative")
	}
	if err := checkBounds(r.Limit, r.MaxItems, r.Checkpoint.at, r.ExclusiveStartKey); err != nil {
		return err
	}
	if err := checkCountOnly(r.CountOnly, r.Attributes, r.ProjectionExpression); err != nil {
		return err
	}
	if err := r.checkKeyNames(); err != nil {
		return err
	}
	if err := needsExpression(nil, r.ExpressionAttributeValues, r.KeyConditionExpression, r.FilterExpression); err != nil {
		return err
	}
	return needsExpression(r.ExpressionAttributeNames, nil, r.KeyConditionExpression, r.FilterExpression, r.ProjectionExpression)
}

// checkKeyNames checks the names of the attributes of the key, if there are any.
func (r *queryRequest) checkKeyNames() error {
	if len(r.KeyNames) == 0 {
		return nil
	}
	for i, name := range r.KeyNames {
		if name == "" || slices.Contains(r.KeyNames[:i], name) {
			return invalid("KeyNames", "must be different names")
		}
	}
	for _, kv := range r.PartitionKey {
		if !isNil(kv) && !slices.Contains(r.KeyNames, kv.KeyName()) {
			return invalid("KeyNames", "must have the attributes of PartitionKey too")
		}
	}
	for _, c := range r.SortKey {
		if !slices.Contains(r.KeyNames, c.Key) {
			return invalid("KeyNames", "must have the attributes of SortKey too")
		}
	}
	return nil
}

// queryPage reads one page.
func (q *query) queryPage(ctx context.Context, start itemPosition, limit int32) (*itemPage, []types.ConsumedCapacity, error) {
	one := *q.queryRequest
	if err := one.beginAt(start, limit); err != nil {
		return nil, nil, err
	}
	page, used, err := q.readItems(ctx, &one, start, q.CountOnly)
	if err == nil {
		q.learnKey(page.next.key.Keys())
		err = q.key.check(page, start.key, q.keyNames, q.projection == nil)
	}
	return page, used, err
}

// cuts reports whether each item of a page has its key, of which a place inside the page can be
// made.
func (q *query) cuts() bool {
	switch {
	case len(q.keyNames) == 0 || q.CountOnly:
		return false
	case q.projection == nil:
		return true
	}
	for _, name := range q.keyNames {
		if !slices.Contains(q.Attributes, name) {
			return false
		}
	}
	return true
}

// cut ends a page behind its first n items.
func (q *query) cut(read *itemPage, n int64) error {
	key := read.entries[n-1].Pick(q.keyNames...)
	if len(key) < len(q.keyNames) {
		return corrupt("the page has an item that lacks a part of its key")
	}
	read.entries, read.count, read.next = read.entries[:n:n], n, itemPosition{key}
	return nil
}

// page reads the next page and returns it as a response.
func (q *query) page(ctx context.Context) (*QueryResponse, error) {
	page, err := q.next(ctx)
	if err != nil {
		return nil, err
	}
	return q.response(page)
}

// response makes the response of a page, with the metadata since the last response.
func (q *query) response(page *itemPage) (*QueryResponse, error) {
	at, err := newCheckpoint(q.of, page.next.key)
	if err != nil {
		return nil, q.refuse(under("LastEvaluatedKey", err))
	}
	return &QueryResponse{
		Items:            page.entries,
		Count:            page.count,
		ScannedCount:     page.scanned,
		LastEvaluatedKey: page.next.key,
		Checkpoint:       QueryCheckpoint{at},
		ResponseMetadata: q.takeMetadata(),
		of:               q.of,
		keyNames:         q.keyNames,
	}, nil
}
