package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func TestParseKeepsOrderAndTheTextOfNumbers(t *testing.T) {
	t.Parallel()
	const in = `{"b":[1.50e+3,-0,true,false,null],"a":"é\u00e9\ud83d\ude00\n\/\"","a":{}}`
	n, err := Parse([]byte(" " + in + "\n"))
	require.NoError(t, err)
	assert.Equal(t, `{"b":[1.50e+3,-0,true,false,null],"a":"éé😀\n/\"","a":{}}`, string(n.AppendJSON(nil)))
	assert.Equal(t, Object, n.Get("a").Type, "the last member of a repeated name counts")
	assert.Nil(t, n.Get("nope"))
}

func TestParseRefusesTextThatIsNotJSON(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", " ", "{", "[", `{"a"}`, `{"a":}`, `{a:1}`, "[1,]", `{"a":1,}`, "01", "1.", ".5", "1e", "+1", "-", "tru", "nul",
		`"`, `"\x"`, `"\u12"`, "\"\n\"", "\"\xff\"", "1 2", "{} {}", "NaN", `"a`, strings.Repeat("[", maxNesting+2)} {
		_, err := Parse([]byte(in))
		assert.ErrorIs(t, err, ErrSyntax, in)
	}
}

func FuzzParseAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"x\u0000",null,true]}`, `[]`, `"\ud800"`, `"\ud800\u0041\ud800\ud800\udc00"`, "{\"a\":1", "1e5", "1E700"} {
		f.Add([]byte(s))
	}
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		n, err := Parse(data)
		if err != nil {
			return
		}
		read := func(data []byte) (v any) {
			d := json.NewDecoder(bytes.NewReader(data))
			d.UseNumber() // a float64 does not hold 1E700
			if err := d.Decode(&v); err != nil {
				t.Fatalf("encoding/json refuses %q: %v", data, err)
			}
			return v
		}
		assert.Equal(t, read(data), read(n.AppendJSON(nil)))
	})
}

func TestWrongTypesGiveTheServicesMessages(t *testing.T) {
	t.Parallel()
	shape := Struct(
		Optional("Name", Str()), Optional("Limit", Int()), Optional("On", Boolean()), Optional("V", Value()), Optional("Inner", Struct(Optional("Many", Long())).Class("Inner")),
		Optional("List", ListOf(Struct(Optional("K", Str())).Class("Elem"))), Optional("Lists", MapOf(ListOf(Struct().Class("Write")))),
		Optional("Keys", ListOf(MapOf(Value()))), Optional("Map", MapOf(Boolean())),
	)
	for in, want := range map[string]string{
		`{"Name":1}`:             "NUMBER_VALUE cannot be converted to String",
		`{"Name":1.5}`:           "DECIMAL_VALUE cannot be converted to String",
		`{"Name":true}`:          "TRUE_VALUE cannot be converted to String",
		`{"Name":[]}`:            "Unrecognized collection type class java.lang.String",
		`{"Name":{}}`:            "Start of structure or map found where not expected",
		`{"Limit":"1"}`:          "STRING_VALUE cannot be converted to Integer",
		`{"Limit":[]}`:           "Unrecognized collection type class java.lang.Integer",
		`{"On":"true"}`:          "Unexpected token received from parser",
		`{"On":1}`:               "NUMBER_VALUE cannot be converted to Boolean",
		`{"Inner":1}`:            "Unexpected field type",
		`{"Inner":[]}`:           "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Inner",
		`{"Inner":{"Many":[]}}`:  "Unrecognized collection type class java.lang.Long",
		`{"List":{}}`:            "Start of structure or map found where not expected",
		`{"List":"x"}`:           "Unexpected field type",
		`{"List":["x"]}`:         "Unexpected value type in payload",
		`{"List":[[]]}`:          "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Elem",
		`{"Lists":[]}`:           "Unrecognized collection type java.util.Map<java.lang.String, java.util.List<com.amazonaws.dynamodb.v20120810.Write>>",
		`{"Lists":{"a":1}}`:      errScalarInNested.Error(),
		`{"Keys":[1]}`:           errScalarInNested.Error(),
		`{"Keys":[[]]}`:          "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
		`{"Map":1}`:              "Unexpected field type",
		`{"Map":{"a":1}}`:        "NUMBER_VALUE cannot be converted to Boolean",
		`{"V":1}`:                "Unexpected field type",
		`{"V":{"B":1}}`:          "only base-64-encoded strings are convertible to bytes",
		`{"V":{"B":[]}}`:         "Unrecognized collection type class java.nio.ByteBuffer",
		`{"V":{"B":"YQ"}}`:       "Base64 encoded length is expected a multiple of 4 bytes but found: 2",
		`{"V":{"B":"YR=="}}`:     "Invalid last non-pad Base64 character dectected",
		`{"V":{"M":{"a":"x"}}}`:  "Unexpected value type in payload",
		`{"V":{"L":[[]]}}`:       "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
		`{"V":{"NS":[1]}}`:       "NUMBER_VALUE cannot be converted to String",
		`{"V":{"SS":[{"S":1}]}}`: "Start of structure or map found where not expected",
	} {
		n, err := Parse([]byte(in))
		require.NoError(t, err)
		assert.EqualError(t, CheckTypes(n, shape), want, in)
	}
}

func TestConstraintsAreReportedTogether(t *testing.T) {
	t.Parallel()
	shape := Struct(
		Required("Name", Str().Len(3, 5).NameCharacters()), Optional("Limit", Int().AtLeast(1).AtMost(9)), Optional("Mode", Str().Enum("A", "B")),
		Optional("List", ListOf(Struct(Required("K", Str()), Optional("Other", Str())).Class("Elem")).Len(1, 2)),
		Optional("Map", MapOf(Boolean()).Keys(Str().Len(1, 2))), Optional("Lists", MapOf(ListOf(Str()).Len(1, 2))), Optional("V", Value()),
	)
	for in, want := range map[string]string{
		`{"Name":"abc","Limit":9,"Mode":"A","List":[{"K":""}],"Map":{"ab":true},"V":{},"Other":[1]}`: "",
		`{}`:            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
		`{"Name":"ab"}`: "1 validation error detected: Value 'ab' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3",
		`{"Name":"a b!!!","Limit":0}`: "3 validation errors detected: Value 'a b!!!' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5; " +
			"Value 'a b!!!' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; " +
			"Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
		`{"Name":"abc","Mode":"C"}`:                                         "1 validation error detected: Value 'C' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
		`{"Name":"abc","List":[{}]}`:                                        "1 validation error detected: Value null at 'list.1.member.k' failed to satisfy constraint: Member must not be null",
		`{"Name":"abc","List":[]}`:                                          "1 validation error detected: Value '[]' at 'list' failed to satisfy constraint: Member must have length greater than or equal to 1",
		`{"Name":"abc","Map":{"abc":true}}`:                                 `1 validation error detected: Value '{"abc":true}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1]`,
		`{"Name":"abc","Lists":{"a":null}}`:                                 `1 validation error detected: Value '{"a":null}' at 'lists' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1]`,
		`{"Name":"abc","List":[{"K":"a"},{"K":"b","Other":"c"},{"K":"d"}]}`: "1 validation error detected: Value '[Elem(k=a), Elem(k=b, other=c), Elem(k=d)]' at 'list' failed to satisfy constraint: Member must have length less than or equal to 2",
		`{"Name":"` + strings.Repeat("a", 3000) + `"}`:                      "1 validation error detected: Value '" + strings.Repeat("a", 2048) + "...' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5",
	} {
		n, err := Parse([]byte(in))
		require.NoError(t, err)
		require.NoError(t, CheckTypes(n, shape), in)
		assert.Equal(t, want, CheckConstraints(n, shape), in)
	}
}

func TestWriterWritesValidJSON(t *testing.T) {
	t.Parallel()
	var w Writer
	w.Open('{')
	w.Key("s")
	w.Str("a\"\\\n\t\r\x01é\xff")
	w.Key("n")
	w.Open('[')
	w.Int(-5)
	w.Float(2)
	w.Float(0.5)
	w.Bool(true)
	w.Raw("null")
	w.Time(time.UnixMilli(1500))
	w.Close(']')
	w.Key("o")
	w.Open('{')
	w.Close('}')
	w.Close('}')
	assert.Equal(t, `{"s":"a\"\\\n\t\r\u0001é`+"\uFFFD"+`","n":[-5,2.0,0.5,true,null,1.500],"o":{}}`, string(w.Buf))
}
