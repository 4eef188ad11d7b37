package dynamoconn

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A new release of the SDK that describes more of a table, or reports more of its capacity,
// turns this test red: every member of the SDK's types must make a difference to ours. There
// is none that is left out on purpose.
func TestNothingOfADescriptionIsLost(t *testing.T) {
	t.Parallel()
	t.Run("TableDescription", func(t *testing.T) {
		t.Parallel()
		everyMemberCounts(t, func(d *types.TableDescription) any { return describeTable(d) }, func(d *types.TableDescription) {
			d.BillingModeSummary.BillingMode = types.BillingModeProvisioned // else there is no capacity
		})
	})
	t.Run("ConsumedCapacity", func(t *testing.T) {
		t.Parallel()
		everyMemberCounts(t, func(used *types.ConsumedCapacity) any {
			var m ResponseMetadata
			m.consume(*used)
			return m
		}, nil)
	})
}

// everyMemberCounts changes each member of a T that is filled with values, one at a time, and
// requires that convert then returns something else.
func everyMemberCounts[T any](t *testing.T, convert func(*T) any, adjust func(*T)) {
	t.Helper()
	filled := func(change int) (*T, string) {
		f := &filler{change: change}
		value := new(T)
		f.fill(reflect.ValueOf(value).Elem(), reflect.TypeFor[T]().Name())
		if adjust != nil && f.changed != "TableDescription.BillingModeSummary.BillingMode" {
			adjust(value)
		}
		return value, f.changed
	}
	unchanged, _ := filled(-1)
	for n := 0; ; n++ {
		value, changed := filled(n)
		if changed == "" {
			require.Greater(t, n, 5)
			t.Logf("%d members", n)
			return
		}
		assert.NotEqual(t, convert(unchanged), convert(value), "%s is lost", changed)
	}
}

// filler fills a value of the SDK. The leaf with the number change gets another value than
// without.
type filler struct {
	n, change int
	changed   string // the path of that leaf
}

func (f *filler) leaf(path string) (n int64, isChanged bool) {
	n = int64(f.n) + 1
	if isChanged = f.n == f.change; isChanged {
		f.changed, n = path, n+1000
	}
	f.n++
	return n, isChanged
}

func (f *filler) fill(v reflect.Value, path string) {
	if of, ok := v.Interface().(time.Time); ok {
		n, _ := f.leaf(path)
		v.Set(reflect.ValueOf(of.Add(time.Duration(n) * time.Hour)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				f.fill(v.Field(i), path+"."+field.Name)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0), path+"[0]")
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, path+" key")
		f.fill(element, path+"[]")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.String:
		n, _ := f.leaf(path)
		v.SetString(fmt.Sprint("text ", n))
	case reflect.Int64:
		n, _ := f.leaf(path)
		v.SetInt(n)
	case reflect.Float64:
		n, _ := f.leaf(path)
		v.SetFloat(float64(n))
	case reflect.Bool:
		_, isChanged := f.leaf(path)
		v.SetBool(isChanged)
	default:
		panic(path + " is a " + v.Kind().String())
	}
}
