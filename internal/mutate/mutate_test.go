package mutate

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

func TestMutationsKeepTheTypesAndChangeTheValues(t *testing.T) {
	t.Parallel()
	args := []reflect.Value{
		reflect.ValueOf([]byte(`{"A":{"S":"x"}}`)), reflect.ValueOf("text"), reflect.ValueOf(uint16(7)), reflect.ValueOf(3), reflect.ValueOf(true),
	}
	m := mutator{rand: rand.New(rand.NewPCG(1, 2)), seeds: [][]reflect.Value{args}}
	changed := make([]int, len(args))
	for range 10_000 {
		for i, got := range m.mutate(args) {
			if got.Type() != args[i].Type() {
				t.Fatalf("%v became %v", args[i].Type(), got.Type())
			}
			if !reflect.DeepEqual(got.Interface(), args[i].Interface()) {
				changed[i]++
			}
		}
	}
	for i, n := range changed {
		if n < 1000 {
			t.Errorf("%v was changed in %d of 10,000 mutations", args[i].Type(), n)
		}
	}
	if string(args[0].Bytes()) != `{"A":{"S":"x"}}` {
		t.Error("the seed was changed")
	}
}

func TestTargetRunsWithItsSeedAndWithMutations(t *testing.T) {
	t.Parallel()
	m := mutator{rand: rand.New(rand.NewPCG(1, 2))}
	var inputs []string
	target := m.wrap(func(_ *testing.T, text string, _ uint8) { inputs = append(inputs, text) }, 100).(func(*testing.T, string, uint8))
	target(t, "one", 1)
	target(t, "two", 2)
	if len(inputs) != 202 || inputs[0] != "one" || inputs[101] != "two" || m.executions != 200 {
		t.Fatalf("%d runs, %d of mutations: %.200q", len(inputs), m.executions, inputs)
	}
}
