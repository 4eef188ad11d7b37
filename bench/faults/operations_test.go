package faults

import "context"

// operation is one kind of call.
type operation struct {
	name, action    string
	writes, batches bool
	pages           bool // the call takes several requests, one after the other
	prepare         func(*world)
	call            func(context.Context, *world, client) verdict
}

var operations = []operation{
	{name: "put", action: "PutItem", writes: true,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(c, c.put(ctx, newCity(7)), func() bool { return w.has(newCity(7)) })
		}},
	{name: "put if new", action: "PutItem", writes: true,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(c, c.putNew(ctx, newCity(7)), func() bool { return w.has(newCity(7)) })
		}},
	{name: "put, old item", action: "PutItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			changed := newCity(7)
			changed.Name = "Renamed"
			old, err := c.replace(ctx, changed)
			v := judgeWrite(c, err, func() bool { return w.has(changed) })
			if v == right && old.String() != newCity(7).String() {
				return wrong // the client returned the item of its own put as the old one
			}
			return v
		}},
	{name: "delete", action: "DeleteItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(c, c.remove(ctx, "city-007"), func() bool { return !w.has(newCity(7)) })
		}},
	{name: "delete if there", action: "DeleteItem", writes: true, prepare: fill,
		call: func(ctx context.Context, w *world, c client) verdict {
			return judgeWrite(c, c.removeExisting(ctx, "city-007"), func() bool { return !w.has(newCity(7)) })
		}},
	{name: "add", action: "UpdateItem", writes: true, prepare: fill, call: judgeAdd},
	{name: "transaction", action: "TransactWriteItems", writes: true,
		call: func(ctx context.Context, w *world, c client) verdict {
			cities := newCities(100, 103)
			return judgeWrite(c, c.transact(ctx, cities), func() bool { return w.has(cities[0]) && w.has(cities[1]) && w.has(cities[2]) })
		}},
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
			got, err := c.read(ctx, ids(newCities(100, 300))) // the last 50 do not exist
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
	{name: "query", action: "Query", pages: true, prepare: fillMany,
		call: func(ctx context.Context, _ *world, c client) verdict {
			got, err := c.query(ctx, "US")
			return judgeRead(got, newCitiesOf("US", 0, 250), err)
		}},
}

func fill(w *world)     { w.fill(newCities(0, 50)...) }
func fillMany(w *world) { w.fill(newCities(0, 250)...) }
