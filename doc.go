// Package dynamoconn is a client for Amazon DynamoDB: eight activities over items made
// of typed key-values, on top of the AWS SDK.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//		"log"
//
//		"github.com/dynamoconn/dynamoconn"
//	)
//
//	func main() {
//		ctx := context.Background()
//		client, err := dynamoconn.New(ctx, dynamoconn.WithRegion(dynamoconn.RegionEUWest1))
//		if err != nil {
//			log.Fatal(err)
//		}
//		resp, err := client.GetItem(ctx, dynamoconn.GetItemRequest{
//			TableName: "Music",
//			Item: dynamoconn.Item{
//				dynamoconn.String("Artist", "No One You Know"),
//				dynamoconn.String("SongTitle", "Call Me Today"),
//			},
//		})
//		if err != nil {
//			log.Fatal(err)
//		}
//		year, err := dynamoconn.Value[int64](resp.Item, "Year")
//		fmt.Println(year, err)
//	}
//
// The activities are [Client.ListTables], [Client.DescribeTable], [Client.Scan],
// [Client.GetItem], [Client.PutItem], [Client.DeleteItem], [Client.BatchGet] and
// [Client.BatchWrite]. A request is a plain struct, passed by value and never changed; a
// response is a pointer and nil if there is an error, but for the batches, which say in
// both what they did, and for [ErrOldItemUnknown]. [InRegion], [UsingCredentials],
// [WithConsumedCapacity], [SendOnce] and [ExactlyOnce] change a single call.
//
// # Items
//
// An [Item] is a slice of [KeyValue] values: pointers to eleven structs, one for each
// type of DynamoDB and two for its numbers. Write one as a literal with the constructors
// [String], [Long], [Decimal] and so on; read it with a range and a type switch, or by
// name with [Value]. A nil Item means that there is no such item.
//
// # Numbers
//
// A [Number] is exact: up to 38 digits, as text. A number from DynamoDB that is written as
// an int64 is a [KeyValueLong], any other a [KeyValueDecimal] with the digits that came.
// Every conversion to a Go type fails rather than loses, with [ErrInexact].
//
// # Errors
//
// The error of every activity is an [*Error], with the activity, the table, the region,
// the request IDs and the number of attempts. Test for the cause with errors.Is:
// [ErrTableNotFound], [ErrConditionFailed], [ErrThrottled] and the others. What breaks a rule
// that can be checked here is refused before anything is sent, with [ErrInvalidRequest] and
// a [*FieldError] that names the place: Item.Address.Lines[2]. The SDK's own error is below,
// for errors.As.
//
// # Writes in doubt
//
// A write whose answer was lost may have been applied. Its error is [ErrAmbiguous], beside
// the cause; an error without it means that nothing was written ([ErrOldItemUnknown], which
// has a response beside it, that all was). That also holds for a condition that fails on a
// repetition, after an attempt in doubt: the write may have failed its own condition, so
// the error is ErrAmbiguous and not ErrConditionFailed.
//
// Three things leave less in doubt. [PutItemRequest.ItemIsUnique] tells a put that failed its
// own condition by the item that stands. [ExactlyOnce] makes a put or delete one that DynamoDB
// applies once however often it is sent, at twice the cost. [SendOnce] gives up at the first
// doubt rather than write twice.
//
// # Retries
//
// A request that is throttled, that meets a conflict, that DynamoDB fails with a status of
// 500 and above, or that the network loses is repeated, up to [WithMaxAttempts] times in all
// (10), with pauses of a random length that grow from at most 50 milliseconds to at most 5
// seconds; a server can make each up to 5 seconds longer with Retry-After. Writes are
// repeated too, also those with a condition, as above; a write that is repeated after a doubt
// may undo what another writer did in between, which [SendOnce] and [ExactlyOnce] prevent.
// An attempt has 10 seconds, or what [WithAttemptTimeout] gives it, and is then given up, so
// that no call hangs for ever. [WithRetryBudget] bounds the whole.
//
// The context bounds every call. One whose next attempt would come after the deadline ends
// at once, with the error of the last attempt: [ErrThrottled], not
// context.DeadlineExceeded. There is no budget shared by the client's calls: one throttled
// table does not take from another.
//
// Credentials that DynamoDB refuses as expired or unknown are renewed once for all calls that
// use them, at most once a minute, and each call is then tried once more.
//
// # Pagination
//
// [Client.Scan] and [Client.ListTables] read to the end, page by page, and an error is never
// beside half a result. With a maximum they return where to go on from.
// [Client.ScanItems], [Client.ScanPages] and [Client.Tables] hold one page at a time; a page
// is fetched when the loop reaches it. An empty page is not the end, an empty
// LastEvaluatedKey is, and pages that go round in a circle are [ErrCorruptResponse].
//
// A scan that may be interrupted saves a [ScanCheckpoint] after each page of ScanPages. In
// whatever way it ends, the next run goes on there: every item that is there throughout is
// handed over at least once, and no more than the one page that was not saved comes twice.
//
// # Batches
//
// [Client.BatchGet] and [Client.BatchWrite] take any number of items. They divide them into
// requests within DynamoDB's limits, send several at once, and repeat what DynamoDB
// leaves unprocessed, with growing pauses, until ctx ends. What was not done is named,
// item by item, by a [*BatchGetError] or a [*BatchWriteError], whose Remaining method makes
// the request for the rest.
//
// # Observability
//
// [WithHook] has a function called for each HTTP request and for each finished call:
// activity, table, region, attempts, pauses, bytes, capacity, outcome. [WithLogger] logs
// the same with log/slog; nothing at Info as long as all goes well. Neither holds an item,
// a key or a secret, and both cost nothing when they are not used. The SDK's tracer and
// meter providers work as ever: give them with [WithSDKOptions].
//
// # Concurrency
//
// A [Client] is safe for concurrent use. Requests may be shared by goroutines as long as none
// changes them. No goroutine outlives the call that started it.
package dynamoconn
