package table

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// line is a line of an order, in a table that has several types.
type line struct {
	PK       string    `dynamoconn:"partition,from=CUSTOMER#{Customer}"`
	SK       string    `dynamoconn:"sort,from=ORDER#{Order}#LINE#{Number:4}"`
	Kind     string    `dynamodbav:"kind" dynamoconn:"kind=LINE"`
	ByPlace  string    `dynamoconn:"partition=ByPlace,from=PLACE#{Place}"`
	Customer string    `dynamodbav:"customer"`
	Order    string    `dynamodbav:"order"`
	Number   int       `dynamodbav:"number"`
	Place    string    `dynamodbav:",omitempty"`
	Created  time.Time `dynamoconn:"sort=ByPlace,created"`
	Version  int64     `dynamoconn:"version"`
	Expires  time.Time `dynamodbav:",unixtime,omitzero" dynamoconn:"ttl"`
}

func tableOf[T any](t *testing.T) *Table[T] {
	t.Helper()
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("eu-west-1"), dynamoconn.WithStaticCredentials("a", "b", ""))
	require.NoError(t, err)
	made, err := New[T](client, "Table")
	require.NoError(t, err)
	return made
}

func TestNewNamesEachMistakeOfTheTags(t *testing.T) {
	t.Parallel()
	refused := func(v any) error {
		goType := reflect.TypeOf(v)
		_, err := schemaOf(goType, fieldNames(goType))
		return err
	}
	for name, c := range map[string]struct {
		value any
		texts []string
	}{
		"no struct": {7, []string{"int is no struct"}},
		"no key":    {struct{ A string }{}, []string{`no field has the tag dynamoconn:"partition"`}},
		"two mistakes": {struct {
			A string `dynamoconn:"partitoin"`
			B bool   `dynamoconn:"sort"`
		}{}, []string{`.A: the tag does not know "partitoin"; it knows partition`, ".B: is no key"}},
		"two partition keys": {struct {
			A string `dynamoconn:"partition"`
			B string `dynamoconn:"partition"`
		}{}, []string{".B: has the role that A has"}},
		"not exported": {struct {
			A string `dynamoconn:"partition"`
			b string `dynamoconn:"sort"`
		}{}, []string{".b: is not exported"}},
		"not stored": {struct {
			A string `dynamoconn:"partition"`
			B string `dynamodbav:"-" dynamoconn:"sort"`
		}{}, []string{".B: is not stored"}},
		"version that is no integer": {struct {
			A string  `dynamoconn:"partition"`
			B float64 `dynamoconn:"version"`
		}{}, []string{".B: is no version"}},
		"time to live that is text": {struct {
			A string    `dynamoconn:"partition"`
			B time.Time `dynamoconn:"ttl"`
		}{}, []string{".B: is no time to live"}},
		"key that is a version": {struct {
			A string `dynamoconn:"partition"`
			B int    `dynamoconn:"sort,version"`
		}{}, []string{".B: is a key of the table and has another role"}},
		"two roles": {struct {
			A string    `dynamoconn:"partition"`
			B time.Time `dynamoconn:"created,updated"`
		}{}, []string{".B: has a tag with two roles"}},
		"nothing behind =": {struct {
			A string `dynamoconn:"partition="`
		}{}, []string{`"partition=" needs something behind the =`}},
		"template of no key": {struct {
			A string `dynamoconn:"partition"`
			B string `dynamoconn:"from=X#{A}"`
		}{}, []string{".B: has a template and is no key"}},
		"template with an unknown field": {struct {
			A string `dynamoconn:"partition,from=X#{C}"`
		}{}, []string{`.A: template "X#{C}": `, "has no field C"}},
		"template with an open brace": {struct {
			A string `dynamoconn:"partition,from=X#{C"`
		}{}, []string{"does not close a brace"}},
		"template with fields next to each other": {struct {
			A    string `dynamoconn:"partition,from={B}{C}"`
			B, C string
		}{}, []string{"needs a text between {B} and {C}"}},
		"width of a string": {struct {
			A string `dynamoconn:"partition,from={B:3}"`
			B string
		}{}, []string{"only an integer has a width"}},
		"local index without a sort key of the table": {struct {
			A string `dynamoconn:"partition"`
			B string `dynamoconn:"sort=ByB"`
		}{}, []string{"index ByB: has no partition key of its own"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := refused(c.value)
			require.ErrorIs(t, err, ErrInvalidType)
			for _, text := range c.texts {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

// fieldNames returns what AttributeNames returns for the simple types of the test.
func fieldNames(t reflect.Type) (names []string) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, sf := range reflect.VisibleFields(t) {
		if sf.IsExported() && sf.Tag.Get("dynamodbav") != "-" {
			names = append(names, sf.Name)
		}
	}
	return names
}

func TestEncodeMakesTheKeysOfTheFields(t *testing.T) {
	t.Parallel()
	lines := tableOf[line](t)
	item, err := lines.Encode(&line{Customer: "7", Order: "o1", Number: 12, Place: "Ulm", PK: "old", Expires: time.Unix(99, 0)})
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.Item{
		dynamoconn.String("PK", "CUSTOMER#7"),
		dynamoconn.String("SK", "ORDER#o1#LINE#0012"),
		dynamoconn.String("kind", "LINE"),
		dynamoconn.String("ByPlace", "PLACE#Ulm"),
		dynamoconn.String("customer", "7"),
		dynamoconn.String("order", "o1"),
		dynamoconn.Long("number", 12),
		dynamoconn.String("Place", "Ulm"),
		dynamoconn.String("Created", "0001-01-01T00:00:00Z"),
		dynamoconn.Long("Version", 0),
		dynamoconn.Long("Expires", 99),
	}, item)

	back, err := lines.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, "ORDER#o1#LINE#0012", back.SK)

	item, err = lines.Encode(&line{Customer: "7", Order: "o1", Number: 12})
	require.NoError(t, err)
	assert.False(t, item.Has("ByPlace"), "an index key that is made from an empty field is not stored")
}

func TestKeysThatCannotBeMade(t *testing.T) {
	t.Parallel()
	lines := tableOf[line](t)
	for name, c := range map[string]struct {
		line line
		text string
	}{
		"empty":                                  {line{Order: "o1", Number: 1}, "line.customer: must not be empty"},
		"too long":                               {line{Customer: "7", Order: "o1", Number: 12345}, "line.number: has more than the 4 digits"},
		"negative":                               {line{Customer: "7", Order: "o1", Number: -1}, "line.number: must not be negative"},
		"the text between two fields in a field": {line{Customer: "7", Order: "o1#LINE#0001", Number: 1}, `line.order: must not have "#LINE#" in it`},
		"a part of that text at the end":         {line{Customer: "7", Order: "o1#LINE", Number: 1}, "end with a part of it"},
	} {
		_, err := lines.Encode(&c.line)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		require.ErrorContains(t, err, c.text, name)
	}
}

// Two values of the fields never make the same key.
func TestTemplateTellsItsFieldsApart(t *testing.T) {
	t.Parallel()
	type pair struct {
		ID   string `dynamoconn:"partition,from={A}##{B}"`
		A, B string
	}
	pairs := tableOf[pair](t)
	texts := []string{"#", "##", "x", "x#", "#x", "x##y", "###", "x#y"}
	made := map[string]pair{}
	for _, a := range texts {
		for _, b := range texts {
			item, err := pairs.Encode(&pair{A: a, B: b})
			if err != nil {
				require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
				continue
			}
			key, err := dynamoconn.Value[string](item, "ID")
			require.NoError(t, err)
			assert.NotContains(t, made, key)
			made[key] = pair{A: a, B: b}
		}
	}
	assert.NotEmpty(t, made)
}

func TestKeyTakesTheFieldsOfItsTemplates(t *testing.T) {
	t.Parallel()
	lines := tableOf[line](t)
	key, err := lines.Key("7", "o1", uint8(12)).Item()
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.KeyOf("PK", "CUSTOMER#7", "SK", "ORDER#o1#LINE#0012"), key)
	ofValue, err := lines.KeyOf(&line{Customer: "7", Order: "o1", Number: 12}).Item()
	require.NoError(t, err)
	assert.Equal(t, key, ofValue)

	for name, refused := range map[string]Key[line]{
		"too few":    lines.Key("7", "o1"),
		"wrong type": lines.Key("7", "o1", "12"),
		"nil":        lines.Key(nil, "o1", 12),
		"empty":      lines.Key("", "o1", 12),
		"zero Key":   {},
		"nil value":  lines.KeyOf(nil),
	} {
		_, err := refused.Item()
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
	}
}

func TestDecodeRefusesTheItemOfAnotherType(t *testing.T) {
	t.Parallel()
	lines := tableOf[line](t)
	item, err := lines.Encode(&line{Customer: "7", Order: "o1", Number: 12})
	require.NoError(t, err)
	for name, change := range map[string]dynamoconn.KeyValue{
		"another kind": dynamoconn.String("kind", "ORDER"),
		"another key":  dynamoconn.String("SK", "ORDER#o1#LINE#0013"),
		"no string":    dynamoconn.Long("PK", 1),
	} {
		changed := item.Clone()
		changed.Set(change)
		_, err := lines.Decode(t.Context(), changed)
		require.ErrorIs(t, err, ErrWrongItem, name)
	}
	_, err = lines.Decode(t.Context(), nil)
	require.ErrorIs(t, err, dynamoconn.ErrMissing)
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	lines := tableOf[line](t)
	_, err := New[line](lines.client, "Table", nil)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
	_, err = New[line](nil, "Table")
	require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
	_, err = New[line](lines.client, "")
	require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
	require.ErrorIs(t, lines.With(Clock(nil)).options.err, dynamoconn.ErrInvalidOption)
}
