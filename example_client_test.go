package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// musicClient returns a client of a DynamoDB in memory with a table of three songs.
// In a test it is shorter: dynamoconntest.NewClient(t, tables...).
func musicClient() *dynamoconn.Client {
	db := dynamoconntest.New()
	err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle"})
	if err != nil {
		log.Fatal(err)
	}
	song := func(artist, title string, year int64) dynamoconn.Item {
		return dynamoconn.Item{
			dynamoconn.String("Artist", artist), dynamoconn.String("SongTitle", title), dynamoconn.Long("Year", year),
		}
	}
	err = db.Load("Music",
		song("Acme Band", "Happy Day", 1999),
		song("Acme Band", "PartiQL Rocks", 2021),
		song("No One You Know", "Call Me Today", 2004))
	if err != nil {
		log.Fatal(err)
	}
	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithHTTPClient(db.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleNew() {
	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionEUCentral1),
		dynamoconn.WithEndpoint("http://localhost:8000"),        // without it: the region's own
		dynamoconn.WithStaticCredentials("local", "secret", ""), // without it: where the SDK finds them
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client) // shows no credentials
	// Output: dynamoconn.Client(eu-central-1, http://localhost:8000)
}

func ExampleClient_ListTables() {
	client := musicClient()

	resp, err := client.ListTables(context.Background(), dynamoconn.ListTablesRequest{})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range resp.ListTables {
		fmt.Println(t.Name)
	}
	// Output: Music
}

func ExampleClient_Tables() {
	client := musicClient()

	// The loop reads on, page by page, until it is broken off.
	for t, err := range client.Tables(context.Background(), dynamoconn.ListTablesRequest{}) {
		if err != nil {
			log.Fatal(err)
		}
		if t.Name == "Music" {
			fmt.Println("found")
			break
		}
	}
	// Output: found
}

func ExampleClient_DescribeTable() {
	client := musicClient()

	description, err := client.DescribeTable(context.Background(), dynamoconn.DescribeTableRequest{TableName: "Music"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(description.TableStatus, description.BillingMode, description.ItemCount)
	for _, element := range description.KeySchemaElements {
		fmt.Println(element.Key, "is", element.KeyType.Caption())
	}
	// Output:
	// ACTIVE PAY_PER_REQUEST 3
	// Artist is HASH (partition)
	// SongTitle is RANGE (sort)
}

func ExampleClient_Scan() {
	client := musicClient()

	resp, err := client.Scan(context.Background(), dynamoconn.ScanTableRequest{
		TableName: "Music",
		Conditions: []dynamoconn.Condition{{
			Key:                "Year",
			ComparisonOperator: dynamoconn.ComparisonOperatorBetween,
			Values:             []dynamoconn.KeyValue{dynamoconn.Long("", 1990), dynamoconn.Long("", 2010)},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Count, "of", resp.ScannedCount)
	for _, song := range resp.Items {
		title, err := dynamoconn.Value[string](song, "SongTitle")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(title)
	}
	// Unordered output:
	// 2 of 3
	// Happy Day
	// Call Me Today
}

func ExampleClient_Scan_resume() {
	client := musicClient()

	req := dynamoconn.ScanTableRequest{TableName: "Music", MaxItems: 2}
	for !req.Checkpoint.Done() {
		resp, err := client.Scan(context.Background(), req)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Count, "songs")
		req.Checkpoint = resp.Checkpoint // may be kept for another day
	}
	// Output:
	// 2 songs
	// 1 songs
}

func ExampleClient_ScanPages() {
	client := musicClient()

	saved, _ := dynamoconn.ScanCheckpoint{}.MarshalText() // or from a file
	for interrupted := true; interrupted; {
		req := dynamoconn.ScanTableRequest{TableName: "Music", Limit: 2}
		if err := req.Checkpoint.UnmarshalText(saved); err != nil {
			log.Fatal(err)
		}
		interrupted = false
		for page, err := range client.ScanPages(context.Background(), req) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(page.Count, "songs,", page.Checkpoint)
			saved, _ = page.Checkpoint.MarshalText()
			if !page.Checkpoint.Done() {
				interrupted = true
				break
			}
		}
	}
	// Output:
	// 2 songs, Music in us-east-1: at a key
	// 1 songs, Music in us-east-1: done
}

func ExampleClient_ScanItems() {
	client := musicClient()

	for song, err := range client.ScanItems(context.Background(), dynamoconn.ScanTableRequest{TableName: "Music"}) {
		if err != nil {
			log.Fatal(err)
		}
		year, err := dynamoconn.Value[int64](song, "Year")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(year)
	}
	// Unordered output:
	// 1999
	// 2004
	// 2021
}

func ExampleClient_ScanPage() {
	client := musicClient()

	resp, err := client.ScanPage(context.Background(), dynamoconn.ScanTableRequest{TableName: "Music", Limit: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(resp.Items), "read, more to come:", resp.LastEvaluatedKey != nil)
	// Output: 2 read, more to come: true
}

func ExampleClient_GetItem() {
	client := musicClient()

	resp, err := client.GetItem(context.Background(), dynamoconn.GetItemRequest{
		TableName: "Music",
		Item: dynamoconn.Item{ // the key
			dynamoconn.String("Artist", "Acme Band"),
			dynamoconn.String("SongTitle", "Happy Day"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if resp.Item == nil {
		fmt.Println("no such song")
		return
	}
	year, err := dynamoconn.Value[int64](resp.Item, "Year")
	fmt.Println(year, err)
	// Output: 1999 <nil>
}

func ExampleClient_PutItem() {
	client := musicClient()

	resp, err := client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Music",
		Item: dynamoconn.Item{
			dynamoconn.String("Artist", "Acme Band"),
			dynamoconn.String("SongTitle", "Look Out, World"),
			dynamoconn.Decimal("Price", dynamoconn.MustNumber("0.99")),
			dynamoconn.StringSet("Genres", "Rock", "Country"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.RequestID != "")
	// Output: true
}

func ExampleClient_PutItem_condition() {
	client := musicClient()

	_, err := client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Music",
		Item: dynamoconn.Item{
			dynamoconn.String("Artist", "Acme Band"),
			dynamoconn.String("SongTitle", "Happy Day"),
		},
		ConditionExpression:          "attribute_not_exists(Artist)",
		ReturnItemOnConditionFailure: true,
	})
	var e *dynamoconn.Error
	if errors.Is(err, dynamoconn.ErrConditionFailed) && errors.As(err, &e) {
		year, _ := dynamoconn.Value[int64](e.Item(), "Year")
		fmt.Println("there already, from", year)
	}
	// Output: there already, from 1999
}

func ExampleClient_DeleteItem() {
	client := musicClient()

	resp, err := client.DeleteItem(context.Background(), dynamoconn.DeleteItemRequest{
		TableName: "Music",
		Item: dynamoconn.Item{ // the key
			dynamoconn.String("Artist", "Acme Band"),
			dynamoconn.String("SongTitle", "Happy Day"),
		},
		ConditionExpression:       "#y < :y",
		ExpressionAttributeNames:  map[string]string{"#y": "Year"}, // a reserved word
		ExpressionAttributeValues: dynamoconn.Item{dynamoconn.Long(":y", 2000)},
		ReturnOldItem:             true,
	})
	if err != nil {
		log.Fatal(err)
	}
	year, err := dynamoconn.Value[int64](resp.OldItem, "Year")
	fmt.Println("deleted a song from", year, err)
	// Output: deleted a song from 1999 <nil>
}

func ExampleClient_BatchGet() {
	client := musicClient()

	key := func(artist, title string) dynamoconn.Item {
		return dynamoconn.Item{dynamoconn.String("Artist", artist), dynamoconn.String("SongTitle", title)}
	}
	resp, err := client.BatchGet(context.Background(), dynamoconn.BatchGetItemRequest{
		RequestTables: []dynamoconn.RequestTable{{
			Name: "Music",
			Keys: []dynamoconn.Item{
				key("No One You Know", "Call Me Today"),
				key("No One You Know", "Never Written"),
				key("Acme Band", "Happy Day"),
			},
			Attributes: []string{"Year"},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for i, song := range resp.ResponseTables[0].Items { // in the order of the keys
		year, err := dynamoconn.Value[int64](song, "Year")
		fmt.Println(i, year, errors.Is(err, dynamoconn.ErrMissing))
	}
	// Output:
	// 0 2004 false
	// 1 0 true
	// 2 1999 false
}

func ExampleClient_BatchWrite() {
	client := musicClient()

	var songs []dynamoconn.Item
	for i := range 100 { // any number
		songs = append(songs, dynamoconn.Item{
			dynamoconn.String("Artist", "The Counters"),
			dynamoconn.String("SongTitle", fmt.Sprint("Part ", i)),
		})
	}
	resp, err := client.BatchWrite(context.Background(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{
			dynamoconn.TableWithItemsToAdd("Music", songs...),
			dynamoconn.TableWithItemsToDelete("Music", songs[0], songs[1]), // after the puts
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Written, "writes")
	// Output: 102 writes
}

func ExampleBatchWriteError() {
	client := musicClient()

	resp, err := client.BatchWrite(context.Background(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music",
			dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Short")},
			dynamoconn.Item{
				dynamoconn.String("Artist", "Acme Band"), dynamoconn.String("SongTitle", "Long"),
				dynamoconn.String("Lyrics", strings.Repeat("la ", 200_000)),
			},
		)},
	})
	var unfinished *dynamoconn.BatchWriteError
	if !errors.As(err, &unfinished) {
		log.Fatal(err) // nil, or nothing was sent
	}
	fmt.Println(resp.Written, "written")
	for _, failure := range unfinished.Failures {
		title, _ := dynamoconn.Value[string](failure.Write().ItemToAdd, "SongTitle")
		fmt.Println(title, failure.Outcome, errors.Is(failure.Err, dynamoconn.ErrItemTooLarge))
	}
	// Later, the rest: client.BatchWrite(ctx, unfinished.Remaining())
	fmt.Println(len(unfinished.Remaining().Tables), "tables to send again")
	// Output:
	// 1 written
	// Long refused true
	// 0 tables to send again
}

func ExampleInRegion() {
	client := musicClient() // its own region is us-east-1

	_, err := client.DescribeTable(context.Background(), dynamoconn.DescribeTableRequest{TableName: "Nowhere"},
		dynamoconn.InRegion(dynamoconn.RegionEUWest3))
	var e *dynamoconn.Error
	if errors.As(err, &e) {
		fmt.Println(e.Region.Caption(), errors.Is(err, dynamoconn.ErrTableNotFound))
	}
	// Output: Europe (Paris) true
}

// losingClient returns a client of a DynamoDB in memory with an empty table, which
// carries out the first n writes and loses their answers.
func losingClient(n int) *dynamoconn.Client {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Orders", PartitionKey: "ID"}); err != nil {
		log.Fatal(err)
	}
	db.Inject(dynamoconntest.Fault{Times: n, Effect: dynamoconntest.LoseAnswer()})
	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithHTTPClient(db.HTTPClient()),
		dynamoconn.WithMaxAttempts(2))
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleExactlyOnce() {
	client := losingClient(1) // the answer to the first attempt

	put := dynamoconn.PutItemRequest{
		TableName:           "Orders",
		Item:                dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.Long("Total", 250)},
		ConditionExpression: "attribute_not_exists(ID)",
	}
	resp, err := client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(""))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("put in", resp.Attempts, "attempts")

	_, err = client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce("")) // another put
	fmt.Println(errors.Is(err, dynamoconn.ErrConditionFailed))
	// Output:
	// put in 2 attempts
	// true
}

// A write in doubt is sent again with its token, within 10 minutes.
func ExampleExactlyOnce_again() {
	client := losingClient(2) // as many as there are attempts

	put := dynamoconn.PutItemRequest{
		TableName:           "Orders",
		Item:                dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.Long("Total", 250)},
		ConditionExpression: "attribute_not_exists(ID)",
	}
	_, err := client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(""))
	var e *dynamoconn.Error
	if errors.As(err, &e) && errors.Is(err, dynamoconn.ErrAmbiguous) {
		fmt.Println("in doubt after", e.Attempts, "attempts")
		_, err = client.PutItem(context.Background(), put, dynamoconn.ExactlyOnce(e.Token))
	}
	fmt.Println(err)
	// Output:
	// in doubt after 2 attempts
	// <nil>
}

func ExampleSendOnce() {
	client := losingClient(1)
	ctx := context.Background()

	order := dynamoconn.Item{dynamoconn.String("ID", "A1"), dynamoconn.String("Clerk", "Ann"), dynamoconn.Long("Total", 250)}
	_, err := client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Orders", Item: order}, dynamoconn.SendOnce())
	if !errors.Is(err, dynamoconn.ErrAmbiguous) {
		log.Fatal(err) // nil, or certainly not written
	}
	// The order may be there, and another clerk may have changed it since: a look
	// before anything is written over it.
	now, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Orders", Item: order.Pick("ID"), IsConsistentRead: true})
	if err != nil {
		log.Fatal(err)
	}
	clerk, err := dynamoconn.Value[string](now.Item, "Clerk")
	fmt.Println("written by", clerk, err)
	// Output: written by Ann <nil>
}

// An ID that only this write has tells it from all others.
func ExamplePutItemRequest_itemIsUnique() {
	client := losingClient(1)

	resp, err := client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Orders",
		Item: dynamoconn.Item{
			dynamoconn.String("ID", "A1"),
			dynamoconn.String("WriteID", "6f1b3c9d"), // drawn anew for each write
		},
		ConditionExpression: "attribute_not_exists(ID)",
		ItemIsUnique:        true,
	})
	if err != nil {
		log.Fatal(err) // without ItemIsUnique: outcome unknown
	}
	fmt.Println("put in", resp.Attempts, "attempts")
	// Output: put in 2 attempts
}

func ExampleWithHook() {
	db := dynamoconntest.New()
	if err := db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}); err != nil {
		log.Fatal(err)
	}
	// The first request is throttled.
	db.Inject(dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "")})

	client, err := dynamoconn.New(context.Background(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
		dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithHTTPClient(db.HTTPClient()),
		dynamoconn.WithHook(dynamoconn.Hook{
			Attempt: func(_ context.Context, attempt dynamoconn.AttemptEvent) {
				fmt.Println("attempt", attempt.Number, "of", attempt.Action, attempt.Status, attempt.Outcome)
			},
			Call: func(_ context.Context, call dynamoconn.CallEvent) {
				fmt.Println(call.Activity, call.TableName, call.Outcome, "after", call.Attempts, "attempts")
				fmt.Println("waited:", call.Wait > 0, "units:", call.ConsumedCapacity[0].CapacityUnits)
			},
		}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutItem(context.Background(), dynamoconn.PutItemRequest{
		TableName: "Music",
		Item:      dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")},
	}, dynamoconn.WithConsumedCapacity())
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// attempt 1 of PutItem 400 not done
	// attempt 2 of PutItem 200 applied
	// PutItem Music applied after 2 attempts
	// waited: true units: 1
}

// What this package has no activity for goes through the SDK's client, with the attempts,
// credentials and hooks of this one.
func ExampleClient_SDK() {
	client := musicClient()

	limits, err := client.SDK("").DescribeLimits(context.Background(), &dynamodb.DescribeLimitsInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*limits.TableMaxReadCapacityUnits)
	// Output: 40000
}

func ExampleClassify() {
	client := musicClient()

	_, err := client.SDK(dynamoconn.RegionEUWest1).DescribeContinuousBackups(context.Background(), &dynamodb.DescribeContinuousBackupsInput{
		TableName: aws.String("Films"),
	})
	err = dynamoconn.Classify(err)
	var e *dynamoconn.Error
	if errors.As(err, &e) {
		fmt.Println(e.Activity, e.TableName, e.Region, e.Attempts)
	}
	fmt.Println(errors.Is(err, dynamoconn.ErrTableNotFound))
	// Output:
	// DescribeContinuousBackups Films eu-west-1 1
	// true
}
