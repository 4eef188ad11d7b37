package dynamoconn_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

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
