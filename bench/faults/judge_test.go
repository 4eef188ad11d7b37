package faults

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// verdict says how a trial ended; meanings explains each.
type verdict string

const (
	right      verdict = "right"
	lost       verdict = "lost"
	duplicated verdict = "duplicated"
	wrong      verdict = "wrong"
	unknown    verdict = "unknown"
	failed     verdict = "failed"
	hung       verdict = "hung"
	flooded    verdict = "flooded"
	notOffered verdict = "not offered"
)

// judgeWrite compares what an error says about one write with whether it was done.
func judgeWrite(c client, err error, done func() bool) verdict {
	switch {
	case errors.Is(err, errNotOffered):
		return notOffered
	case err == nil && done():
		return right
	case err == nil:
		return lost
	case c.claimOf(err) == claimNothing:
		return unknown
	case done():
		return wrong // the error says that the write was not done
	}
	return failed
}

// judgeAdd increments a number once and counts how often the server did so.
func judgeAdd(ctx context.Context, w *world, c client) verdict {
	before := newCity(7).Population
	err := c.add(ctx, "city-007", 1)
	if errors.Is(err, errNotOffered) {
		return notOffered
	}
	applied := w.stored()["city-007"].Population - before
	switch {
	case applied > 1:
		return duplicated
	case err == nil && applied == 0:
		return lost
	case err == nil:
		return right
	case c.claimOf(err) == claimNothing:
		return unknown
	case applied > 0:
		return wrong
	}
	return failed
}

// judgeBatchWrite writes 100 items and compares what the client says about each write
// with whether it was done.
func judgeBatchWrite(ctx context.Context, w *world, c client) verdict {
	cities := newCities(100, 200)
	state, err := c.write(ctx, cities)
	return judgeBatch(w, cities, state, err)
}

// judgeBatch compares what the client says about each write of a batch with whether it
// was done.
func judgeBatch(w *world, cities []city, state batchState, err error) verdict {
	stored := w.stored()
	for _, c := range cities {
		got, found := stored[c.ID]
		isStored := found && got.String() == c.String()
		switch {
		case slices.Contains(state.maybeWritten, c.ID):
		case slices.Contains(state.notWritten, c.ID) && isStored:
			return wrong
		case !slices.Contains(state.notWritten, c.ID) && !isStored:
			return lost
		}
	}
	switch {
	case len(state.maybeWritten) > 0:
		return unknown
	case err != nil:
		return failed
	}
	return right
}

// judgeRead compares the items that a client returned with those that it should return.
func judgeRead(got, want []city, err error) verdict {
	if err != nil {
		return failed
	}
	expected := make(map[string]string, len(want))
	for _, c := range want {
		expected[c.ID] = c.String()
	}
	seen := make(map[string]bool, len(got))
	var hasDuplicate, hasOther bool
	for _, c := range got {
		text, known := expected[c.ID]
		hasDuplicate = hasDuplicate || seen[c.ID]
		hasOther = hasOther || !known || text != c.String()
		seen[c.ID] = true
	}
	switch {
	case hasOther:
		return wrong
	case len(seen) < len(want):
		return lost
	case hasDuplicate:
		return duplicated
	}
	return right
}

// judgeNames compares the names that a client returned with those that it should
// return.
func judgeNames(got, want []string, err error) verdict {
	slices.Sort(got)
	switch {
	case err != nil:
		return failed
	case slices.Equal(got, want):
		return right
	}
	for _, name := range got {
		if name != "" && !slices.Contains(want, name) {
			return wrong
		}
	}
	if len(got) > len(want) {
		return duplicated
	}
	return lost
}

var (
	errRefused = errors.New("refused")
	errUnknown = errors.New("outcome unknown")
)

// fakeClient is a client whose errors make the claim that the test wants.
type fakeClient struct{ client }

func (fakeClient) claimOf(err error) claim {
	if errors.Is(err, errUnknown) {
		return claimNothing
	}
	return claimNotDone
}

func TestJudgeWrite(t *testing.T) {
	for _, test := range []struct {
		err  error
		done bool
		want verdict
	}{
		{nil, true, right},
		{nil, false, lost},
		{errRefused, true, wrong},
		{errRefused, false, failed},
		{errUnknown, true, unknown},
		{errUnknown, false, unknown},
		{errNotOffered, false, notOffered},
	} {
		assert.Equal(t, test.want, judgeWrite(fakeClient{}, test.err, func() bool { return test.done }), "%v, %v", test.err, test.done)
	}
}

func TestJudgeRead(t *testing.T) {
	want := newCities(0, 3)
	damaged := newCity(1)
	damaged.Population++
	for name, test := range map[string]struct {
		got  []city
		err  error
		want verdict
	}{
		"all":                 {want, nil, right},
		"another order":       {[]city{want[2], want[0], want[1]}, nil, right},
		"one less":            {want[:2], nil, lost},
		"none":                {nil, nil, lost},
		"one twice":           {append(newCities(0, 3), newCity(1)), nil, duplicated},
		"damaged":             {[]city{want[0], damaged, want[2]}, nil, wrong},
		"invented":            {append(newCities(0, 3), newCity(9)), nil, wrong},
		"damaged and missing": {[]city{damaged}, nil, wrong},
		"all and an error":    {want, errRefused, failed},
		"none and an error":   {nil, errUnknown, failed},
	} {
		assert.Equal(t, test.want, judgeRead(test.got, want, test.err), name)
	}
	assert.Equal(t, right, judgeNames([]string{"b", "a"}, []string{"a", "b"}, nil))
	assert.Equal(t, lost, judgeNames([]string{"b"}, []string{"a", "b"}, nil))
	assert.Equal(t, wrong, judgeNames([]string{"b", "c"}, []string{"a", "b"}, nil))
	assert.Equal(t, duplicated, judgeNames([]string{"b", "a", "b"}, []string{"a", "b"}, nil))
	assert.Equal(t, failed, judgeNames([]string{"a", "b"}, []string{"a", "b"}, errRefused))
}

func TestJudgeBatch(t *testing.T) {
	cities := newCities(0, 3)
	w := newWorld(1)
	w.fill(cities[0], cities[1])
	for name, test := range map[string]struct {
		state batchState
		err   error
		want  verdict
	}{
		"the last not":         {batchState{notWritten: []string{"city-002"}}, errRefused, failed},
		"the last maybe":       {batchState{maybeWritten: []string{"city-002"}}, errUnknown, unknown},
		"all maybe":            {batchState{maybeWritten: ids(cities)}, errUnknown, unknown},
		"all done":             {batchState{}, nil, lost},
		"none done":            {batchState{notWritten: ids(cities)}, errRefused, wrong},
		"one maybe, one wrong": {batchState{maybeWritten: []string{"city-002"}, notWritten: []string{"city-000"}}, errUnknown, wrong},
	} {
		assert.Equal(t, test.want, judgeBatch(w, cities, test.state, test.err), name)
	}
	assert.Equal(t, right, judgeBatch(w, cities[:2], batchState{}, nil))
}

// A trial ends even if the client sends requests for ever, never returns, or panics.
func TestTrialsEnd(t *testing.T) {
	sendsForEver := trial{prepare: repeatLastKey(`{"ID":{"S":"city-007"}}`), run: scanMustFail}
	assert.Equal(t, hung, runTrial(t, sendsForEver, contenders[0], 1))
	neverReturns := trial{prepare: injectFault("GetItem", 0, dynamoconntest.Hang()), run: runOperation("get")}
	assert.Equal(t, hung, runTrial(t, neverReturns, contenders[0], 1))
	panics := trial{run: putNilAttribute}
	assert.Equal(t, failed, runTrial(t, panics, contenders[0], 1))
}
