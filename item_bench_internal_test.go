package dynamoconn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmarkItem holds every kind, most of it strings and numbers, as items do.
func benchmarkItem() Item {
	return Item{
		String("Artist", "No One You Know"),
		String("SongTitle", "Call Me Today"),
		String("Notes", strings.Repeat("été \"quoted\" ", 10)),
		Long("Year", 2004),
		Long("Plays", 1_234_567),
		Decimal("Price", MustNumber("9.990")),
		Boolean("Live", true),
		Null("Draft"),
		Binary("Cover", []byte("0123456789abcdef")),
		List("Tags", String("", "rock"), Long("", 7), Map("", Long("x", 1), String("y", "z"))),
		Map("Label", String("City", "Lyon"), Map("Address", Long("Number", 7))),
		StringSet("Formats", "LP", "CD", "MC"),
		NumberSet("Sizes", MustNumber("7"), MustNumber("12.50")),
		BinarySet("Hashes", []byte{1}, []byte{2}),
	}
}

// BenchmarkItem measures each walk over an item. The rival of the JSON forms is
// encoding/json with a map, which loses digits, kinds and order.
func BenchmarkItem(b *testing.B) {
	item, other := benchmarkItem(), benchmarkItem()
	attributes, err := ToAttributeValues(item)
	require.NoError(b, err)
	plain, err := item.MarshalJSON()
	require.NoError(b, err)
	typed, err := DynamoDBJSON(item).MarshalJSON()
	require.NoError(b, err)
	var generic map[string]any
	require.NoError(b, json.Unmarshal(plain, &generic))

	for _, walk := range []struct {
		name string
		run  func() bool
	}{
		{"ToAttributeValues", func() bool { got, err := ToAttributeValues(item); return err == nil && len(got) == len(item) }},
		{"FromAttributeValues", func() bool {
			got, err := FromAttributeValues(attributes)
			return err == nil && len(got) == len(item)
		}},
		{"Clone", func() bool { return len(item.Clone()) == len(item) }},
		{"Equal", func() bool { return item.Equal(other) }},
		{"Size", func() bool { return item.Size() > 300 }},
		{"wireSize", func() bool { return wireSize(item) > 300 }},
		{"canonical", func() bool { return canonical(item) != "" }},
		{"String", func() bool { return item.String() != "" }},
		{"Get", func() bool { _, found := item.Get("Hashes"); return found }},
		{"Value", func() bool { n, err := Value[int](item, "Label", "Address", "Number"); return err == nil && n == 7 }},
		{"MarshalJSON/plain", func() bool { got, err := item.MarshalJSON(); return err == nil && len(got) == len(plain) }},
		{"MarshalJSON/typed", func() bool {
			got, err := DynamoDBJSON(item).MarshalJSON()
			return err == nil && len(got) == len(typed)
		}},
		{"MarshalJSON/encoding/json", func() bool { got, err := json.Marshal(generic); return err == nil && len(got) > 300 }},
		{"UnmarshalJSON/plain", func() bool {
			var got Item
			return got.UnmarshalJSON(plain) == nil && len(got) == len(item)
		}},
		{"UnmarshalJSON/typed", func() bool {
			var got DynamoDBJSON
			return got.UnmarshalJSON(typed) == nil && len(got) == len(item)
		}},
		{"UnmarshalJSON/encoding/json", func() bool {
			var got map[string]any
			return json.Unmarshal(plain, &got) == nil && len(got) == len(item)
		}},
	} {
		b.Run(walk.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !walk.run() {
					b.Fatal("wrong result")
				}
			}
		})
	}
}
