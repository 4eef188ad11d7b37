package api

import (
	"crypto/sha256"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// tokenLife is how long the service remembers a transaction's token.
const tokenLife = 10 * time.Minute

// transactWrite is a write of a TransactWriteItems.
type transactWrite struct {
	write
	table     *store.Table
	old, next attr.Item

	// requestSize is the size of the item or of the key and the values in the request.
	// The stored items do not count.
	requestSize int
}

func (c *call) transactWriteItems() *Error {
	writes, err := c.readTransaction()
	if err != nil {
		return err
	}
	return c.lockForWriting(func() *Error { return c.runTransaction(writes) })
}

func (c *call) readTransaction() ([]*transactWrite, *Error) {
	var out []*transactWrite
	size := 0
	list := c.Input.Get("TransactItems")
	for i := range list.Elems {
		w, err := readTransactWrite(&list.Elems[i])
		if err != nil {
			return nil, err
		}
		out = append(out, w)
		if size += w.requestSize; size > maxTransactionSize {
			return nil, validationError("Transaction is too large: the items' total size exceeds 4 MB")
		}
	}
	return out, nil
}

func readTransactWrite(n *protocol.Node) (*transactWrite, *Error) {
	var in *protocol.Node
	kind := ""
	for _, k := range []string{"Put", "Update", "Delete", "ConditionCheck"} {
		if m := n.Get(k); m != nil {
			if in != nil {
				return nil, validationError("TransactItems can only contain one of Check, Put, Update or Delete")
			}
			in, kind = m, k
		}
	}
	w := &transactWrite{}
	if in == nil {
		return nil, validationError("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	}
	expressions := []string{"ConditionExpression"}
	if kind == "Update" {
		expressions = []string{"UpdateExpression", "ConditionExpression"}
	}
	if err := checkParams(in, expressions, nil); err != nil {
		return nil, err
	}
	var err *Error
	if kind == "Put" {
		if w.item, err = readItem(in.Get("Item")); err != nil {
			return nil, err
		}
		if w.requestSize = w.item.Size(); w.requestSize > maxItemSize {
			return nil, errItemSize()
		}
	}
	names, err := readNames(in)
	if err != nil {
		return nil, err
	}
	if kind == "Update" {
		if w.update, err = readUpdate(in, names); err != nil {
			return nil, err
		}
	}
	if kind == "ConditionCheck" {
		w.isCheck = true
		if in.Get("ConditionExpression") == nil {
			return nil, validationError("1 validation error detected: Value null at 'transactItems.1.member.conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null")
		}
	}
	if err := w.readCondition(in, names); err != nil {
		return nil, err
	}
	if w.item == nil {
		if w.key, err = readItem(in.Get("Key")); err != nil {
			return nil, err
		}
		w.requestSize = w.key.Size() + names.ValuesSize()
	}
	return w, nil
}

func (c *call) runTransaction(writes []*transactWrite) *Error {
	token := c.Input.Get("ClientRequestToken").Str()
	var digest [sha256.Size]byte
	repeated := false
	if token != "" {
		digest = sha256.Sum256(c.Input.Get("TransactItems").Canonical().AppendJSON(nil))
		if old, ok := c.DB.Token(c.Region, token, c.now); ok {
			if old.RequestDigest != digest {
				return ServiceError("IdempotentParameterMismatchException", "Idempotent parameter mismatch: a request with the same client token had different parameters")
			}
			repeated = true
		}
	}
	if err := c.checkTransactWrites(writes); err != nil {
		return err
	}
	if repeated {
		if c.OnRepeat != nil {
			c.OnRepeat()
		}
		c.answerTransaction(writes, true)
		return nil
	}
	if err := computeTransaction(writes, c.newCollectionGrowth()); err != nil {
		return err
	}
	for _, w := range writes {
		w.apply(w.table, w.next, c)
	}
	if token != "" {
		c.DB.SetToken(c.Region, token, store.Token{RequestDigest: digest, Until: c.now.Add(tokenLife)}, c.now)
	}
	c.answerTransaction(writes, false)
	return nil
}

// checkTransactWrites finds the tables and checks the keys and paths. An invalid
// key cancels the transaction, an empty one is an error of the request. What comes
// after an invalid key is not checked.
func (c *call) checkTransactWrites(writes []*transactWrite) *Error {
	seen := map[string]bool{}
	for i, w := range writes {
		t, err := c.activeTable(w.tableName)
		if err != nil {
			return err
		}
		w.table = t
		if err := w.checkKeyPaths(t); err != nil {
			return err
		}
		if err := w.checkKeys(t); err != nil {
			if err.hasEmptyKey {
				return err
			}
			return cancelledByInvalid(i, len(writes), err)
		}
		id := itemID(t, w.key)
		if seen[id] {
			return validationError("Transaction request cannot include multiple operations on one item")
		}
		seen[id] = true
	}
	return nil
}

// cancelledByInvalid returns the error of a transaction of n actions whose action i is
// not valid. The service stops there, so that the others have no reason.
func cancelledByInvalid(i, n int, err *Error) *Error {
	reasons := NoReasons(n)
	reasons[i] = Reason{Code: "ValidationError", Message: err.Message}
	return CancelledError(reasons)
}

// computeTransaction checks the conditions and then computes the new items. It
// changes nothing. An update is computed only if every condition holds, and nothing is
// computed after a write that is not possible: the reason of the later ones is None.
func computeTransaction(writes []*transactWrite, growth *collectionGrowth) *Error {
	reasons := NoReasons(len(writes))
	failed := false
	for i, w := range writes {
		var err *Error
		if w.old, err = w.checkCondition(w.table); err != nil {
			reasons[i] = Reason{Code: "ConditionalCheckFailed", Message: err.Message, Item: err.Item}
			failed = true
		}
	}
	if failed {
		return CancelledError(reasons)
	}
	for i, w := range writes {
		var err *Error
		if w.next, err = w.newItem(w.table, w.old); err != nil {
			if err.hasEmptyKey {
				return err
			}
			reasons[i] = Reason{Code: "ValidationError", Message: err.Message}
			failed = true
		} else if !w.isCheck && growth.exceedsLimit(w.table, w.key, w.old, w.next) {
			reasons[i] = Reason{Code: "ItemCollectionSizeLimitExceeded", Message: collectionMessage}
			failed = true
		}
		if failed {
			return CancelledError(reasons)
		}
	}
	return nil
}

// answerTransaction writes the answer. A repeated transaction has changed nothing
// and consumes the capacity of reading its items.
func (c *call) answerTransaction(writes []*transactWrite, repeated bool) {
	used := map[string]*consumedUnits{}
	var order []string
	kind := "Write"
	for _, w := range writes {
		name := w.table.Name
		if used[name] == nil {
			used[name] = &consumedUnits{tableName: name}
			order = append(order, name)
		}
		if repeated {
			kind = "Read"
			it, _ := w.table.Get(w.key)
			used[name].table += 2 * readUnits(it.Size(), true)
			continue
		}
		u := writeUnits(w.table, w.old, w.next)
		u.scale(2)
		used[name].add(u)
	}
	c.writeConsumedCapacities(used, kind)
	if c.wantsMetrics() && !repeated {
		c.writeBatchMetrics(order, func(name string, f func(*store.Table, attr.Item)) {
			for _, w := range writes {
				if w.table.Name == name && !w.isCheck {
					f(w.table, w.key)
				}
			}
		})
	}
}
