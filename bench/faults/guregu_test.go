package faults

import (
	"context"
	"errors"

	"github.com/guregu/dynamo/v2"
)

type gureguClient struct {
	db    *dynamo.DB
	table dynamo.Table
}

func openGuregu(w *world) client {
	db := dynamo.New(w.config())
	return gureguClient{db, db.Table(table)}
}

func (g gureguClient) put(ctx context.Context, c city) error { return g.table.Put(c).Run(ctx) }

func (g gureguClient) putNew(ctx context.Context, c city) error {
	return g.table.Put(c).If("attribute_not_exists(ID)").Run(ctx)
}

func (g gureguClient) replace(ctx context.Context, c city) (city, error) {
	var old city
	err := g.table.Put(c).OldValue(ctx, &old)
	return old, err
}

func (g gureguClient) remove(ctx context.Context, id string) error {
	return g.table.Delete("ID", id).Run(ctx)
}

func (g gureguClient) take(ctx context.Context, id string) (city, error) {
	var old city
	err := g.table.Delete("ID", id).OldValue(ctx, &old)
	return old, err
}

func (g gureguClient) removeExisting(ctx context.Context, id string) error {
	return g.table.Delete("ID", id).If("attribute_exists(ID)").Run(ctx)
}

func (g gureguClient) add(ctx context.Context, id string, n int64) error {
	return g.table.Update("ID", id).Add("Population", n).Run(ctx)
}

func (g gureguClient) transact(ctx context.Context, cities []city) error {
	tx := g.db.WriteTx()
	for _, c := range cities {
		tx = tx.Put(g.table.Put(c))
	}
	return tx.Run(ctx)
}

func (g gureguClient) get(ctx context.Context, id string) (*city, error) {
	var c city
	err := g.table.Get("ID", id).One(ctx, &c)
	if errors.Is(err, dynamo.ErrNotFound) {
		return nil, nil
	}
	return &c, err
}

func (g gureguClient) scan(ctx context.Context) ([]city, error) {
	var all []city
	err := g.table.Scan().All(ctx, &all)
	return all, err
}

func (g gureguClient) query(ctx context.Context, country string) ([]city, error) {
	var all []city
	err := g.table.Get("Country", country).Index(byCountry).All(ctx, &all)
	return all, err
}

func (g gureguClient) write(ctx context.Context, cities []city) (batchState, error) {
	items := make([]any, len(cities))
	for i, c := range cities {
		items[i] = c
	}
	return gureguRun(ctx, g.table.Batch("ID").Write().Put(items...), cities)
}

// gureguRun reads the number that Run returns as the documentation of Run says: the
// items of later requests were not written. For the request that failed the number
// does not say which of its items were written.
func gureguRun(ctx context.Context, batch *dynamo.BatchWrite, cities []city) (batchState, error) {
	const maxItems = 25
	wrote, err := batch.Run(ctx)
	if err == nil {
		return batchState{}, nil
	}
	start := wrote / maxItems * maxItems
	end := min(start+maxItems, len(cities))
	if sdkClaim(err) == claimNothing || wrote > start {
		return batchState{maybeWritten: ids(cities[start:end]), notWritten: ids(cities[end:])}, err
	}
	return batchState{notWritten: ids(cities[start:])}, err
}

func (g gureguClient) read(ctx context.Context, ids []string) ([]city, error) {
	keys := make([]dynamo.Keyed, len(ids))
	for i, id := range ids {
		keys[i] = dynamo.Keys{id}
	}
	var all []city
	err := g.table.Batch("ID").Get(keys...).All(ctx, &all)
	if errors.Is(err, dynamo.ErrNotFound) {
		err = nil
	}
	return all, err
}

func (g gureguClient) list(ctx context.Context) ([]string, error) { return g.db.ListTables().All(ctx) }

func (g gureguClient) describe(ctx context.Context) (string, error) {
	description, err := g.table.Describe().Run(ctx)
	return description.HashKey, err
}

func (g gureguClient) claimOf(err error) claim { return sdkClaim(err) }
