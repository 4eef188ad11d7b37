package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func ExampleClient_CreateTable() {
	ctx, client := context.Background(), musicClient()

	_, err := client.CreateTable(ctx, dynamoconn.CreateTableRequest{
		TableName:    "Concerts",
		PartitionKey: dynamoconn.StringKey("Artist"),
		SortKey:      dynamoconn.NumberKey("Day"),
		GlobalSecondaryIndexes: []dynamoconn.GlobalSecondaryIndex{{
			IndexName:    "ByPlace",
			PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.StringKey("Country"), dynamoconn.StringKey("City")},
			SortKey:      []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Day")},
		}},
		TimeToLiveAttribute: "Expires",
		Tags:                map[string]string{"Team": "Charts"},
	})
	if err != nil && !errors.Is(err, dynamoconn.ErrTableExists) {
		log.Fatal(err)
	}
	description, err := client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Concerts"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(description.TableStatus, description.BillingMode, description.KeyNames())
	for _, element := range description.GlobalSecondaryIndexes[0].KeySchemaElements {
		fmt.Println(element.Key, "is", element.KeyType.Caption())
	}
	// Output:
	// ACTIVE PAY_PER_REQUEST [Artist Day]
	// Country is HASH (partition)
	// City is HASH (partition)
	// Day is RANGE (sort)
}

func ExampleClient_UpdateTable() {
	ctx, client := context.Background(), musicClient()

	_, err := client.UpdateTable(ctx, dynamoconn.UpdateTableRequest{
		TableName: "Music",
		CreateIndex: &dynamoconn.GlobalSecondaryIndex{
			IndexName:        "ByYear",
			PartitionKey:     []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")},
			NonKeyAttributes: []string{"Price"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	description, err := client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Music"})
	if err != nil {
		log.Fatal(err)
	}
	index := description.GlobalSecondaryIndexes[0]
	fmt.Println(index.IndexName, index.IndexStatus, index.ProjectionType, index.NonKeyAttributes)
	// Output: ByYear ACTIVE INCLUDE [Price]
}

func ExampleClient_WatchTable() {
	ctx, client := context.Background(), musicClient()

	for table, err := range client.WatchTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Music"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(table.Name, table.TableStatus, table.IsReady())
	}
	// Output: Music ACTIVE true
}

func ExampleClient_DeleteTable() {
	ctx, client := context.Background(), musicClient()

	_, err := client.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: "Music"})
	if err != nil && !errors.Is(err, dynamoconn.ErrTableNotFound) {
		log.Fatal(err)
	}
	_, err = client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Music", Deleted: true})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
	fmt.Println(errors.Is(err, dynamoconn.ErrTableNotFound))
	// Output: true
}

func ExampleClient_UpdateTimeToLive() {
	ctx, client := context.Background(), musicClient()

	_, err := client.UpdateTimeToLive(ctx, dynamoconn.UpdateTimeToLiveRequest{TableName: "Music", AttributeName: "Expires"})
	if err != nil {
		log.Fatal(err)
	}
	description, err := client.DescribeTimeToLive(ctx, dynamoconn.DescribeTimeToLiveRequest{TableName: "Music"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(description.AttributeName, description.TimeToLiveStatus)
	// Output: Expires ENABLED
}

func ExampleClient_TagTable() {
	ctx, client := context.Background(), musicClient()

	table, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.TagTable(ctx, dynamoconn.TagTableRequest{TableARN: table.TableARN, Tags: map[string]string{"Team": "Charts"}})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.ListTags(ctx, dynamoconn.ListTagsRequest{TableARN: table.TableARN})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Tags)
	// Output: map[Team:Charts]
}

func ExampleClient_CheckTable() {
	client := musicClient()

	// At the start of a program: nothing is read or written.
	check, err := client.CheckTable(context.Background(), dynamoconn.CheckTableRequest{
		TableName: "Music",
		Actions:   []string{"GetItem", "PutItem"},
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(check)
	// Output:
	// table "Music" in us-east-1
	// ok      connection
	// ok      credentials
	// ok      DescribeTable
	// ok      table           ACTIVE, key Artist, SongTitle
	// ok      GetItem
	// ok      PutItem
}

func ExampleWithTablePrefix() {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "dev-Music", PartitionKey: "Artist"}); err != nil {
		log.Fatal(err)
	}
	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithHTTPClient(db.HTTPClient()),
		dynamoconn.WithTablePrefix("dev-")) // from the program's configuration
	if err != nil {
		log.Fatal(err)
	}
	table, err := client.DescribeTable(context.Background(), dynamoconn.DescribeTableRequest{TableName: "Music"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(table.Name, "is", table.TableARN)
	// Output: Music is arn:aws:dynamodb:us-east-1:000000000000:table/dev-Music
}
