package dynamoconn

import (
	"context"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TransactWrite carries out all operations or none: puts, updates, deletes and checks of
// conditions on at most 100 items, 4 MB in all, of any tables of one region.
//
// Every transaction has a token, by which DynamoDB recognises it for 10 minutes: that of
// [ExactlyOnce], or a random one. If the answer to an attempt is lost, the client sends the
// transaction again, and DynamoDB applies it once. To settle an [ErrAmbiguous], or after a
// restart, send the same transaction with the token of [Error.Token]:
// [TransactWriteResponse.AppliedEarlier] says whether it had been applied. DynamoDB refuses a
// token that was given with other operations ([ErrValidation], and [Error.Code] is
// IdempotentParameterMismatchException).
//
// If DynamoDB cancels the transaction, a [*TransactionError] names the operations that were to
// blame, each with its cause, and errors.Is matches each of them. A transaction that was cancelled
// only because of conflicts with other writes ([ErrConflict]) or too little throughput
// ([ErrThrottled]) is sent again, with the same token.
//
// Checked before sending: that there are 1 to 100 operations, each valid by itself, at most 4 MB
// ([ErrItemTooLarge]), and no two on one item. The key of a put is known only if another
// operation names the key of its table; DynamoDB finds the others.
//
// TransactWrite calls dynamodb:TransactWriteItems. The permissions are those of the single
// operations: dynamodb:PutItem, UpdateItem, DeleteItem and ConditionCheckItem. It costs twice the
// capacity of single writes.
func (c *Client) TransactWrite(ctx context.Context, req TransactWriteRequest, opts ...CallOption) (_ *TransactWriteResponse, err error) {
	k, err := c.newCall("TransactWrite", onlyName(req.Writes, tableOfWrite), opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	memory := newScratch()
	defer memory.release()
	writes, err := req.prepare(memory)
	if err != nil {
		return nil, k.refuse(err)
	}
	reports := k.capacity != ""
	if !reports {
		k.capacity = types.ReturnConsumedCapacityTotal // it tells a repetition
	}
	transact := newTransaction(k.token, writes...)
	resp := &TransactWriteResponse{Token: k.token}
	_, err = k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		a, err := k.do(ctx, transact)
		if err != nil {
			return nil, transactFailure(ctx, "Writes", transact.tables(), err, func(i int) Item { return writes[i].sent() })
		}
		resp.AppliedEarlier = consumedReadsOnly(a.capacity)
		if !reports {
			return nil, nil
		}
		return a.capacity, nil
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	resp.RequestID = resp.lastRequestID()
	return resp, nil
}

// TransactGet reads at most 100 items, of any tables of one region, as they are at one moment: no
// write of a transaction is seen in part. Each item is returned at the place of its key, and nil
// where there is no item.
//
// If DynamoDB cancels the transaction, a [*TransactionError] names the gets that were to blame. One
// that was cancelled only because of conflicts with writes ([ErrConflict]) or too little
// throughput ([ErrThrottled]) is sent again.
//
// Checked before sending: that there are 1 to 100 gets, each valid by itself, and no two of one
// item. TransactGet calls dynamodb:TransactGetItems. The permission is dynamodb:GetItem. It costs
// twice the capacity of consistent reads.
func (c *Client) TransactGet(ctx context.Context, req TransactGetRequest, opts ...CallOption) (*TransactGetResponse, error) {
	_, resp, err := c.transactGet(ctx, req, nil, opts)
	return resp, err
}

// transactGet is TransactGet. With into, which may be nil, the response has only the keys of the items.
func (c *Client) transactGet(ctx context.Context, req TransactGetRequest, into itemTarget, opts []CallOption) (k *call, _ *TransactGetResponse, err error) {
	k, err = c.newCall("TransactGet", onlyName(req.Gets, func(g GetItemRequest) string { return g.TableName }), opts)
	defer k.end(ctx, &err)
	if err != nil {
		return k, nil, err
	}
	k.into = into
	memory := newScratch()
	defer memory.release()
	gets, err := req.prepare(memory)
	if err != nil {
		return k, nil, k.refuse(err)
	}
	resp := &TransactGetResponse{}
	_, err = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		a, err := k.do(ctx, gets)
		if err != nil {
			return nil, transactFailure(ctx, "Gets", gets.tables(), err, func(i int) Item { return gets[i].Item })
		}
		resp.Items = a.transactItems
		return a.capacity, gets.checkAnswer(a.transactItems)
	})
	if err != nil {
		return k, nil, err
	}
	resp.ResponseMetadata = k.metadata()
	return k, resp, nil
}

// mostInTransaction is the most operations of a transaction, and largestTransaction its most bytes.
const (
	mostInTransaction  = 100
	largestTransaction = 4 << 20
)

// checkCount checks the number of operations of a transaction.
func checkCount(field string, n int) error {
	switch {
	case n == 0:
		return invalid(field, "must not be empty")
	case n > mostInTransaction:
		return invalid(field, "must be at most 100")
	}
	return nil
}

// prepare checks and encodes the operations.
func (req *TransactWriteRequest) prepare(memory *scratch) ([]transactedWrite, error) {
	if err := checkCount("Writes", len(req.Writes)); err != nil {
		return nil, err
	}
	writes := make([]transactedWrite, len(req.Writes))
	for i, write := range req.Writes {
		if isNilWrite(write) {
			return nil, invalid(fmt.Sprintf("Writes[%d]", i), "must not be nil")
		}
		var err error
		if writes[i], err = write.inTransaction(memory); err != nil {
			return nil, under(fmt.Sprintf("Writes[%d]", i), err)
		}
	}
	if err := checkSize(writes); err != nil {
		return nil, err
	}
	return writes, checkOneForEachItem("Writes", writes)
}

// checkSize refuses a transaction of over 4 MB.
func checkSize(writes []transactedWrite) error {
	encoded := 0
	for _, w := range writes {
		_, body := w.encoded()
		encoded += len(body.item) + len(body.condition.encoded)
	}
	if encoded <= largestTransaction {
		return nil // no item is larger than its JSON
	}
	size := 0
	for _, w := range writes {
		size += sizeInTransaction(w)
	}
	if size <= largestTransaction {
		return nil
	}
	return &FieldError{Path: "Writes", Rule: "make a transaction of over 4 MB", causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
}

// isNilWrite reports whether an operation is nil, or a pointer that is.
func isNilWrite(write TransactWrite) bool {
	if write == nil {
		return true
	}
	v := reflect.ValueOf(write)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// tableOfWrite returns the table of an operation, or "" if it is nil.
func tableOfWrite(write TransactWrite) string {
	if isNilWrite(write) {
		return ""
	}
	switch w := write.(type) {
	case PutItemRequest:
		return w.TableName
	case *PutItemRequest:
		return w.TableName
	case UpdateItemRequest:
		return w.TableName
	case *UpdateItemRequest:
		return w.TableName
	case DeleteItemRequest:
		return w.TableName
	case *DeleteItemRequest:
		return w.TableName
	case ConditionCheck:
		return w.TableName
	case *ConditionCheck:
		return w.TableName
	}
	return ""
}

// sizeInTransaction returns the bytes of an operation that count for the size of a transaction:
// those of an item, or of a key and the values of its expressions.
func sizeInTransaction(w transactedWrite) int {
	kind, body := w.encoded()
	size := w.sent().Size()
	if kind != "Put" {
		for _, v := range body.condition.values {
			size += valueSize(v.value, 0, &walk{})
		}
	}
	return size
}

// keyed is an operation of a transaction on one item.
type keyed interface {
	table() string
	// sent returns the key, or the whole item if isWhole.
	sent() Item
	isWhole() bool
}

// checkOneForEachItem refuses two operations on one item. The key of a whole item is known from an
// operation on the same table that has a key.
func checkOneForEachItem[T keyed](field string, operations []T) error {
	keyNames := make(map[string][]string)
	for _, o := range operations {
		if !o.isWhole() && keyNames[o.table()] == nil {
			keyNames[o.table()] = slices.Sorted(slices.Values(o.sent().Keys()))
		}
	}
	if len(keyNames) == 0 {
		return nil
	}
	hasher, places := newKeyHasher(), make(map[uint64]int, len(operations))
	for i, o := range operations {
		table, item := o.table(), o.sent()
		names := keyNames[table]
		if names == nil || slices.ContainsFunc(names, func(name string) bool { return !item.Has(name) }) {
			continue
		}
		hash := hasher.hash(item, names) ^ maphash.String(hasher.seed, table)
		if j, found := places[hash]; found && operations[j].table() == table && canonicalKey(operations[j].sent(), names) == canonicalKey(item, names) {
			return invalid(fmt.Sprintf("%s[%d]", field, i), fmt.Sprintf("is on the same item as %s[%d]", field, j))
		}
		places[hash] = i
	}
	return nil
}

// transactFailure returns err with the operations that were to blame, and with the names in the key
// or item that the deciding one sent.
func transactFailure(ctx context.Context, field string, tables []string, err error, sent func(i int) Item) error {
	err = newTransactionError(ctx, field, tables, err)
	if e, ok := as[*TransactionError](err); ok {
		return withSent(err, sent(e.Failures[e.deciding()].Index))
	}
	return err
}

// consumedReadsOnly reports whether a transaction of writes consumed reads and no writes, because
// DynamoDB recognised it.
func consumedReadsOnly(reported []types.ConsumedCapacity) bool {
	var reads, writes float64
	for _, used := range reported {
		reads += deref(used.ReadCapacityUnits)
		writes += deref(used.WriteCapacityUnits)
	}
	return reads > 0 && writes == 0
}

func (req PutItemRequest) inTransaction(memory *scratch) (transactedWrite, error) {
	if req.ItemIsUnique {
		return nil, notInTransaction("ItemIsUnique")
	}
	return asTransacted(req.prepare(memory))
}

func (req UpdateItemRequest) inTransaction(memory *scratch) (transactedWrite, error) {
	if req.UniqueAttribute != "" {
		return nil, notInTransaction("UniqueAttribute")
	}
	return asTransacted(req.prepare(memory))
}

func (req DeleteItemRequest) inTransaction(memory *scratch) (transactedWrite, error) {
	return asTransacted(req.prepare(memory))
}

// asTransacted returns a write as an operation of a transaction, which returns no item.
func asTransacted(w itemWrite, err error) (transactedWrite, error) {
	if err != nil {
		return nil, err
	}
	if field := w.asksFor(); field != "" {
		return nil, invalid(field, "cannot be given in a transaction, which returns no items")
	}
	return w, nil
}

func notInTransaction(field string) error {
	return invalid(field, "cannot be given in a transaction, which its token proves")
}

// checkWrite is a ConditionCheck of a transaction.
type checkWrite struct {
	*ConditionCheck
	key       []byte // encoded
	condition writeCondition
}

func (check ConditionCheck) inTransaction(memory *scratch) (transactedWrite, error) {
	key, err := memory.key(check.TableName, check.Item)
	if err != nil {
		return nil, err
	}
	condition, err := newWriteCondition(check.If, check.ConditionExpression, check.ExpressionAttributeNames, check.ExpressionAttributeValues,
		check.ReturnItemOnConditionFailure)
	if err == nil && condition.text == nil {
		err = invalid("If", "must be given, or ConditionExpression: it is what is checked")
	}
	return &checkWrite{&check, key, condition}, err
}

func (w *checkWrite) table() string { return w.TableName }

func (w *checkWrite) sent() Item { return w.Item }

func (w *checkWrite) isWhole() bool { return false }

func (w *checkWrite) encoded() (kind string, body writeBody) {
	return "ConditionCheck", writeBody{condition: w.condition, member: "Key", item: w.key, table: w.TableName}
}

func (w *checkWrite) transactItem() (types.TransactWriteItem, error) {
	key, err := ToAttributeValues(w.Item)
	if err != nil {
		return types.TransactWriteItem{}, under("Item", err)
	}
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName:                           &w.TableName,
		Key:                                 key,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
	}}, nil
}

// transactGets is a TransactGetItems.
type transactGets []*getRequest

// prepare checks and encodes the gets.
func (req *TransactGetRequest) prepare(memory *scratch) (transactGets, error) {
	if err := checkCount("Gets", len(req.Gets)); err != nil {
		return nil, err
	}
	gets := make(transactGets, len(req.Gets))
	for i := range req.Gets {
		var err error
		if gets[i], err = req.Gets[i].prepare(memory); err != nil {
			return nil, under(fmt.Sprintf("Gets[%d]", i), err)
		}
	}
	return gets, checkOneForEachItem("Gets", gets)
}

func (r *getRequest) table() string { return r.TableName }

func (r *getRequest) sent() Item { return r.Item }

func (r *getRequest) isWhole() bool { return false }

// tables returns the table of each get.
func (gets transactGets) tables() []string {
	tables := make([]string, len(gets))
	for i, get := range gets {
		tables[i] = get.TableName
	}
	return tables
}

// checkAnswer checks that there is an answer to each get, and that each item has its key.
func (gets transactGets) checkAnswer(items []Item) error {
	if len(items) != len(gets) {
		return under("Responses", corrupt(fmt.Sprintf("has %d items, and %d were asked for", len(items), len(gets))))
	}
	for i, get := range gets {
		isWhole := len(get.Attributes) == 0 && get.ProjectionExpression == ""
		if !items[i].hasKey(get.Item, isWhole) {
			return under("Responses", underElement(i, corrupt("is another item than was asked for")))
		}
	}
	return nil
}

func (gets transactGets) action() string { return "TransactGetItems" }

func (gets transactGets) tableNames() []string { return distinctNames(gets.tables()) }

func (gets transactGets) body(capacity types.ReturnConsumedCapacity) []byte {
	body := &transactGetBody{capacity: capacity, gets: gets}
	return body.appendTo(make([]byte, 0, body.usualSize()))
}

func (gets transactGets) ordinary(ctx context.Context, k *call) (*answer, error) {
	input := &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: k.capacity}
	for i, get := range gets {
		key, err := ToAttributeValues(get.Item)
		if err != nil {
			return nil, under(fmt.Sprintf("Gets[%d].Item", i), err)
		}
		input.TransactItems = append(input.TransactItems, types.TransactGetItem{Get: &types.Get{
			TableName:                &get.TableName,
			Key:                      key,
			ProjectionExpression:     get.projection,
			ExpressionAttributeNames: get.expression.names,
		}})
	}
	out, err := k.sdk.TransactGetItems(ctx, input, k.options...)
	if err != nil {
		return nil, err
	}
	items := make([]map[string]types.AttributeValue, len(out.Responses))
	for i := range out.Responses {
		items[i] = out.Responses[i].Item
	}
	a := &answer{capacity: out.ConsumedCapacity}
	a.transactItems, err = fromMaps(items)
	return a, under("Responses", err)
}
