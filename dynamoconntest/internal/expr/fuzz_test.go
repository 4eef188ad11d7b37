package expr

import (
	"testing"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/internal/fuzzseed"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func addSeeds(f *testing.F, list ...string) {
	f.Helper()
	for _, s := range list {
		f.Add(s)
	}
}

// A condition that is accepted holds exactly if its negation does not.
func FuzzConditionAndItsNegationDiffer(f *testing.F) {
	addSeeds(f, "a = :a", "NOT (a.b[0] < :a) OR contains(a, :a)", "size(#n) BETWEEN :n AND n", "a IN (:a, b", "((a=:a))", "é",
		"attribute_exists(l[2].k) AND attribute_not_exists(m.zz)", "attribute_type(a, :k) OR begins_with(#m.#a, :a)", "contains(ss, :a) and contains(l, :n)",
		"n >= :n AND m.k<>:n OR l[0] <= sk", "n IN (:n, m.k, size(ss))", "ns = :ns OR l = :l OR m = :m OR t = :t", "size(b) > size(l)")
	mutate.Fuzz(f, checkNegation)
}

func checkNegation(t *testing.T, s string) {
	it, names := parseItem(t, fuzzseed.Item), parseNames(t, fuzzseed.Names, fuzzseed.Values)
	cond, err := ParseCondition(s, names)
	if err != nil {
		return
	}
	neg, err := ParseCondition("NOT ("+s+")", names)
	if err != nil {
		// The negation is over a limit, or its parentheses are redundant.
		return
	}
	if cond.Match(it) == neg.Match(it) {
		t.Fatalf("%q and its negation agree", s)
	}
}

// Applying an update does not change the item that it starts from.
func FuzzUpdateDoesNotChangeItsInput(f *testing.F) {
	addSeeds(f, "SET a = :a", "SET l[0] = l[1] + :n REMOVE l[2]", "ADD n :n DELETE ss :ss", "SET l = list_append(l, l), nil = if_not_exists(q, :a)",
		"SET m.k = m.k - :n, m.new = :m, l[9] = :b", "REMOVE m.l[0], #n, l[1]", "ADD ns :ns, q :n SET #m.#a = :t", "SET n = if_not_exists(n, :n) + :n", "set l[0] = list_append(:l, m.l)")
	mutate.Fuzz(f, checkInputUnchanged)
}

func checkInputUnchanged(t *testing.T, s string) {
	it := parseItem(t, fuzzseed.Item)
	text := string(it.AppendJSON(nil))
	u, err := ParseUpdate(s, parseNames(t, fuzzseed.Names, fuzzseed.Values))
	if err == nil {
		_, _ = u.Apply(it)
	}
	if got := string(it.AppendJSON(nil)); got != text {
		t.Fatalf("%q changed its input to %s", s, got)
	}
}

// A projection returns only attributes that it names. An attribute that it names
// as a whole is returned as a whole.
func FuzzProjectionReturnsWhatItNames(f *testing.F) {
	addSeeds(f, "a", "a, #n, m.k", "l[0], l[2].k, m.l[0]", "#m.#a,ss", "zz, m.zz.a, l[7]")
	mutate.Fuzz(f, checkProjected)
}

func checkProjected(t *testing.T, s string) {
	it := parseItem(t, fuzzseed.Item)
	p, err := ParseProjection(s, parseNames(t, fuzzseed.Names, ""))
	if err != nil {
		return
	}
	whole := map[string]bool{}
	for _, path := range p.Paths() {
		whole[path[0].Name] = len(path) == 1
	}
	for _, got := range p.Apply(it) {
		all, named := whole[got.Name]
		if !named || all && !attr.Equal(got.Value, it.Get(got.Name)) {
			t.Fatalf("%q returns %s as %s", s, got.Name, got.Value.AppendJSON(nil))
		}
	}
}

// A key condition is a condition. It holds exactly if all its terms hold.
func FuzzKeyConditionIsACondition(f *testing.F) {
	addSeeds(f, "pk = :a", "pk = :a AND sk > :n", ":a = pk and (sk BETWEEN :n AND :n)", "pk = :a AND begins_with(a, :a)", "#a = :a AND #n <= :a", "pk = :a AND sk <> :n")
	mutate.Fuzz(f, checkKeyCondition)
}

func checkKeyCondition(t *testing.T, s string) {
	it, names := parseItem(t, fuzzseed.Item), parseNames(t, fuzzseed.Names, fuzzseed.Values)
	terms, err := ParseKeyCondition(s, names)
	if err != nil {
		return
	}
	cond, err := ParseCondition(s, names)
	if err != nil {
		t.Fatalf("%q is not a condition: %v", s, err)
	}
	all := true
	for _, term := range terms {
		all = all && it.Get(term.Name).Exists() && term.Holds(it.Get(term.Name))
	}
	if all != cond.Match(it) {
		t.Fatalf("%q is %v as a condition, its terms %v", s, cond.Match(it), all)
	}
}

// The same four properties, with expressions that are made of whole tokens.
func FuzzExpressionOfTokens(f *testing.F) {
	for _, s := range []string{
		"a = :a", "n BETWEEN :n AND :n", "n IN ( :n , m.k , size( ss ) )", "NOT contains( ss , :a ) OR attribute_type( l , :k ) AND begins_with( #n , :a )",
		"( attribute_exists( l[2].k ) )", "attribute_not_exists( m.zz ) and l[0] < = n", "size( b ) >= :n",
	} {
		f.Add(byte(0), fuzzseed.TokensOf(s))
	}
	for _, s := range []string{
		"SET a = :a , l[0] = l[0] + :n", "SET l = list_append( l , if_not_exists( zz , :l ) ) REMOVE m.k , l[2].k", "ADD n :n , ss :ss DELETE ns :ns", "set m.k = if_not_exists( m.k , :n ) - n",
	} {
		f.Add(byte(1), fuzzseed.TokensOf(s))
	}
	f.Add(byte(2), fuzzseed.TokensOf("a , m.k , l[0] , l[2].k , #n"))
	f.Add(byte(3), fuzzseed.TokensOf("pk = :a AND sk >= :n"))
	f.Add(byte(3), fuzzseed.TokensOf("pk = :a and begins_with( a , :a )"))
	checks := []func(*testing.T, string){checkNegation, checkInputUnchanged, checkProjected, checkKeyCondition}
	mutate.Fuzz(f, func(t *testing.T, kind byte, tokens []byte) {
		checks[kind%4](t, fuzzseed.ExpressionOf(tokens))
	})
}
