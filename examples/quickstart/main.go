// Quickstart puts 1,000 cities into a table and uses all eight activities of
// dynamoconn on them, saying in words what it does.
//
//	go run ./examples/quickstart
//
// It runs on a DynamoDB in memory, package dynamoconntest, which needs nothing but Go.
// With -endpoint local it starts a DynamoDB Local, for which Java 17 or Docker must be
// there; with -endpoint http://localhost:8000 it uses a server that runs already, and
// with -endpoint aws the real DynamoDB, with the credentials that the AWS SDK finds.
// Its table has a name of its own and is deleted at the end; in AWS a run costs less
// than a cent.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/testdata"
)

func main() { demo.Main("quickstart", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var where demo.Flags
	where.Define(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := where.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	// A program of your own often needs no option: New finds region and credentials
	// where the AWS SDK does.
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config))
	if err != nil {
		return err
	}
	table := fmt.Sprintf("dynamoconn-quickstart-%04x", rand.N(1<<16))
	if err := createTable(ctx, db, table); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\nThe table %s is there.\n", db, table)
	defer func() {
		deleted := db.DeleteTable(ctx, table)
		if deleted == nil {
			fmt.Fprintf(stdout, "\nThe table %s is deleted again.\n", table)
		}
		err = errors.Join(err, deleted)
	}()

	tour := tour{client: client, table: table, out: stdout}
	for _, step := range []func(context.Context) error{
		tour.batchWrite, tour.listTables, tour.describeTable, tour.getItem,
		tour.putItem, tour.scan, tour.batchGet, tour.deleteItem,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// createTable makes a table whose items have a country and, in it, a number.
func createTable(ctx context.Context, db *demo.Database, name string) error {
	return db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Country"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Country"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("ID"), KeyType: types.KeyTypeRange},
		},
	})
}

// cities returns the 1,000 cities. Each line of the file becomes one item.
func cities() ([]dynamoconn.Item, error) {
	var items []dynamoconn.Item
	for line := range strings.Lines(testdata.Cities()) {
		var item dynamoconn.Item
		if err := json.Unmarshal([]byte(line), &item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// key returns the key of a city.
func key(country string, id int64) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Country", country), dynamoconn.Long("ID", id)}
}
