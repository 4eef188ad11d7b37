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

// ConsumedCapacity is the throughput that a call used on one table.
type ConsumedCapacity struct {
	// TableName is the table.
	TableName string
	// Capacity is the sum over the table and its indexes.
	Capacity
	// Table is the part of the table itself.
	Table Capacity
	// GlobalSecondaryIndexes is the part of each global index, by its name, and nil
	// if there is none.
	GlobalSecondaryIndexes map[string]Capacity
	// LocalSecondaryIndexes is the part of each local index, by its name, and nil if
	// there is none.
	LocalSecondaryIndexes map[string]Capacity
	// VectorIndexes is the part of each vector index, by its name, and nil if there is none.
	// It is no part of the sum, because it is counted in bytes.
	VectorIndexes map[string]VectorCapacity
}

// Capacity is throughput in capacity units.
type Capacity struct {
	// CapacityUnits is the sum of reads and writes.
	CapacityUnits float64
	// ReadCapacityUnits and WriteCapacityUnits are the reads and the writes apart. DynamoDB
	// tells them apart for transactions; where it does not, both are zero.
	ReadCapacityUnits, WriteCapacityUnits float64
}

// VectorCapacity is what a call used of a vector index.
type VectorCapacity struct {
	// SearchRequestBytes is the number of bytes of searches.
	SearchRequestBytes float64
	// WriteRequestBytes is the number of bytes of writes.
	WriteRequestBytes float64
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
		sum.add(types.Capacity{
			CapacityUnits: used.CapacityUnits, ReadCapacityUnits: used.ReadCapacityUnits, WriteCapacityUnits: used.WriteCapacityUnits,
		})
		if used.Table != nil {
			sum.Table.add(*used.Table)
		}
		sum.GlobalSecondaryIndexes = addUnits(sum.GlobalSecondaryIndexes, used.GlobalSecondaryIndexes, (*Capacity).add)
		sum.LocalSecondaryIndexes = addUnits(sum.LocalSecondaryIndexes, used.LocalSecondaryIndexes, (*Capacity).add)
		sum.VectorIndexes = addUnits(sum.VectorIndexes, used.VectorIndexes, (*VectorCapacity).add)
	}
}

// add adds what one answer reports.
func (c *Capacity) add(used types.Capacity) {
	c.CapacityUnits += deref(used.CapacityUnits)
	c.ReadCapacityUnits += deref(used.ReadCapacityUnits)
	c.WriteCapacityUnits += deref(used.WriteCapacityUnits)
}

// add adds what one answer reports.
func (c *VectorCapacity) add(used types.VectorCapacity) {
	c.SearchRequestBytes += deref(used.VectorSearchRequestBytes)
	c.WriteRequestBytes += deref(used.VectorWriteRequestBytes)
}

// addUnits adds what one answer reports of each index.
func addUnits[Sum, Used any](sum map[string]Sum, used map[string]Used, add func(*Sum, Used)) map[string]Sum {
	if len(used) > 0 && sum == nil {
		sum = make(map[string]Sum, len(used))
	}
	for index, capacity := range used {
		of := sum[index]
		add(&of, capacity)
		sum[index] = of
	}
	return sum
}

// lastRequestID returns the ID of the last request that DynamoDB answered, or "".
func (m *ResponseMetadata) lastRequestID() string {
	if n := len(m.RequestIDs); n > 0 {
		return m.RequestIDs[n-1]
	}
	return ""
}

// clone returns a copy that shares nothing with m.
func (m *ResponseMetadata) clone() ResponseMetadata {
	clone := ResponseMetadata{RequestIDs: slices.Clone(m.RequestIDs), Attempts: m.Attempts, ConsumedCapacity: slices.Clone(m.ConsumedCapacity)}
	for i := range clone.ConsumedCapacity {
		used := &clone.ConsumedCapacity[i]
		used.GlobalSecondaryIndexes = maps.Clone(used.GlobalSecondaryIndexes)
		used.LocalSecondaryIndexes = maps.Clone(used.LocalSecondaryIndexes)
		used.VectorIndexes = maps.Clone(used.VectorIndexes)
	}
	return clone
}
