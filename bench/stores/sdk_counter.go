package stores

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type sdkCounters struct {
	db    *dynamodb.Client
	table string
}

func (s sdkCounters) Add(ctx context.Context, id string, n int) (sum int, err error) {
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                &s.table,
		Key:                      map[string]types.AttributeValue{"ID": &types.AttributeValueMemberS{Value: id}},
		UpdateExpression:         aws.String("ADD #sum :n"),
		ExpressionAttributeNames: map[string]string{"#sum": "Sum"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
		},
		ReturnValues: types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, err
	}
	err = attributevalue.Unmarshal(out.Attributes["Sum"], &sum)
	return sum, err
}
