package table

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/dynamoconn/dynamoconn"
)

// Query says which items [Table.Query], [Table.QueryPages] and [Kinds.Query] return.
type Query struct {
	// Index is a secondary index of the table to read instead of the table.
	Index string
	// Key are values of the fields that the key consists of, as in [Table.Key]: all those of the
	// partition key, and then as many of the sort key as you like. If a sort key is made from a
	// template, it must begin with what is known: with the text before its first field if no value is
	// given for it. So a query for the orders of a customer returns orders, not what else has the
	// customer's partition key.
	Key []any
	// SortKey is a test of the sort key: LT, LE, GT, GE, BETWEEN, BEGINS_WITH or EQ, of the text that is
	// stored. It is for a key of which Key has no part. The zero value tests nothing.
	SortKey dynamoconn.Condition
	// Where must be true of an item, or it is not returned. Nil returns every item.
	Where dynamoconn.Predicate
	// Descending reads from the largest sort key to the smallest.
	Descending bool
	// Limit is how many items DynamoDB evaluates for a page, MaxItems how many are returned in all, at
	// most, and MaxScanned how many are evaluated in all, at most. Zero means no limit.
	Limit      int32
	MaxItems   int
	MaxScanned int
	// Checkpoint is where to begin: that of an earlier page of the same query. The zero value begins
	// at the first item.
	Checkpoint dynamoconn.QueryCheckpoint
}

// Page is some items of a [Table.QueryPages].
type Page[T any] struct {
	// Items are the items, in the order of their sort key.
	Items []T
	// Checkpoint is where a query goes on behind them.
	Checkpoint dynamoconn.QueryCheckpoint
	// Response is what DynamoDB answered: counts, capacity and the items as they came.
	Response *dynamoconn.QueryResponse

	places []int // of Items in the items of the response
}

// CheckpointAfter returns the checkpoint behind Items[i], where the next page of a list begins that
// shows only a part of this one.
func (p *Page[T]) CheckpointAfter(i int) (dynamoconn.QueryCheckpoint, error) {
	if i < 0 || i >= len(p.places) {
		return dynamoconn.QueryCheckpoint{}, invalid("CheckpointAfter", fmt.Errorf("there are %d items, and none at %d", len(p.places), i))
	}
	return p.Response.CheckpointAfter(p.places[i])
}

// Query returns a loop over the items of one partition, in the order of their sort key:
//
//	for song, err := range songs.Query(ctx, table.Query{Key: []any{"No One You Know"}, Descending: true}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(song.Title)
//	}
//
// A page is read when the loop reaches it. An error comes once, last, behind the items before it. Items
// that have expired are left out, unless the table has the option [IncludeExpired]. If T has a kind, items of other kinds are left
// out too; [Kinds] returns them all. The errors are those of [dynamoconn.Client.QueryItems] and
// [Table.Decode], and [dynamoconn.ErrInvalidRequest] for a Query that does not fit T.
func (t *Table[T]) Query(ctx context.Context, q Query) iter.Seq2[T, error] {
	return valuesOf[T](t.QueryPages(ctx, q))
}

// values returns the items of the page.
func (p *Page[T]) values() []T { return p.Items }

// valuesOf returns the loop over the items of pages.
func valuesOf[T any, P interface{ values() []T }](pages iter.Seq2[P, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, v := range page.values() {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// QueryPages returns a loop over the pages of [Table.Query]. A page may be empty, and is not the last
// one for that. Its Checkpoint says where another query goes on.
func (t *Table[T]) QueryPages(ctx context.Context, q Query) iter.Seq2[*Page[T], error] {
	return func(yield func(*Page[T], error) bool) {
		req, keys, err := t.queryRequest(q)
		if err != nil {
			yield(nil, err)
			return
		}
		left := q.MaxItems // 0 for all
		if left > 0 && t.leavesOutByItself(keys) {
			req.MaxItems = 0 // it counts what is left out too
		}
		for resp, err := range t.client.QueryPages(ctx, req, t.options.calls...) {
			if err != nil {
				yield(nil, err)
				return
			}
			page := &Page[T]{Checkpoint: resp.Checkpoint, Response: resp}
			page.Items, page.places, err = t.decodeAll(ctx, resp.Items, keys)
			n := len(page.Items)
			isEnough := left > 0 && n >= left
			if isEnough {
				n, err = left, nil // nobody asks for what comes behind
			}
			if n > 0 && (isEnough || err != nil) {
				err = errors.Join(err, page.endAt(n))
			}
			if (n > 0 || err == nil) && !yield(page, nil) {
				return
			}
			if err != nil {
				yield(nil, err)
			}
			if err != nil || isEnough {
				return
			}
			left -= min(n, left)
		}
	}
}

// endAt ends a page behind its first n items.
func (p *Page[T]) endAt(n int) (err error) {
	p.Checkpoint, err = p.CheckpointAfter(n - 1)
	p.Items, p.places = p.Items[:n], p.places[:n]
	return err
}

// leavesOutByItself reports whether this package must leave out items that DynamoDB returns: it takes no
// filter of the attributes of the key that is read.
func (t *Table[T]) leavesOutByItself(keys []*field) bool {
	kind, ttl := t.schema.kind, t.schema.ttl
	return kind != nil && slices.Contains(keys, kind) || ttl != nil && !t.options.expired && slices.Contains(keys, ttl)
}

// decodeAll returns items that were read as values of T, without those that have expired, and the
// place of each. keys are the fields of the key that was read by: where the kind is one of them, other
// kinds are left out too. With an error it returns the items before the one that is no T.
func (t *Table[T]) decodeAll(ctx context.Context, items []dynamoconn.Item, keys []*field) (values []T, places []int, err error) {
	values, places = make([]T, 0, len(items)), make([]int, 0, len(items))
	kind := t.schema.kind
	if !slices.Contains(keys, kind) {
		kind = nil
	}
	for i, item := range items {
		if t.hides(item) || kind != nil && !kind.isKindOf(item) {
			continue
		}
		v, err := t.Decode(ctx, item)
		if err != nil {
			return values, places, fmt.Errorf("item %d of a page: %w", i, err)
		}
		values, places = append(values, v), append(places, i)
	}
	return values, places, nil
}

// queryRequest returns the request of a query for values of T, and the fields of the key that it reads by.
func (t *Table[T]) queryRequest(q Query) (req dynamoconn.QueryRequest, keys []*field, err error) {
	if t.options.err != nil {
		return req, nil, t.options.err
	}
	if req, keys, err = t.schema.queryRequest(q); err != nil {
		return req, nil, err
	}
	req.TableName, req.IsConsistentRead = t.name, t.options.consistent
	req.Where = dynamoconn.All(q.Where, t.filter(keys))
	return req, keys, nil
}

// filter returns the test that leaves out other kinds and items that have expired, or nil. keys are the
// fields of the key that is read: DynamoDB takes no test of them.
func (t *Table[T]) filter(keys []*field) dynamoconn.Predicate {
	var tests []dynamoconn.Predicate
	if kind := t.schema.kind; kind != nil && !slices.Contains(keys, kind) {
		tests = append(tests, dynamoconn.Attr(kind.attribute).EQ(kind.tag.kind))
	}
	if ttl := t.schema.ttl; ttl != nil && !slices.Contains(keys, ttl) && !t.options.expired {
		tests = append(tests, dynamoconn.Not(t.schema.expired(t.options.time())))
	}
	return dynamoconn.All(tests...)
}

// keyOf returns the fields of the key of the table, or of an index.
func (s *schema) keyOf(name string) (partition, sort []*field, err error) {
	if name == "" {
		return s.keys()[:1], s.keys()[1:], nil
	}
	for _, in := range s.indexes {
		if in.name == name {
			return in.partition, in.sort, nil
		}
	}
	return nil, nil, invalid("Index", fmt.Errorf("%s has no index %q in its tags", s.goType, name))
}

// queryRequest returns the request of a query but for its filter, and the fields of the key that it
// reads by.
func (s *schema) queryRequest(q Query) (req dynamoconn.QueryRequest, keys []*field, err error) {
	partition, sort, err := s.keyOf(q.Index)
	if err != nil {
		return req, nil, err
	}
	var fields []*field
	for _, f := range partition {
		fields = appendKeyFields(fields, f)
	}
	fewest := len(fields)
	for _, f := range sort {
		fields = appendKeyFields(fields, f)
	}
	if n := len(q.Key); n < fewest || n > len(fields) {
		return req, nil, invalid("Key", fmt.Errorf("has %d values; the partition key needs %d, and the whole key has %d: %s", n, fewest, len(fields), namesOf(fields)))
	}
	values, err := arguments(fields, q.Key)
	if err != nil {
		return req, nil, invalid("Key", err)
	}
	if req, err = s.requestOf(q, partition, sort, values); err != nil {
		return req, nil, err
	}
	req.SortKey, err = sortConditions(sort, values, q.SortKey)
	return req, slices.Concat(partition, sort), err
}

// requestOf returns the request for a whole partition: it has no condition on the sort key and no filter.
func (s *schema) requestOf(q Query, partition, sort []*field, values dynamoconn.Item) (dynamoconn.QueryRequest, error) {
	req := dynamoconn.QueryRequest{
		IndexName: q.Index, Descending: q.Descending, Limit: q.Limit, MaxItems: q.MaxItems, MaxScanned: q.MaxScanned, Checkpoint: q.Checkpoint,
	}
	for _, f := range slices.Concat(s.keys(), partition, sort) {
		if !slices.Contains(req.KeyNames, f.attribute) {
			req.KeyNames = append(req.KeyNames, f.attribute)
		}
	}
	for _, f := range partition {
		kv, err := f.fromParts(values)
		if err != nil {
			return req, invalid("Key", err)
		}
		req.PartitionKey = append(req.PartitionKey, kv)
	}
	return req, nil
}

// fromParts returns the attribute of a key field whose parts are all given.
func (f *field) fromParts(values dynamoconn.Item) (dynamoconn.KeyValue, error) {
	if f.template != nil {
		text, err := f.template.make(values)
		return dynamoconn.String(f.attribute, text), err
	}
	kv, _ := values.Get(f.attribute)
	return kv, nil
}

// sortConditions returns the conditions on a sort key: what is known of its fields, from left to
// right, and the caller's own.
func sortConditions(sort []*field, values dynamoconn.Item, own dynamoconn.Condition) (conditions []dynamoconn.Condition, err error) {
	hasOwn := hasTest(own)
	for _, f := range sort {
		known := f.knownParts(values)
		if isWhole := known == len(appendKeyFields(nil, f)); isWhole {
			kv, err := f.fromParts(values)
			if err != nil {
				return nil, invalid("Key", err)
			}
			conditions = append(conditions, dynamoconn.Attr(f.attribute).EQ(dynamoconn.Rename(kv, "")))
			continue
		}
		switch {
		case hasOwn && known > 0:
			return nil, invalid("SortKey", errors.New("cannot be given together with a part of that key in Key"))
		case hasOwn && own.Key != f.attribute:
			return nil, invalid("SortKey", fmt.Errorf("must be a test of %s", f.attribute))
		case hasOwn:
			return append(conditions, own), nil
		}
		prefix, err := f.prefix(values)
		if err != nil {
			return nil, invalid("Key", err)
		}
		if prefix != "" {
			conditions = append(conditions, dynamoconn.Attr(f.attribute).BeginsWith(prefix))
		}
		return conditions, nil
	}
	if hasOwn {
		return nil, invalid("SortKey", errors.New("must not be given: Key has the whole key, or there is no sort key"))
	}
	return conditions, nil
}

// knownParts returns of how many of its first fields a key field has the values.
func (f *field) knownParts(values dynamoconn.Item) (n int) {
	for _, part := range appendKeyFields(nil, f) {
		if !values.Has(part.attribute) {
			break
		}
		n++
	}
	return n
}

// prefix returns how a key field begins of which only the first fields are known.
func (f *field) prefix(values dynamoconn.Item) (string, error) {
	if f.template == nil {
		return "", nil
	}
	var first []dynamoconn.KeyValue
	for _, p := range f.template.parts {
		kv, ok := values.Get(p.field.attribute)
		if !ok {
			break
		}
		first = append(first, kv)
	}
	return f.template.join(first)
}

// hasTest reports whether a condition is not the zero value.
func hasTest(c dynamoconn.Condition) bool {
	return c.Key != "" || c.ComparisonOperator != "" || c.Values != nil
}
