package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// pageItems is the number of cities in a page. Together they have about 700 KB of JSON.
const pageItems = 3000

func openScanItems(ctx context.Context, _ size) (*contest, error) {
	return openScan[cityRecord](ctx, list(pageItems, city))
}

func openScanRotated(ctx context.Context, _ size) (*contest, error) {
	return openScan[cityRecord](ctx, list(pageItems, rotatedCity))
}

func openScanNested(ctx context.Context, _ size) (*contest, error) {
	return openScan[shopRecord](ctx, list(1500, shop))
}

func openScanText(ctx context.Context, _ size) (*contest, error) {
	return openScan[articleRecord](ctx, list(400, article))
}

// openScan makes the contest of one page of items. Peers with structs read records of the
// type R.
func openScan[R record](ctx context.Context, items []dynamoconn.Item) (*contest, error) {
	answer, err := newCannedHTTPClient(answerPage(items), 1)
	if err != nil {
		return nil, err
	}
	c, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		reader(ours, ownPage, items, func() ([]dynamoconn.Item, error) { return c.ownScan(ctx) }),
		reader(rawSDK, sdkPage, items, func() ([]map[string]types.AttributeValue, error) { return c.sdkScan(ctx) }),
		reader(viaAttributevalue, recordPage[R](), items, func() ([]R, error) {
			page, err := c.sdkScan(ctx)
			if err != nil {
				return nil, err
			}
			var records []R
			return records, attributevalue.UnmarshalListOfMaps(page, &records)
		}),
		reader(guregu, recordPage[R](), items, func() ([]R, error) { return gureguScan[R](ctx, c) }),
		allocateFloor(items),
		passFloor(answer.body),
	}}, nil
}

func (c *clients) ownScan(ctx context.Context) ([]dynamoconn.Item, error) {
	resp, err := c.ours.ScanPage(ctx, dynamoconn.ScanTableRequest{TableName: table})
	if err != nil {
		return nil, err
	}
	return resp.Items, nil
}

func (c *clients) sdkScan(ctx context.Context) ([]map[string]types.AttributeValue, error) {
	out, err := c.sdk.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}

func gureguScan[R record](ctx context.Context, c *clients) ([]R, error) {
	var records []R
	err := c.guregu.Scan().All(ctx, &records)
	return records, err
}

// readingPageItems is the number of items in a page of a long reading. Ten million items
// are 4,000 pages.
const readingPageItems = 2500

// openTenMillion makes the contest of a loop over the items of many pages.
func openTenMillion(ctx context.Context, size size) (*contest, error) {
	pages := max(size.items/readingPageItems, 1)
	items := list(readingPageItems, city)
	sum := uint64(pages) * sumItems(items)
	own, err := newPages(ctx, items, pages)
	if err != nil {
		return nil, err
	}
	sdk, err := newPages(ctx, items, pages)
	if err != nil {
		return nil, err
	}
	other, err := newPages(ctx, items, pages)
	if err != nil {
		return nil, err
	}
	total := pages * readingPageItems
	return &contest{items: total, sides: []side{
		loop(ours, total, sum, func(see func(uint64)) error { return own.ownLoop(ctx, see) }),
		loop(rawSDK, total, sum, func(see func(uint64)) error { return sdk.sdkLoop(ctx, see) }),
		loop(guregu, total, sum, func(see func(uint64)) error { return other.gureguLoop(ctx, see) }),
	}}, nil
}

// newPages returns clients that get the same page again and again, each with another
// LastEvaluatedKey, until the last.
func newPages(ctx context.Context, items []dynamoconn.Item, pages int) (*clients, error) {
	answer, err := newCannedHTTPClient(answerPage(items), pages)
	if err != nil {
		return nil, err
	}
	return newClients(ctx, answer)
}

// loop returns a side that hands the checksum of each item to see.
func loop(name string, items int, sum uint64, read func(see func(uint64)) error) side {
	task := func() error {
		var n int
		var got uint64
		if err := read(func(s uint64) { n++; got += s }); err != nil {
			return err
		}
		if n != items || got != sum {
			return fmt.Errorf("%w: %d items, not %d, or other ones", errWrong, n, items)
		}
		return nil
	}
	return side{name: name, task: task, verify: task}
}

func (c *clients) ownLoop(ctx context.Context, see func(uint64)) error {
	for item, err := range c.ours.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: table}) {
		if err != nil {
			return err
		}
		see(sumItem(item))
	}
	return nil
}

func (c *clients) sdkLoop(ctx context.Context, see func(uint64)) error {
	pages := dynamodb.NewScanPaginator(c.sdk, &dynamodb.ScanInput{TableName: aws.String(table)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			see(sumMap(item))
		}
	}
	return nil
}

func (c *clients) gureguLoop(ctx context.Context, see func(uint64)) error {
	items := c.guregu.Scan().Iter()
	var r cityRecord
	for items.Next(ctx, &r) {
		see(r.sum())
		r = cityRecord{} // what the next item lacks must not stay
	}
	return items.Err()
}
