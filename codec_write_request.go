package dynamoconn

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// The bodies of the requests on items. Each is a list of members in the SDK's order, which
// is the alphabet's. Items, keys and the values of expressions have been encoded and checked
// before, so no body can fail.

// getBody is the body of a GetItem.
type getBody struct {
	consistent bool
	expression *expression
	key        []byte
	projection *string
	capacity   types.ReturnConsumedCapacity
	table      string
}

func (r *getBody) appendTo(dst []byte) []byte {
	o := openObject(dst)
	o.flag("ConsistentRead", r.consistent)
	o.placeholders(r.expression)
	o.encoded("Key", r.key)
	o.optional("ProjectionExpression", r.projection)
	o.text("ReturnConsumedCapacity", string(r.capacity))
	o.text("TableName", r.table)
	return o.close()
}

// pageBody is the body of a Scan or a Query.
type pageBody struct {
	consistent     bool
	start          []byte // the key to start after, or nil
	expression     *expression
	filter         *string
	index          string
	keyCondition   string // of a Query
	limit          int32  // 0 for none
	projection     *string
	capacity       types.ReturnConsumedCapacity
	descending     bool  // of a Query
	segment, total int32 // of a Scan; total is 0 without segments
	selected       types.Select
	table          string
}

func (r *pageBody) appendTo(dst []byte) []byte {
	o := openObject(dst)
	o.flag("ConsistentRead", r.consistent)
	o.encoded("ExclusiveStartKey", r.start)
	o.placeholders(r.expression)
	o.optional("FilterExpression", r.filter)
	o.text("IndexName", r.index)
	o.text("KeyConditionExpression", r.keyCondition)
	if r.limit > 0 {
		o.number("Limit", r.limit)
	}
	o.optional("ProjectionExpression", r.projection)
	o.text("ReturnConsumedCapacity", string(r.capacity))
	if r.descending {
		o.flag("ScanIndexForward", false)
	}
	if r.total > 0 {
		o.number("Segment", r.segment)
	}
	o.text("Select", string(r.selected))
	o.text("TableName", r.table)
	if r.total > 0 {
		o.number("TotalSegments", r.total)
	}
	return o.close()
}

// writeBody is the body of a write of one item, and an action of a transaction, which has
// no capacity and returns nothing.
type writeBody struct {
	condition writeCondition
	member    string // "Item" for a put, "Key" for any other
	item      []byte // or the key
	capacity  types.ReturnConsumedCapacity
	returns   types.ReturnValue
	table     string
	update    string // the expression of an update
}

// usualSize returns about the length of the body, seldom less than it.
func (r *writeBody) usualSize() int {
	size := 2*len(`{"Item":,"TableName":""}`) + len(r.item) + len(r.table) + len(r.condition.encoded) + len(r.update)
	if r.condition.names != nil || r.capacity != "" || r.returns != "" {
		size += usualBody
	}
	return size
}

func (r *writeBody) appendTo(dst []byte) []byte {
	o := openObject(dst)
	o.optional("ConditionExpression", r.condition.text)
	o.placeholders(r.condition.expression)
	o.encoded(r.member, r.item)
	o.text("ReturnConsumedCapacity", string(r.capacity))
	o.text("ReturnValues", string(r.returns))
	o.text("ReturnValuesOnConditionCheckFailure", string(r.condition.onFailure))
	o.text("TableName", r.table)
	o.text("UpdateExpression", r.update)
	return o.close()
}

// transactWriteBody is the body of a TransactWriteItems.
type transactWriteBody struct {
	token    string
	capacity types.ReturnConsumedCapacity
	writes   []transactedWrite
}

// usualSize returns about the length of the body, seldom less than it.
func (r *transactWriteBody) usualSize() int {
	size := usualBody
	for _, w := range r.writes {
		kind, body := w.encoded()
		size += len(`{"":},`) + len(kind) + body.usualSize()
	}
	return size
}

func (r *transactWriteBody) appendTo(dst []byte) []byte {
	o := openObject(dst)
	o.text("ClientRequestToken", r.token)
	o.text("ReturnConsumedCapacity", string(r.capacity))
	o.name("TransactItems")
	o.b = appendArray(o.b, r.writes, func(b []byte, w transactedWrite) []byte {
		kind, body := w.encoded()
		one := openObject(b)
		one.name(kind)
		one.b = body.appendTo(one.b)
		return one.close()
	})
	return o.close()
}

// transactGetBody is the body of a TransactGetItems.
type transactGetBody struct {
	capacity types.ReturnConsumedCapacity
	gets     []*getRequest
}

// usualSize returns about the length of the body, seldom less than it.
func (r *transactGetBody) usualSize() int {
	size := usualBody
	for _, get := range r.gets {
		size += len(`{"Get":{"Key":,"TableName":""}},`) + len(get.key) + len(get.TableName)
		if get.projection != nil {
			size += usualBody
		}
	}
	return size
}

func (r *transactGetBody) appendTo(dst []byte) []byte {
	o := openObject(dst)
	o.text("ReturnConsumedCapacity", string(r.capacity))
	o.name("TransactItems")
	o.b = appendArray(o.b, r.gets, func(b []byte, get *getRequest) []byte {
		one := openObject(append(b, `{"Get":`...))
		one.placeholders(get.expression)
		one.encoded("Key", get.key)
		one.optional("ProjectionExpression", get.projection)
		one.text("TableName", get.TableName)
		return append(one.close(), '}')
	})
	return o.close()
}

// batchGetBody is the body of a BatchGetItem.
type batchGetBody struct {
	tables   []tableKeys
	capacity types.ReturnConsumedCapacity
}

// tableKeys are the keys that a BatchGetItem reads from a table.
type tableKeys struct {
	table      string
	consistent bool
	expression *expression
	projection *string
	keys       []int // which of the keys of the batch
}

// appendTo appends the body. key appends a key, encoded.
func (r *batchGetBody) appendTo(dst []byte, key func(dst []byte, key int) ([]byte, error)) (_ []byte, err error) {
	o := openObject(dst)
	o.name("RequestItems")
	tables := openObject(o.b)
	for _, t := range r.tables {
		tables.key(t.table)
		one := openObject(tables.b)
		one.flag("ConsistentRead", t.consistent)
		one.placeholders(t.expression)
		one.name("Keys")
		if one.b, err = appendEach(one.b, t.keys, key); err != nil {
			return nil, err
		}
		one.optional("ProjectionExpression", t.projection)
		tables.b = one.close()
	}
	o.b = tables.close()
	o.text("ReturnConsumedCapacity", string(r.capacity))
	return o.close(), nil
}

// batchWriteBody is the body of a BatchWriteItem.
type batchWriteBody struct {
	tables   []tableRequests
	capacity types.ReturnConsumedCapacity
}

// tableRequests are the writes of a BatchWriteItem to a table.
type tableRequests struct {
	table    string
	requests []int // which of the writes of the batch
}

// appendTo appends the body. request appends a write as appendWriteRequest does.
func (r *batchWriteBody) appendTo(dst []byte, request func(dst []byte, write int) ([]byte, error)) (_ []byte, err error) {
	o := openObject(dst)
	o.name("RequestItems")
	tables := openObject(o.b)
	for _, t := range r.tables {
		tables.key(t.table)
		if tables.b, err = appendEach(tables.b, t.requests, request); err != nil {
			return nil, err
		}
	}
	o.b = tables.close()
	o.text("ReturnConsumedCapacity", string(r.capacity))
	return o.close(), nil
}

// appendWriteRequest appends one write of a batch, with the rules of [Write.request].
func appendWriteRequest(dst []byte, write Write) (b []byte, err error) {
	switch {
	case len(write.ItemToAdd) > 0 && len(write.ItemToDelete) > 0:
		return dst, broken("must set only one of ItemToAdd and ItemToDelete")
	case len(write.ItemToAdd) > 0:
		b, err = appendWholeItem(append(dst, `{"PutRequest":{"Item":`...), write.ItemToAdd)
		err = under("ItemToAdd", err)
	case len(write.ItemToDelete) > 0:
		b, err = appendKey(append(dst, `{"DeleteRequest":{"Key":`...), write.ItemToDelete)
		err = under("ItemToDelete", err)
	default:
		return dst, broken("must set ItemToAdd or ItemToDelete")
	}
	if err != nil {
		return dst, err
	}
	return append(b, "}}"...), nil
}

// objectWriter writes one JSON object, member after member. A member without a value is left out,
// as the SDK does.
type objectWriter struct{ b []byte }

func openObject(dst []byte) objectWriter { return objectWriter{append(dst, '{')} }

func (o *objectWriter) close() []byte { return append(o.b, '}') }

// name begins a member whose name has nothing to escape.
func (o *objectWriter) name(name string) {
	o.comma()
	o.b = append(appendQuoted(o.b, name), ':')
}

// key begins a member with any name.
func (o *objectWriter) key(name string) {
	o.comma()
	o.b, _ = jsontext.AppendString(o.b, name)
	o.b = append(o.b, ':')
}

func (o *objectWriter) comma() {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
}

func (o *objectWriter) text(name, value string) {
	if value != "" {
		o.name(name)
		o.b, _ = jsontext.AppendString(o.b, value)
	}
}

func (o *objectWriter) optional(name string, value *string) {
	if value != nil {
		o.text(name, *value)
	}
}

func (o *objectWriter) flag(name string, value bool) {
	o.name(name)
	o.b = strconv.AppendBool(o.b, value)
}

func (o *objectWriter) number(name string, value int32) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, int64(value), 10)
}

// encoded writes a value that is JSON already, unless it is nil.
func (o *objectWriter) encoded(name string, value []byte) {
	if value != nil {
		o.name(name)
		o.b = append(o.b, value...)
	}
}

// placeholders writes the placeholders of an expression, sorted by name, and their values,
// in the order in which they were given.
func (o *objectWriter) placeholders(x *expression) {
	if x.names != nil {
		o.name("ExpressionAttributeNames")
		names := openObject(o.b)
		var few [8]string // most expressions have no more
		sorted := few[:0]
		for placeholder := range x.names {
			sorted = append(sorted, placeholder)
		}
		slices.Sort(sorted)
		for _, placeholder := range sorted {
			names.key(placeholder)
			names.b, _ = jsontext.AppendString(names.b, x.names[placeholder])
		}
		o.b = names.close()
	}
	if x.encoded != nil {
		o.encoded("ExpressionAttributeValues", x.encoded)
		o.b = append(o.b, '}')
	}
}

func appendArray[T any](b []byte, elements []T, element func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = element(b, e)
	}
	return append(b, ']')
}

// appendEach appends an array of elements that may fail.
func appendEach(b []byte, elements []int, element func([]byte, int) ([]byte, error)) (_ []byte, err error) {
	b = append(b, '[')
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = element(b, e); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}
