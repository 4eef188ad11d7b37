package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn"
)

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
