// Package faults runs three clients (the raw AWS SDK, guregu/dynamo and dynamoconn)
// against the same faults and counts how their calls end. It holds only tests,
// because the clients pause on the fake clock of testing/synctest:
//
//	go test ./faults -run TestCompareFaults -v -print
//
// A trial is one call, or a few that belong together, against a new dynamoconntest
// server with one fault. Every client has the defaults of its constructor: the
// package sets only the region, the credentials and the HTTP client. The verdict
// compares what the client reports with what the server's tables hold.
//
// Where a client leaves a task to its caller, the package does what a careful caller
// does. For the SDK's BatchWriteItem it sends 25 items at a time and sends
// unprocessed items again, with growing pauses, until the context ends. The SDK's
// scans, lists and batch reads use the SDK's paginators.
package faults
