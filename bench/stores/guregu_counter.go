package stores

import (
	"context"

	"github.com/guregu/dynamo/v2"
)

type gureguCounters struct{ table dynamo.Table }

func (s gureguCounters) Add(ctx context.Context, id string, n int) (sum int, err error) {
	var counter struct{ Sum int }
	err = s.table.Update("ID", id).Add("Sum", n).Value(ctx, &counter)
	return counter.Sum, err
}
