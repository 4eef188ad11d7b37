package dynamoconntest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func keySchema(kind types.KeyType, names ...string) []types.KeySchemaElement {
	var out []types.KeySchemaElement
	for _, n := range names {
		out = append(out, types.KeySchemaElement{AttributeName: aws.String(n), KeyType: kind})
	}
	return out
}

// newMatches returns the input that creates a table Match (id S). Its index byRound
// has the partition key tournament S, region S and the sort key round N, bracket S,
// id S.
func newMatches(t *testing.T) (*dynamodb.Client, *dynamodb.CreateTableInput) {
	t.Helper()
	var defs []types.AttributeDefinition
	for _, name := range []string{"id", "tournament", "region", "round", "bracket"} {
		kind := types.ScalarAttributeTypeS
		if name == "round" {
			kind = types.ScalarAttributeTypeN
		}
		defs = append(defs, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: kind})
	}
	in := &dynamodb.CreateTableInput{
		TableName: aws.String("Match"), BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: defs, KeySchema: keySchema("HASH", "id"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("byRound"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			KeySchema: append(keySchema("HASH", "tournament", "region"), keySchema("RANGE", "round", "bracket", "id")...),
		}},
	}
	return dynamoconntest.New().SDKClient(), in
}

// putMatches puts twelve items into the index byRound, and one that is not in it
// because it lacks an attribute of the key. It returns the IDs of region EAST in
// the order of the index.
func putMatches(t *testing.T, c *dynamodb.Client) (east []string) {
	t.Helper()
	put := func(it item) {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Match"), Item: it})
		require.NoError(t, err)
	}
	for _, region := range []string{"EAST", "WEST"} {
		for round := range 3 {
			for _, bracket := range []string{"lower", "upper"} {
				id := fmt.Sprint(region, round, bracket)
				if region == "EAST" {
					east = append(east, id)
				}
				put(item{"id": str(id), "tournament": str("W"), "region": str(region), "round": num(round * 9), "bracket": str(bracket), "rest": num(1)})
			}
		}
	}
	put(item{"id": str("sparse"), "tournament": str("W"), "region": str("EAST"), "round": num(1)})
	return east
}

// queryMatches returns the IDs that a query of byRound finds.
func queryMatches(t *testing.T, c *dynamodb.Client, condition string, backward bool) ([]string, error) {
	t.Helper()
	values := item{}
	for name, v := range (item{":t": str("W"), ":r": str("EAST"), ":n": num(9), ":m": num(18), ":b": str("upper"), ":i": str("F")}) {
		if strings.Contains(condition, name) {
			values[name] = v
		}
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String("Match"), IndexName: aws.String("byRound"), KeyConditionExpression: aws.String(condition), ExpressionAttributeValues: values,
		ExpressionAttributeNames: map[string]string{"#r": "region"}, ScanIndexForward: aws.Bool(!backward), Limit: aws.Int32(1),
	}
	var ids []string
	for p := dynamodb.NewQueryPaginator(c, in); p.HasMorePages(); {
		page, err := p.NextPage(t.Context())
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			assert.Len(t, it, 5, "keys only")
			ids = append(ids, it["id"].(*types.AttributeValueMemberS).Value)
		}
	}
	return ids, nil
}

func TestGlobalIndexWithSeveralKeyAttributes(t *testing.T) {
	t.Parallel()
	c, in := newMatches(t)
	_, err := c.CreateTable(t.Context(), in)
	require.NoError(t, err)
	described, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: in.TableName})
	require.NoError(t, err)
	assert.Equal(t, in.GlobalSecondaryIndexes[0].KeySchema, described.Table.GlobalSecondaryIndexes[0].KeySchema)
	east := putMatches(t, c)
	const whole = "tournament = :t AND #r = :r"
	for condition, want := range map[string][]string{
		whole:                                                  east,
		"#r = :r AND tournament = :t":                          east,
		whole + " AND round = :n":                              east[2:4],
		whole + " AND round > :n":                              east[4:],
		whole + " AND round BETWEEN :n AND :m":                 east[2:],
		whole + " AND round = :n AND bracket = :b":             east[3:4],
		whole + " AND round = :n AND bracket < :b":             east[2:3],
		whole + " AND bracket >= :b AND round = :n":            east[3:4],
		whole + " AND round = :n AND begins_with(bracket, :b)": east[3:4],
		whole + " AND round = :n AND bracket = :b AND id < :i": east[3:4],
		whole + " AND round = :n AND bracket = :b AND id > :i": nil,
	} {
		got, err := queryMatches(t, c, condition, false)
		require.NoError(t, err, condition)
		assert.Equal(t, want, got, condition)
		got, err = queryMatches(t, c, condition, true)
		require.NoError(t, err, condition)
		slices.Reverse(got)
		assert.Equal(t, want, got, "%s, backward", condition)
	}
	for _, condition := range []string{
		"tournament = :t",                          // not the whole partition key
		"tournament = :t AND #r > :r",              // a range on the partition key
		whole + " AND bracket = :b",                // no condition on round
		whole + " AND round > :n AND bracket = :b", // a range that is not the last condition
		whole + " AND rest = :n",                   // not a key attribute
	} {
		_, err := queryMatches(t, c, condition, false)
		assert.Equal(t, "ValidationException", errorCode(err), condition)
	}
	scanned, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: in.TableName, IndexName: aws.String("byRound")})
	require.NoError(t, err)
	assert.Len(t, scanned.Items, 12)
}

func TestInvalidKeysOfSeveralAttributesAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(in *dynamodb.CreateTableInput){
		"two partition keys of a table": func(in *dynamodb.CreateTableInput) { in.KeySchema = keySchema("HASH", "id", "region") },
		"five attributes in a partition key": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = keySchema("HASH", "tournament", "region", "round", "bracket", "id")
		},
		"RANGE before HASH": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = append(keySchema("RANGE", "region"), keySchema("HASH", "tournament")...)
		},
		"RANGE between two HASH": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = append(append(keySchema("HASH", "tournament"), keySchema("RANGE", "round")...), keySchema("HASH", "region")...)
		},
		"an attribute twice": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = append(keySchema("HASH", "tournament", "region"), keySchema("RANGE", "region")...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, in := newMatches(t)
			test(in)
			_, err := c.CreateTable(t.Context(), in)
			require.Equal(t, "ValidationException", errorCode(err))
		})
	}
}
