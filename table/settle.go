package table

import (
	"context"
	"errors"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// sender sends the request of a write of one item, and returns the item that DynamoDB returns.
type sender func(ctx context.Context, calls []dynamoconn.CallOption) (dynamoconn.Item, error)

// settle sends a write, and finds out what became of it if its answer is lost. If the write was
// applied, settle returns the item that DynamoDB returned or has now. otherwise is the reason of the
// error if another item is stored than was expected.
//
// The doubt is left, as [dynamoconn.ErrAmbiguous], if somebody has deleted the item since it was read,
// since no mark is left then.
//
// A type with a mark lets settle find the write on the stored item. If the write is not found there and
// can still be made, settle sends it once more: its condition, or its token, keeps it from being applied
// twice.
func (t *Table[T]) settle(ctx context.Context, key dynamoconn.Item, st *stamp, otherwise error, send sender) (dynamoconn.Item, error) {
	began := time.Now()
	calls := t.options.calls
	if st.once {
		calls = append(calls[:len(calls):len(calls)], dynamoconn.ExactlyOnce(""))
	}
	after, err := send(ctx, calls)
	if t.schema.mark == nil || !errors.Is(err, dynamoconn.ErrAmbiguous) {
		return after, t.known(ctx, err, otherwise)
	}
	found, fate := t.lookFor(ctx, err, key, st)
	token := tokenOf(err, began)
	if fate == fatePending && (token != "" || !st.once) {
		if token != "" {
			calls = append(calls, dynamoconn.ExactlyOnce(token))
		}
		before, cancel := context.WithDeadline(ctx, began.Add(tokenLife))
		after, againErr := send(before, calls)
		cancel()
		switch {
		case againErr == nil:
			return after, nil
		case token != "" && errors.Is(againErr, dynamoconn.ErrConditionFailed):
			return nil, t.known(ctx, againErr, otherwise)
		}
		found, fate = t.lookFor(ctx, againErr, key, st)
	}
	switch fate {
	case fateApplied:
		return found, nil
	case fateNotApplied:
		return nil, t.conflict(ctx, &settledError{err}, found, otherwise)
	}
	return nil, err
}

// known returns the error of a write whose outcome is known: a [*Conflict] if its condition was false.
func (t *Table[T]) known(ctx context.Context, err, otherwise error) error {
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return t.conflict(ctx, err, standing(err), otherwise)
	}
	return err
}

// transactSettled sends a transaction, and if its outcome is not known once more with the same token.
func transactSettled(ctx context.Context, client *dynamoconn.Client, req dynamoconn.TransactWriteRequest, calls []dynamoconn.CallOption) error {
	began := time.Now()
	_, err := client.TransactWrite(ctx, req, calls...)
	token := ""
	if errors.Is(err, dynamoconn.ErrAmbiguous) {
		token = tokenOf(err, began)
	}
	if token == "" {
		return err
	}
	before, cancel := context.WithDeadline(ctx, began.Add(tokenLife))
	defer cancel()
	_, againErr := client.TransactWrite(before, req, append(calls[:len(calls):len(calls)], dynamoconn.ExactlyOnce(token))...)
	if againErr == nil || errors.Is(againErr, dynamoconn.ErrConditionFailed) {
		return againErr
	}
	return err
}

// tokenLife is how long after a call began its token may be sent. DynamoDB remembers a token for 10
// minutes.
const tokenLife = 9 * time.Minute

// tokenOf returns the token with which a write in doubt may be sent again, or "" if there is none or it
// will soon be too old.
func tokenOf(err error, began time.Time) string {
	const young = tokenLife / 2
	var failed *dynamoconn.Error
	if !errors.As(err, &failed) || max(time.Since(began), time.Since(began.Round(0))) > young {
		return ""
	}
	return failed.Token
}

// lookFor looks for a write in doubt on the stored item, which it returns. It reads the item if DynamoDB
// has not sent it.
func (t *Table[T]) lookFor(ctx context.Context, err error, key dynamoconn.Item, st *stamp) (dynamoconn.Item, fate) {
	found := standing(err)
	if found == nil {
		var readErr error
		if found, readErr = t.readAgain(ctx, key); readErr != nil {
			return nil, fateUnknown
		}
	}
	stored, _ := dynamoconn.ValueOr(found, "", t.schema.mark.attribute)
	fate := fateOf(st.mark, st.newMark, stored)
	if fate == fateUnknown && st.once {
		fate = fatePending
	}
	return found, fate
}

// readAgain reads an item, and once more if it fails for a reason that the client does not repeat, such as
// credentials that have just expired.
func (t *Table[T]) readAgain(ctx context.Context, key dynamoconn.Item) (dynamoconn.Item, error) {
	req := dynamoconn.GetItemRequest{TableName: t.name, Item: key, IsConsistentRead: true}
	read, err := t.client.GetItem(ctx, req, t.options.calls...)
	if errors.Is(err, dynamoconn.ErrCorruptResponse) || errors.Is(err, dynamoconn.ErrCredentials) {
		read, err = t.client.GetItem(ctx, req, t.options.calls...)
	}
	if err != nil {
		return nil, err
	}
	return read.Item, nil
}

// settledError is an error of a call that is no doubt any more: the write was not applied.
type settledError struct{ err error }

func (e *settledError) Error() string {
	return "condition failed: another write was applied in its place"
}

// Unwrap returns the cause. The error of the call is not below: it matches ErrAmbiguous.
func (e *settledError) Unwrap() error { return dynamoconn.ErrConditionFailed }

// As finds the error of the call, with its facts.
func (e *settledError) As(target any) bool {
	call, ok := target.(**dynamoconn.Error)
	return ok && errors.As(e.err, call)
}
