// Quickstart puts 1,000 cities into a table, calls the activities of dynamoconn on
// them, and prints what it does.
//
//	go run ./examples/quickstart
//
// By default it runs on a DynamoDB in memory (package dynamoconntest), which needs
// nothing but Go. With -endpoint local it starts a DynamoDB Local, which needs Java 17
// or Docker. With -endpoint http://localhost:8000 it uses a running server. With
// -endpoint aws it uses the real DynamoDB and the credentials that the AWS SDK finds,
// and a run costs less than a cent. It creates a table with a random name and deletes
// it at the end.
package main

import (
	"context"
	"encoding/json"
	"errors"
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
	flags, target := demo.NewFlagSet("quickstart", stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	// Your own program often needs no option: New finds region and credentials where
	// the AWS SDK finds them.
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config))
	if err != nil {
		return err
	}
	table := fmt.Sprintf("dynamoconn-quickstart-%04x", rand.N(1<<16))
	if err := createTable(ctx, db, table); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\nCreated the table %s.\n", db, table)
	defer func() {
		deleteErr := db.DeleteTable(ctx, table)
		if deleteErr == nil {
			fmt.Fprintf(stdout, "\nDeleted the table %s.\n", table)
		}
		err = errors.Join(err, deleteErr)
	}()

	tour := tour{client: client, table: table, out: stdout}
	for _, step := range []func(context.Context) error{
		tour.batchWrite, tour.listTables, tour.describeTable, tour.getItem,
		tour.putItem, tour.scan, tour.query, tour.batchGet, tour.deleteItem,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// createTable creates a table whose key is a country and a number within the country.
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
