package dynamoconn

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// consumedCapacity reads what an action consumed: an object, or an array with one for each
// table if the action may be for several.
func (r *answerReader) consumedCapacity() error {
	element := func() error {
		used, err := r.capacityOfTable()
		r.answer.capacity = append(r.answer.capacity, used)
		return err
	}
	if !namesTables[r.action] {
		return element()
	}
	r.answer.capacity = []types.ConsumedCapacity{}
	return r.elements(element)
}

// namesTables has the actions that may be for several tables.
var namesTables = map[string]bool{
	"BatchGetItem": true, "BatchWriteItem": true, "TransactGetItems": true, "TransactWriteItems": true,
}

// capacityOfTable reads what was consumed of a table and its indexes.
func (r *answerReader) capacityOfTable() (used types.ConsumedCapacity, err error) {
	err = r.members(func(name []byte) (err error) {
		switch isNull := r.isNull(); {
		case isNull:
			return nil
		case string(name) == "TableName":
			var table []byte
			if table, err = r.quoted(); err != nil {
				return err
			}
			used.TableName = new(string)
			*used.TableName, err = nameOfResource(table)
		case string(name) == "Table":
			used.Table = new(types.Capacity)
			*used.Table, err = r.capacity()
		case string(name) == "LocalSecondaryIndexes":
			used.LocalSecondaryIndexes, err = capacities(r, r.capacity)
		case string(name) == "GlobalSecondaryIndexes":
			used.GlobalSecondaryIndexes, err = capacities(r, r.capacity)
		case string(name) == "VectorIndexes":
			used.VectorIndexes, err = capacities(r, r.vectorCapacity)
		default:
			return r.unit(name, map[string]**float64{
				"CapacityUnits":      &used.CapacityUnits,
				"ReadCapacityUnits":  &used.ReadCapacityUnits,
				"WriteCapacityUnits": &used.WriteCapacityUnits,
			})
		}
		return err
	})
	return used, err
}

// capacities reads an object with what was consumed of each index.
func capacities[T any](r *answerReader, read func() (T, error)) (map[string]T, error) {
	all := map[string]T{}
	err := r.members(func(name []byte) error {
		index, err := nameOfResource(name)
		if err != nil {
			return err
		}
		used, err := read()
		all[index] = used
		return err
	})
	return all, err
}

func (r *answerReader) capacity() (used types.Capacity, err error) {
	err = r.units(map[string]**float64{
		"CapacityUnits":      &used.CapacityUnits,
		"ReadCapacityUnits":  &used.ReadCapacityUnits,
		"WriteCapacityUnits": &used.WriteCapacityUnits,
	})
	return used, err
}

func (r *answerReader) vectorCapacity() (used types.VectorCapacity, err error) {
	err = r.units(map[string]**float64{
		"VectorSearchRequestBytes": &used.VectorSearchRequestBytes,
		"VectorWriteRequestBytes":  &used.VectorWriteRequestBytes,
	})
	return used, err
}

// units reads an object of numbers.
func (r *answerReader) units(to map[string]**float64) error {
	return r.members(func(name []byte) error {
		if r.isNull() {
			return nil
		}
		return r.unit(name, to)
	})
}

// unit reads the number of that name, and skips what is not in to.
func (r *answerReader) unit(name []byte, to map[string]**float64) error {
	number := to[string(name)]
	if number == nil {
		return r.skip()
	}
	n, err := r.float64()
	*number = &n
	return err
}

// float64 reads a capacity. The SDK also reads the strings "NaN" and "Infinity", which no
// capacity is.
func (r *answerReader) float64() (float64, error) {
	if c := r.Peek(); c != '-' && c-'0' > 9 {
		return 0, r.otherThanValue()
	}
	text, err := r.Number()
	if err != nil {
		return 0, corruptJSON(err)
	}
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, corrupt("is not a number of 64 bits")
	}
	if n < 0 {
		return 0, corrupt(wire.ErrNumber.Error())
	}
	return n, nil
}
