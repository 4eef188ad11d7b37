package retry

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
)

// cancelled is the SDK's error for a transaction that was cancelled for that reason.
func cancelled(reason, message string) error {
	return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: &reason, Message: &message},
	}}
}

func TestCauseOfAFailure(t *testing.T) {
	t.Parallel()

	sent := func(status int, code string) []Try { return []Try{{Status: status, Code: code}} }
	leaving := &smithy.CanceledError{Err: context.Canceled}
	inPause := &aws.RequestCanceledError{Err: context.Canceled}
	tests := map[string]struct {
		err   error
		tries []Try
		last  error
		want  Cause
	}{
		"an error code":                     {answered(400, "ThrottlingException"), sent(400, "ThrottlingException"), nil, Throttled},
		"a code of nobody's":                {answered(400, "NewException"), sent(400, "NewException"), nil, UnknownCode},
		"a status":                          {answered(503, ""), sent(503, ""), nil, Unavailable},
		"a status beside an error code":     {answered(500, "ValidationException"), sent(500, "ValidationException"), nil, Invalid},
		"a fault of ours":                   {broken(NewFault(Corrupt, "wrong checksum")), sent(200, ""), nil, Corrupt},
		"no answer":                         {broken(errors.New("reset")), sent(0, ""), nil, Unavailable},
		"nothing was tried":                 {errors.New("no endpoint"), nil, nil, NoCause},
		"a cancelled transaction":           {cancelled("TransactionConflict", ""), sent(400, "TransactionCanceledException"), nil, Conflict},
		"cancelled for an item over 400 KB": {cancelled("ValidationError", "Item size to update has exceeded the maximum allowed size"), sent(400, ""), nil, TooLarge},
		"cancelled for no known reason":     {cancelled("New", ""), sent(400, ""), nil, UnknownCode},
		"the caller leaves":                 {leaving, sent(0, ""), nil, NoCause},
		"the caller leaves at once":         {leaving, nil, nil, NoCause},
		"the caller leaves, throttled":      {inPause, sent(400, "ThrottlingException"), nil, Throttled},
		"the caller leaves after a 503":     {inPause, sent(503, ""), nil, Unavailable},
		"the caller leaves after a refusal": {inPause, sent(400, "ValidationException"), nil, NoCause},
		"the caller leaves a transaction":   {inPause, sent(400, "TransactionCanceledException"), cancelled("TransactionConflict", ""), Conflict},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record := &Record{tries: test.tries, last: test.last}
			assert.Equal(t, test.want, record.Judge(test.err).Cause)
		})
	}
}

// cancelledFor is the SDK's error for a transaction of one operation for each reason.
func cancelledFor(codes ...string) error {
	e := &types.TransactionCanceledException{}
	for _, code := range codes {
		e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: &code})
	}
	return e
}

func TestFalseConditionOfSeveralIsCertain(t *testing.T) {
	t.Parallel()
	record := &Record{policy: Policy{Token: true}, tries: []Try{{Outcome: Unknown}, {Outcome: Refused}}}
	assert.Equal(t, Refused, record.Judge(cancelledFor("None", "ValidationError", "ConditionalCheckFailed")).Outcome)
	assert.Equal(t, Unknown, record.Judge(cancelledFor("None", "ValidationError", "TransactionConflict")).Outcome)
}

func TestReasonThatDecides(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		codes    []string
		deciding string
		repeat   bool
	}{
		{[]string{"None", "TransactionConflict", "ThrottlingError"}, "TransactionConflict", true},
		{[]string{"ThrottlingError", "None", "ConditionalCheckFailed", "ValidationError"}, "ConditionalCheckFailed", false},
		{[]string{"TransactionConflict", "New"}, "New", false},
		{[]string{"None", ""}, "", false},
		{nil, "", false},
	} {
		reason, found := CancellationReason(cancelledFor(test.codes...))
		assert.Equal(t, test.deciding != "", found, test.codes)
		assert.Equal(t, test.deciding, deref(reason.Code), test.codes)
		assert.Equal(t, test.repeat, Cancellation(cancelledFor(test.codes...)).Repeat, test.codes)
	}
}

// Had an earlier attempt been applied, DynamoDB would have known its token.
func TestFalseConditionIsCertainWithAToken(t *testing.T) {
	t.Parallel()

	for token, want := range map[bool]Outcome{false: Unknown, true: Refused} {
		record := &Record{policy: Policy{Token: token}, tries: []Try{{Outcome: Unknown}, {Outcome: Refused, Status: 400}}}
		for _, err := range []error{&types.ConditionalCheckFailedException{}, cancelled("ConditionalCheckFailed", "")} {
			assert.Equal(t, Verdict{Outcome: want, Cause: ConditionFailed}, record.Judge(err))
		}
		assert.Equal(t, Unknown, record.Judge(cancelled("ValidationError", "")).Outcome)
	}
}

func TestWhatAFailureMeansForABatch(t *testing.T) {
	t.Parallel()

	again, waits := InBatch{Outcome: NotDone}, InBatch{Outcome: NotDone, Waits: true}
	one, table, all := InBatch{Outcome: Refused}, InBatch{Outcome: Refused, Scope: OneTable}, InBatch{Outcome: Refused, Scope: Everything}
	halves := InBatch{Outcome: Refused, Scope: OneOperation, InDoubt: true}
	doubt, doubtOfAll := InBatch{Outcome: Unknown}, InBatch{Outcome: Unknown, Scope: Everything}
	tests := map[Verdict]struct{ write, read, writeAtEnd, readAtEnd InBatch }{
		{Outcome: NotDone, Cause: Throttled}:          {waits, waits, waits, waits},
		{Outcome: NotDone, Cause: Conflict}:           {waits, waits, waits, waits},
		{Outcome: Refused, Cause: Throttled}:          {waits, waits, waits, waits},
		{Outcome: Refused, Cause: Invalid}:            {one, one, again, again},
		{Outcome: Refused, Cause: TooLarge}:           {one, one, again, again},
		{Outcome: Refused, Cause: TableNotFound}:      {table, table, again, again},
		{Outcome: Refused, Cause: AccessDenied}:       {table, table, again, again},
		{Outcome: Refused, Cause: NoCause}:            {table, table, again, again},
		{Outcome: Refused, Cause: CredentialsRefused}: {all, all, again, again},
		{Outcome: NotSent, Cause: CredentialsRefused}: {all, all, again, again},
		{Outcome: NotSent, Cause: Unavailable}:        {all, all, waits, waits},
		{Outcome: NotSent, Cause: NoCause}:            {all, all, again, again},
		{Outcome: Unknown, Cause: Unavailable}:        {doubtOfAll, doubtOfAll, doubtOfAll, waits},
		{Outcome: Unknown, Cause: Corrupt}:            {doubt, doubt, doubt, waits},
		{Outcome: Unknown, Cause: Throttled}:          {doubt, waits, doubt, waits},
		{Outcome: Unknown, Cause: TooLarge}:           {halves, one, halves, again},
		{Outcome: Unknown, Cause: Invalid}:            {doubt, one, doubt, again},
		{Outcome: Unknown, Cause: NoCause}:            {doubt, table, doubt, again},
	}
	assert.Equal(t, doubt, Verdict{Outcome: Unknown, Cause: TooLarge, Once: true}.OfWrites(t.Context()), "SendOnce")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for verdict, test := range tests {
		assert.Equal(t, test.write, verdict.OfWrites(t.Context()), "write: %v", verdict)
		assert.Equal(t, test.read, verdict.OfReads(t.Context()), "read: %v", verdict)
		assert.Equal(t, test.writeAtEnd, verdict.OfWrites(ended), "write whose context has ended: %v", verdict)
		assert.Equal(t, test.readAtEnd, verdict.OfReads(ended), "read whose context has ended: %v", verdict)
	}
}

func TestWorse(t *testing.T) {
	t.Parallel()

	order := []Outcome{"", NotSent, NotDone, Refused, Applied, Unknown}
	for i, a := range order {
		for j, b := range order {
			assert.Equal(t, order[max(i, j)], Worse(a, b), "%q, %q", a, b)
		}
	}
}
