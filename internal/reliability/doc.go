// Package reliability holds the proofs that nothing is lost and nothing invented. It
// has no code of its own: its tests use the library as a user does, through its
// exported names, against dynamoconntest's faults and journal, a proxy that breaks
// connections, and DynamoDB Local. What they show is in docs/reliability.md.
//
// Each test has a short form, which is what make test runs, and a long one, which
// make soak runs with -full. What is random is drawn from -seed and printed, so that a
// failure can be repeated:
//
//	make soak SEED=42
//
// The soak's faults and operations are a function of the seed, the goroutine and the
// number of the operation, and so do not depend on how goroutines are scheduled.
package reliability
