package dynamoconn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUpdateTextThatMayBeAppliedTwice(t *testing.T) {
	t.Parallel()
	names := map[string]string{"#a": "a", "#dot": "a.b", "#b": "b"}
	values := Item{Long(":n", 1), String(":s", "x"), List(":l"), StringSet(":ss", "x"), NumberSet(":ns", MustNumber("1")), BinarySet(":bs", []byte("x"))}
	for text, want := range map[string]bool{
		"SET a = :n":                          true,
		"set a = :n,b=:s":                     true,
		"SET a = :n REMOVE b":                 true,
		"REMOVE a, b.c[1].d":                  true,
		"SET a.b[2].c = :n":                   true,
		"SET #dot = :n":                       true,
		"ADD a :ss, b :ns":                    true,
		"ADD a :bs DELETE b :ss SET c = :n":   true,
		"DELETE a :ss":                        true,
		"SET a = b":                           true,
		"SET a = b.c, d = e":                  true,
		"SET a = a":                           false, // another reads what this one changes
		"SET a = #dot":                        true,
		"SET a = (b)":                         true,
		"SET a = if_not_exists(a, :n)":        true,
		"SET #a = if_not_exists(a, :n)":       true,
		"SET a = if_not_exists(b, :n)":        true,
		"SET a = if_not_exists(b, :n), b = a": false,
		"SET a = if_not_exists(a, b)":         true,
		"SET a = if_not_exists(a, a)":         false,
		"SET a = if_not_exists(a.c, :n)":      false,
		"SET a = if_not_exists ( a , if_not_exists ( b , :n ) )": true,

		"SET a = a + :n":                               false,
		"SET a = b + :n":                               false,
		"SET a = :n - :n":                              false,
		"SET a = :n+:n":                                false,
		"SET a = if_not_exists(a, :n) + :n":            false,
		"SET a = list_append(a, :l)":                   false,
		"SET a = list_append(b, :l)":                   false,
		"SET a = if_not_exists(a, list_append(b, :l))": false,
		"ADD a :n":                                     false,
		"ADD a :ss, b :n":                              false,
		"ADD a :missing":                               false,
		"SET a = b, b = :n":                            false,
		"SET a = b.c REMOVE b":                         false,
		"SET a = b REMOVE b.c":                         false,
		"SET a = #a":                                   false,
		"SET a = :s REMOVE b[0]":                       false,
		"SET a[1] = :n":                                false,
		"SET a[1] = if_not_exists(a[1], :n)":           false,
		"DELETE a[1] :ss":                              false,

		// What is not understood.
		"":                              true, // nothing is changed
		"SET":                           false,
		"SET a":                         false,
		"SET a =":                       false,
		"SET a = :n,":                   false,
		"SET a = :n b = :n":             false,
		"SET a = #missing":              false,
		"SET #missing = :n":             false,
		"SET a = size(b)":               false,
		"SET a = (b":                    false,
		"SET a = b)":                    false,
		"SET a = if_not_exists(a)":      false,
		"SET a = if_not_exists(:n, :n)": false,
		"SET a[-1].b = :n":              false,
		"SET a[b].c = :n":               false,
		"SET a[1.c = :n":                false,
		"SET a. = :n":                   false,
		"SET 1a = :n":                   false,
		"SET a = :n; REMOVE b":          false,
		"SET a = \"x\"":                 false,
		"SET a = : n":                   false,
		"SET # = :n":                    false,
		"SET é = :n":                    false,
		"REMOVE :n":                     false,
		"ADD a b":                       false,
		"ADD a":                         false,
		"DELETE a = :ss":                false,
		"MOVE a":                        false,
		"a = :n":                        false,
	} {
		assert.Equal(t, want, parseUpdate(text, names).isRepeatable(values), text)
	}
}

func TestUpdateTextNamesWhatItSets(t *testing.T) {
	t.Parallel()
	update := parseUpdate("SET #a = :n, b.c = :m, d = (:n), e = if_not_exists(e, :n) REMOVE f[1]", map[string]string{"#a": "x.y"})
	var paths, values []string
	for _, c := range update.changes {
		paths, values = append(paths, c.path.String()), append(values, c.value)
	}
	assert.Equal(t, []string{`"x.y"`, "b.c", "d", "e", "f[1]"}, paths)
	assert.Equal(t, []string{":n", ":m", "", "", ""}, values, "that which is set as it is")
}

func FuzzUpdateText(f *testing.F) {
	for _, text := range []string{"SET a = b + :n REMOVE c[1].d ADD e :s", "SET #a.b = if_not_exists(#a, list_append(:l, c))"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, values := map[string]string{"#a": "a"}, Item{StringSet(":s", "x"), Long(":n", 1)}
		before := parseUpdate(text, names)
		if before == nil {
			return
		}
		// What one of the clauses does not allow, the whole does not allow either.
		both := parseUpdate(text+" SET z = z + :n", names)
		assert.False(t, both.isRepeatable(values))
		tokens, ok := updateTokens(text)
		assert.True(t, ok)
		assert.GreaterOrEqual(t, len(tokens), len(before.changes))
	})
}
