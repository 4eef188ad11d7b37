// Package mutate runs fuzz targets with many mutations of their seeds, without Go's
// fuzzer. The fuzzer measures the coverage of the whole program after each execution,
// which takes a thousand times as long as the run of a decoder. Without coverage the
// mutations are less clever, but there are many more of them. The inputs that the fuzzer
// has kept can serve as seeds.
package mutate

import (
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

var (
	perSeed = flag.Int("mutations", 0, "the number of mutations of each seed that a fuzz target runs with, too")
	seed    = flag.Uint64("mutationseed", 0, "the seed of the random mutations; 0 means a new one in each run")
)

// Fuzz calls f.Fuzz with target. With -mutations it also runs target with mutations of
// each seed. It logs the input of a failure.
func Fuzz(f *testing.F, target any) {
	f.Helper()
	if *perSeed <= 0 {
		f.Fuzz(target)
		return
	}
	randomSeed := *seed
	if randomSeed == 0 {
		randomSeed = rand.Uint64()>>1 | 1
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(f.Name()))
	m := &mutator{rand: rand.New(rand.NewPCG(randomSeed, name.Sum64()))}
	began := time.Now()
	f.Fuzz(m.wrap(target, *perSeed))
	f.Logf("%s: %d mutations of %d seeds in %v, -mutationseed %d", f.Name(), m.executions, len(m.seeds), time.Since(began).Round(time.Millisecond), randomSeed)
}

// mutator makes mutations of the seeds that it has seen.
type mutator struct {
	rand       *rand.Rand
	seeds      [][]reflect.Value // the arguments of each seed
	executions int               // the number of mutations that a target ran with
}

// wrap returns a fuzz target that runs target with each seed and with so many mutations
// of the seed.
func (m *mutator) wrap(target any, mutations int) any {
	call := reflect.ValueOf(target)
	return reflect.MakeFunc(call.Type(), func(args []reflect.Value) []reflect.Value {
		call.Call(args)
		m.seeds = append(m.seeds, args[1:])
		t := args[0].Interface().(*testing.T)
		input := args
		defer func() {
			if t.Failed() {
				t.Logf("the input: %q", values(input[1:]))
			}
		}()
		for range mutations {
			input = append([]reflect.Value{args[0]}, m.mutate(args[1:])...)
			m.executions++
			call.Call(input)
		}
		return nil
	}).Interface()
}

func values(args []reflect.Value) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = arg.Interface()
	}
	return all
}

// mutate returns a copy of args with one argument or more changed. The types stay the
// same.
func (m *mutator) mutate(args []reflect.Value) []reflect.Value {
	out := make([]reflect.Value, len(args))
	alwaysChanged := m.rand.IntN(len(args))
	for i, arg := range args {
		out[i] = arg
		if i == alwaysChanged || m.rand.IntN(4) == 0 {
			out[i] = m.change(arg, i)
		}
	}
	return out
}

// change returns another value of the type of arg, which is argument i of a target.
func (m *mutator) change(arg reflect.Value, i int) reflect.Value {
	changed := reflect.New(arg.Type()).Elem()
	switch arg.Kind() {
	case reflect.String:
		changed.SetString(string(m.changeBytes([]byte(arg.String()), i)))
	case reflect.Slice:
		changed.SetBytes(m.changeBytes(arg.Bytes(), i))
	case reflect.Bool:
		changed.SetBool(!arg.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		changed.SetInt(arg.Int() + int64(m.rand.IntN(9)) - 4)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		changed.SetUint(m.rand.Uint64() >> m.rand.IntN(64))
	default:
		changed.Set(arg)
	}
	return changed
}

// tokens are texts that a decoder of JSON or of DynamoDB's JSON looks for.
var tokens = []string{
	`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, `null`, `true`, `-`, `.`, `e`, `0`, `9`, ` `, "\x00", "\xff", "\u2028", `\u0000`, `\ud800`,
	`{"S":""}`, `{"N":"1"}`, `{"M":{}}`, `{"L":[]}`, `{"NULL":true}`, `{"B":"AA=="}`, `{"SS":["a"]}`, `"A":`, "1e999", "00000000000000000000000000000000000000",
}

// changeBytes changes a copy of original in one to four places. original is argument i
// of a target.
func (m *mutator) changeBytes(original []byte, i int) []byte {
	text := append([]byte(nil), original...)
	for range 1 + m.rand.IntN(4) {
		at := m.rand.IntN(len(text) + 1)
		end := min(len(text), at+1+m.rand.IntN(8))
		switch m.rand.IntN(6) {
		case 0: // flip a bit
			if at < len(text) {
				text[at] ^= 1 << m.rand.IntN(8)
			}
		case 1: // remove a part
			text = append(text[:at], text[end:]...)
		case 2: // repeat a part
			text = insertAt(text, at, text[at:end])
		case 3: // cut off the rest
			if m.rand.IntN(4) == 0 {
				text = text[:at]
			}
		case 4: // insert a part of another seed
			if other := m.seedBytes(i); len(other) > 0 {
				from := m.rand.IntN(len(other))
				text = insertAt(text, at, other[from:min(len(other), from+1+m.rand.IntN(24))])
			}
		default: // insert a token
			text = insertAt(text, at, []byte(tokens[m.rand.IntN(len(tokens))]))
		}
	}
	return text
}

func insertAt(text []byte, at int, part []byte) []byte {
	out := make([]byte, 0, len(text)+len(part))
	return append(append(append(out, text[:at]...), part...), text[at:]...)
}

// seedBytes returns argument i of a random seed.
func (m *mutator) seedBytes(i int) []byte {
	switch other := m.seeds[m.rand.IntN(len(m.seeds))][i]; other.Kind() {
	case reflect.String:
		return []byte(other.String())
	default:
		return other.Bytes()
	}
}
