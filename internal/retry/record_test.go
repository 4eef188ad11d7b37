package retry

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

var errAny = errors.New("any")

func TestOutcomeOfSeveralAttempts(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		outcomes []Outcome
		want     Outcome
	}{
		"nothing was tried":               {nil, NotSent},
		"nothing left":                    {[]Outcome{NotSent, NotSent}, NotSent},
		"refused":                         {[]Outcome{Refused}, Refused},
		"not done":                        {[]Outcome{NotDone}, NotDone},
		"not done, then refused":          {[]Outcome{NotDone, NotDone, Refused}, Refused},
		"refused, then not done":          {[]Outcome{Refused, NotDone}, NotDone},
		"not done, then not sent":         {[]Outcome{NotDone, NotSent}, NotDone},
		"unknown, then not done":          {[]Outcome{Unknown, NotDone}, Unknown},
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
			assert.Equal(t, test.want, record.Judge(errAny).Outcome)
		})
	}
}

// The HTTP client may have sent it before, unseen.
func TestAttemptThatWasRepeatedIsADoubt(t *testing.T) {
	t.Parallel()

	for _, outcome := range []Outcome{Refused, Applied, NotSent} {
		var record Record
		record.Add(Try{Outcome: outcome, Repeated: true})
		assert.Equal(t, Unknown, record.Judge(errAny).Outcome, outcome)
		assert.True(t, record.InDoubt(), outcome)
	}
}

func TestInDoubt(t *testing.T) {
	t.Parallel()

	for outcome, want := range map[Outcome]bool{NotSent: false, NotDone: false, Refused: false, Applied: false, Unknown: true} {
		var record Record
		record.Add(Try{Outcome: outcome})
		assert.Equal(t, want, record.InDoubt(), outcome)
		record.Add(Try{Outcome: Applied})
		assert.Equal(t, want, record.InDoubt(), "%s, then applied", outcome)
	}
	assert.False(t, new(Record).InDoubt())
	assert.False(t, From(context.Background()).InDoubt())
}

func TestRecordKeepsAttemptsInOrder(t *testing.T) {
	t.Parallel()

	ctx, record := With(t.Context(), Policy{})
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

	_ = append(record.Tries(), Try{Outcome: Unknown})
	assert.Equal(t, want, record.Tries(), "who appends to them makes a copy")
}

func TestInnerRecordTakesTheAttempts(t *testing.T) {
	t.Parallel()

	outerContext, outer := With(t.Context(), Policy{})
	innerContext, inner := With(outerContext, Policy{})
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
				_ = record.Judge(errAny).Outcome
			}
		})
	}
	all.Wait()
	assert.Len(t, record.Tries(), 1600)
}

func TestWaitIsFromOneAttemptToTheNext(t *testing.T) {
	t.Parallel()

	began := time.Now()
	at := func(after, took time.Duration) Try { return Try{Began: began.Add(after), Took: took} }
	var record Record
	record.Add(at(time.Second, 2*time.Second))
	record.Add(at(5*time.Second, time.Second))
	record.Add(at(6*time.Second, time.Second))
	record.Add(at(0, time.Second)) // a clock that goes back
	var waits []time.Duration
	for _, try := range record.Tries() {
		waits = append(waits, try.Wait)
	}
	assert.Equal(t, []time.Duration{0, 2 * time.Second, 0, 0}, waits)
}

func TestEachIsCalledWithEachAttempt(t *testing.T) {
	t.Parallel()

	type told struct {
		number int
		try    Try
	}
	var record Record
	var all []told
	var verdicts []Outcome
	record.Each = func(number int, try Try) {
		all = append(all, told{number, try})
		verdicts = append(verdicts, record.Judge(errAny).Outcome) // the record can be used meanwhile
	}
	began := time.Now()
	record.Add(Try{Outcome: Refused, Code: "A", Began: began})
	record.Add(Try{Outcome: Unknown, Began: began.Add(time.Second)})
	tries := record.Tries()
	assert.Equal(t, []told{{1, tries[0]}, {2, tries[1]}}, all)
	assert.Equal(t, time.Second, all[1].try.Wait)
	assert.Equal(t, []Outcome{Refused, Unknown}, verdicts)
}

// A function that panics leaves the record usable.
func TestEachMayPanic(t *testing.T) {
	t.Parallel()

	record := &Record{Each: func(int, Try) { panic("mine") }}
	assert.PanicsWithValue(t, "mine", func() { record.Add(Try{Outcome: Refused}) })
	assert.Len(t, record.Tries(), 1)
}

// What was kept for an attempt that is played back is handed out once: the attempt needs no
// second permit, and no second answer of the provider.
func TestWhatIsKeptForAPlaybackIsTakenOnce(t *testing.T) {
	t.Parallel()

	ctx, record := With(t.Context(), Policy{Token: true})
	record.tokenSent = now()
	record.tokenSent.monotonic = record.tokenSent.monotonic.Add(-tokenLife - time.Minute) // so another attempt is refused
	released := 0
	record.KeepPermit(func(error) error {
		released++
		return nil
	})
	retryer := NewRetryer(NewStandard(3))
	release, err := retryer.GetAttemptToken(ctx)
	require.NoError(t, err)
	require.NoError(t, release(nil))
	assert.Equal(t, 1, released)
	_, err = retryer.GetAttemptToken(ctx)
	assert.ErrorIs(t, err, ErrTokenOld, "the next attempt is a new one")

	record.KeepCredentials(aws.Credentials{AccessKeyID: "AKID"}, nil)
	kept, err, ok := record.TakeCredentials()
	assert.True(t, ok)
	require.NoError(t, err)
	assert.Equal(t, "AKID", kept.AccessKeyID)
	_, _, ok = record.TakeCredentials()
	assert.False(t, ok)
	_, _, ok = (*Record)(nil).TakeCredentials()
	assert.False(t, ok)
}
