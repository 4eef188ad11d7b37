package reliability

import (
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// soakFault is one way in which an attempt of the soak fails.
type soakFault struct {
	kind   string // what the report counts it as
	effect dynamoconntest.Effect
	weight float64
	on     func(action string) bool
}

const (
	actPutItem       = "PutItem"
	actUpdateItem    = "UpdateItem"
	actGetItem       = "GetItem"
	actDeleteItem    = "DeleteItem"
	actBatchWrite    = "BatchWriteItem"
	actBatchGet      = "BatchGetItem"
	actScan          = "Scan"
	actQuery         = "Query"
	actListTables    = "ListTables"
	actDescribeTable = "DescribeTable"
	actTransact      = "TransactWriteItems"
)

var soakActions = []string{actPutItem, actUpdateItem, actGetItem, actDeleteItem, actBatchWrite, actBatchGet, actScan, actQuery, actListTables, actDescribeTable, actTransact}

func onEveryAction(string) bool { return true }

func onActions(actions ...string) func(string) bool {
	return func(action string) bool {
		for _, a := range actions {
			if a == action {
				return true
			}
		}
		return false
	}
}

// soakLargestAnswer is the client's limit for answers, the smallest that is possible. An
// oversize answer exceeds it.
const soakLargestAnswer = 1 << 20

// soakFaults returns all the faults that dynamoconntest has. A request is marked with the
// index of its fault in the list. The first means no fault.
func soakFaults() []soakFault {
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/soak-0"
	list := []soakFault{
		{kind: "none"},
		{"throttle (ProvisionedThroughputExceededException)", dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, arn, "TableWriteProvisionedThroughputExceeded"), 3, onEveryAction},
		{"throttle (RequestLimitExceeded)", dynamoconntest.Throttle(dynamoconntest.RequestLimitExceeded, arn, "AccountLimitExceeded"), 3, onEveryAction},
		{"throttle (ThrottlingException)", dynamoconntest.Throttle(dynamoconntest.Throttling, arn, "TableWriteMaxOnDemandThroughputExceeded"), 3, onEveryAction},
		{"internal error before", dynamoconntest.InternalErrorBefore(), 4, onEveryAction},
		{"internal error after", dynamoconntest.InternalErrorAfter(), 4, onEveryAction},
		{"transaction conflict", dynamoconntest.TransactionConflict(), 4, onActions(actPutItem, actUpdateItem, actDeleteItem, actTransact)},
		{"transaction in progress", dynamoconntest.TransactionInProgress(), 6, onActions(actTransact)},
		{"refused connection", dynamoconntest.RefuseConnection(), 4, onEveryAction},
		{"reset before", dynamoconntest.ResetBefore(), 4, onEveryAction},
		{"lost answer", dynamoconntest.LoseAnswer(), 5, onEveryAction},
		{"hang", dynamoconntest.Hang(), 1, onEveryAction},
		{"empty answer", dynamoconntest.EmptyAnswer(), 4, onEveryAction},
		{"html 503", dynamoconntest.HTMLUnavailable(), 3, onEveryAction},
		{"expired token", dynamoconntest.ExpiredToken(), 1, onEveryAction},
		{"oversize", dynamoconntest.Oversize(soakLargestAnswer + 1), 0.5, onEveryAction},
		{"empty page", dynamoconntest.EmptyPage(), 4, onActions(actScan, actQuery)},
	}
	for _, d := range []time.Duration{30 * time.Millisecond, 700 * time.Millisecond, 7 * time.Second} {
		list = append(list, soakFault{"slow", dynamoconntest.Slow(d), 1, onEveryAction})
	}
	for _, n := range []int{0, 1, 2, 30, -1, -2, -9} {
		list = append(list, soakFault{"truncated", dynamoconntest.Truncate(n), 0.7, onEveryAction})
	}
	for i := range 24 {
		list = append(list, soakFault{"bit flip", dynamoconntest.FlipBit(i*i*i*7 + i), 0.2, onEveryAction})
	}
	odd := make([]int, 0, 50)
	for i := 1; i < 100; i += 2 {
		odd = append(odd, i)
	}
	for _, places := range [][]int{nil, {0}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, odd} {
		list = append(list, soakFault{"unprocessed", dynamoconntest.Unprocessed(places...), 4, onActions(actBatchWrite, actBatchGet)})
	}
	return list
}

// The invocation ID of a request consists of soakPrefix, the soakMark of its fault, and
// the numbers of its operation and attempt. The SDK's own IDs begin with a digit or a
// letter.
const soakPrefix = '~'

func soakMark(fault int) byte { return byte('!' + fault) }

// soakInject injects the faults into the server. A request gets the fault that it is
// marked with.
func soakInject(server *dynamoconntest.Server, faults []soakFault) {
	for i, f := range faults {
		mark := soakMark(i)
		server.Inject(dynamoconntest.Fault{
			Match: func(e dynamoconntest.Entry) bool {
				return len(e.InvocationID) > 1 && e.InvocationID[0] == soakPrefix && e.InvocationID[1] == mark
			},
			Effect: f.effect,
		})
	}
}

// soakFaultChooser chooses the fault of an attempt as a function of numbers only.
type soakFaultChooser struct {
	seed   uint64
	faults []soakFault
	sums   map[string][]float64 // the running sums of the weights, by action
}

func newSoakFaultChooser(seed uint64) *soakFaultChooser {
	d := &soakFaultChooser{seed: seed, faults: soakFaults(), sums: make(map[string][]float64)}
	for _, action := range soakActions {
		sums := make([]float64, len(d.faults))
		sum := 0.0
		for i, f := range d.faults {
			if i > 0 && f.on(action) {
				sum += f.weight
			}
			sums[i] = sum
		}
		d.sums[action] = sums
	}
	return d
}

// choose returns the index of a fault with probability p, and otherwise 0, which means no
// fault.
func (d *soakFaultChooser) choose(action string, p float64, numbers ...uint64) int {
	h := d.seed
	for _, n := range numbers {
		h = soakMix(h ^ n)
	}
	if soakUnit(h) >= p {
		return 0
	}
	sums := d.sums[action]
	at := soakUnit(soakMix(h)) * sums[len(sums)-1]
	for i, sum := range sums {
		if at < sum {
			return i
		}
	}
	return 0
}

// soakMix is a step of splitmix64.
func soakMix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// soakUnit maps x to a number from 0 to 1, excluding 1.
func soakUnit(x uint64) float64 { return float64(x>>11) / (1 << 53) }
