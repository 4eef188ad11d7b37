// Package fuzzseed holds what the fuzz targets share with those who send their
// inputs elsewhere: the items that they work on, the placeholders of their
// expressions, and what a number or a byte in an input means.
//
// Package dynamoconntest/difftest sends what fuzzing kept to other servers.
// It is a module of its own, which the library's tests cannot import.
package fuzzseed

// The targets of expressions work on Item, with the placeholders of Names and
// Values.
const (
	Item = `{"pk":{"S":"x"},"sk":{"N":"5"},"a":{"S":"x"},"b":{"B":"AAE="},"n":{"N":"1"},"t":{"BOOL":true},"nil":{"NULL":true},"name":{"S":"abc"},` +
		`"l":{"L":[{"N":"1"},{"S":"x"},{"M":{"k":{"N":"2"}}}]},"m":{"M":{"k":{"N":"1"},"l":{"L":[{"S":"x"}]},"a":{"S":"y"}}},` +
		`"ss":{"SS":["a","x"]},"ns":{"NS":["1","2.5"]},"bs":{"BS":["AAE="]}}`
	Names  = `{"#n":"name","#a":"a","#m":"m"}`
	Values = `{":a":{"S":"x"},":n":{"N":"1"},":b":{"B":"AAE="},":t":{"BOOL":true},":l":{"L":[{"N":"1"}]},":m":{"M":{"k":{"N":"1"}}},":ss":{"SS":["a"]},":ns":{"NS":["1"]},":k":{"S":"S"}}`
)

// RequestItem is in the table that whole requests are sent to.
const RequestItem = `{"p":{"S":"a"},"s":{"N":"1"},"a":{"N":"1"},"g":{"S":"1"},"l":{"L":[{"S":"x"},{"M":{"k":{"NULL":true}}}]}}`

// Operation is the name of the operation that a number in an input stands for.
func Operation(number int) string {
	n := len(operations)
	return operations[(number%n+n)%n]
}

var operations = []string{
	"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "TransactGetItems",
	"TransactWriteItems", "CreateTable", "UpdateTable", "DeleteTable", "DescribeTable", "ListTables", "UpdateTimeToLive", "TagResource",
}
