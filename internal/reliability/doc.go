// Package reliability proves that the library loses nothing and invents nothing. It
// holds only tests. They use the library as a user does, through its exported names,
// against the faults and the journal of dynamoconntest, a proxy that breaks
// connections, and DynamoDB Local. docs/reliability.md says what they show.
//
// Each test has a short form, which make test runs, and a long form, which make soak
// runs with -full. With -short a test takes a moment or is skipped. The tests print the
// seed of their random parts, so that a failure can be repeated:
//
//	make soak SEED=42
//
// The operations and faults of the soak depend only on the seed, the goroutine and the
// number of the operation. They do not depend on how the goroutines are scheduled.
package reliability
