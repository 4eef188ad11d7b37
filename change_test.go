package dynamoconn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// randomChanges returns one to three changes, of which some fit the item of changedItem and some do not.
func randomChanges(r *rand.Rand) (changes []dynamoconn.Change, text string) {
	paths := []dynamoconn.Path{
		dynamoconn.Attr("n"), dynamoconn.Attr("l"), dynamoconn.Attr("s"), dynamoconn.Attr("m", "n"), dynamoconn.Attr("m", "l"),
		dynamoconn.Attr("m"), dynamoconn.Attr("new"), dynamoconn.Attr("m", "new"), dynamoconn.Attr("l").At(0), dynamoconn.Attr("l").At(9),
		dynamoconn.Attr("l").At(2).Attr("n"), dynamoconn.Attr("m", "l").At(1),
	}
	pick := func() dynamoconn.Path { return paths[r.IntN(len(paths))] }
	for range 1 + r.IntN(3) {
		path := pick()
		actions := map[string]dynamoconn.Change{
			"set": path.Set(7), "if missing": path.SetIfMissing(8), "set to a path": path.Set(pick()), "remove": path.Remove(),
			"copy": path.CopyOf(pick()), "increment": path.Increment(1), "append": path.Append("x"), "prepend": path.Prepend("y"),
			"add": path.AddMembers("c"), "delete": path.DeleteMembers("a"), "missing, to a path": path.SetIfMissing(pick()),
		}
		names := []string{"set", "if missing", "set to a path", "remove", "copy", "increment", "append", "prepend", "add", "delete", "missing, to a path"}
		name := names[r.IntN(len(names))]
		changes = append(changes, actions[name])
		text += fmt.Sprintf(" %s: %s;", path, name)
	}
	return changes, text
}

func changedItem(id int) dynamoconn.Item {
	element := dynamoconn.Map("", dynamoconn.Long("n", 1))
	return dynamoconn.Item{
		dynamoconn.Int("ID", id), dynamoconn.Long("n", 1), dynamoconn.StringSet("s", "a", "b"),
		dynamoconn.List("l", dynamoconn.Long("", 1), dynamoconn.Long("", 2), element, element),
		dynamoconn.Map("m", dynamoconn.Long("n", 5), dynamoconn.List("l", dynamoconn.Long("", 3), dynamoconn.Long("", 4))),
	}
}

// TestChangesAfterALostAnswer loses the answer to random changes. Either the client sends them again,
// and they leave what they leave when they are applied once, or it says that it does not know.
func TestChangesAfterALostAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, changesAfterALostAnswer) // the pauses take no time
}

func changesAfterALostAnswer(t *testing.T) {
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Items", PartitionKey: "ID:N"}))
	client := db.Client(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	repeated, doubts := 0, 0
	for id := 0; repeated+doubts < 300; id += 2 {
		require.NoError(t, db.Load("Items", changedItem(id), changedItem(id+1)))
		changes, text := randomChanges(r)
		update := func(id int) error {
			_, err := client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{TableName: "Items", Item: dynamoconn.KeyOf("ID", id), Changes: changes})
			return err
		}
		if err := update(id); err != nil {
			require.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			continue // they do not fit the item, or one another
		}
		lost := db.Inject(dynamoconntest.Fault{Operation: "UpdateItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
		err := update(id + 1)
		lost.Remove()
		if err != nil {
			require.ErrorIs(t, err, dynamoconn.ErrAmbiguous, text)
			doubts++
			continue
		}
		repeated++
		once, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Items", Item: dynamoconn.KeyOf("ID", id)})
		require.NoError(t, err)
		twice, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Items", Item: dynamoconn.KeyOf("ID", id+1)})
		require.NoError(t, err)
		twice.Item.Set(dynamoconn.Int("ID", id))
		require.True(t, once.Item.Equal(twice.Item), "%s\n%v\n%v", text, once.Item, twice.Item)
	}
	assert.Greater(t, repeated, 20)
	assert.Greater(t, doubts, 20)
}

func TestChangeTellsWhatItChanges(t *testing.T) {
	t.Parallel()
	city := dynamoconn.Attr("Label", "City")
	for name, c := range map[string]struct {
		change   dynamoconn.Change
		of       string
		sets     dynamoconn.KeyValue
		isRemove bool
	}{
		"set":                   {dynamoconn.Attr("Year").Set(1), "Year", dynamoconn.Long("Year", 1), false},
		"set of a place":        {city.Set(1), "Label", nil, false},
		"set to an attribute":   {dynamoconn.Attr("A").Set(dynamoconn.Attr("B")), "A", nil, false},
		"set to what cannot be": {dynamoconn.Attr("A").Set(make(chan int)), "A", nil, false},
		"remove":                {dynamoconn.Attr("A").Remove(), "A", nil, true},
		"remove of a place":     {city.Remove(), "Label", nil, false},
		"increment":             {dynamoconn.Attr("A").Increment(1), "A", nil, false},
		"zero Change":           {dynamoconn.Change{}, "", nil, false},
	} {
		assert.Equal(t, c.of, c.change.AttributeName(), name)
		value, ok := c.change.NewValue()
		assert.Equal(t, c.sets != nil, ok, name)
		assert.Equal(t, c.sets, value, name)
		assert.Equal(t, c.isRemove, c.change.IsRemove(), name)
	}
}
