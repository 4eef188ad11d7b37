package batch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// An operation that DynamoDB returned as unprocessed was once reported as not written
// although the same request had been sent before, and had written it then.
func TestUnprocessedAfterADoubtIsUnknownUnlessItIsDone(t *testing.T) {
	t.Parallel()
	errRefused := errors.New("refused")
	for _, test := range []struct {
		name    string
		answers []Answer // to the requests that hold operation 0
		want    []State
	}{
		{"the context ends", []Answer{{Unprocessed: []int{0, 1}, InDoubt: true}}, []State{Unknown, Unknown, NotSent}},
		{"no doubt", []Answer{{Unprocessed: []int{0, 1}}}, []State{NotSent, NotSent, NotSent}},
		{"of one that is done", []Answer{{Unprocessed: []int{0}, InDoubt: true}}, []State{Unknown, Done, NotSent}},
		{"and then unprocessed without a doubt", []Answer{{Unprocessed: []int{0, 1}, InDoubt: true}, {Unprocessed: []int{0, 1}}}, []State{Unknown, Unknown, NotSent}},
		{"done later", []Answer{{Unprocessed: []int{0, 1}, InDoubt: true}, {}}, []State{Done, Done, Done}},
		{"all of it refused later", []Answer{{Unprocessed: []int{0, 1}, InDoubt: true}, {Verdict: Fatal, Err: errRefused}}, []State{Unknown, Unknown, NotSent}},
		{"the table fails later", []Answer{{Unprocessed: []int{0, 1}, InDoubt: true}, {Verdict: TableFailed, Err: errRefused}}, []State{Unknown, Unknown, NotSent}},
		{
			"each of it refused later",
			[]Answer{{Unprocessed: []int{0, 1}, InDoubt: true}, {Verdict: Split, Err: errRefused}, {Verdict: Split, Err: errRefused}},
			[]State{Unknown, Done, NotSent},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				number := 0
				p := &Plan{
					Ops:    []Op{{Key: "a"}, {Key: "b"}, {Key: "a"}},
					Serial: []bool{false}, MaxOps: 2, MaxBytes: 100, MaxInFlight: 1,
					Send: func(_ context.Context, sent []int) Answer {
						if sent[0] != 0 {
							return Answer{}
						}
						number++
						if number == len(test.answers) && test.answers[number-1].Verdict == Answered && len(test.answers[number-1].Unprocessed) > 0 {
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
					assert.Equal(t, result.State == Done, result.Err == nil)
				}
			})
		})
	}
}
