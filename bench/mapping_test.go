package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

type judgedInner struct {
	City string `dynamodbav:"city"`
	Zip  *int   `dynamodbav:",omitempty"`
}

// judgedEmbedded is embedded, and one of its fields is hidden by the outer struct.
type judgedEmbedded struct {
	Deep   float32
	String int
}

// judged has a field for each way in which a Go type or a tag is mapped.
type judged struct {
	String   string
	Bool     bool
	Int      int
	Int8     int8
	Uint16   uint16
	Float    float64
	Float32  float32
	Bytes    []byte
	Array    [2]byte
	Strings  []string
	Ints     [2]int
	Set      [][]byte
	Names    []string `dynamodbav:"names,stringset"`
	Numbers  []int16  `dynamodbav:",numberset,omitempty"`
	Binaries [][]byte `dynamodbav:",binaryset,omitempty"`
	Map      map[string]int
	IntKeys  map[int8]string
	Pointer  *int
	Inner    judgedInner
	Inners   []*judgedInner
	judgedEmbedded
	Time     time.Time
	Unix     time.Time `dynamodbav:",unixtime"`
	Duration time.Duration
	JSON     json.Number
	SDK      attributevalue.Number
	Any      any
	Omitted  map[string]string `dynamodbav:",omitempty"`
	Text     int32             `dynamodbav:",string"`
	Some     []string          `dynamodbav:",omitemptyelem"`
	Null     int               `dynamodbav:",nullempty"`
}

// source draws from the bytes of a fuzz target, and gives zeros behind their end.
type source struct{ data []byte }

func (s *source) draw(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *source) text() string {
	return []string{"", "a", "b", "7", "1.0", "1E2", "-0", "é", "\xff", "2026-01-02T03:04:05.6Z", "300", "city"}[s.draw(12)]
}

func (s *source) number() float64 {
	return []float64{0, 1, -1, 0.5, 100, 127, 300, 70000, 1e15, 1 << 53, 1e20, 0.1, math.NaN(), math.Inf(1), 1e200, math.Copysign(0, -1)}[s.draw(16)]
}

// fill sets a value to what the source draws.
func (s *source) fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(s.draw(256))*40000000, int64(s.draw(3))).UTC()))
		return
	case json.Number, attributevalue.Number:
		v.SetString([]string{"7", "1.50", "-1", "1E2", "", "seven"}[s.draw(6)])
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s.text())
	case reflect.Bool:
		v.SetBool(s.draw(2) == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(s.draw(256)-128) * []int64{1, 1000, 1 << 50}[s.draw(3)])
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(s.draw(256)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(s.number())
	case reflect.Slice:
		if n := s.draw(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
		}
		for i := range v.Len() {
			s.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			s.fill(v.Index(i))
		}
	case reflect.Map:
		for n := s.draw(4); n > 0; n-- {
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			s.fill(key)
			s.fill(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		if s.draw(2) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			s.fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() || v.Type().Field(i).Anonymous {
				s.fillField(v.Field(i))
			}
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"x", true, 0.5, []any{nil}, map[string]any{"a": "b"}, [][]byte{{1}}}[s.draw(6)]))
	}
}

func (s *source) fillField(v reflect.Value) {
	if v.CanInterface() {
		s.fill(v)
		return
	}
	for i := range v.NumField() { // of an embedded struct that is not exported
		s.fill(v.Field(i))
	}
}

// allowedRefusals are the differences of Marshal in docs/structs.md: what the SDK's package stores, or
// sends to be refused.
var allowedRefusals = []string{
	"NaN or infinite", "invalid number", "must be valid UTF-8", "the name must be valid UTF-8", "a set must not be empty", "is in the set twice", "is null, not a binary",
}

// judgeMarshal returns the first difference between Marshal and what attributevalue made of a struct that
// docs/structs.md does not name.
func judgeMarshal(in judged, theirs map[string]types.AttributeValue, theirErr error) error {
	item, err := dynamoconn.Marshal(in)
	switch {
	case err != nil && theirErr != nil:
		return nil
	case theirErr != nil:
		return fmt.Errorf("only attributevalue refuses: %w", theirErr)
	case err != nil:
		for _, rule := range allowedRefusals {
			if strings.Contains(err.Error(), rule) {
				return nil
			}
		}
		return err
	}
	ours, err := dynamoconn.ToAttributeValues(item)
	if err != nil {
		return fmt.Errorf("Marshal made an item that is refused: %w", err)
	}
	for name, av := range theirs {
		if ours[name] == nil {
			if mayBeOmitted[name] && isEmptyContainer(av) { // omitempty leaves out empty slices and maps
				continue
			}
			return fmt.Errorf("%s is left out", name)
		}
		if !reflect.DeepEqual(canonical(ours[name]), canonical(av)) {
			return fmt.Errorf("%s is %#v, not %#v", name, ours[name], av)
		}
	}
	for name := range ours {
		if theirs[name] == nil {
			return fmt.Errorf("%s is not left out", name)
		}
	}
	return nil
}

// mayBeOmitted has the slices and maps with omitempty.
var mayBeOmitted = map[string]bool{"Numbers": true, "Binaries": true, "Omitted": true}

// isEmptyContainer reports whether av is what attributevalue makes of an empty slice, map or set.
func isEmptyContainer(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberNULL:
		return true // an empty set
	case *types.AttributeValueMemberL:
		return len(av.Value) == 0
	case *types.AttributeValueMemberM:
		return len(av.Value) == 0
	}
	return false
}

// canonical returns a value with each number written in one way.
func canonical(av types.AttributeValue) types.AttributeValue {
	switch av := av.(type) {
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: canonicalNumber(av.Value)}
	case *types.AttributeValueMemberNS:
		set := &types.AttributeValueMemberNS{}
		for _, member := range av.Value {
			set.Value = append(set.Value, canonicalNumber(member))
		}
		return set
	case *types.AttributeValueMemberL:
		list := &types.AttributeValueMemberL{}
		for _, element := range av.Value {
			list.Value = append(list.Value, canonical(element))
		}
		return list
	case *types.AttributeValueMemberM:
		values := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for name, value := range av.Value {
			values.Value[name] = canonical(value)
		}
		return values
	}
	return av
}

func canonicalNumber(text string) string {
	number, err := dynamoconn.ParseNumber(text)
	if err != nil {
		return err.Error()
	}
	return number.Canonical().String()
}

// judgeUnmarshal compares what both read into one field.
func judgeUnmarshal(name string, av types.AttributeValue) error {
	kv, err := dynamoconn.FromAttributeValue(name, av)
	if err != nil {
		return nil // DynamoDB has no such value
	}
	var ours, theirs judged
	ourErr := dynamoconn.Unmarshal(dynamoconn.Item{kv}, &ours)
	theirErr := unmarshalTheirs(map[string]types.AttributeValue{name: av}, &theirs)
	switch {
	case ourErr != nil && theirErr != nil:
		return nil
	case errors.Is(theirErr, errPanic):
		return fmt.Errorf("only attributevalue panics for %s", kv)
	case ourErr != nil:
		return judgeRefusal(kv, ourErr)
	case theirErr != nil:
		if strings.Contains(theirErr.Error(), "invalid syntax") {
			return nil // 1.0 and 1E2 are integers
		}
		return fmt.Errorf("only attributevalue refuses %s: %w", kv, theirErr)
	}
	// DeepEqual is quick. Where it sees a difference, the zone of a time for example, the texts decide.
	normalize(&ours)
	normalize(&theirs)
	if reflect.DeepEqual(ours, theirs) {
		return nil
	}
	if a, b := shown(ours), shown(theirs); a != b {
		return fmt.Errorf("%s is read as\n%s, not\n%s", kv, a, b)
	}
	return nil
}

var errPanic = errors.New("attributevalue panics")

// unmarshalTheirs reads with attributevalue, which panics for a binary or a list of another length than an array.
func unmarshalTheirs(attributes map[string]types.AttributeValue, out *judged) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return attributevalue.UnmarshalMap(attributes, out)
}

// judgeRefusal names the differences of Unmarshal that refuse more.
func judgeRefusal(kv dynamoconn.KeyValue, err error) error {
	var field *dynamoconn.FieldError
	switch {
	case errors.Is(err, dynamoconn.ErrInexact): // a number is not rounded
	case errors.As(err, &field) && strings.HasSuffix(field.Rule, "string does not hold"): // N is no string
	case errors.As(err, &field) && strings.Contains(field.Rule, "is a string, which a Go "+"json.Number"): // S is no number
	case errors.As(err, &field) && strings.Contains(field.Rule, "which a Go attributevalue.Number"): // S is no number
	case errors.As(err, &field) && strings.Contains(field.Rule, "which a Go [2]"): // another length
	case errors.As(err, &field) && strings.Contains(field.Rule, "which a Go []uint8"): // a list or a set of numbers is no binary
	case errors.As(err, &field) && field.Rule == "is a map, which a Go time.Time does not hold": // its fields are not exported
	case errors.As(err, &field) && strings.Contains(field.Rule, "which a Go int8 does not hold"): // 01 is no key
	default:
		return fmt.Errorf("only Unmarshal refuses %s: %w", kv, err)
	}
	return nil
}

// normalize makes an any what attributevalue reads, and sets times to UTC.
func normalize(v *judged) {
	v.Time, v.Unix = v.Time.UTC(), v.Unix.UTC()
	v.Any = asAttributevalue(v.Any)
}

func shown(v judged) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func asAttributevalue(v any) any {
	switch v := v.(type) {
	case dynamoconn.Number:
		var f float64
		if _, err := fmt.Sscan(v.String(), &f); err != nil {
			return err.Error()
		}
		return f
	case *dynamoconn.KeyValueStringSet:
		return v.StringSetValue
	case *dynamoconn.KeyValueNumberSet:
		floats := []float64{}
		for _, n := range v.NumberSetValue {
			floats = append(floats, asAttributevalue(n).(float64))
		}
		return floats
	case []any:
		for i := range v {
			v[i] = asAttributevalue(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = asAttributevalue(v[name])
		}
	}
	return v
}

// otherValue draws a value that a field may not expect.
func (s *source) otherValue(depth int) types.AttributeValue {
	number := func() string {
		return []string{"0", "7", "1.0", "1E2", "300", "-1", "0.5", "0.1", "9007199254740993", "1E100", "-0", "01"}[s.draw(12)]
	}
	kinds := 10
	if depth > 2 {
		kinds = 8
	}
	switch s.draw(kinds) {
	case 0:
		return &types.AttributeValueMemberS{Value: s.text()}
	case 1:
		return &types.AttributeValueMemberN{Value: number()}
	case 2:
		return &types.AttributeValueMemberBOOL{Value: s.draw(2) == 1}
	case 3:
		return &types.AttributeValueMemberB{Value: []byte(s.text())}
	case 4:
		return &types.AttributeValueMemberNULL{Value: true}
	case 5:
		return &types.AttributeValueMemberSS{Value: []string{s.text(), s.text()}}
	case 6:
		return &types.AttributeValueMemberNS{Value: []string{number(), number()}}
	case 7:
		return &types.AttributeValueMemberBS{Value: [][]byte{[]byte(s.text()), []byte(s.text())}}
	case 8:
		var list []types.AttributeValue
		for range s.draw(4) {
			list = append(list, s.otherValue(depth+1))
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	values := map[string]types.AttributeValue{}
	for range s.draw(3) {
		values[s.text()] = s.otherValue(depth + 1)
	}
	return &types.AttributeValueMemberM{Value: values}
}

func judgedNames() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[judged]()) {
		if !field.Anonymous {
			names = append(names, field.Name)
		}
	}
	return append(names, "names", "inner", "STRING")
}

// FuzzMappingAgainstAttributevalue compares Marshal and Unmarshal with the SDK's package attributevalue.
// Each difference must be one of those that docs/structs.md names.
func FuzzMappingAgainstAttributevalue(f *testing.F) {
	names := judgedNames()
	for i := range 40 {
		seed := make([]byte, 200)
		for j := range seed {
			seed[j] = byte(i * (j + 3) * 7)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data}
		for range 8 {
			require.NoError(t, judgeUnmarshal(names[s.draw(len(names))], s.otherValue(0)))
		}
		var in judged
		s.fill(reflect.ValueOf(&in).Elem())
		theirs, err := attributevalue.MarshalMap(in)
		require.NoError(t, judgeMarshal(in, theirs, err))
		if err != nil {
			return
		}
		for name, av := range theirs {
			require.NoError(t, judgeUnmarshal(name, av))
		}
	})
}
