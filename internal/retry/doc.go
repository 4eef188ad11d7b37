// Package retry is the one room where it is decided whether and when a request is sent
// again, and what its failure means.
//
//   - outcome.go: what became of an attempt, a request or an operation ([Outcome]).
//   - record.go: the attempts of one request ([Record]) and what its caller wants ([Policy]).
//   - codes.go: DynamoDB's error codes, a row for each ([Code]).
//   - cause.go: why a request failed ([Cause]).
//   - verdict.go: what the failure means for the data, and for a batch ([Verdict]).
//   - again.go: when a request is sent again, all rules in their order ([Retryer]).
//   - standard.go: which failures may pass, if the caller configures no retryer of their own.
//   - pause.go: how long to wait before the next attempt.
package retry
