package dynamoconn

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// itemWrite is a write of one item, checked and encoded. Its methods are what differs
// between the activities that write one item; [Client.writeItem] does the rest.
type itemWrite interface {
	// The write as an API action of its own.
	request
	// The write as an operation of a transaction.
	transactedWrite
	// returnedMember is the field of the response that has the item which DynamoDB returns.
	returnedMember() string
	// mayReturn reports whether an item that DynamoDB returns can be what was asked for.
	mayReturn(returned Item) bool
	// asksFor is the field of the request by which the caller asked for an item, or "".
	asksFor() string
	// wantsOldItem reports whether the caller asked for the old item, or for a part of it.
	wantsOldItem() bool
	// mayHaveLeft reports whether an earlier attempt at this write may have left the returned
	// old item like that, nil for none.
	mayHaveLeft(returned Item) bool
	// isRepeatable reports whether the write may be sent again although it may have been applied.
	isRepeatable() bool
	// appliesOnce reports whether the condition is false once the write has been applied,
	// whatever other writers do.
	appliesOnce() bool
	// isProvenBy reports whether that failure proves that the write has been applied, by an
	// earlier attempt or an earlier call. It is false for a nil failure.
	isProvenBy(failure error) bool
	// returnedFrom returns what the caller asked for if the write was proven by that stored item.
	returnedFrom(stored Item) Item
	// inquiry returns a write that is never applied and fails as isProvenBy expects it, to find
	// out what became of this one. It is nil if that cannot be found out.
	inquiry() itemWrite
}

// transactedWrite is an operation of a transaction, checked and encoded.
type transactedWrite interface {
	// table is the name or ARN of its table.
	table() string
	// sent returns the item or the key that the operation sends.
	sent() Item
	// isWhole reports whether that is a whole item.
	isWhole() bool
	// encoded returns the body of the operation, without the capacity. It is also that of an
	// API action of its own.
	encoded() (kind string, body writeBody)
	// transactItem returns the operation for the SDK's client.
	transactItem() (types.TransactWriteItem, error)
}

// wholeWrite has what the writes of whole items have in common: applied twice, they leave what
// they leave when they are applied once.
type wholeWrite struct{}

func (wholeWrite) returnedMember() string { return "OldItem" }

func (wholeWrite) isRepeatable() bool { return true }

func (wholeWrite) appliesOnce() bool { return false }

func (wholeWrite) returnedFrom(Item) Item { return nil }

func (wholeWrite) inquiry() itemWrite { return nil }

// writtenItem is what the response of a write of one item is made of.
type writtenItem struct {
	returned Item
	metadata ResponseMetadata
}

// writeItem carries out an activity that writes one item. prepare checks and encodes its
// request.
//
// It returns nil and an error if the write failed. With [ErrOldItemUnknown] it returns both,
// because the write has been applied.
func (c *Client) writeItem(ctx context.Context, activity, table string, prepare func(*scratch) (itemWrite, error), opts []CallOption) (_ *writtenItem, err error) {
	k, err := c.newCall(activity, table, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	memory := newScratch()
	defer memory.release()
	w, err := prepare(memory)
	if err == nil {
		err = k.canReturn(w.asksFor())
	}
	if err != nil {
		return nil, k.refuse(err)
	}
	if !w.isRepeatable() && k.token == "" {
		k.policy.Once = true
	}
	written := &writtenItem{}
	oldItemUnknown := false
	_, err = k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		var sent request = w
		if k.token != "" {
			sent = newTransaction(k.token, w)
		}
		a, err := k.do(ctx, sent)
		if err == nil && !w.mayReturn(a.item) {
			err = under(w.returnedMember(), corrupt("is another item than was written"))
		}
		if w.isProvenBy(err) {
			oldItemUnknown = true
			written.returned = w.returnedFrom(storedItem(err))
			return nil, nil
		}
		oldItemUnknown = retry.From(ctx).InDoubt() && !w.appliesOnce()
		if err != nil {
			return nil, withSent(err, w.sent())
		}
		written.returned = a.item
		return a.capacity, nil
	})
	if errors.Is(err, retry.ErrSentOnce) {
		if stored := k.inquire(ctx, w.inquiry()); stored != nil {
			written.returned, oldItemUnknown, err = w.returnedFrom(stored), true, nil
		} else {
			err = k.withAttempts(err)
		}
	}
	if err != nil {
		return nil, err
	}
	written.metadata = k.metadata()
	if w.wantsOldItem() && oldItemUnknown {
		if w.mayHaveLeft(written.returned) {
			written.returned = nil
		}
		return written, k.withResponse(ErrOldItemUnknown)
	}
	return written, nil
}

// inquire sends an inquiry, which may be nil, and returns the stored item that proves the write to
// have been applied. It returns nil if that is not proven.
func (k *call) inquire(ctx context.Context, inquiry itemWrite) (stored Item) {
	if inquiry == nil {
		return nil
	}
	k.policy.Once = false // it changes nothing
	_, _ = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		_, err := k.do(ctx, inquiry)
		if inquiry.isProvenBy(err) {
			stored = storedItem(err)
		}
		return nil, err
	})
	return stored
}

// withAttempts returns an error of the call with the attempts of all its requests.
func (k *call) withAttempts(err error) error {
	if e, ok := as[*Error](err); ok {
		whole := k.errorSoFar()
		e.RequestIDs, e.Attempts, e.Ended = whole.RequestIDs, whole.Attempts, whole.Ended
	}
	return err
}

// storedItem returns the item that DynamoDB sent with a failed condition, or nil.
func storedItem(failure error) Item {
	attributes, _ := retry.FalseCondition(failure)
	if len(attributes) == 0 {
		return nil
	}
	stored, err := FromAttributeValues(attributes)
	if err != nil {
		return nil
	}
	return stored
}

// writeAnswer returns what the SDK's output of a write of one item says. member is the field of
// the response that has its attributes.
func writeAnswer(member string, attributes map[string]types.AttributeValue, used *types.ConsumedCapacity) (*answer, error) {
	returned, err := FromAttributeValues(attributes)
	return &answer{item: returned, capacity: capacityOf(used)}, under(member, err)
}

// bodyOf returns the body of a write that is an API action of its own.
func bodyOf(w itemWrite, capacity types.ReturnConsumedCapacity) []byte {
	_, body := w.encoded()
	body.capacity = capacity
	return body.appendTo(make([]byte, 0, body.usualSize()))
}

// transaction is a TransactWriteItems.
type transaction struct {
	token  string
	writes []transactedWrite
}

func newTransaction(token string, writes ...transactedWrite) *transaction {
	return &transaction{token, writes}
}

func (t *transaction) action() string { return "TransactWriteItems" }

func (t *transaction) tableNames() []string { return distinctNames(t.tables()) }

// tables returns the table of each operation.
func (t *transaction) tables() []string {
	tables := make([]string, len(t.writes))
	for i, w := range t.writes {
		tables[i] = w.table()
	}
	return tables
}

// distinctNames returns each of the names once. It may change their slice.
func distinctNames(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func (t *transaction) body(capacity types.ReturnConsumedCapacity) []byte {
	body := &transactWriteBody{token: t.token, capacity: capacity, writes: t.writes}
	return body.appendTo(make([]byte, 0, body.usualSize()))
}

func (t *transaction) ordinary(ctx context.Context, k *call) (*answer, error) {
	writes := make([]types.TransactWriteItem, len(t.writes))
	for i, w := range t.writes {
		var err error
		if writes[i], err = w.transactItem(); err != nil {
			return nil, err
		}
	}
	// The SDK would write a token of its own into an input that has none.
	out, err := k.sdk.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems:          writes,
		ClientRequestToken:     &t.token,
		ReturnConsumedCapacity: k.capacity,
	}, k.options...)
	if err != nil {
		return nil, err
	}
	return &answer{capacity: out.ConsumedCapacity}, nil
}

// withResponse returns the error that goes together with the response of a write that has
// been applied.
func (k *call) withResponse(cause error) error {
	e := k.errorSoFar()
	e.causes = []error{cause}
	return e
}

// writeCondition is the condition of a write, as DynamoDB's requests have it.
type writeCondition struct {
	*expression
	text      *string
	onFailure types.ReturnValuesOnConditionCheckFailure
}

// newWriteCondition checks and encodes a condition, as a predicate or as text. With returnItem
// DynamoDB sends the stored item if the condition is false.
func newWriteCondition(predicate Predicate, text string, names map[string]string, values Item, returnItem bool) (c writeCondition, err error) {
	if err := needsExpression(names, values, text); err != nil {
		return c, err
	}
	if returnItem {
		c.onFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	if text == "" && testsNothing(predicate) {
		c.expression = noExpression
		return c, nil
	}
	if c.expression, err = newExpression(names, values); err == nil {
		err = c.addCondition(predicate, text)
	}
	return c, err
}

// addCondition sets the text of the condition to that of the predicate, or to text.
func (c *writeCondition) addCondition(predicate Predicate, text string) error {
	if testsNothing(predicate) {
		c.text = optional(text)
		return nil
	}
	if text != "" {
		return invalid("If", "cannot be given together with ConditionExpression")
	}
	encoded, err := c.predicate("If", predicate)
	c.text = optional(encoded)
	return err
}

// and adds a test, which must be true as well.
func (c *writeCondition) and(test string) error {
	if c.text != nil {
		text := strings.TrimSpace(*c.text)
		if !isBalanced(text) {
			return invalid("ConditionExpression", "must close each parenthesis that it opens")
		}
		test = term{text, !isEnclosed(text)}.inside() + " AND " + test
	}
	c.text = &test
	return nil
}

func returnOldItem(wanted bool) types.ReturnValue {
	if wanted {
		return types.ReturnValueAllOld
	}
	return ""
}

// asksForOldItem returns the field that asks for the old item, or "".
func asksForOldItem(wanted bool) string {
	if wanted {
		return "ReturnOldItem"
	}
	return ""
}

// canReturn refuses a field that asks for an item with ExactlyOnce.
func (k *call) canReturn(field string) error {
	if field != "" && k.token != "" {
		return invalid(field, "cannot be given together with ExactlyOnce: a transaction returns no items")
	}
	return nil
}
