package batch

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// An operation that DynamoDB returned as unprocessed was once reported as not written
// although the same request had been sent before, and had written it then.
func TestUnprocessedAfterADoubtIsUnknownUnlessItIsDone(t *testing.T) {
	t.Parallel()
	errRefused := errors.New("refused")
	for _, test := range []struct {
		name    string
		answers []Answer // to the requests that hold operation 0
		want    []retry.Outcome
	}{
		{"the context ends", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}}, []retry.Outcome{retry.Unknown, retry.Unknown, retry.NotDone}},
		{"no doubt", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}}}, []retry.Outcome{retry.NotDone, retry.NotDone, retry.NotDone}},
		{"of one that is done", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0}, InDoubt: true}}, []retry.Outcome{retry.Unknown, retry.Applied, retry.NotDone}},
		{"and then unprocessed without a doubt", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}, {Outcome: retry.Applied, Unprocessed: []int{0, 1}}}, []retry.Outcome{retry.Unknown, retry.Unknown, retry.NotDone}},
		{"done later", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}, {Outcome: retry.Applied}}, []retry.Outcome{retry.Applied, retry.Applied, retry.Applied}},
		{"all of it refused later", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}, {Outcome: retry.Refused, Scope: retry.Everything, Err: errRefused}}, []retry.Outcome{retry.Unknown, retry.Unknown, retry.NotDone}},
		{"the table fails later", []Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}, {Outcome: retry.Refused, Scope: retry.OneTable, Err: errRefused}}, []retry.Outcome{retry.Unknown, retry.Unknown, retry.NotDone}},
		{
			"each of it refused later",
			[]Answer{{Outcome: retry.Applied, Unprocessed: []int{0, 1}, InDoubt: true}, {Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}, {Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}},
			[]retry.Outcome{retry.Unknown, retry.Applied, retry.NotDone},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				number := 0
				p := &Plan{
					Ops:    []Op{{Key: 1}, {Key: 2}, {Key: 1}},
					Serial: []bool{false}, MaxOps: 2, MaxBytes: 100, MaxInFlight: 1,
					Send: func(_ context.Context, sent []int) Answer {
						if slices.Contains(sent, 2) && test.want[2] == retry.NotDone {
							t.Error("an operation on the key of one in doubt is sent")
						}
						if sent[0] != 0 {
							return Answer{Outcome: retry.Applied}
						}
						number++
						if number == len(test.answers) && test.answers[number-1].Outcome == retry.Applied && len(test.answers[number-1].Unprocessed) > 0 {
							cancel()
						}
						if number > len(test.answers) {
							t.Error("sent once more")
						}
						return test.answers[number-1]
					},
					Pause: func(int) time.Duration { return time.Second },
				}
				results := p.Run(ctx)
				assert.Equal(t, test.want, states(results))
				for _, result := range results {
					assert.Equal(t, result.Outcome == retry.Applied, result.Err == nil)
				}
			})
		})
	}
}
