// Package dynamoconn is a client for Amazon DynamoDB: activities over items made of
// typed key-values, on top of the AWS SDK.
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
// [Client.Query], [Client.GetItem], [Client.PutItem], [Client.UpdateItem], [Client.DeleteItem],
// [Client.BatchGet], [Client.BatchWrite], [Client.TransactWrite] and [Client.TransactGet]. A
// request is a plain struct, passed by value and never changed. A response is a pointer, and
// nil if there is an error; only a batch that is unfinished, a write with [ErrOldItemUnknown],
// a CreateTable with [ErrUnfinishedTable] and a CheckTable that finds something wrong return
// both. [InRegion], [UsingCredentials], [WithConsumedCapacity], [SendOnce] and [ExactlyOnce]
// change a single call.
//
// Tables are made and changed with [Client.CreateTable], [Client.UpdateTable],
// [Client.DeleteTable], [Client.UpdateTimeToLive] and [Client.TagTable]. [Client.WaitForTable]
// waits until one can be used, and [Client.CheckTable] finds out whether a program may use it.
//
// # Items
//
// An [Item] is a slice of [KeyValue] values: pointers to eleven structs, one for each
// type of DynamoDB and two for its numbers. Write one as a literal with the constructors
// [String], [Long], [Decimal] and so on, and the key of an item with [KeyOf]. Read it with a range
// and a type switch, or by name with [Value], [ValueAt] and [ValueOr]. A nil Item means that there is
// no such item.
//
// # Expressions
//
// [Attr] names an attribute, and the methods of [Path] say what must be true of it or how it changes:
// Attr("Year").GE(1990) is a [Condition], Attr("Plays").Increment(1) a [Change]. [All], [Any], [Not]
// and [Expr] put conditions together to a [Predicate], which is the Where of a scan or query and the
// If of a write. None of them ever changes, so they may be kept in variables and shared.
//
// # Numbers
//
// A [Number] is exact: up to 38 digits, as text. A number from DynamoDB that is written as
// an int64 is a [KeyValueLong]; any other is a [KeyValueDecimal] with the digits that came.
// A conversion to a Go type that would lose digits fails with [ErrInexact].
//
// # Structs
//
// [Marshal] and [Unmarshal] convert between Go structs or maps and an [Item], with the dynamodbav tags of
// the SDK's package attributevalue. What DynamoDB or a Go type cannot hold whole is refused, with
// its path. docs/structs.md has a row for each Go type. [GetAs], [QueryAs], [ScanAs], [BatchGetAs] and
// [TransactGetAs] read with the same rules and return Go values in place of Items.
//
// # Enumerations
//
// An enumeration is text, in the form that DynamoDB sends; its zero value means "not
// given". A value that DynamoDB adds later is kept as it came. Six of them have more:
// [Region], [TableStatus], [KeyType], [AttributeType], [ComparisonOperator] and
// [BooleanValue] are also those of the Amazon DynamoDB connector for Mendix, which this
// documentation calls the connector. Name returns its name for a value, and Caption the
// words that a person reads; a value can be parsed from either, and from DynamoDB's form.
//
// # Errors
//
// The error of every activity is an [*Error], with the activity, the table, the region,
// the request IDs and the number of attempts. Test for the cause with errors.Is:
// [ErrTableNotFound], [ErrConditionFailed], [ErrThrottled] and the others. A request that
// breaks a rule which can be checked here is not sent: the error is [ErrInvalidRequest],
// and a [*FieldError] names the place, such as Item.Address.Lines[2]. errors.As also finds
// the SDK's own error.
//
// [Client.SDK] returns the SDK's client for what this package has no activity for. Its errors
// match the same causes. [Classify] gives them to any error of the SDK.
//
// # Writes in doubt
//
// A write whose answer was lost may have been applied. Its error is [ErrAmbiguous],
// together with the cause. An error without ErrAmbiguous means that the write was not
// applied; the one exception is [ErrOldItemUnknown], which means that it was. A refusal that
// is not DynamoDB's own, such as a 403 of a proxy, leaves a write in doubt as well.
//
// A condition that is false when a write is sent again after a doubt is also ErrAmbiguous,
// not ErrConditionFailed: the first attempt may have been applied, and the write may have
// failed its own condition.
//
// Three things leave less in doubt:
//
//   - [PutItemRequest.ItemIsUnique] recognizes, by the item that is stored, a put that
//     failed its own condition, and [UpdateItemRequest.UniqueAttribute] does so for an update.
//   - [ExactlyOnce] lets DynamoDB apply a put, an update or a delete once however often it is
//     sent, at twice the cost.
//   - [SendOnce] gives up at the first doubt instead of writing twice.
//
// # Retries
//
// The client sends a request again if it was throttled, met a conflict with another write,
// failed at DynamoDB with a status of 500 and above, or was lost by the network. That also
// holds for writes, with a condition or without, because a put or a delete that is applied
// twice leaves the same item as one that is applied once. But if another writer changes the
// item between the two, the second undoes that change: [SendOnce] and [ExactlyOnce] prevent
// it.
//
// An update is sent again like a put if it, too, leaves the same when it is applied twice. One
// that increments a number, or changes the elements of a list, is never sent again after an
// attempt that may have been applied, unless [ExactlyOnce] carries it: see [Client.UpdateItem].
//
// A request has at most 10 attempts, or what [WithMaxAttempts], AWS_MAX_ATTEMPTS or the
// profile says. The pause after the n-th attempt has a random length of at most 50
// milliseconds doubled n-1 times, and of at most 5 seconds from the eighth on. The pauses
// of 10 attempts take at most 16.35 seconds together, and 8.2 on average. With Retry-After
// a server can make each pause up to 5 seconds longer.
//
// The number of attempts holds for a single request. A Scan or a Query has as many for each page. A
// batch goes on beyond it with what was throttled, until the context ends or its
// [WithRetryBudget] is spent.
//
// [WithRetryBudget] limits how long a request is tried again; without it there is no such
// limit. No attempt begins once the budget is spent, counted from the beginning of the
// first attempt, and none is cut short: a request may take the budget and one
// [WithAttemptTimeout] more. A Scan or a Query has the budget for each page. For a batch it limits how
// long the batch goes on without anything being written or read; what is left is then
// reported as not written, or not read.
//
// The context limits every call. If the next attempt would begin after the deadline, or
// after the budget is spent, the client does not wait for it: the call ends at once with
// the error of the last attempt, such as [ErrThrottled], and not with
// context.DeadlineExceeded.
//
// The calls of a client share no budget: a table that is throttled takes no attempts from
// the calls to another.
//
// # Timeouts
//
// An attempt may take 10 seconds, or what [WithAttemptTimeout] says, from its start to the
// last byte of the answer. Scan, Query, BatchGet and BatchWrite have three times as long for each
// attempt, because theirs are the large requests and answers. The client gives up an
// attempt that takes longer, and tries again as after a broken connection. If it was the
// last attempt, the error is [ErrUnavailable] and os.ErrDeadlineExceeded, and
// [ErrAmbiguous] too if it was a write that had been sent. It is not
// context.DeadlineExceeded, which always means the deadline of the caller's context.
//
// So no call hangs for ever: with the defaults, a server that never answers is given up
// after at most 116 seconds, and by a Scan or a Query after at most 316. The context, and the timeout
// of an HTTP client given with [WithHTTPClient], hold as well.
//
// # Exactly once
//
// With [ExactlyOnce] a put, an update or a delete goes as a transaction of this one write
// (dynamodb:TransactWriteItems), with a token that DynamoDB remembers for 10 minutes. If an
// earlier attempt was applied, a repetition with the same token changes nothing, even if
// another writer has changed the item since. It costs twice the write capacity, since
// DynamoDB writes each item of a transaction twice, to prepare and to commit:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html.
//
// A condition that is false is [ErrConditionFailed] even after an attempt whose answer was
// lost: if DynamoDB had applied that attempt, it would have known the token. There is one
// exception: an attempt that is still on its way may be applied later, if the condition
// comes true first.
//
// Within one call no attempt begins in the tenth minute or later. If the call ends with
// [ErrAmbiguous], send the same write again with the token of [Error.Token]: until 10
// minutes after [Error.Began] it is applied once. After that it is a new write. A program
// that wants to continue after a restart makes the token itself, and saves it before it
// writes.
//
// [Client.TransactWrite] always has a token: that of [ExactlyOnce], or its own. The same rules
// hold for it.
//
// # Credentials
//
// [New] finds credentials where the SDK does, unless one of [WithStaticCredentials],
// [WithProfile], [WithCredentials] and [WithAWSConfig] names others; [WithAssumedRole]
// takes on a role with them. New does not ask for credentials; the first activity does. If
// a provider fails, the error is [ErrCredentials], and the client does not ask it again
// within the call. STS has 10 seconds for each answer.
//
// Credentials are cached and renewed before they expire: 2.5 to 5 minutes before, or, if
// they live for a short time only, when a third of that time is left. While a provider
// fails, the credentials that it gave last are used until they expire. An
// aws.CredentialsCache keeps its own rules for this.
//
// When DynamoDB refuses credentials as expired or unknown, the client renews them once for
// all calls that use them, at most once a minute, and tries each call once more.
//
// # Pagination
//
// [Client.Scan], [Client.Query] and [Client.ListTables] read to the end, page by page, and never
// return half a result with an error. If the request limits the number of items or tables, the
// response says where to go on. [Client.ScanItems], [Client.ScanPages], [Client.QueryItems],
// [Client.QueryPages] and [Client.Tables] hold one page at a time, and fetch a page when the loop
// reaches it. An empty page is not
// the end; an empty LastEvaluatedKey is. Pages that go round in a circle are
// [ErrCorruptResponse].
//
// A scan that may be interrupted saves a [ScanCheckpoint] after each page of ScanPages. In
// whatever way it ends, the next run goes on there. Every item that exists all the time is
// handed over at least once, and only the one page that was not saved comes twice. A query has a
// [QueryCheckpoint], also behind any item of a page: [QueryResponse.CheckpointAfter].
//
// # Batches
//
// [Client.BatchGet] and [Client.BatchWrite] take any number of items. They divide them into
// requests within DynamoDB's limits, send several at once, and repeat what DynamoDB leaves
// unprocessed, with growing pauses, until ctx ends or [WithRetryBudget] is spent. A
// [*BatchGetError] or a [*BatchWriteError] names what was not done, item by item, and its
// Remaining method makes the request for the rest.
//
// # Logging and hooks
//
// [WithHook] calls a function for each HTTP request and for each finished call, with its
// activity, table, region, attempts, pauses, bytes, capacity and outcome. [WithLogger] logs
// the same with log/slog:
//
//   - Debug, "dynamodb call": each finished call, with the facts of a [CallEvent];
//   - Info, "dynamodb attempt failed": each attempt that was throttled, met a conflict, had
//     its credentials refused, failed with a status of 500 and above or did not get through,
//     with the facts of an [AttemptEvent], whether it is tried again or not;
//   - Warn: an attempt whose answer is corrupt, and a call that ends with [ErrAmbiguous] or
//     [ErrCorruptResponse], which is then not logged at Debug.
//
// At level Info, calls that go well log nothing. All other errors are the caller's to log.
// What the SDK logs goes to the same logger, its warnings at Warn and the rest at Debug.
//
// This package logs and reports no item, no key and no secret. The SDK's own logging of
// requests shows them, if you switch it on. Neither hooks nor logging cost anything when
// they are not used. The SDK's tracer and meter providers work too: give them with
// [WithSDKOptions].
//
// # Speed
//
// Requests on items go past the SDK's client: this package encodes and decodes them itself,
// sends them as the SDK's client would, and signs them with the SDK's signer. Only what that
// client learns about its requests from the configuration is asked of it, once for each kind
// of request. All requests are sent with the SDK's client if [WithSDKOptions] or
// [WithAWSConfig] sets one of these: APIOptions, Interceptors, Protocol, TracerProvider,
// MeterProvider, HTTPSignerV4, AuthSchemeResolver, AuthSchemes, AuthSchemePreference,
// EndpointResolver, EndpointResolverV2, EndpointDiscovery, ClientLogMode,
// EnableAcceptEncodingGzip, or a Retryer that is not a retry.Standard. So they are with
// [WithTablePrefix], [WithTableSuffix] and [WithTableNames]. The build tag
// dynamoconn_nodirect does the same for a whole program. Requests and results mean the same
// either way; only the time and the memory that they take differ.
//
// # Concurrency
//
// A [Client] is safe for concurrent use. Goroutines may share a request as long as none
// changes it. No goroutine outlives the call that started it.
package dynamoconn
