package dynamoconntest_test

import (
	"fmt"
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

// newMatches is a table Match (id S) with the index byRound, whose partition key
// is tournament S and region S and whose sort key is round N, bracket S and id S.
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

func TestAGlobalIndexMayHaveSeveralAttributesInEachKey(t *testing.T) {
	t.Parallel()
	c, in := newMatches(t)
	_, err := c.CreateTable(t.Context(), in)
	require.NoError(t, err)
	described, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: in.TableName})
	require.NoError(t, err)
	assert.Equal(t, in.GlobalSecondaryIndexes[0].KeySchema, described.Table.GlobalSecondaryIndexes[0].KeySchema)

	for i, region := range []string{"EAST", "WEST"} {
		for round := range 3 {
			for _, bracket := range []string{"lower", "upper"} {
				_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: in.TableName, Item: item{
					"id": str(fmt.Sprint(i, round, bracket)), "tournament": str("W"), "region": str(region), "round": num(round * 9), "bracket": str(bracket), "rest": num(1),
				}})
				require.NoError(t, err)
			}
		}
	}
	// Without one of the key's attributes an item is not in the index.
	_, err = c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: in.TableName, Item: item{"id": str("sparse"), "tournament": str("W"), "region": str("EAST"), "round": num(1)}})
	require.NoError(t, err)

	values := item{":t": str("W"), ":r": str("EAST"), ":n": num(9), ":m": num(18), ":b": str("upper"), ":i": str("1")}
	const whole = "tournament = :t AND #r = :r"
	query := func(condition string, backward bool) ([]string, error) {
		used := item{}
		for name, v := range values {
			for i := 0; i+1 < len(condition); i++ {
				if condition[i:i+2] == name {
					used[name] = v
				}
			}
		}
		var ids []string
		q := &dynamodb.QueryInput{
			TableName: in.TableName, IndexName: aws.String("byRound"), KeyConditionExpression: aws.String(condition), ExpressionAttributeValues: used,
			ScanIndexForward: aws.Bool(!backward), Limit: aws.Int32(1),
		}
		names := map[string]string{"#r": "region"}
		q.ExpressionAttributeNames = names
		for p := dynamodb.NewQueryPaginator(c, q); p.HasMorePages(); {
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
	east := []string{"00lower", "00upper", "01lower", "01upper", "02lower", "02upper"}
	for i, id := range east {
		east[i] = fmt.Sprint(0, int(id[1]-'0'), id[2:])
	}
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
		for _, backward := range []bool{false, true} {
			got, err := query(condition, backward)
			require.NoError(t, err, condition)
			var expected []string
			for k := range want {
				if backward {
					k = len(want) - 1 - k
				}
				expected = append(expected, want[k])
			}
			assert.Equal(t, expected, got, condition)
		}
	}
	for _, condition := range []string{
		"tournament = :t",                          // not the whole partition key
		"tournament = :t AND #r > :r",              // no range on it
		whole + " AND bracket = :b",                // round is left out
		whole + " AND round > :n AND bracket = :b", // a range before the last one
		whole + " AND rest = :n",                   // no key attribute
	} {
		_, err := query(condition, false)
		assert.Equal(t, "ValidationException", errorCode(err), condition)
	}
	scanned, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: in.TableName, IndexName: aws.String("byRound")})
	require.NoError(t, err)
	assert.Len(t, scanned.Items, 12)
}

func TestKeysOfTooManyAttributesAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(in *dynamodb.CreateTableInput){
		"a table": func(in *dynamodb.CreateTableInput) { in.KeySchema = keySchema("HASH", "id", "region") },
		"five in a partition key": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = keySchema("HASH", "tournament", "region", "round", "bracket", "id")
		},
		"hash after range": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = append(keySchema("RANGE", "region"), keySchema("HASH", "tournament")...)
		},
		"hash after a range": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].KeySchema = append(append(keySchema("HASH", "tournament"), keySchema("RANGE", "round")...), keySchema("HASH", "region")...)
		},
		"one twice": func(in *dynamodb.CreateTableInput) {
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
