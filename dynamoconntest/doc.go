// Package dynamoconntest is a DynamoDB in memory, for tests: it speaks the
// service's own protocol, answers as the service does, and fails when told to.
//
//	func TestPut(t *testing.T) {
//		db := dynamoconntest.New()
//		if err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Song"}); err != nil {
//			t.Fatal(err)
//		}
//		client := db.SDKClient() // or any client, with db.HTTPClient()
//		...
//	}
//
// # Two ways in
//
// [Server.HTTPClient] takes the place of an HTTP client. It opens no socket and
// starts no goroutine, so it works inside testing/synctest. [Server.Handler]
// serves the same over a port. Every request needs a signature's form, but any
// credentials will do.
//
// # What it does
//
// Tables, local and global secondary indexes (with keys of up to four attributes
// each, for a global one), every operation on items, batches
// and transactions, both expressions and the parameters that they replaced,
// time to live, capacity and item collection metrics, tags, and the service's
// validation with its error types. Numbers have 38 exact digits. Reads and
// writes are linearizable; eventually consistent reads can be made to lag
// ([WithReadLag]), and tables to take their time ([WithTableDelays]). The clock
// can be replaced ([WithClock]), and the 10 GB that an item collection may have
// be lowered ([WithItemCollectionLimit]).
//
// # Faults
//
// [Server.Inject] makes chosen requests fail, each in one of the ways in which
// requests to the real service do, from throttling to a bit that flips on the
// way: see [Fault] and the functions that make an [Effect]. What really
// happened, whatever the client saw, is in [Server.Journal].
//
// # State
//
// [Server.Snapshot] and [Server.Restore] put the whole state back at little
// cost, for example before each test. [Server.Load] and [Server.LoadJSON] fill
// tables.
//
// # What it is not
//
// There is no IAM: any credentials may do anything. There are no streams,
// backups, exports, global tables, PartiQL or resource policies. All regions
// share one set of tables unless [WithSeparateRegions] is given. Provisioned capacity is
// recorded and never enforced: throttling comes from faults only. Operations are
// carried out one after another, each in no time, so two transactions are never
// under way at once and none meets another: their conflicts, too, come from
// faults ([TransactionConflict], [TransactionInProgress]).
package dynamoconntest
