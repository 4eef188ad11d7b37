// Package api carries out DynamoDB's operations: what each one accepts, refuses,
// does and answers. Tables are in package store and expressions in package expr.
// Package api does not know HTTP.
package api

import (
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// Engine carries out requests. It is safe for concurrent use, but its fields must
// not change while it is in use.
type Engine struct {
	DB  store.DB
	Now func() time.Time

	CreateDelay time.Duration // how long a table stays CREATING
	UpdateDelay time.Duration // how long a table or index stays UPDATING or CREATING
	DeleteDelay time.Duration // how long a table stays DELETING
	ReadLag     time.Duration // eventually consistent reads see the tables as they were so long ago
	Account     string        // account ID in ARNs

	CollectionLimit int64 // size of the largest item collection, in bytes; 0 is 10 GB
}

// Request is a request that has been parsed.
type Request struct {
	Region    string // region that has the tables; "" if all regions share them
	ARNRegion string // region in ARNs
	Host      string // to which the request was sent; may be ""
	Operation string
	Input     *protocol.Node

	// LeaveUnprocessed, if set, chooses writes of a BatchWriteItem or keys of a
	// BatchGetItem that are left unprocessed. i is their position in the request.
	LeaveUnprocessed func(table string, i int) bool

	// EmptyPage asks for a page of a Query or Scan that has no items and is not the
	// last one.
	EmptyPage bool

	// OnRepeat, if set, is called if the request is a transaction that was carried
	// out before with the same token. It changes nothing this time.
	OnRepeat func()
}

// call is a request that is being carried out, with the answer so far.
type call struct {
	*Engine
	Request
	now          time.Time
	reachedTable bool // the request itself is valid
	protocol.Writer
}

// operation is the shape of an operation's input and the method that carries it out.
type operation struct {
	shape *protocol.Shape
	run   func(*call) *Error
}

// emptyAnswers has the operations whose answer has no body.
var emptyAnswers = map[string]bool{"TagResource": true, "UntagResource": true}

// IsOperation reports whether there is an operation with that name.
func IsOperation(name string) bool { _, ok := operations[name]; return ok }

var operations map[string]operation

func init() {
	operations = map[string]operation{
		"CreateTable":        {createTableShape, (*call).createTable},
		"UpdateTable":        {updateTableShape, (*call).updateTable},
		"DeleteTable":        {tableNameOnlyShape, (*call).deleteTable},
		"DescribeTable":      {tableNameOnlyShape, (*call).describeTable},
		"ListTables":         {listTablesShape, (*call).listTables},
		"UpdateTimeToLive":   {updateTTLShape, (*call).updateTimeToLive},
		"DescribeTimeToLive": {tableNameOnlyShape, (*call).describeTimeToLive},
		"TagResource":        {tagShape, (*call).tagResource},
		"UntagResource":      {untagShape, (*call).untagResource},
		"ListTagsOfResource": {listTagsShape, (*call).listTagsOfResource},
		"DescribeLimits":     {protocol.Struct(), (*call).describeLimits},
		"DescribeEndpoints":  {protocol.Struct(), (*call).describeEndpoints},

		"DescribeContinuousBackups": {tableNameOnlyShape, (*call).describeContinuousBackups},

		"GetItem":            {getItemShape, (*call).getItem},
		"PutItem":            {putItemShape, (*call).putItem},
		"UpdateItem":         {updateItemShape, (*call).updateItem},
		"DeleteItem":         {deleteItemShape, (*call).deleteItem},
		"Query":              {queryShape, (*call).query},
		"Scan":               {scanShape, (*call).scan},
		"BatchGetItem":       {batchGetShape, (*call).batchGetItem},
		"BatchWriteItem":     {batchWriteShape, (*call).batchWriteItem},
		"TransactGetItems":   {transactGetShape, (*call).transactGetItems},
		"TransactWriteItems": {transactWriteShape, (*call).transactWriteItems},
	}
}

// Do carries out a request and returns the body of the answer.
func (e *Engine) Do(r Request) ([]byte, *Error) {
	o, ok := operations[r.Operation]
	if !ok {
		return nil, CoralError("UnknownOperationException", "")
	}
	if r.Input == nil || r.Input.Type != protocol.Object {
		return nil, CoralError("SerializationException", "")
	}
	if err := protocol.CheckTypes(r.Input, o.shape); err != nil {
		return nil, CoralError("SerializationException", err.Error())
	}
	if err := checkFirstMembers(r); err != nil {
		return nil, err
	}
	if strings.HasSuffix(r.Operation, "Table") || strings.HasSuffix(r.Operation, "TimeToLive") {
		if err := checkManagedName(r); err != nil {
			return nil, err
		}
	}
	if err := checkRequestItems(r); err != nil {
		return nil, err
	}
	if msg := protocol.CheckConstraints(r.Input, o.shape); msg != "" {
		return nil, validationError("%s", msg)
	}
	if err := checkBatchKeys(r); err != nil {
		return nil, err
	}
	if err := checkQueryLimit(r); err != nil {
		return nil, err
	}
	c := &call{Engine: e, Request: r, now: e.Now()}
	if err := c.checkTableNames(); err != nil {
		return nil, err
	}
	c.Open('{')
	if err := o.run(c); err != nil {
		return nil, c.worded(err)
	}
	c.Close('}')
	if emptyAnswers[r.Operation] {
		return nil, nil
	}
	return c.Buf, nil
}

// lockForReading calls f while nothing is written.
func (c *call) lockForReading(f func() *Error) *Error {
	c.reachedTable = true
	var failed *Error
	c.DB.Read(c.now, func() { failed = f() })
	return failed
}

// lockForWriting calls f while nothing else is read or written.
func (c *call) lockForWriting(f func() *Error) *Error {
	c.reachedTable = true
	var failed *Error
	c.DB.Write(c.now, func() { failed = f() })
	return failed
}

// checkManagedName checks the name of the table in an operation that manages
// tables. For these the service checks the name first, and has other messages. In
// CreateTable the length is a constraint like others.
func checkManagedName(r Request) *Error {
	n := r.Input.Get("TableName")
	switch {
	case n == nil:
		return validationError("The parameter 'TableName' is required but was not present in the request")
	case r.Operation == "CreateTable":
		return nil
	}
	if l := len(tableName(n.Str())); l < 3 || l > 255 {
		return validationError("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return nil
}

// checkRequestItems refuses a batch without any table. Each of the two operations has its
// own message for it, which is about this fault alone.
func checkRequestItems(r Request) *Error {
	items := r.Input.Get("RequestItems")
	if items == nil || len(items.Members) > 0 {
		return nil
	}
	switch r.Operation {
	case "BatchWriteItem":
		return validationError("The requestItems parameter is required for BatchWriteItem")
	case "BatchGetItem":
		return validationError("1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	return nil
}

// checkBatchKeys checks how many keys of a table a BatchGetItem has. The service's message
// names the member as the request does and does not show the value.
func checkBatchKeys(r Request) *Error {
	if r.Operation != "BatchGetItem" {
		return nil
	}
	for _, table := range r.Input.Get("RequestItems").Members {
		constraint := ""
		switch n := len(table.Value.Get("Keys").Elems); {
		case n == 0:
			constraint = "greater than or equal to 1"
		case n > maxBatchKeys:
			constraint = "less than or equal to 100"
		default:
			continue
		}
		return validationError(envelope+"Value at 'RequestItems.%s.member.Keys' failed to satisfy constraint: Member must have length %s", table.Name, constraint)
	}
	return nil
}

// checkQueryLimit checks the Limit of a Query. The service's message differs from those
// about other constraints, the Limit of a Scan among them: it names the member as the
// request does and does not show the value.
func checkQueryLimit(r Request) *Error {
	if r.Operation != "Query" {
		return nil
	}
	if n, ok := r.Input.Get("Limit").Int(); ok && n < 1 {
		return validationError("1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	}
	return nil
}

// activeTable returns a table whose items can be read and written. It needs a lock.
func (c *call) activeTable(name string) (*store.Table, *Error) {
	t := c.DB.Table(c.Region, tableName(name), c.now)
	if t == nil {
		return nil, notFoundError()
	}
	switch t.Status(c.now) {
	case "CREATING", "DELETING":
		return nil, notFoundError()
	}
	return t, nil
}

// itemID returns a text that tells an item of a table from all others.
func itemID(t *store.Table, key attr.Item) string {
	return t.Name + string(key.AppendJSON(nil))
}
