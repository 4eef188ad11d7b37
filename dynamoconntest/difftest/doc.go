// Package difftest measures how faithful an implementation of DynamoDB is, by
// sending it the same generated requests as two servers written by others.
//
// A [Generator] draws sequences of requests, valid and invalid, from a seed. A
// [Run] sends each request to every [Target] and reduces the answers to
// aspects: the outcome, the data, the error type, the field and the constraint
// that the message names, counts, pages, capacity. Prose is not compared.
//
// Where the two references agree, the subject must agree with them. Where they
// differ, an entry of [Rules] must say who is right and why, and the subject is
// held to that, or to what the entry computes from the answers and from what is
// stored. Everything else is reported, with the shortest sequence of
// requests that still shows it.
//
// What fuzzing keeps is compared in the same way, an [Input] at a time.
package difftest
