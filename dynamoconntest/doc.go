// Package dynamoconntest is DynamoDB in memory, for tests. It speaks the service's
// protocol, answers as the service does, and makes requests fail when a test asks
// for it. It needs no Java, no container and no network.
//
//	func TestPut(t *testing.T) {
//		client := dynamoconntest.NewClient(t, dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"})
//		song := dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")}
//		if _, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: song}); err != nil {
//			t.Fatal(err)
//		}
//	}
//
// For more than a client, make the server:
//
//	db := dynamoconntest.New()
//	if err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}); err != nil {
//		t.Fatal(err)
//	}
//	db.Inject(dynamoconntest.Fault{Operation: "PutItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
//	client := db.Client(t)
//
// # Clients
//
// [Server.Client] returns a client of this library and [Server.SDKClient] one of the
// AWS SDK. [Server.HTTPClient] takes the place of the HTTP client in any other
// client. It opens no socket and starts no goroutine, so it works inside
// testing/synctest. [Server.Handler] serves the same protocol on a port, and so does the
// command in cmd/dynamoconntest, for programs in any language.
//
// Requests must be signed, but with any credentials: the signature is not checked.
//
// # Operations
//
// The server has tables, with local and global secondary indexes (a key of a global
// one may have up to four attributes), all operations on items, batches and
// transactions, expressions and the older parameters that they replaced, time to
// live, consumed capacity, item collection metrics and tags. It validates requests
// as the service does and has the same types of errors. Numbers are exact to 38
// digits. Reads and writes are linearizable.
//
// Some things take time at the service, and do here if a test asks for it: creating
// a table ([WithTableDelays]), the effect of a write on eventually consistent reads
// ([WithReadLag]) and the end of an expired item ([WithExpiryLag]). A test can replace
// the clock ([WithClock]) and lower the 10 GB limit of item collections
// ([WithItemCollectionLimit]).
//
// # Faults
//
// [Server.Inject] adds a [Fault]: it selects requests and has an [Effect] on them.
// The effects are the failures of requests to the real service, from throttling to a
// bit that flips on the way. [Server.Journal] has all requests, and tells which of
// them the server really carried out, whatever the client saw.
//
// # State
//
// [Server.Load] and [Server.LoadJSON] fill tables. [Server.Snapshot] and
// [Server.Restore] save and restore the whole state at little cost, for example
// before each test.
//
// # Differences from the service
//
// There is no IAM: any credentials may do anything. A table has the settings of its
// stream, but no stream and no ARN of one. There are no backups, exports, global
// tables, PartiQL or resource policies. All regions have the same tables, unless
// [WithSeparateRegions] is given. Provisioned capacity is recorded but never
// enforced: only faults throttle. The server carries out one operation after the
// other, so transactions never conflict: only faults make them
// ([TransactionConflict], [TransactionInProgress]).
package dynamoconntest
