package faults

import (
	"context"
	"errors"
	"iter"

	"github.com/dynamoconn/dynamoconn"
)

type ourClient struct{ *dynamoconn.Client }

func openOurs(w *world) client {
	c, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(w.credentials),
		dynamoconn.WithHTTPClient(w.client))
	if err != nil {
		panic(err)
	}
	return ourClient{c}
}

func itemOf(c city) dynamoconn.Item {
	return dynamoconn.Item{
		dynamoconn.String("ID", c.ID),
		dynamoconn.String("Name", c.Name),
		dynamoconn.String("Country", c.Country),
		dynamoconn.Long("Population", c.Population),
		dynamoconn.Boolean("Capital", c.Capital),
		dynamoconn.StringSet("Tags", c.Tags...),
	}
}

func cityOf(item dynamoconn.Item) (c city, err error) {
	var all [6]error
	c.ID, all[0] = dynamoconn.Value[string](item, "ID")
	c.Name, all[1] = dynamoconn.Value[string](item, "Name")
	c.Country, all[2] = dynamoconn.Value[string](item, "Country")
	c.Population, all[3] = dynamoconn.Value[int64](item, "Population")
	c.Capital, all[4] = dynamoconn.Value[bool](item, "Capital")
	c.Tags, all[5] = dynamoconn.Value[[]string](item, "Tags")
	return c, errors.Join(all[:]...)
}

func ourKey(id string) dynamoconn.Item { return dynamoconn.Item{dynamoconn.String("ID", id)} }

func (o ourClient) put(ctx context.Context, c city) error {
	_, err := o.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: itemOf(c)})
	return err
}

func (o ourClient) putNew(ctx context.Context, c city) error {
	_, err := o.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: table, Item: itemOf(c), ConditionExpression: "attribute_not_exists(ID)",
	})
	return err
}

func (o ourClient) replace(ctx context.Context, c city) (city, error) {
	resp, err := o.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: itemOf(c), ReturnOldItem: true})
	if err != nil {
		return city{}, err
	}
	return cityOf(resp.OldItem)
}

func (o ourClient) remove(ctx context.Context, id string) error {
	_, err := o.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: ourKey(id)})
	return err
}

func (o ourClient) take(ctx context.Context, id string) (city, error) {
	resp, err := o.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: ourKey(id), ReturnOldItem: true})
	if err != nil {
		return city{}, err
	}
	return cityOf(resp.OldItem)
}

func (o ourClient) removeExisting(ctx context.Context, id string) error {
	_, err := o.DeleteItem(ctx, dynamoconn.DeleteItemRequest{
		TableName: table, Item: ourKey(id), ConditionExpression: "attribute_exists(ID)",
	})
	return err
}

func (o ourClient) add(ctx context.Context, id string, n int64) error {
	_, err := o.UpdateItem(ctx, ourIncrement(id, n))
	return err
}

func ourIncrement(id string, n int64) dynamoconn.UpdateItemRequest {
	return dynamoconn.UpdateItemRequest{
		TableName: table, Item: ourKey(id), Changes: []dynamoconn.Change{dynamoconn.Attr("Population").Increment(n)},
	}
}

func (o ourClient) transact(ctx context.Context, cities []city) error {
	var req dynamoconn.TransactWriteRequest
	for _, c := range cities {
		req.Writes = append(req.Writes, dynamoconn.PutItemRequest{TableName: table, Item: itemOf(c)})
	}
	_, err := o.TransactWrite(ctx, req)
	return err
}

func (o ourClient) get(ctx context.Context, id string) (*city, error) {
	resp, err := o.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: ourKey(id)})
	if err != nil || resp.Item == nil {
		return nil, err
	}
	c, err := cityOf(resp.Item)
	return &c, err
}

func (o ourClient) scan(ctx context.Context) ([]city, error) {
	return ourCities(o.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: table}))
}

func (o ourClient) query(ctx context.Context, country string) ([]city, error) {
	return ourCities(o.QueryItems(ctx, dynamoconn.QueryRequest{
		TableName: table, IndexName: byCountry, PartitionKey: dynamoconn.Item{dynamoconn.String("Country", country)},
	}))
}

func ourCities(items iter.Seq2[dynamoconn.Item, error]) ([]city, error) {
	var all []city
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		c, err := cityOf(item)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (o ourClient) write(ctx context.Context, cities []city) (batchState, error) {
	items := make([]dynamoconn.Item, len(cities))
	for i, c := range cities {
		items[i] = itemOf(c)
	}
	entry := dynamoconn.TableWithItemsToAdd(table, items...)
	entry.KeyNames = []string{"ID"}
	_, err := o.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{entry}})
	return ourState(err), err
}

func ourState(err error) (state batchState) {
	var unfinished *dynamoconn.BatchWriteError
	if !errors.As(err, &unfinished) {
		return state
	}
	for _, failure := range unfinished.Failures {
		id, _ := dynamoconn.Value[string](failure.Write().ItemToAdd, "ID")
		if failure.Outcome == dynamoconn.OutcomeUnknown {
			state.maybeWritten = append(state.maybeWritten, id)
		} else {
			state.notWritten = append(state.notWritten, id)
		}
	}
	return state
}

func (o ourClient) read(ctx context.Context, ids []string) ([]city, error) {
	keys := make([]dynamoconn.Item, len(ids))
	for i, id := range ids {
		keys[i] = ourKey(id)
	}
	resp, err := o.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
		RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: keys}},
	})
	if err != nil {
		return nil, err
	}
	var all []city
	for _, item := range resp.ResponseTables[0].Items {
		if item == nil {
			continue
		}
		c, err := cityOf(item)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (o ourClient) list(ctx context.Context) ([]string, error) {
	var all []string
	for listed, err := range o.Tables(ctx, dynamoconn.ListTablesRequest{}) {
		if err != nil {
			return nil, err
		}
		all = append(all, listed.Name)
	}
	return all, nil
}

func (o ourClient) describe(ctx context.Context) (string, error) {
	resp, err := o.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table})
	if err != nil {
		return "", err
	}
	return resp.KeyNames()[0], nil
}

func (o ourClient) claimOf(err error) claim {
	switch {
	case errors.Is(err, dynamoconn.ErrAmbiguous), errors.Is(err, dynamoconn.ErrOldItemUnknown):
		return claimNothing // ErrOldItemUnknown: the put was done, but its old item is unknown
	case errors.Is(err, dynamoconn.ErrConditionFailed):
		return claimConditionFailed
	}
	return claimNotDone
}
