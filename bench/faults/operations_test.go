package faults

import (
	"context"
	"errors"
	"slices"
)

// verdict is what became of one trial.
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

// operation is one kind of call.
type operation struct {
	name, action    string
	writes, batches bool
	pages           bool // takes several requests, one after the other
	prepare         func(*world)
	call            func(context.Context, *world, client) verdict
}

var operations = []operation{
	{name: "put", action: "PutItem", writes: true,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(w, c, c.put(ctx, newCity(7)), func() bool { return w.has(newCity(7)) })
		}},
	{name: "put if new", action: "PutItem", writes: true,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(w, c, c.putNew(ctx, newCity(7)), func() bool { return w.has(newCity(7)) })
		}},
	{name: "put, old item", action: "PutItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			changed := newCity(7)
			changed.Name = "Renamed"
			old, err := c.replace(ctx, changed)
			v := judgeWrite(w, c, err, func() bool { return w.has(changed) })
			if v == right && old.String() != newCity(7).String() {
				return wrong // its own put, as what was there before
			}
			return v
		}},
	{name: "delete", action: "DeleteItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(w, c, c.remove(ctx, "city-007"), func() bool { return !w.has(newCity(7)) })
		}},
	{name: "delete if there", action: "DeleteItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(w, c, c.removeOld(ctx, "city-007"), func() bool { return !w.has(newCity(7)) })
		}},
	{name: "add", action: "UpdateItem", writes: true, prepare: fill, call: judgeAdd},
	{name: "batch write", action: "BatchWriteItem", writes: true, batches: true, pages: true, call: judgeBatchWrite},
	{name: "get", action: "GetItem", prepare: fill,
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.get(ctx, "city-007")
			if got == nil {
				return judgeRead(nil, []city{newCity(7)}, err)
			}
			return judgeRead([]city{*got}, []city{newCity(7)}, err)
		}},
	{name: "batch read", action: "BatchGetItem", batches: true, pages: true, prepare: fillMany,
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.read(ctx, ids(newCities(100, 300))) // the last 50 are not there
			return judgeRead(got, newCities(100, 250), err)
		}},
	{name: "scan", action: "Scan", pages: true, prepare: fill,
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.scan(ctx)
			return judgeRead(got, newCities(0, 50), err)
		}},
	{name: "list tables", action: "ListTables", pages: true,
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.list(ctx)
			return judgeNames(got, []string{"Airports", table, counters}, err)
		}},
	{name: "describe table", action: "DescribeTable",
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.describe(ctx)
			return judgeNames([]string{got}, []string{"ID"}, err)
		}},
}

func fill(w *world)     { w.fill(newCities(0, 50)...) }
func fillMany(w *world) { w.fill(newCities(0, 250)...) }

// judgeWrite compares what an error says of one write with what is true of it.
func judgeWrite(_ *world, c client, err error, done func() bool) verdict {
	switch {
	case errors.Is(err, errNotOffered):
		return notOffered
	case err == nil && done():
		return right
	case err == nil:
		return lost
	case c.tells(err) == toldNothing:
		return unknown
	case done():
		return wrong // told that it was not done
	}
	return failed
}

// judgeAdd counts how often one increment was done.
func judgeAdd(ctx context.Context, w *world, c client) verdict {
	before := newCity(7).Population
	err := c.add(ctx, "city-007", 1)
	if errors.Is(err, errNotOffered) {
		return notOffered
	}
	times := w.stored()["city-007"].Population - before
	switch {
	case times > 1:
		return duplicated
	case err == nil && times == 0:
		return lost
	case err == nil:
		return right
	case c.tells(err) == toldNothing:
		return unknown
	case times > 0:
		return wrong
	}
	return failed
}

// judgeBatchWrite compares what is told of each of 100 writes with what is true of it.
func judgeBatchWrite(ctx context.Context, w *world, c client) verdict {
	cities := newCities(100, 200)
	state, err := c.write(ctx, cities)
	return judgeBatch(w, cities, state, err)
}

func judgeBatch(w *world, cities []city, state written, err error) verdict {
	stored := w.stored()
	for _, c := range cities {
		got, there := stored[c.ID]
		there = there && got.String() == c.String()
		switch {
		case slices.Contains(state.perhaps, c.ID):
		case slices.Contains(state.not, c.ID) && there:
			return wrong
		case !slices.Contains(state.not, c.ID) && !there:
			return lost
		}
	}
	switch {
	case len(state.perhaps) > 0:
		return unknown
	case err != nil:
		return failed
	}
	return right
}

// judgeRead compares what was read with what is there.
func judgeRead(got, want []city, err error) verdict {
	if err != nil {
		return failed
	}
	open := make(map[string]string, len(want))
	for _, c := range want {
		open[c.ID] = c.String()
	}
	seen := make(map[string]bool, len(got))
	var twice, other bool
	for _, c := range got {
		text, known := open[c.ID]
		twice = twice || seen[c.ID]
		other = other || !known || text != c.String()
		seen[c.ID] = true
	}
	switch {
	case other:
		return wrong
	case len(seen) < len(want):
		return lost
	case twice:
		return duplicated
	}
	return right
}

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
