package dynamoconn

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// WaitForTable waits until a table and all its indexes are ready, or with Deleted until the
// table is gone. It returns the table as DynamoDB described it last. It asks at once, and then
// again after pauses that grow to at most 5 seconds. [Client.WatchTable] does the same and shows
// each answer.
//
// The wait has no other bound than ctx: give it a deadline. An index of a large table can take
// hours. If ctx ends, or would end before the next question, the error is [ErrTableNotReady]. So
// it is if the state of the table does not pass by itself: the table is being deleted, is
// archived or its key cannot be used; or the wait is for its end, and 15 seconds later it is
// still not being deleted.
//
// A table that DynamoDB does not know is waited for during the first 15 seconds, because it may
// have been created just before. After that the error is [ErrTableNotFound].
//
// It calls dynamodb:DescribeTable.
func (c *Client) WaitForTable(ctx context.Context, req WaitForTableRequest, opts ...CallOption) (_ *TableDescription, err error) {
	w, err := c.newTableWait(req, opts)
	defer w.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	return w.finish(ctx)
}

// WatchTable goes over the answers to the questions of a [Client.WaitForTable], to show how far
// a table is. The loop ends after the answer that ends the wait. The last description is that
// of a table that is ready, or with Deleted one that has only its name. A question that DynamoDB
// answers with an unknown table is not shown while the wait goes on.
//
// An error comes once, last: those of WaitForTable. Ranging again starts over. It calls
// dynamodb:DescribeTable.
func (c *Client) WatchTable(ctx context.Context, req WaitForTableRequest, opts ...CallOption) iter.Seq2[*TableDescription, error] {
	return func(yield func(*TableDescription, error) bool) {
		w, err := c.newTableWait(req, opts)
		defer w.end(ctx, &err)
		for err == nil {
			var done bool
			if done, err = w.ask(ctx); err != nil {
				break
			}
			if w.latest != nil {
				w.latest.ResponseMetadata = w.takeMetadata()
				if !yield(w.latest, nil) {
					return
				}
			}
			if done {
				return
			}
			err = w.pause(ctx)
		}
		yield(nil, err)
	}
}

// settling is how long DynamoDB may not know yet that a table was created or deleted.
const settling = 15 * time.Second

// tableWait is one wait for a table.
type tableWait struct {
	*call
	req    WaitForTableRequest
	began  time.Time
	asked  int
	latest *TableDescription // of the last answer, and nil if the table was not known
	seen   bool
}

// newTableWait returns a wait, which must be ended even if there is an error.
func (c *Client) newTableWait(req WaitForTableRequest, opts []CallOption) (*tableWait, error) {
	k, err := c.newCall("WaitForTable", req.TableName, opts)
	w := &tableWait{call: k, req: req}
	if err != nil {
		return w, err
	}
	if err := checkTableName("TableName", req.TableName); err != nil {
		return w, k.refuse(err)
	}
	return w, nil
}

// finish waits to the end.
func (w *tableWait) finish(ctx context.Context) (*TableDescription, error) {
	for {
		done, err := w.ask(ctx)
		if err == nil && done {
			w.latest.ResponseMetadata = w.metadata()
			return w.latest, nil
		}
		if err == nil {
			err = w.pause(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
}

// ask asks for the table once, and reports whether that ends the wait.
func (w *tableWait) ask(ctx context.Context) (done bool, err error) {
	if w.asked++; w.asked == 1 {
		w.began = time.Now()
	}
	isYoung := time.Since(w.began) < settling
	w.latest, err = w.describe(ctx, w.req.TableName)
	switch {
	case errors.Is(err, ErrTableNotFound) && w.req.Deleted:
		w.latest = &TableDescription{Table: Table{w.req.TableName}}
		return true, nil
	case errors.Is(err, ErrTableNotFound) && !w.seen && isYoung:
		return false, nil
	case err != nil && ctx.Err() != nil:
		return false, withCause(ErrTableNotReady, err)
	case err != nil:
		return false, err
	}
	w.seen = true
	why := w.latest.notReady()
	switch isDeleting := w.latest.TableStatus == TableStatusDeleting; {
	case w.req.Deleted && !isDeleting && !isYoung:
		return false, w.notReady("nobody is deleting the table: it is "+string(w.latest.TableStatus), nil)
	case w.req.Deleted:
		return false, nil
	case isDeleting, lastingStatus[w.latest.TableStatus]:
		return false, w.notReady(why, nil)
	}
	return why == "", nil
}

// lastingStatus has the states of a table that do not pass by themselves.
var lastingStatus = map[TableStatus]bool{
	TableStatusInaccessibleEncryptionCredentials: true,
	TableStatusArchiving:                         true,
	TableStatusArchived:                          true,
	TableStatusReplicationNotAuthorized:          true,
}

// pause waits before the next question. It returns an error if ctx ends before.
func (w *tableWait) pause(ctx context.Context) error {
	why := "DynamoDB does not know the table yet"
	switch {
	case w.latest != nil && w.req.Deleted:
		why = "the table is " + string(w.latest.TableStatus)
	case w.latest != nil:
		why = w.latest.notReady()
	}
	pause := retry.Pause(w.asked)
	if deadline, ok := ctx.Deadline(); ok && time.Now().Add(pause).After(deadline) {
		return w.notReady(why, nil)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		w.paused(pause)
		return nil
	case <-ctx.Done():
		return w.notReady(why, ctx.Err())
	}
}

// notReady returns the error of a wait that ends before its time. ended is the error of the
// context that ended it, or nil.
func (w *tableWait) notReady(why string, ended error) error {
	e := w.errorSoFar()
	e.causes = []error{ErrTableNotReady}
	e.err = hide(errors.New(why))
	if ended != nil {
		e.causes = append(e.causes, ended)
	}
	return e
}

// withCause returns err with one more cause, which comes first.
func withCause(cause, err error) error {
	e, ok := as[*Error](err)
	if !ok {
		return err
	}
	e.causes = append([]error{cause}, e.causes...)
	return e
}

// describe asks DynamoDB for a table once.
func (k *call) describe(ctx context.Context, name string) (*TableDescription, error) {
	var table *types.TableDescription
	_, err := k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name}, k.options...)
		if err != nil {
			return nil, err
		}
		table = out.Table
		return nil, describes(table, name)
	})
	if err != nil {
		return nil, err
	}
	return describeTable(table), nil
}
