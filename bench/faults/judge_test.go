package faults

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

var (
	errRefused = errors.New("refused")
	errDoubt   = errors.New("lost")
)

// liar is a client whose errors say what the test wants.
type liar struct{ client }

func (liar) tells(err error) told {
	if errors.Is(err, errDoubt) {
		return toldNothing
	}
	return toldNotDone
}

func TestJudgeOfAWrite(t *testing.T) {
	for _, test := range []struct {
		err  error
		done bool
		want verdict
	}{
		{nil, true, right},
		{nil, false, lost},
		{errRefused, true, wrong},
		{errRefused, false, failed},
		{errDoubt, true, unknown},
		{errDoubt, false, unknown},
		{errNotOffered, false, notOffered},
	} {
		assert.Equal(t, test.want, judgeWrite(nil, liar{}, test.err, func() bool { return test.done }), "%v, %v", test.err, test.done)
	}
}

func TestJudgeOfARead(t *testing.T) {
	want := newCities(0, 3)
	damaged := newCity(1)
	damaged.Population++
	for name, test := range map[string]struct {
		got  []city
		err  error
		want verdict
	}{
		"all":        {want, nil, right},
		"another":    {[]city{want[2], want[0], want[1]}, nil, right},
		"one less":   {want[:2], nil, lost},
		"none":       {nil, nil, lost},
		"one twice":  {append(newCities(0, 3), newCity(1)), nil, duplicated},
		"damaged":    {[]city{want[0], damaged, want[2]}, nil, wrong},
		"invented":   {append(newCities(0, 3), newCity(9)), nil, wrong},
		"both":       {[]city{damaged}, nil, wrong},
		"an error":   {want, errRefused, failed},
		"of nothing": {nil, errDoubt, failed},
	} {
		assert.Equal(t, test.want, judgeRead(test.got, want, test.err), name)
	}
	assert.Equal(t, right, judgeNames([]string{"b", "a"}, []string{"a", "b"}, nil))
	assert.Equal(t, lost, judgeNames([]string{"b"}, []string{"a", "b"}, nil))
	assert.Equal(t, wrong, judgeNames([]string{"b", "c"}, []string{"a", "b"}, nil))
	assert.Equal(t, duplicated, judgeNames([]string{"b", "a", "b"}, []string{"a", "b"}, nil))
	assert.Equal(t, failed, judgeNames([]string{"a", "b"}, []string{"a", "b"}, errRefused))
}

func TestJudgeOfABatch(t *testing.T) {
	cities := newCities(0, 3)
	w := newWorld(1)
	w.fill(cities[0], cities[1])
	for name, test := range map[string]struct {
		state written
		err   error
		want  verdict
	}{
		"the last not":           {written{not: []string{"city-002"}}, errRefused, failed},
		"the last perhaps":       {written{perhaps: []string{"city-002"}}, errDoubt, unknown},
		"all perhaps":            {written{perhaps: ids(cities)}, errDoubt, unknown},
		"all done":               {written{}, nil, lost},
		"none done":              {written{not: ids(cities)}, errRefused, wrong},
		"one perhaps, one wrong": {written{perhaps: []string{"city-002"}, not: []string{"city-000"}}, errDoubt, wrong},
	} {
		assert.Equal(t, test.want, judgeBatch(w, cities, test.state, test.err), name)
	}
	assert.Equal(t, right, judgeBatch(w, cities[:2], written{}, nil))
}

// A client that never returns, one that sends for ever and one that panics are ended.
func TestTrialsEnd(t *testing.T) {
	forever := trial{prepare: endless(`{"ID":{"S":"city-007"}}`), run: stuckScan}
	assert.Equal(t, hung, try(t, forever, contenders[0], 1))
	silent := trial{prepare: inject("GetItem", 0, dynamoconntest.Hang()), run: once("get")}
	assert.Equal(t, hung, try(t, silent, contenders[0], 1))
	panics := trial{run: nilAttribute}
	assert.Equal(t, failed, try(t, panics, contenders[0], 1))
}
