package store

import (
	"strconv"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// maxGapTries is the most keys that GapKey tries in a scan.
const maxGapTries = 200_000

// GapKey finds a key between the range's start and its first item. No item has
// this key: an empty page can end with it. GapKey returns false if there is no
// such key, or if it takes too long to find one.
func (t *Table) GapKey(r Range, now time.Time) (attr.Item, bool) {
	var first attr.Item
	t.Each(r, now, func(it attr.Item) bool { first = it; return false })
	if first == nil {
		return nil, false
	}
	end := r.position(t, first)
	low, _ := r.bounds()
	if r.Start != nil {
		low = r.position(t, r.Start)
	}
	schema := r.schema(t)
	fits := func(key attr.Item) bool {
		p := r.position(t, key)
		if r.Backward {
			return p > end && (r.Start == nil || p < low)
		}
		return p < end && p > low
	}
	base := t.Schema.Extract(first)
	for _, k := range schema {
		base = base.With(k.Name, first.Get(k.Name))
	}
	vary := schema[0]
	if r.Partition != nil {
		sortKeys := schema.Sort()
		if len(sortKeys) == 0 {
			return nil, false
		}
		sortKey := sortKeys[len(sortKeys)-1]
		for _, v := range neighbourValues(first.Get(sortKey.Name), r.Backward) {
			if key := base.With(sortKey.Name, v); fits(key) {
				return key, true
			}
		}
		return nil, false
	}
	for i := range maxGapTries {
		text := strconv.Itoa(i)
		v := attr.String(text)
		switch vary.Kind {
		case attr.N:
			num, _ := attr.ParseNumber(text)
			v = attr.FromNumber(num)
		case attr.B:
			v = attr.Binary(text)
		}
		if key := base.With(vary.Name, v); fits(key) {
			return key, true
		}
	}
	return nil, false
}

// neighbourValues returns values that are a little less than v, or a little
// greater.
func neighbourValues(v attr.Value, above bool) []attr.Value {
	text := v.Text()
	switch v.Kind() {
	case attr.N:
		var out []attr.Value
		for _, step := range []string{"1", "0.001", "1E-6", "1E-9", "1E-12", "1E-18", "1E-24", "1E-30"} {
			d, _ := attr.ParseNumber(step)
			n, err := v.Number().Sub(d)
			if above {
				n, err = v.Number().Add(d)
			}
			if err == nil {
				out = append(out, attr.FromNumber(n))
			}
		}
		return out
	case attr.B:
		if above {
			return []attr.Value{attr.Binary(text + "\x00")}
		}
		return []attr.Value{attr.Binary(textBefore(text, "\xff")), attr.Binary(textBefore(text, ""))}
	}
	if above {
		return []attr.Value{attr.String(text + "\x00")}
	}
	var out []attr.Value
	for _, tail := range []string{"", "0", "a", "~", "~~", "~~~~"} {
		out = append(out, attr.String(textBefore(text, tail)))
	}
	return out
}

// textBefore returns a text that sorts just before s and ends with tail, or
// "\x00".
func textBefore(s, tail string) string {
	last := len(s) - 1
	if last < 0 || s[last] >= 0x80 || s[last] == 0 {
		return "\x00"
	}
	return s[:last] + string(s[last]-1) + tail
}
