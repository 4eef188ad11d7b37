package retry

// Outcome is what became of an attempt, a request or an operation: the one vocabulary for
// it, from the HTTP exchange to the hooks and the batches of the caller.
type Outcome string

const (
	// NotSent means that nothing left this machine.
	NotSent Outcome = "not sent"
	// NotDone means that it was certainly not done, and that the same may succeed later.
	NotDone Outcome = "not done"
	// Refused means that it was certainly not done, and that the same would be refused again.
	Refused Outcome = "refused"
	// Applied means that DynamoDB answered that it did it.
	Applied Outcome = "applied"
	// Unknown means that it may have been done: the request may have left, and no definite
	// answer came back.
	Unknown Outcome = "unknown"
)

// Worse returns that of two failures which leaves more to worry about. The zero Outcome is
// none.
func Worse(a, b Outcome) Outcome {
	if severity[b] > severity[a] {
		return b
	}
	return a
}

var severity = map[Outcome]int{NotSent: 1, NotDone: 2, Refused: 3, Applied: 4, Unknown: 5}
