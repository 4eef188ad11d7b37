package dynamoconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The texts, as a person reads them.
func TestBatchErrorsReadWell(t *testing.T) {
	t.Parallel()
	refused := invalid("Tables[0].Writes[1].ItemToAdd", "must have at least its key")
	throttled := &Error{Activity: "BatchWrite", TableName: "Music", Region: "us-east-1", Attempts: 3, causes: []error{ErrThrottled}}
	write := func(states ...Outcome) []WriteFailure {
		failures := make([]WriteFailure, len(states))
		for i, state := range states {
			failures[i] = WriteFailure{Outcome: state, Err: throttled}
		}
		return failures
	}
	for _, test := range []struct {
		err  error
		text string
	}{
		{&BatchWriteError{Failures: write(OutcomeNotDone), total: 10},
			"batch unfinished: 1 of 10 writes not applied: throttled (3 attempts)"},
		{&BatchWriteError{Failures: write(OutcomeNotDone, OutcomeRefused, OutcomeUnknown), total: 10},
			"batch unfinished: 2 of 10 writes not applied, 1 perhaps applied: throttled (3 attempts)"},
		{&BatchWriteError{Failures: write(OutcomeUnknown, OutcomeUnknown), total: 2},
			"batch unfinished: 2 of 2 writes perhaps applied: throttled (3 attempts)"},
		{&BatchWriteError{Failures: append(write(OutcomeNotDone), WriteFailure{Outcome: OutcomeRefused, Err: refused}), total: 10},
			"batch unfinished: 2 of 10 writes not applied: throttled (3 attempts) (and another cause)"},
		{&BatchWriteError{Failures: []WriteFailure{{Outcome: OutcomeRefused, Err: refused}}, total: 1},
			"batch unfinished: 1 of 1 writes not applied: invalid request: Tables[0].Writes[1].ItemToAdd: must have at least its key"},
		{&BatchWriteError{}, "batch unfinished: 0 of 0 writes not applied"},
		{&BatchGetError{Failures: []ReadFailure{{Err: context.DeadlineExceeded}}, total: 7},
			"batch unfinished: 1 of 7 keys not read: context deadline exceeded"},
		{&BatchGetError{Failures: []ReadFailure{{Err: throttled}, {Err: refused}, {Err: context.Canceled}}, total: 7},
			"batch unfinished: 3 of 7 keys not read: throttled (3 attempts) (and 2 other causes)"},
	} {
		assert.Equal(t, test.text, test.err.Error())
		encoded, err := json.Marshal(test.err)
		require.NoError(t, err)
		assert.JSONEq(t, fmt.Sprintf("%q", test.text), string(encoded))
	}
}

func TestBatchErrorsMatchEachCause(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	f.script = func(n int, _ *fakeRequest) *fakeTrouble {
		if n == 1 {
			return &fakeTrouble{lost: errLost}
		}
		return &fakeTrouble{status: 400, code: "ResourceNotFoundException", message: "gone"}
	}
	req := music(append(songs(26), Item{Long("ID", 5), nil})...)
	_, err := f.client(t, WithMaxInFlight(1), WithMaxAttempts(1)).BatchWrite(t.Context(), req)
	for _, want := range []error{ErrUnfinishedBatch, ErrAmbiguous, ErrUnavailable, ErrInvalidRequest} {
		require.ErrorIs(t, err, want)
	}
	assert.NotErrorIs(t, err, ErrThrottled)
	var whole *Error
	require.ErrorAs(t, err, &whole)
	assert.Equal(t, "BatchWrite", whole.Activity)
	assert.Equal(t, "Music", whole.TableName)
	assert.Equal(t, 1, whole.Attempts)
	var failed *BatchWriteError
	require.ErrorAs(t, err, &failed)
	assert.Len(t, failed.Failures, 27)
	assert.Equal(t, "Tables[0].Writes[26].ItemToAdd[1]", func() string {
		var field *FieldError
		require.ErrorAs(t, failed.Failures[26].Err, &field)
		return field.Path
	}())
	assert.NotContains(t, err.Error(), "one")

	f = newBatchFake()
	_, err = f.client(t).BatchGet(t.Context(), reading(songKey(1)))
	require.ErrorIs(t, err, ErrTableNotFound)
	var sdk *types.ResourceNotFoundException
	require.ErrorAs(t, err, &sdk)
}

type listError []string

func (e listError) Error() string { return "a list" }

// An error of a type that cannot be compared, as the cause of a context, once
// panicked.
func TestBatchErrorsTakeAnyCauseOfAContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(listError{"a"})
	f := newBatchFake("Music:ID")
	_, err := f.client(t).BatchWrite(ctx, music(songs(2)...))
	require.ErrorIs(t, err, context.Canceled)
	var list listError
	require.ErrorAs(t, err, &list)
	assert.Equal(t, []string{"Music [0][0] not done", "Music [0][1] not done"}, writeFailures(t, err))
	assert.Empty(t, f.requests)
	require.NotPanics(t, func() {
		direct := &BatchWriteError{Failures: []WriteFailure{{Err: listError{"a"}}, {Err: listError{"a"}}, {Err: struct{ error }{listError{"b"}}}}}
		assert.Len(t, direct.causes(), 3)
	})
}

func TestBatchErrorsNameACauseOnce(t *testing.T) {
	t.Parallel()
	one, two := errors.New("one"), errors.New("two")
	e := &BatchGetError{Failures: []ReadFailure{{Err: one}, {Err: two}, {Err: one}, {}}}
	assert.Equal(t, []error{ErrUnfinishedBatch, one, two}, e.Unwrap())
}

func TestRemainingKeepsTheEntriesAndLeavesOutTheRefused(t *testing.T) {
	t.Parallel()
	e := &BatchWriteError{
		keyNames: map[string][]string{"Music": {"ID"}},
		Failures: []WriteFailure{
			{TableName: "Music", Entry: 0, Index: 3, write: hide(Write{ItemToAdd: song(1, "a")}), Outcome: OutcomeUnknown},
			{TableName: "Music", Entry: 0, Index: 4, write: hide(Write{ItemToAdd: song(2, "a")}), Outcome: OutcomeRefused},
			{TableName: "Films", Entry: 1, Index: 0, write: hide(Write{ItemToDelete: songKey(1)}), Outcome: OutcomeNotDone},
			{TableName: "Music", Entry: 2, Index: 0, write: hide(Write{ItemToAdd: song(1, "b")}), Outcome: OutcomeNotDone},
		},
	}
	assert.Equal(t, BatchWriteItemRequest{Tables: []WriteTable{
		{Name: "Music", KeyNames: []string{"ID"}, Writes: []Write{{ItemToAdd: song(1, "a")}}},
		{Name: "Films", Writes: []Write{{ItemToDelete: songKey(1)}}},
		{Name: "Music", KeyNames: []string{"ID"}, Writes: []Write{{ItemToAdd: song(1, "b")}}},
	}}, e.Remaining())
	assert.Equal(t, BatchWriteItemRequest{}, (&BatchWriteError{}).Remaining())
	assert.Equal(t, BatchGetItemRequest{}, (&BatchGetError{}).Remaining())
}
