package dynamoconntest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestLoadAndLoadJSON(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	type song struct {
		P     string   `dynamodbav:"p"`
		S     int      `dynamodbav:"s"`
		Tags  []string `dynamodbav:"tags,omitempty"`
		Price *float64
		skip  int
	}
	require.NoError(t, db.Load("Tab", song{P: "a", S: 1, Tags: []string{"x"}, skip: 1}, &song{P: "a", S: 2},
		map[string]any{"p": "a", "s": uint8(3), "b": []byte{1}, "m": map[string]bool{"t": true}}, key("a", 4)))
	assert.Equal(t, merge(key("a", 1), item{"tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("x")}}, "Price": &types.AttributeValueMemberNULL{Value: true}}), get(t, c, key("a", 1)))
	assert.Equal(t, merge(key("a", 3), item{"b": &types.AttributeValueMemberB{Value: []byte{1}}, "m": &types.AttributeValueMemberM{Value: item{"t": &types.AttributeValueMemberBOOL{Value: true}}}}), get(t, c, key("a", 3)))
	assert.Equal(t, key("a", 4), get(t, c, key("a", 4)))
	assert.ErrorContains(t, db.Load("Tab", key("a", 5), map[string]any{"p": "a"}), "item 1")
	assert.Error(t, db.Load("Tab", 5))
	assert.Error(t, db.Load("Tab", map[string]any{"p": "a", "s": make(chan int)}))
	assert.Error(t, db.Load("Nope", key("a", 1)))

	require.NoError(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"j","s":1,"l":[1.50,null,{"k":true}]} [{"p":{"S":"j"},"s":{"N":"2"},"ss":{"SS":["b","a"]}}]`)))
	assert.Equal(t, merge(key("j", 1), item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{num("1.5"), &types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberM{Value: item{"k": &types.AttributeValueMemberBOOL{Value: true}}}}}}), get(t, c, key("j", 1)))
	assert.Equal(t, merge(key("j", 2), item{"ss": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}}), get(t, c, key("j", 2)))
	assert.ErrorContains(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"j","s":1} {"p":"j"}`)), "item 1")
	assert.Error(t, db.LoadJSON("Tab", strings.NewReader(`{"p":`)))
	assert.Empty(t, db.Requests("PutItem"), "loading sends no requests")
}

func TestLoadTakesItemsOfThisLibrary(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	song := dynamoconn.Item{
		dynamoconn.String("Artist", "Nina"), dynamoconn.Decimal("Price", dynamoconn.MustNumber("0.99")),
		dynamoconn.StringSet("Genres", "Jazz", "Soul"),
	}
	require.NoError(t, db.Load("Music", song))
	got, err := db.Client(t).GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: song.Pick("Artist")})
	require.NoError(t, err)
	assert.True(t, song.Equal(got.Item), got.Item)

	assert.Error(t, db.Load("Music", song.Pick("Price")), "no key")
	assert.ErrorIs(t, db.Load("Music", dynamoconn.Item{dynamoconn.String("Artist", "Nina"), nil}), dynamoconn.ErrInvalidRequest)
}

func TestLoadErrorsAreThoseOfThisLibrary(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 410_000)
	for name, test := range map[string]struct {
		table string
		item  any
		want  []error
		not   error
	}{
		"not a map":             {"Tab", 5, []error{dynamoconn.ErrInvalidRequest}, dynamoconn.ErrValidation},
		"a channel":             {"Tab", map[string]any{"p": "a", "s": make(chan int)}, []error{dynamoconn.ErrInvalidRequest}, dynamoconn.ErrInvalidNumber},
		"not a number":          {"Tab", map[string]any{"p": "a", "s": num("x")}, []error{dynamoconn.ErrInvalidRequest, dynamoconn.ErrInvalidNumber}, dynamoconn.ErrValidation},
		"no number in a set":    {"Tab", merge(key("a", 1), item{"ns": &types.AttributeValueMemberNS{Value: []string{"x"}}}), []error{dynamoconn.ErrInvalidNumber}, nil},
		"an empty set":          {"Tab", merge(key("a", 1), item{"ss": &types.AttributeValueMemberSS{}}), []error{dynamoconn.ErrInvalidRequest}, nil},
		"a nil attribute":       {"Tab", dynamoconn.Item{dynamoconn.String("p", "a"), nil}, []error{dynamoconn.ErrInvalidRequest}, nil},
		"no key":                {"Tab", map[string]any{"p": "a"}, []error{dynamoconn.ErrValidation}, dynamoconn.ErrInvalidRequest},
		"a key of a wrong type": {"Tab", map[string]any{"p": "a", "s": "b"}, []error{dynamoconn.ErrValidation}, nil},
		"over 400 KB":           {"Tab", merge(key("a", 1), item{"long": str(long)}), []error{dynamoconn.ErrItemTooLarge}, dynamoconn.ErrValidation},
		"no table":              {"Nope", key("a", 1), []error{dynamoconn.ErrTableNotFound}, dynamoconn.ErrInvalidRequest},
		"a full collection":     {"Tab", merge(key("a", 1), item{"long": str(long[:6000])}), []error{dynamoconn.ErrItemTooLarge}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, c := newTable(t, dynamoconntest.WithItemCollectionLimit(5000))
			err := db.Load(test.table, key("b", 1), test.item)
			for _, want := range test.want {
				require.ErrorIs(t, err, want)
			}
			if test.not != nil {
				require.NotErrorIs(t, err, test.not)
			}
			if test.table == "Tab" {
				require.NotNil(t, get(t, c, key("b", 1)), "the items before it stay")
			}
			require.Nil(t, get(t, c, key("a", 1)))
		})
	}
	db, _ := newTable(t)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`{"p":{"S":"a"},"s":{"N":"x"}}`)), dynamoconn.ErrInvalidNumber)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"a"}`)), dynamoconn.ErrValidation)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`[5]`)), dynamoconn.ErrInvalidRequest)
	require.ErrorIs(t, db.CreateTable(dynamoconntest.Table{Name: "x", PartitionKey: "p"}), dynamoconn.ErrValidation)
}
