package table

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

// errNotInBatch means that a batch cannot make a write.
var errNotInBatch = errors.New("cannot be in a batch, which checks nothing: only PutRequest, DeleteRequest and DeleteKeyRequest of a type without a version can")

// BatchWrite makes any number of writes of any tables of one region, not all or none, as
// [dynamoconn.Client.BatchWrite] does. It takes PutRequest, DeleteRequest and DeleteKeyRequest of types
// without a version. A batch checks no conditions, so a type with a version is refused with
// [dynamoconn.ErrInvalidRequest].
//
// The error is a [*dynamoconn.BatchWriteError] if something was not written, and errors.As finds a
// [*BatchFailure] with the places in writes. The fields of the other values are set.
func BatchWrite(ctx context.Context, client *dynamoconn.Client, writes []Write, opts ...dynamoconn.CallOption) error {
	prepared, err := prepareWrites(ctx, client, writes)
	if err != nil {
		return err
	}
	req := dynamoconn.BatchWriteItemRequest{}
	entries := map[string]int{}
	places := [][]int{} // of each entry: where in writes its writes are
	for i, p := range prepared {
		if p.batch == nil {
			return invalid(placeOfWrite(i), errNotInBatch)
		}
		entry, ok := entries[p.table]
		if !ok {
			entry = len(req.Tables)
			entries[p.table] = entry
			req.Tables = append(req.Tables, dynamoconn.WriteTable{Name: p.table, KeyNames: p.keyNames})
			places = append(places, nil)
		}
		req.Tables[entry].Writes = append(req.Tables[entry].Writes, *p.batch)
		places[entry] = append(places[entry], i)
	}
	_, err = client.BatchWrite(ctx, req, opts...)
	var unfinished *dynamoconn.BatchWriteError
	switch {
	case err == nil:
		return applyAll(prepared)
	case !errors.As(err, &unfinished):
		return err
	}
	failed := &BatchFailure{err: err}
	for _, failure := range unfinished.Failures {
		place := places[failure.Entry][failure.Index]
		failed.Failures = append(failed.Failures, FailedWrite{Index: place, Outcome: failure.Outcome, Err: failure.Err})
		prepared[place].apply = nothing
	}
	return errors.Join(failed, applyAll(prepared))
}

// BatchFailure is the error of a [BatchWrite] that did not write everything.
type BatchFailure struct {
	// Failures are the writes that are not known to have been made. Every other was made.
	Failures []FailedWrite

	err error
}

// FailedWrite is one write of a [BatchFailure].
type FailedWrite struct {
	// Index is its place in the writes.
	Index int
	// Outcome and Err are as in [dynamoconn.WriteFailure].
	Outcome dynamoconn.Outcome
	Err     error
}

// Error returns the error of the batch.
func (e *BatchFailure) Error() string { return e.err.Error() }

// Unwrap returns the error of the batch, in which a [*dynamoconn.BatchWriteError] is.
func (e *BatchFailure) Unwrap() error { return e.err }
