package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// row is a line of the comparison: a task that this library and its peers do with the same
// bytes.
type row struct {
	name string
	task string // in words
	// goal is how much of what the first peer needs this library may need.
	goal goal
	// open makes the contest. Only the contest that is measured is in memory.
	open func(ctx context.Context, size size) (*contest, error)
}

// size is how large the tasks are whose size can be chosen.
type size struct {
	items int // that ten_million reads
}

// goal is the largest ratio that is allowed: what this library needs over what its peer
// needs. Zero means that there is no goal.
type goal struct {
	Time   float64 `json:"time,omitempty"`
	Bytes  float64 `json:"bytes,omitempty"`
	Allocs float64 `json:"allocs,omitempty"`
}

// contest is the sides of a row: this library first, then the peer of the goal, then other
// peers and floors.
type contest struct {
	sides []side
	items int    // that one run of a task reads or writes, if figures are for each item; otherwise 0
	close func() // nil if there is nothing to close
}

// side is one way to do the task.
type side struct {
	name string
	// task does it once and compares a checksum of the result.
	task func() error
	// verify does it once and compares the whole result. It is nil for a floor, which has
	// no result.
	verify func() error
}

// The names of the sides.
const (
	ours              = "dynamoconn"
	rawSDK            = "sdk"
	viaAttributevalue = "sdk+attributevalue"
	guregu            = "guregu"
	without           = "without" // this library without the option that the row is about
	floorAllocate     = "floor-allocate"
	floorPass         = "floor-pass"
	floorSign         = "floor-sign"
)

// rows returns the whole comparison.
func rows() []row {
	const observed = 1.10 // an option may cost 10 %
	return []row{
		{"scan_page_items", "Scan of a page of 3,000 items with 8 attributes", goal{0.25, 0.42, 0.01}, openScanItems},
		{"scan_page_rotated", "the same, but the order and presence of attributes vary", goal{0.28, 0.45, 0.015}, openScanRotated},
		{"scan_page_nested", "Scan of a page of 1,500 items with maps, lists, sets and binaries", goal{0.30, 0.50, 0.10}, openScanNested},
		{"scan_page_text", "Scan of a page of 400 items with texts of 2 KB, with escapes and non-ASCII letters", goal{0.40, 0.60, 0.10}, openScanText},
		{"get_item", "GetItem of an item with 8 attributes", goal{0.35, 0.40, 0.40}, openGetItem},
		{"query_small", "Query of 20 items with 8 attributes", goal{0.40, 0.60, 0.20}, openQuerySmall},
		{"put_item", "PutItem of an item with 8 attributes, with its conversion", goal{0.38, 0.45, 0.40}, openPutItem},
		{"delete_item", "DeleteItem", goal{0.38, 0.45, 0.40}, openDeleteItem},
		{"update_item", "UpdateItem that increments a number", goal{0.40, 0.45, 0.42}, openUpdateItem},
		{"transact_write_10", "TransactWriteItems of 10 puts, with their conversion", goal{0.40, 0.55, 0.32}, openTransactWrite},
		{"transact_get_25", "TransactGetItems of 25 items, with their conversion", goal{0.33, 0.60, 0.20}, openTransactGet},
		{"batch_write_25", "BatchWriteItem of 25 items, with their conversion", goal{0.32, 0.45, 0.25}, openBatchWrite},
		{"batch_get_100", "BatchGetItem of 100 items, with their conversion", goal{0.30, 0.45, 0.12}, openBatchGet},
		{"page_structs", "Scan of a page of 3,000 items with 8 attributes into structs", goal{0.08, 0.20, 0.01}, openPageStructs},
		{"page_structs_nested", "Scan of a page of 1,500 items with maps, lists, sets and binaries into structs", goal{Time: 0.15}, openPageStructsNested},
		{"get_struct", "GetItem of an item with 8 attributes into a struct", goal{Time: 0.33}, openGetStruct},
		{"put_struct", "PutItem of a struct with 8 fields", goal{Time: 0.38}, openPutStruct},
		{"scan_http_8", "8 workers that each scan 2 pages of 3,000 items over localhost HTTP", goal{Time: 0.30}, openScanHTTP},
		{"ten_million", "a loop over the items of many pages, for each item", goal{Time: 0.25}, openTenMillion},
		{"hook_get_item", "GetItem with a hook for attempts and calls", goal{Time: observed}, openHook},
		{"logger_get_item", "GetItem with a logger at its usual level, Info", goal{Time: observed}, openLogger},
		{"logger_debug_get_item", "GetItem with a logger that takes the record of each call", goal{}, openDebugLogger},
		{"capacity_get_item", "GetItem that asks for the consumed capacity", goal{Time: observed}, openCapacity},
	}
}

var errWrong = errors.New("the result is wrong")

func check(right bool) error {
	if !right {
		return errWrong
	}
	return nil
}

// form is a type T in which a side gets items.
type form[T any] struct {
	sum   func(T) uint64                     // a checksum: see sumOf
	items func(T) ([]dynamoconn.Item, error) // the same as Items
}

// reader returns a side that reads. want is what it must get.
func reader[T any](name string, f form[T], want []dynamoconn.Item, read func() (T, error)) side {
	sum := sumItems(want)
	return side{
		name: name,
		task: func() error {
			got, err := read()
			if err != nil {
				return err
			}
			return check(f.sum(got) == sum)
		},
		verify: func() error {
			got, err := read()
			if err != nil {
				return err
			}
			items, err := f.items(got)
			if err != nil {
				return err
			}
			return equalItems(items, want)
		},
	}
}

// writer returns a side that writes. want are the items or keys that it must send through
// client. The task compares the length of what it sent with the first one, since the order
// of attributes is not always the same.
func writer(name string, client *cannedHTTPClient, want []dynamoconn.Item, write func() error) side {
	var length int64
	return side{
		name: name,
		task: func() error {
			before := client.sent.Load()
			if err := write(); err != nil {
				return err
			}
			sent := client.sent.Load() - before
			if length == 0 {
				length = sent
			}
			return check(sent == length)
		},
		verify: func() error {
			bodies, err := client.record(write)
			if err != nil {
				return err
			}
			items, err := sentItems(bodies)
			if err != nil {
				return err
			}
			return equalItems(items, want)
		},
	}
}

// floor returns a side without a result.
func floor(name string, task func() error) side { return side{name: name, task: task} }

func equalItems(got, want []dynamoconn.Item) error {
	if len(got) != len(want) {
		return fmt.Errorf("%w: %d items, not %d", errWrong, len(got), len(want))
	}
	for i := range got {
		if !got[i].Equal(want[i]) {
			return fmt.Errorf("%w: item %d is %v, not %v", errWrong, i, got[i], want[i])
		}
	}
	return nil
}

// The forms of pages and of single items.
var (
	ownPage = form[[]dynamoconn.Item]{sumItems, func(items []dynamoconn.Item) ([]dynamoconn.Item, error) { return items, nil }}
	ownItem = form[dynamoconn.Item]{sumItem, func(item dynamoconn.Item) ([]dynamoconn.Item, error) { return []dynamoconn.Item{item}, nil }}
	sdkPage = form[[]map[string]types.AttributeValue]{sumMaps, itemsOfMaps}
	sdkItem = form[map[string]types.AttributeValue]{sumMap, func(m map[string]types.AttributeValue) ([]dynamoconn.Item, error) {
		return itemsOfMaps([]map[string]types.AttributeValue{m})
	}}
)

func recordPage[R record]() form[[]R] { return form[[]R]{sumRecords[R], itemsOfRecords[R]} }

func recordItem[R record]() form[R] {
	return form[R]{R.sum, func(r R) ([]dynamoconn.Item, error) { return itemsOfRecords([]R{r}) }}
}
