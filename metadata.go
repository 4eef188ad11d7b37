package dynamoconn

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ResponseMetadata describes the requests behind a response. Every response has it.
type ResponseMetadata struct {
	// RequestIDs are DynamoDB's IDs of the requests that it answered, oldest first: AWS
	// support asks for them. A call over many pages has many.
	RequestIDs []string
	// Attempts is the number of HTTP requests that the call made, including those that were
	// sent again.
	Attempts int
	// ConsumedCapacity is what the call used, added up for each table and sorted by
	// its name. It is nil unless the call was given [WithConsumedCapacity].
	ConsumedCapacity []ConsumedCapacity
}

// ConsumedCapacity is the throughput that a call used on one table, in capacity
// units.
type ConsumedCapacity struct {
	// TableName is the table.
	TableName string
	// CapacityUnits is the sum over the table and its indexes.
	CapacityUnits float64
	// TableCapacityUnits is the part of the table itself.
	TableCapacityUnits float64
	// GlobalSecondaryIndexes is the part of each global index, by its name, and nil
	// if there is none.
	GlobalSecondaryIndexes map[string]float64
	// LocalSecondaryIndexes is the part of each local index, by its name, and nil if
	// there is none.
	LocalSecondaryIndexes map[string]float64
}

// capacityOf returns what an API action on one table reports, in the form in which an action
// on several tables does.
func capacityOf(used *types.ConsumedCapacity) []types.ConsumedCapacity {
	if used == nil {
		return nil
	}
	return []types.ConsumedCapacity{*used}
}

// consume adds what one answer reports.
func (m *ResponseMetadata) consume(reported ...types.ConsumedCapacity) {
	for _, used := range reported {
		name := deref(used.TableName)
		i, found := slices.BinarySearchFunc(m.ConsumedCapacity, name, func(c ConsumedCapacity, name string) int {
			return cmp.Compare(c.TableName, name)
		})
		if !found {
			m.ConsumedCapacity = slices.Insert(m.ConsumedCapacity, i, ConsumedCapacity{TableName: name})
		}
		sum := &m.ConsumedCapacity[i]
		sum.CapacityUnits += deref(used.CapacityUnits)
		if used.Table != nil {
			sum.TableCapacityUnits += deref(used.Table.CapacityUnits)
		}
		sum.GlobalSecondaryIndexes = addUnits(sum.GlobalSecondaryIndexes, used.GlobalSecondaryIndexes)
		sum.LocalSecondaryIndexes = addUnits(sum.LocalSecondaryIndexes, used.LocalSecondaryIndexes)
	}
}

func addUnits(sum map[string]float64, used map[string]types.Capacity) map[string]float64 {
	if len(used) > 0 && sum == nil {
		sum = make(map[string]float64, len(used))
	}
	for index, capacity := range used {
		sum[index] += deref(capacity.CapacityUnits)
	}
	return sum
}

// clone returns a copy that shares nothing with m.
func (m *ResponseMetadata) clone() ResponseMetadata {
	clone := ResponseMetadata{RequestIDs: slices.Clone(m.RequestIDs), Attempts: m.Attempts, ConsumedCapacity: slices.Clone(m.ConsumedCapacity)}
	for i := range clone.ConsumedCapacity {
		used := &clone.ConsumedCapacity[i]
		used.GlobalSecondaryIndexes = maps.Clone(used.GlobalSecondaryIndexes)
		used.LocalSecondaryIndexes = maps.Clone(used.LocalSecondaryIndexes)
	}
	return clone
}
