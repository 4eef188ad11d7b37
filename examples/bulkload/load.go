package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/schollz/progressbar/v3"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// load puts the rows of a file into a table.
type load struct {
	client *dynamoconn.Client
	rows   *rows
	table  string
	key    string // the partition key: first from the flag, then from the table
	// useNumber says that a row without a partition key gets its number in the file.
	useNumber   bool
	keyIsString bool
	chunk       int // the number of rows to hold at a time
	createTable func(context.Context, *dynamodb.CreateTableInput) error
	failures    *failures
	bar         *progressbar.ProgressBar

	keyNames []string
	written  int64
}

// run loads all rows. It stops at an error that concerns more than one row; failures
// holds the rows that were not written.
func (l *load) run(ctx context.Context) error {
	defer func() {
		l.failures.flush()
		_ = l.bar.Clear()
	}()
	for {
		chunk, end := l.next()
		if len(chunk) > 0 {
			if l.keyNames == nil {
				if err := l.prepare(ctx, chunk[0]); err != nil {
					return err
				}
			}
			if err := l.write(ctx, chunk); err != nil {
				return err
			}
		}
		l.advance()
		if errors.Is(end, io.EOF) {
			return nil
		}
		if end != nil {
			return end
		}
	}
}

// next reads a chunk. With the last chunk it returns io.EOF.
func (l *load) next() ([]row, error) {
	var chunk []row
	for len(chunk) < l.chunk {
		row, err := l.rows.read()
		var rowErr *rowError
		switch {
		case errors.As(err, &rowErr):
			l.failures.add(rowErr.number, "refused", rowErr.err)
		case err != nil:
			return chunk, err
		default:
			chunk = append(chunk, row)
		}
	}
	return chunk, nil
}

// prepare finds out the key of the table. If there is no such table, prepare creates it
// with a key of the type that the first row has.
func (l *load) prepare(ctx context.Context, first row) error {
	table, err := l.client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: l.table})
	if err == nil {
		l.keyNames = table.KeyNames()
		l.key = l.keyNames[0]
		for _, definition := range table.AttributeDefinitions {
			if definition.AttributeName == l.key {
				l.keyIsString = definition.AttributeType == dynamoconn.AttributeTypeString
			}
		}
		return nil
	}
	if !errors.Is(err, dynamoconn.ErrTableNotFound) {
		return err
	}

	keyType := types.ScalarAttributeTypeN
	value, found := first.item.Get(l.key)
	switch value.(type) {
	case *dynamoconn.KeyValueLong, *dynamoconn.KeyValueDecimal:
	case *dynamoconn.KeyValueString:
		keyType, l.keyIsString = types.ScalarAttributeTypeS, true
	default:
		if found || !l.useNumber {
			return fmt.Errorf("row %d has no %s that is a string or a number: name another key with -key, or number the rows with -id",
				first.number, l.key)
		}
	}
	l.keyNames = []string{l.key}
	return l.createTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &l.table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &l.key, AttributeType: keyType}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: &l.key, KeyType: types.KeyTypeHash}},
	})
}

// write writes a chunk. If some rows were not written, write sends them once more,
// except those that DynamoDB refused.
func (l *load) write(ctx context.Context, chunk []row) error {
	items := make([]dynamoconn.Item, len(chunk))
	numbers := make([]int64, len(chunk))
	for i, row := range chunk {
		items[i], numbers[i] = l.withKey(row), row.number
	}
	table := dynamoconn.TableWithItemsToAdd(l.table, items...)
	table.KeyNames = l.keyNames // allows several requests at the same time
	request := dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}}

	for isFirst := true; ; isFirst = false {
		resp, err := l.client.BatchWrite(ctx, request)
		if resp != nil {
			l.written += int64(resp.Written)
		}
		var unfinished *dynamoconn.BatchWriteError
		if !errors.As(err, &unfinished) {
			return err
		}
		var retried []int64 // the row of each write of the next request
		for _, failure := range unfinished.Failures {
			number := numbers[failure.Index]
			if failure.Outcome != dynamoconn.OutcomeRefused && isFirst && ctx.Err() == nil {
				retried = append(retried, number)
				continue
			}
			l.failures.add(number, string(failure.Outcome), failure.Err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(retried) == 0 {
			return nil
		}
		l.failures.printLine("%s sent again: %v", demo.Count(int64(len(retried)), "row is", "rows are"), err)
		request, numbers = unfinished.Remaining(), retried
	}
}

// withKey returns the item of a row. If the item has no key and useNumber is set, the
// row's number becomes its key.
func (l *load) withKey(r row) dynamoconn.Item {
	if !l.useNumber || r.item.Has(l.key) {
		return r.item
	}
	if l.keyIsString {
		return append(r.item, dynamoconn.String(l.key, strconv.FormatInt(r.number, 10)))
	}
	return append(r.item, dynamoconn.Long(l.key, r.number))
}
