// Package faults puts one script of faults before three clients: the raw AWS SDK,
// guregu/dynamo and dynamoconn, and counts what becomes of their calls. It is all
// tests, because the pauses of the clients pass on testing/synctest's clock:
//
//	go test ./faults -run TestCompareFaults -v -print
//
// Each trial is one call, or a few that belong together, against a new
// dynamoconntest server with one fault. Every client is as its own constructor
// makes it: no option but region, credentials and the HTTP client is set. The
// verdict comes from what the caller was told, beside the server's journal and its
// tables.
//
// Where a client leaves a task to its caller, the caller here is a careful one: for
// the SDK's BatchWriteItem it sends 25 at a time and repeats what is unprocessed
// with growing pauses until its context ends; its scans, lists and batch reads use
// the SDK's paginators.
package faults
