package attempt

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestVerdict(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		outcomes []Outcome
		want     Outcome
	}{
		"nothing was tried":               {nil, NotSent},
		"nothing left":                    {[]Outcome{NotSent, NotSent}, NotSent},
		"refused":                         {[]Outcome{Refused}, Refused},
		"refused, then not sent":          {[]Outcome{Refused, NotSent}, Refused},
		"not sent, then refused":          {[]Outcome{NotSent, Refused}, Refused},
		"unknown":                         {[]Outcome{Unknown}, Unknown},
		"unknown, then refused":           {[]Outcome{Unknown, Refused}, Unknown},
		"refused, then unknown":           {[]Outcome{Refused, Unknown}, Unknown},
		"unknown, then not sent":          {[]Outcome{Unknown, NotSent}, Unknown},
		"applied, and yet the call fails": {[]Outcome{Refused, Applied}, Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var record Record
			for _, outcome := range test.outcomes {
				record.Add(Try{Outcome: outcome})
			}
			assert.Equal(t, test.want, record.Verdict())
		})
	}
}

func TestRecordKeepsAttemptsInOrder(t *testing.T) {
	t.Parallel()

	ctx, record := With(t.Context())
	assert.Same(t, record, From(ctx))
	assert.Empty(t, record.Tries())

	want := []Try{
		{Outcome: NotSent},
		{Outcome: Refused, Status: 400, RequestID: "A"},
		{Outcome: Applied, Status: 200, RequestID: "B"},
	}
	for _, try := range want {
		From(ctx).Add(try)
	}
	assert.Equal(t, want, record.Tries())

	record.Tries()[0] = Try{Outcome: Unknown}
	assert.Equal(t, want, record.Tries(), "what Tries returns is a copy")
}

func TestInnerRecordTakesTheAttempts(t *testing.T) {
	t.Parallel()

	outerContext, outer := With(t.Context())
	innerContext, inner := With(outerContext)
	From(innerContext).Add(Try{Status: 200})
	assert.Empty(t, outer.Tries())
	assert.Len(t, inner.Tries(), 1)
}

func TestContextWithoutRecordTakesNothing(t *testing.T) {
	t.Parallel()

	record := From(context.Background())
	assert.Nil(t, record)
	assert.NotPanics(t, func() { record.Add(Try{Outcome: Unknown}) })
}

func TestRecordIsSharedByGoroutines(t *testing.T) {
	t.Parallel()

	var record Record
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 100 {
				record.Add(Try{Outcome: Refused})
				_ = record.Verdict()
			}
		})
	}
	all.Wait()
	assert.Len(t, record.Tries(), 1600)
}

func TestOutcomeText(t *testing.T) {
	t.Parallel()

	texts := make([]string, 0, 5)
	for outcome := NotSent; outcome <= Unknown+1; outcome++ {
		texts = append(texts, outcome.String())
	}
	assert.Equal(t, []string{"not sent", "refused", "applied", "unknown", "unknown"}, texts)
}
