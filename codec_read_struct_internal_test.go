package dynamoconn

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// everyField has a field for each way in which an attribute can be read.
type everyField struct {
	String   string            `dynamodbav:"a"`
	Bool     bool              `dynamodbav:"b"`
	Int8     int8              `dynamodbav:"c"`
	Int16    int16             `dynamodbav:"d"`
	Int32    int32             `dynamodbav:"e"`
	Int      int               `dynamodbav:"f"`
	Uint8    uint8             `dynamodbav:"g"`
	Uint16   uint16            `dynamodbav:"h"`
	Uint32   uint32            `dynamodbav:"i"`
	Uint64   uint64            `dynamodbav:"j"`
	Float32  float32           `dynamodbav:"k"`
	Float64  float64           `dynamodbav:"l"`
	Bytes    []byte            `dynamodbav:"m"`
	Array    [1]byte           `dynamodbav:"n"`
	Time     time.Time         `dynamodbav:"o"`
	Strings  []string          `dynamodbav:"p"`
	Set      []string          `dynamodbav:"q,stringset"`
	Numbers  map[int8]struct{} `dynamodbav:"r,numberset"`
	Map      map[string]int    `dynamodbav:"s"`
	Inner    innerField        `dynamodbav:"t"`
	Inners   []innerField      `dynamodbav:"u"`
	Pointer  *string           `dynamodbav:"v"`
	Pointers []**int64         `dynamodbav:"w"`
	Any      any               `dynamodbav:"x"`
	Number   Number            `dynamodbav:"y"`
	KeyValue KeyValue          `dynamodbav:"z"`
	Big      big.Int           `dynamodbav:"A"`
	JSON     json.Number       `dynamodbav:"B"`
	Text     int               `dynamodbav:"C,string"`
	Item     Item              `dynamodbav:"D"`
	Self     *everyField       `dynamodbav:"E"`
	innerField
	*Embedded
}

type innerField struct {
	City string
	Zip  *int16
	Deep []map[string]bool
}

// Embedded is behind a pointer.
type Embedded struct{ Far string }

// twoField has a name that another one has in other letter cases.
type twoField struct{ Name, NAME string }

// requireAsUnmarshaled requires that an answer read into values of T has what Unmarshal makes of its
// Items, with the same errors.
func requireAsUnmarshaled[T any](t require.TestingT, action string, body []byte) {
	want, wantErr := decodeAnswer(action, body)
	into := newValues[T]([]string{"a", "Name"})
	given := []byte(string(body))
	got, err := decodeAnswerInto(action, given, into)
	for i := range given {
		given[i] = 'x' // nothing may be a part of it
	}
	if wantErr != nil {
		require.EqualError(t, err, wantErr.Error(), "%s", body)
		return
	}
	require.NoError(t, err, "%s", body)
	n := 0
	check := func(item, key Item) {
		require.Equal(t, item == nil, key == nil)
		if item == nil {
			return
		}
		var whole T
		wantErr := Unmarshal(item, &whole)
		if wantErr == nil {
			require.NotContains(t, into.placesOfMisfits(), n, "%s", body)
		} else {
			require.Contains(t, into.placesOfMisfits(), n, "%s", body)
			m := into.misfits[slices.Index(into.placesOfMisfits(), n)]
			require.Equal(t, wantErr, m.err, "%s", body)
			require.Equal(t, item, m.item)
		}
		require.Equal(t, whole, into.read[n], "%T of %s", whole, body)
		for _, name := range into.names {
			kv, _ := item.Get(name)
			captured, _ := key.Get(name)
			require.Equal(t, kv, captured)
		}
		n++
	}
	check(want.item, got.item)
	require.Len(t, got.items, len(want.items))
	for i, item := range want.items {
		check(item, got.items[i])
	}
	require.Len(t, got.transactItems, len(want.transactItems))
	for i, item := range want.transactItems {
		check(item, got.transactItems[i])
	}
	require.Len(t, into.read, n)
	require.Equal(t, want.lastKey, got.lastKey)
	require.Equal(t, want.count, got.count)
}

func (v *values[T]) placesOfMisfits() (places []int) {
	for _, m := range v.misfits {
		places = append(places, m.place)
	}
	return places
}

// readActions are the actions whose items are read into values.
var readActions = []string{"Scan", "Query", "GetItem", "TransactGetItems"}

// requireAsUnmarshaledByAll is requireAsUnmarshaled for some types.
func requireAsUnmarshaledByAll(t require.TestingT, action string, body []byte) {
	requireAsUnmarshaled[everyField](t, action, body)
	requireAsUnmarshaled[twoField](t, action, body)
	requireAsUnmarshaled[*innerField](t, action, body)
	requireAsUnmarshaled[map[string]any](t, action, body)
	requireAsUnmarshaled[int](t, action, body)
}

func TestValuesFromTheWireAreThoseOfUnmarshal(t *testing.T) {
	t.Parallel()
	var names []string
	for _, field := range goTypeOf(reflect.TypeFor[everyField]()).fields {
		names = append(names, field.name)
	}
	names = append(names, "A", "nobody", "NAME", "name", "CITY")
	values := append([]string{
		`{"N":"127"}`, `{"N":"128"}`, `{"N":"255"}`, `{"N":"256"}`, `{"N":"32768"}`, `{"N":"65536"}`, `{"N":"2147483648"}`, `{"N":"4294967296"}`, `{"N":"18446744073709551615"}`,
		`{"N":"0.1"}`, `{"N":"9007199254740993"}`, `{"N":"1000000000000000"}`, `{"N":"0.1234567890123456"}`, `{"N":"-0.0"}`, `{"N":"1E2"}`, `{"N":"1.0"}`,
		`{"S":"2026-01-02T03:04:05.6Z"}`, `{"S":"2026-01-02T03:04:05+02:00"}`, `{"S":"2026-1-2T3:4:5Z"}`, `{"S":"7"}`,
		`{"M":{"City":{"S":"Ulm"},"Zip":{"N":"7"},"Deep":{"L":[{"M":{"x":{"BOOL":true}}}]}}}`, `{"M":{"City":{"S":"Ulm"},"Zip":{"N":"70000"}}}`, `{"M":{"City":{"NULL":true},"Zip":{"NULL":true}}}`,
		`{"L":[{"M":{"City":{"S":"Ulm"}}},{"M":{"Zip":{"N":"7"}}}]}`, `{"L":[{"N":"1"},{"N":"2"},{"NULL":true}]}`, `{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"d"},{"S":"e"}]}`,
		`{"M":{"E":{"M":{"a":{"S":"x"}}},"Far":{"S":"y"},"City":{"S":"z"}}}`,
	}, oddValues...)
	for _, name := range names {
		for _, value := range values {
			for _, body := range []string{
				`{"Count":2,"Items":[{"` + name + `":` + value + `},{"a":{"S":"x"},"` + name + `":` + value + `,"f":{"N":"3"}}],"ScannedCount":2}`,
				`{"Items":[{"f":{"N":"3"}},{"f":{"N":"4"},"Name":{"S":"n"},"` + name + `":` + value + `},{"f":{"N":"5"}}],"Count":3}`,
			} {
				requireAsUnmarshaledByAll(t, "Scan", []byte(body))
			}
			requireAsUnmarshaled[everyField](t, "GetItem", []byte(`{"Item":{"`+name+`":`+value+`}}`))
			requireAsUnmarshaled[everyField](t, "TransactGetItems", []byte(`{"Responses":[{},{"Item":{"`+name+`":`+value+`}},{"Item":null}]}`))
		}
	}
	for _, action := range readActions {
		for _, body := range answerSeeds(action) {
			requireAsUnmarshaledByAll(t, action, []byte(body))
		}
	}
}

func TestDamageBesideAValueThatDoesNotFitIsFound(t *testing.T) {
	t.Parallel()
	body := `{"Count":2,"Items":[{"f":{"S":"no number"}},{"a":{"S":"x"},"a":{"S":"y"}}],"ScannedCount":2}`
	_, err := decodeAnswerInto("Scan", []byte(body), newValues[everyField](nil))
	require.ErrorIs(t, err, ErrCorruptResponse)
	require.ErrorContains(t, err, "Items[1].a: is in the item twice")
}

func TestValuesOfAPageTakeFewAllocations(t *testing.T) {
	type song struct {
		Artist, Title string
		Year          int
		Rating        float64
		Live          bool
		Released      time.Time
	}
	item := `{"Artist":{"S":"No One You Know"},"Live":{"BOOL":true},"Rating":{"N":"4.75"},"Released":{"S":"2026-01-02T03:04:05Z"},"Title":{"S":"Call Me Today"},"Year":{"N":"2004"}}`
	body := []byte(`{"Count":500,"Items":[` + strings.Repeat(item+",", 499) + item + `],"ScannedCount":500}`)
	into := newValues[song](nil)
	read := func() {
		_, err := decodeAnswerInto("Scan", body, into)
		require.NoError(t, err)
	}
	read()
	require.Len(t, into.read, 500)
	assert.Equal(t, song{"No One You Know", "Call Me Today", 2004, 4.75, true, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, into.read[499])
	assert.Less(t, testing.AllocsPerRun(20, read), 100.0, "for 3,000 values")
}

func FuzzValuesFromTheWire(f *testing.F) {
	for i, action := range readActions {
		for _, body := range answerSeeds(action) {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Add(uint8(0), []byte(`{"Count":1,"Items":[{"a":{"S":"x"},"f":{"N":"3"},"o":{"S":"2026-01-02T03:04:05Z"},"t":{"M":{"City":{"S":"x"}}},"u":{"L":[{"M":{"Zip":{"N":"1"}}}]},"w":{"L":[{"N":"1"}]}}],"ScannedCount":1}`))
	mutate.Fuzz(f, func(t *testing.T, action uint8, body []byte) {
		requireAsUnmarshaledByAll(t, readActions[int(action)%len(readActions)], body)
	})
}

func TestShortFloatIsTheNearest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // it need not be secret
	for range 200_000 {
		text := strconv.FormatInt(r.Int64N(1_000_000_000_000_0), 10)
		at := r.IntN(len(text) + 1)
		text = []string{"", "-"}[r.IntN(2)] + text[:at] + "." + text[at:]
		want, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		got, ok := shortFloat([]byte(text))
		if !ok {
			require.True(t, len(text) > 15 || want == 0, text)
			continue
		}
		require.Equal(t, math.Float64bits(want), math.Float64bits(got), text)
	}
}

// reflectTarget is an itemTarget for one value of any type.
type reflectTarget struct {
	values[struct{}]
	value reflect.Value
	err   error
}

func (r *reflectTarget) reset()               { r.value.SetZero() }
func (r *reflectTarget) expect(int)           {}
func (r *reflectTarget) next() unsafe.Pointer { return r.value.Addr().UnsafePointer() }
func (r *reflectTarget) plan() *structPlan    { return goTypeOf(r.value.Type()).structPlan() }
func (r *reflectTarget) unmarshal(item Item) {
	r.value.SetZero()
	r.err = Unmarshal(item, r.value.Addr().Interface())
}

// ReadFromWire reads an attribute from the bytes of an answer into a field of that type.
func ReadFromWire(kv KeyValue, into reflect.Type) (any, error) {
	item, err := DynamoDBJSON{Rename(kv, "V")}.MarshalJSON()
	if err != nil {
		return nil, err
	}
	target := &reflectTarget{value: reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: into}})).Elem()}
	if _, err := decodeAnswerInto("GetItem", []byte(`{"Item":`+string(item)+`}`), target); err != nil {
		return nil, err
	}
	return target.value.Field(0).Interface(), target.err
}
