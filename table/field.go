package table

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/dynamoconn/dynamoconn"
)

// Field is a field of the struct T whose values are of type V. [FieldOf] makes it. Its methods are those
// of [dynamoconn.Path] with values of type V, which are written as the tag of the field says: a time with
// the option unixtime is compared as a number. A Field never changes.
type Field[T, V any] struct {
	field *field
	path  dynamoconn.Path
	err   error
}

// FieldOf returns the field of T with that name in Go:
//
//	var year = table.FieldOf[Song, int]("Year")
//
//	songs.Query(ctx, table.Query{Key: []any{"No One You Know"}, Where: year.GE(1990)})
//	songs.Update(ctx, &song, year.Set(1991))
//
// If T has no such field, or one of another type, each request with the field is refused with
// [dynamoconn.ErrInvalidRequest].
func FieldOf[T, V any](name string) Field[T, V] {
	t := reflect.TypeFor[T]()
	f, err := storedField(t, dynamoconn.AttributeNames[T](), name)
	if err == nil && f.goType != reflect.TypeFor[V]() {
		err = fmt.Errorf("%s.%s is a Go %s, not a %s", t, name, f.goType, reflect.TypeFor[V]())
	}
	if err != nil {
		return Field[T, V]{path: dynamoconn.Attr(name), err: err}
	}
	return Field[T, V]{field: f, path: dynamoconn.Attr(f.attribute)}
}

// storedField returns a field of a struct by its name in Go.
func storedField(t reflect.Type, attributes []string, name string) (*field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct", t)
	}
	return (&schema{goType: t, attributes: attributes}).fieldNamed(name)
}

// errZeroField means that a Field was not made by FieldOf.
var errZeroField = errors.New("the zero Field names no field: FieldOf makes one")

// Path returns the path of the attribute, for what else can be said of it. It names nothing, and is
// refused where it is used, if the field cannot be.
func (f Field[T, V]) Path() dynamoconn.Path {
	if f.fault() != nil {
		return dynamoconn.Path{}
	}
	return f.path
}

// unusable is a value that no request takes.
type unusable struct{ err error }

// MarshalText returns the error, which the request is refused with.
func (u unusable) MarshalText() ([]byte, error) { return nil, u.err }

// fault returns why the field cannot be used, or nil.
func (f Field[T, V]) fault() error {
	if f.err == nil && f.field == nil {
		return errZeroField
	}
	return f.err
}

// value returns a value of the field as an operand.
func (f Field[T, V]) value(v V) any {
	if err := f.fault(); err != nil {
		return unusable{err}
	}
	kv, err := f.field.keyValue(reflect.ValueOf(&v).Elem())
	if err != nil {
		return unusable{err}
	}
	return dynamoconn.Rename(kv, "")
}

func (f Field[T, V]) values(values []V) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = f.value(v)
	}
	return all
}

// EQ is [dynamoconn.Path.EQ].
func (f Field[T, V]) EQ(v V) dynamoconn.Condition { return f.path.EQ(f.value(v)) }

// NE is [dynamoconn.Path.NE].
func (f Field[T, V]) NE(v V) dynamoconn.Condition { return f.path.NE(f.value(v)) }

// LT is [dynamoconn.Path.LT].
func (f Field[T, V]) LT(v V) dynamoconn.Condition { return f.path.LT(f.value(v)) }

// LE is [dynamoconn.Path.LE].
func (f Field[T, V]) LE(v V) dynamoconn.Condition { return f.path.LE(f.value(v)) }

// GT is [dynamoconn.Path.GT].
func (f Field[T, V]) GT(v V) dynamoconn.Condition { return f.path.GT(f.value(v)) }

// GE is [dynamoconn.Path.GE].
func (f Field[T, V]) GE(v V) dynamoconn.Condition { return f.path.GE(f.value(v)) }

// Between is [dynamoconn.Path.Between].
func (f Field[T, V]) Between(low, high V) dynamoconn.Condition {
	return f.path.Between(f.value(low), f.value(high))
}

// In is [dynamoconn.Path.In].
func (f Field[T, V]) In(values ...V) dynamoconn.Condition { return f.path.In(f.values(values)...) }

// BeginsWith is [dynamoconn.Path.BeginsWith].
func (f Field[T, V]) BeginsWith(prefix V) dynamoconn.Condition {
	return f.path.BeginsWith(f.value(prefix))
}

// Exists is [dynamoconn.Path.Exists].
func (f Field[T, V]) Exists() dynamoconn.Condition {
	if err := f.fault(); err != nil {
		return f.path.EQ(unusable{err})
	}
	return f.path.Exists()
}

// NotExists is [dynamoconn.Path.NotExists].
func (f Field[T, V]) NotExists() dynamoconn.Condition {
	if err := f.fault(); err != nil {
		return f.path.EQ(unusable{err})
	}
	return f.path.NotExists()
}

// Set is [dynamoconn.Path.Set].
func (f Field[T, V]) Set(v V) dynamoconn.Change { return f.path.Set(f.value(v)) }

// SetIfMissing is [dynamoconn.Path.SetIfMissing].
func (f Field[T, V]) SetIfMissing(v V) dynamoconn.Change { return f.path.SetIfMissing(f.value(v)) }

// Increment is [dynamoconn.Path.Increment]. The field must be a number.
func (f Field[T, V]) Increment(n V) dynamoconn.Change { return f.path.Increment(f.value(n)) }

// Remove is [dynamoconn.Path.Remove].
func (f Field[T, V]) Remove() dynamoconn.Change {
	if err := f.fault(); err != nil {
		return f.path.Set(unusable{err})
	}
	return f.path.Remove()
}
