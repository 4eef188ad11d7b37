// Package difftest measures how faithful an implementation of DynamoDB is. It sends
// the same requests to it, the subject, and to two references: servers written by
// others.
//
// A [Generator] draws sequences of valid and invalid requests from a seed. A [Run]
// sends each request to every [Target] and reduces the answers to aspects: the
// outcome, the data, the type of the error, the field and the constraint that the
// message names, counts, pages, capacity. It does not compare the prose of messages.
//
// If the references agree, the subject must agree with them. If they differ, an entry
// of [Rules] must say which one is right and why, and the subject must give that
// answer, or the one that the entry computes from the answers and from what is
// stored. Every other difference is reported, with the shortest sequence of requests
// that still shows it.
//
// The inputs that fuzzing keeps are compared in the same way, one [Input] at a time.
package difftest
