// Package integration holds the tests that run against a whole DynamoDB. It has no code
// of its own: its tests use the library as a user does, through its exported names.
//
// The same tests run on DynamoDB Local and in memory, on dynamoconntest. The flag
// -backend chooses:
//
//	go test ./internal/integration                    DynamoDB Local
//	go test -short ./internal/integration             dynamoconntest
//	go test ./internal/integration -backend=memory    dynamoconntest, at full length
package integration
