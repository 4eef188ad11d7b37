package dynamoconn

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
)

func units(total, table float64, indexes map[string]float64) types.ConsumedCapacity {
	used := types.ConsumedCapacity{
		TableName: aws.String("Music"), CapacityUnits: aws.Float64(total), WriteCapacityUnits: aws.Float64(total), Table: &types.Capacity{CapacityUnits: aws.Float64(table)},
	}
	for name, n := range indexes {
		if used.GlobalSecondaryIndexes == nil {
			used.GlobalSecondaryIndexes = map[string]types.Capacity{}
			used.LocalSecondaryIndexes = map[string]types.Capacity{}
		}
		used.GlobalSecondaryIndexes[name] = types.Capacity{CapacityUnits: aws.Float64(n)}
		used.LocalSecondaryIndexes["local"+name] = types.Capacity{CapacityUnits: aws.Float64(2 * n)}
	}
	return used
}

func TestConsumedCapacityIsAddedUpByTable(t *testing.T) {
	t.Parallel()
	var m ResponseMetadata
	m.consume()
	assert.Equal(t, ResponseMetadata{}, m)

	films := types.ConsumedCapacity{TableName: aws.String("Films"), CapacityUnits: aws.Float64(0.5), ReadCapacityUnits: aws.Float64(0.5)}
	m.consume(units(4, 1, map[string]float64{"A": 1, "B": 2}), films)
	m.consume(units(2, 2, nil), types.ConsumedCapacity{TableName: aws.String("Zoo")})
	m.consume(units(3, 1.5, map[string]float64{"A": 1.5}))
	assert.Equal(t, []ConsumedCapacity{
		{TableName: "Films", Capacity: Capacity{CapacityUnits: 0.5, ReadCapacityUnits: 0.5}},
		{
			TableName: "Music", Capacity: Capacity{CapacityUnits: 9, WriteCapacityUnits: 9}, Table: Capacity{CapacityUnits: 4.5},
			GlobalSecondaryIndexes: map[string]Capacity{"A": {CapacityUnits: 2.5}, "B": {CapacityUnits: 2}},
			LocalSecondaryIndexes:  map[string]Capacity{"localA": {CapacityUnits: 5}, "localB": {CapacityUnits: 4}},
		},
		{TableName: "Zoo"},
	}, m.ConsumedCapacity)
}

func TestConsumedCapacityWithoutFiguresIsZero(t *testing.T) {
	t.Parallel()
	var m ResponseMetadata
	m.consume(types.ConsumedCapacity{}, types.ConsumedCapacity{
		Table:                  &types.Capacity{},
		GlobalSecondaryIndexes: map[string]types.Capacity{"A": {}},
	})
	assert.Equal(t, []ConsumedCapacity{{GlobalSecondaryIndexes: map[string]Capacity{"A": {}}}}, m.ConsumedCapacity)
}

func TestResponseMetadataCloneSharesNothing(t *testing.T) {
	t.Parallel()
	build := func() ResponseMetadata {
		m := ResponseMetadata{RequestIDs: []string{"1", "2"}, Attempts: 3}
		m.consume(units(4, 1, map[string]float64{"A": 1}))
		return m
	}
	m := build()
	clone := m.clone()
	assert.Equal(t, m, clone)
	clone.RequestIDs[0] = "changed"
	clone.ConsumedCapacity[0].GlobalSecondaryIndexes["A"] = Capacity{CapacityUnits: 99}
	clone.ConsumedCapacity[0].LocalSecondaryIndexes["localA"] = Capacity{CapacityUnits: 99}
	clone.ConsumedCapacity[0].TableName = "changed"
	assert.Equal(t, build(), m)

	assert.Equal(t, ResponseMetadata{}, (&ResponseMetadata{}).clone())
}

func TestDeref(t *testing.T) {
	t.Parallel()
	assert.Empty(t, deref[string](nil))
	assert.Equal(t, "x", deref(aws.String("x")))
}
