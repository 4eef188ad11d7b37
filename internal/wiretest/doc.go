// Package wiretest has the HTTP client of the tests. It needs no network: it answers
// from a script and keeps the requests that it got.
//
//	client := wiretest.New(
//		wiretest.Refuse(500, "InternalServerError", "try later", "R1"), // the first request
//		wiretest.Reply(200, `{"Item":{}}`),                            // all others
//	)
//	db := dynamodb.New(dynamodb.Options{HTTPClient: client})
//	...
//	requests := client.Requests()
//
// An [Answer] is a function of the request, so a test that needs more than a script
// writes one. Answers are made of others: Delay, Hold, Cut and Lose change what an answer
// does on its way, InTurn puts some behind each other, Forward asks another client.
//
// An [HTTP2Server] answers net/http's own client frame by frame.
package wiretest
