// Package api is the operations of DynamoDB: what each accepts, refuses, does
// and answers. It knows tables (package store) and expressions (package expr)
// and nothing of HTTP.
package api

import (
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// Engine carries out requests. Its fields must not change while it is in use;
// it is safe for concurrent use.
type Engine struct {
	DB  store.DB
	Now func() time.Time

	CreateDelay time.Duration // how long a table stays CREATING
	UpdateDelay time.Duration // how long a table or index stays UPDATING or CREATING
	DeleteDelay time.Duration // how long a table stays DELETING
	ReadLag     time.Duration // how far eventually consistent reads lag behind
	Account     string        // account ID in ARNs

	CollectionLimit int64 // most bytes of an item collection; 0 is 10 GB
}

// Request is one request, parsed.
type Request struct {
	Region    string // whose tables; "" if there is but one set
	ARNRegion string // region in ARNs
	Operation string
	Input     *wire.Node

	// Unprocessed, if set, says which of the operations of a BatchWriteItem or
	// keys of a BatchGetItem to leave undone, by their number in the request.
	LeaveUnprocessed func(table string, i int) bool

	// EmptyPage asks a Query or Scan for a page without items that is not the
	// last one.
	EmptyPage bool

	// Repeated, if set, is called if the request is a transaction that was carried
	// out before, under the same token, and so changes nothing.
	OnRepeat func()
}

// call is one request under way.
type call struct {
	*Engine
	Request
	now time.Time
	wire.Writer
}

type operation struct {
	shape *wire.Shape
	run   func(*call) *Error
}

// emptyAnswers are the operations whose answer has no body.
var emptyAnswers = map[string]bool{"TagResource": true, "UntagResource": true}

// IsOperation reports whether there is an operation of that name.
func IsOperation(name string) bool { _, ok := operations[name]; return ok }

var operations map[string]operation

func init() {
	operations = map[string]operation{
		"CreateTable":        {createTableShape, (*call).createTable},
		"UpdateTable":        {updateTableShape, (*call).updateTable},
		"DeleteTable":        {tableNameShape, (*call).deleteTable},
		"DescribeTable":      {tableNameShape, (*call).describeTable},
		"ListTables":         {listTablesShape, (*call).listTables},
		"UpdateTimeToLive":   {updateTTLShape, (*call).updateTimeToLive},
		"DescribeTimeToLive": {tableNameShape, (*call).describeTimeToLive},
		"TagResource":        {tagShape, (*call).tagResource},
		"UntagResource":      {untagShape, (*call).untagResource},
		"ListTagsOfResource": {listTagsShape, (*call).listTagsOfResource},
		"DescribeLimits":     {wire.Struct(), (*call).describeLimits},
		"DescribeEndpoints":  {wire.Struct(), (*call).describeEndpoints},

		"DescribeContinuousBackups": {tableNameShape, (*call).describeContinuousBackups},

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
	if r.Input == nil || r.Input.Type != wire.Object {
		return nil, CoralError("SerializationException", "")
	}
	if err := wire.CheckTypes(r.Input, o.shape); err != nil {
		return nil, CoralError("SerializationException", err.Error())
	}
	if strings.HasSuffix(r.Operation, "Table") || strings.HasSuffix(r.Operation, "TimeToLive") {
		if err := checkManagedName(r.Input.Get("TableName")); err != nil {
			return nil, err
		}
	}
	if msg := wire.CheckConstraints(r.Input, o.shape); msg != "" {
		return nil, validationError("%s", msg)
	}
	c := &call{Engine: e, Request: r, now: e.Now()}
	c.Open('{')
	if err := o.run(c); err != nil {
		return nil, err
	}
	c.Close('}')
	if emptyAnswers[r.Operation] {
		return nil, nil
	}
	return c.Buf, nil
}

// checkManagedName checks the name of a table that is to be managed: the
// service does so before all else and in words of its own.
func checkManagedName(n *wire.Node) *Error {
	if n == nil {
		return validationError("The parameter 'TableName' is required but was not present in the request")
	}
	if l := len(tableName(n.Str())); l < 3 || l > 255 {
		return validationError("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return nil
}

// tableName is the name in a table's name or ARN.
func tableName(s string) string {
	if strings.HasPrefix(s, "arn:") {
		if _, name, ok := strings.Cut(s, ":table/"); ok {
			name, _, _ = strings.Cut(name, "/")
			return name
		}
	}
	return s
}

// activeTable is the table for reading or writing items. Within Read or Write.
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

func (c *call) arn(t *store.Table) string {
	return "arn:aws:dynamodb:" + c.ARNRegion + ":" + c.Account + ":table/" + t.Name
}
