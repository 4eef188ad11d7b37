// Package mutate runs fuzz targets over many mutations of their seeds without a fuzzer.
// The fuzzer looks at the coverage of the whole program after each execution, which costs
// a thousand times what a decoder does; what is lost by not looking is made up for by
// numbers, and the seeds may be those that the fuzzer has kept.
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
	perSeed = flag.Int("mutations", 0, "how many mutations of each seed a fuzz target runs besides; 0 is none")
	seed    = flag.Uint64("mutationseed", 0, "what the mutations are drawn from; 0 draws one")
)

// Fuzz is f.Fuzz(target), and with -mutations runs target with mutations of each seed,
// too. An input that fails is logged.
func Fuzz(f *testing.F, target any) {
	f.Helper()
	if *perSeed <= 0 {
		f.Fuzz(target)
		return
	}
	drawn := *seed
	if drawn == 0 {
		drawn = rand.Uint64()>>1 | 1
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(f.Name()))
	m := &mutator{rand: rand.New(rand.NewPCG(drawn, name.Sum64()))}
	began := time.Now()
	f.Fuzz(m.around(target, *perSeed))
	f.Logf("%s: %d mutations of %d seeds in %v, -mutationseed %d", f.Name(), m.executions, len(m.seen), time.Since(began).Round(time.Millisecond), drawn)
}

type mutator struct {
	rand       *rand.Rand
	seen       [][]reflect.Value
	executions int
}

// around returns a target that runs the other one with what it is given and with so many
// mutations of that.
func (m *mutator) around(target any, mutations int) any {
	call := reflect.ValueOf(target)
	return reflect.MakeFunc(call.Type(), func(args []reflect.Value) []reflect.Value {
		call.Call(args)
		m.seen = append(m.seen, args[1:])
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

// mutate returns other values of the same types. One of them at least is changed.
func (m *mutator) mutate(args []reflect.Value) []reflect.Value {
	out := make([]reflect.Value, len(args))
	certain := m.rand.IntN(len(args))
	for i, arg := range args {
		out[i] = arg
		if i == certain || m.rand.IntN(4) == 0 {
			out[i] = m.change(arg, i)
		}
	}
	return out
}

func (m *mutator) change(arg reflect.Value, place int) reflect.Value {
	changed := reflect.New(arg.Type()).Elem()
	switch arg.Kind() {
	case reflect.String:
		changed.SetString(string(m.bytes([]byte(arg.String()), place)))
	case reflect.Slice:
		changed.SetBytes(m.bytes(arg.Bytes(), place))
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

// tokens are what decoders look for.
var tokens = []string{
	`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, `null`, `true`, `-`, `.`, `e`, `0`, `9`, ` `, "\x00", "\xff", "\u2028", `\u0000`, `\ud800`,
	`{"S":""}`, `{"N":"1"}`, `{"M":{}}`, `{"L":[]}`, `{"NULL":true}`, `{"B":"AA=="}`, `{"SS":["a"]}`, `"A":`, "1e999", "00000000000000000000000000000000000000",
}

// bytes changes a text in one to four places.
func (m *mutator) bytes(from []byte, place int) []byte {
	text := append([]byte(nil), from...)
	for range 1 + m.rand.IntN(4) {
		at := m.rand.IntN(len(text) + 1)
		end := min(len(text), at+1+m.rand.IntN(8))
		switch m.rand.IntN(6) {
		case 0: // a bit
			if at < len(text) {
				text[at] ^= 1 << m.rand.IntN(8)
			}
		case 1: // away with it
			text = append(text[:at], text[end:]...)
		case 2: // again
			text = splice(text, at, text[at:end])
		case 3: // cut off
			if m.rand.IntN(4) == 0 {
				text = text[:at]
			}
		case 4: // a part of another seed
			if other := m.text(place); len(other) > 0 {
				from := m.rand.IntN(len(other))
				text = splice(text, at, other[from:min(len(other), from+1+m.rand.IntN(24))])
			}
		default:
			text = splice(text, at, []byte(tokens[m.rand.IntN(len(tokens))]))
		}
	}
	return text
}

func splice(text []byte, at int, part []byte) []byte {
	out := make([]byte, 0, len(text)+len(part))
	return append(append(append(out, text[:at]...), part...), text[at:]...)
}

func (m *mutator) text(place int) []byte {
	switch other := m.seen[m.rand.IntN(len(m.seen))][place]; other.Kind() {
	case reflect.String:
		return []byte(other.String())
	default:
		return other.Bytes()
	}
}
