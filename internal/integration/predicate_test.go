package integration

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

var (
	full = flag.Bool("full", false, "run the long forms of the tests")
	seed = flag.Uint64("seed", 0, "the seed of the random parts; 0 means a new one in each run")
)

// gardener grows random items and trees.
type gardener struct {
	*rand.Rand
	items []dynamoconn.Item // where it finds names and values that occur
}

// attributes are names that a tree tests. Some need care in an expression.
var attributes = []string{"a", "b", "size", "Name", "a.b", "#n0", ":v0", "x y"}

func pick[T any](g *gardener, of []T) T { return of[g.IntN(len(of))] }

// chance reports true once in n times.
func (g *gardener) chance(n int) bool { return g.IntN(n) == 0 }

var (
	someTexts   = []string{"", "a", "ab", "abc", "b", "B", "é", "東京", "😀", "\uffee", "10", "9", "ba"}
	someNumbers = []string{"0", "-0", "1", "1.0", "10e-1", "2", "3", "-1", "1.5", "10", "9", "1E+100", "1E-100", "12345678901234567890123456789012345678"}
	someBytes   = [][]byte{{}, {1}, {1, 2}, {2}, {0xff}, []byte("a"), []byte("ab"), []byte("abc")}
)

// some returns a few distinct members, at least one.
func some[T any](g *gardener, of []T, text func(T) string) (members []T) {
	seen := map[string]bool{}
	for range 1 + g.IntN(3) {
		if one := pick(g, of); !seen[text(one)] {
			seen[text(one)] = true
			members = append(members, one)
		}
	}
	return members
}

// value returns a value of any kind.
func (g *gardener) value(depth int) dynamoconn.KeyValue {
	n := g.IntN(12)
	if depth == 0 && n >= 10 {
		n = g.IntN(10)
	}
	switch n {
	case 0, 1:
		return dynamoconn.String("", pick(g, someTexts))
	case 2, 3:
		return g.number()
	case 4:
		return dynamoconn.Binary("", pick(g, someBytes))
	case 5:
		return dynamoconn.Boolean("", g.chance(2))
	case 6:
		return dynamoconn.Null("")
	case 7:
		return dynamoconn.StringSet("", some(g, someTexts, func(s string) string { return s })...)
	case 8:
		numbers := make([]dynamoconn.Number, len(someNumbers))
		for i, text := range someNumbers {
			numbers[i] = dynamoconn.MustNumber(text)
		}
		return dynamoconn.NumberSet("", some(g, numbers, func(n dynamoconn.Number) string {
			if n.Sign() == 0 {
				return "0"
			}
			return n.Canonical().String()
		})...)
	case 9:
		return dynamoconn.BinarySet("", some(g, someBytes, func(b []byte) string { return string(b) })...)
	case 10:
		var elements []dynamoconn.KeyValue
		for range g.IntN(4) {
			elements = append(elements, g.value(depth-1))
		}
		return dynamoconn.List("", elements...)
	}
	return dynamoconn.Map("", g.attributes(depth-1, 2)...)
}

func (g *gardener) number() dynamoconn.KeyValue {
	if g.chance(2) {
		return dynamoconn.Long("", int64(g.IntN(12)-1))
	}
	return dynamoconn.Decimal("", dynamoconn.MustNumber(pick(g, someNumbers)))
}

// attributes returns an item that has each attribute once in oneIn times, or not.
func (g *gardener) attributes(depth, oneIn int) dynamoconn.Item {
	item := dynamoconn.Item{}
	for _, name := range attributes {
		if g.chance(oneIn) {
			item = append(item, dynamoconn.Rename(g.value(depth), name))
		}
	}
	return item
}

// place returns a path, mostly one that leads to a value in one of the items.
func (g *gardener) place() place {
	name := pick(g, attributes)
	p := place{steps: []any{name}}
	var kv dynamoconn.KeyValue
	if found, ok := pick(g, g.items).Get(name); ok {
		kv = found
	}
	for range 3 {
		if g.chance(3) {
			break
		}
		switch inner := kv.(type) {
		case *dynamoconn.KeyValueMap:
			name := pick(g, attributes)
			p.steps = append(p.steps, name)
			kv, _ = inner.MapValue.Get(name)
		case *dynamoconn.KeyValueList:
			i := g.IntN(len(inner.ListValue) + 1)
			p.steps = append(p.steps, i)
			kv = nil
			if i < len(inner.ListValue) {
				kv = inner.ListValue[i]
			}
		default:
			if g.chance(8) {
				p.steps = append(p.steps, pick(g, []any{0, 1, "a", "size"}))
			}
			return p
		}
	}
	return p
}

// operand returns something to compare with: often what an item has at that place, which value
// must accept.
func (g *gardener) operand(with place, accepts func(dynamoconn.KeyValue) bool) operand {
	if g.chance(6) {
		p := g.place()
		p.isSize = g.chance(3)
		// DynamoDB refuses a comparison of a path with itself.
		if p.isSize && accepts(dynamoconn.Long("", 0)) || !p.isSize && fmt.Sprint(p.steps) != fmt.Sprint(with.steps) {
			return operand{place: p}
		}
	}
	var kv dynamoconn.KeyValue
	for {
		kv = g.value(2)
		if g.chance(2) {
			if found := with.in(pick(g, g.items)); found != nil {
				kv = dynamoconn.Rename(found, "")
			}
		}
		if with.isSize && !g.chance(10) {
			kv = dynamoconn.Long("", int64(g.IntN(5)))
		}
		if accepts(kv) {
			break
		}
	}
	o := operand{value: kv, given: kv}
	if g.chance(2) {
		o.given = asGoValue(kv)
	}
	return o
}

func isOrdered(kv dynamoconn.KeyValue) bool {
	kind := kindOf(kv)
	return kind == dynamoconn.KindString || kind == dynamoconn.KindNumber || kind == dynamoconn.KindBinary
}

// tree returns a predicate of at most that depth, and takes its leaves from the budget.
func (g *gardener) tree(depth int, budget *int) *tree {
	if depth == 0 || *budget <= 1 || g.chance(4) {
		*budget--
		return g.leaf()
	}
	t := &tree{word: pick(g, []string{"All", "Any", "Not"})}
	n := 1
	if t.word != "Not" {
		n += g.IntN(3)
	}
	for range n {
		t.inside = append(t.inside, g.tree(depth-1, budget))
	}
	return t
}

// leaf returns a test of one attribute.
func (g *gardener) leaf() *tree {
	t := &tree{tested: g.place(), asText: g.chance(4)}
	if g.chance(12) {
		t.word, t.asText = "IsKind", false
		t.kind = pick(g, []dynamoconn.Kind{
			dynamoconn.KindString, dynamoconn.KindNumber, dynamoconn.KindBinary, dynamoconn.KindBoolean, dynamoconn.KindNull,
			dynamoconn.KindList, dynamoconn.KindMap, dynamoconn.KindStringSet, dynamoconn.KindNumberSet, dynamoconn.KindBinarySet,
		})
		return t
	}
	operators := dynamoconn.ComparisonOperators()
	if t.tested.isSize = g.chance(5); t.tested.isSize {
		operators = slices.DeleteFunc(operators, func(o dynamoconn.ComparisonOperator) bool {
			return signs[o] == "" && o != dynamoconn.ComparisonOperatorBetween && o != dynamoconn.ComparisonOperatorIn
		})
	}
	t.operator = pick(g, operators)
	add := func(accepts func(dynamoconn.KeyValue) bool) {
		t.operands = append(t.operands, g.operand(t.tested, accepts))
	}
	switch t.operator {
	case dynamoconn.ComparisonOperatorNull, dynamoconn.ComparisonOperatorNotNull:
	case dynamoconn.ComparisonOperatorEQ, dynamoconn.ComparisonOperatorNE:
		add(func(dynamoconn.KeyValue) bool { return true })
	case dynamoconn.ComparisonOperatorIn:
		for range 1 + g.IntN(4) {
			add(func(dynamoconn.KeyValue) bool { return true })
		}
	case dynamoconn.ComparisonOperatorContains, dynamoconn.ComparisonOperatorNotContains:
		add(func(kv dynamoconn.KeyValue) bool {
			kind := kindOf(kv)
			return isOrdered(kv) || kind == dynamoconn.KindBoolean || kind == dynamoconn.KindNull
		})
	case dynamoconn.ComparisonOperatorBeginsWith:
		add(func(kv dynamoconn.KeyValue) bool { return isOrdered(kv) && kindOf(kv) != dynamoconn.KindNumber })
	case dynamoconn.ComparisonOperatorBetween:
		add(isOrdered)
		low := t.operands[0].value
		add(func(kv dynamoconn.KeyValue) bool {
			if low == nil {
				return isOrdered(kv)
			}
			order, ok := compare(low, kv)
			return ok && order <= 0 || t.tested.isSize && kindOf(low) == dynamoconn.KindNumber && kindOf(kv) == dynamoconn.KindNumber && order <= 0
		})
	default:
		add(isOrdered)
	}
	return t
}

// predicateSeed returns the seed of a run, and logs the command that repeats it.
func predicateSeed(t *testing.T) uint64 {
	s := *seed
	if s == 0 {
		s = rand.Uint64()>>1 | 1
	}
	long := ""
	if *full {
		long = " -full"
	}
	t.Logf("seed %d: go test ./internal/integration -run '^%s$' -backend=%s%s -seed %d", s, t.Name(), *backend, long, s)
	return s
}

// TestPredicatesMeanWhatTheySay lets the server judge random items by random predicates, and compares
// its verdicts with those of holds.
func TestPredicatesMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	predicates := 400
	switch {
	case inMemory() && *full:
		predicates = 1_000_000
	case *full:
		predicates = 20_000
	case inMemory():
		predicates = 2_000
	}
	client := local(t)
	table := newTable(t, keyed(byID))
	g := &gardener{Rand: rand.New(rand.NewPCG(predicateSeed(t), 0))}
	const items, rounds = 6, 100
	met := 0
	for n := range predicates {
		if n%rounds == 0 {
			g.items = nil
			for i := range items {
				item := slices.Insert(g.attributes(3, 2), 0, dynamoconn.KeyValue(dynamoconn.Long("ID", int64(i))))
				g.items = append(g.items, item)
				_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
				require.NoError(t, err)
			}
		}
		budget := 1 + g.IntN(12)
		tree := g.tree(6, &budget)
		resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Where: tree.predicate(), Attributes: []string{"ID"}})
		require.NoError(t, err, "%v", tree)
		require.EqualValues(t, items, resp.ScannedCount)
		got := map[string]bool{}
		for _, item := range resp.Items {
			got[keyText(item, "ID")] = true
		}
		for _, item := range g.items {
			holds := tree.holds(item)
			require.Equal(t, holds, got[keyText(item, "ID")], "%v\n%v", tree, item)
			if holds {
				met++
			}
		}
		if n%16 == 0 { // the same as the condition of a write
			item := pick(g, g.items)
			_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item, If: tree.predicate()})
			if tree.holds(item) {
				require.NoError(t, err, "%v\n%v", tree, item)
			} else {
				require.ErrorIs(t, err, dynamoconn.ErrConditionFailed, "%v\n%v", tree, item)
			}
		}
	}
	t.Logf("%d predicates, %d verdicts, %d of them true", predicates, predicates*items, met)
	assert.Greater(t, met, predicates)
	assert.Less(t, met, predicates*(items-1))
}

func TestPredicatesAtTheirLimits(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	item := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("a", 7)}
	fill(t, table, []dynamoconn.Item{item})
	a := dynamoconn.Attr("a")
	values := make([]any, 100)
	for i := range values {
		values[i] = i
	}
	leaves := make([]dynamoconn.Predicate, 150)
	for i := range leaves {
		leaves[i] = a.Exists()
	}
	deep := dynamoconn.Attr("a")
	for i := range 31 {
		deep = deep.At(i)
	}
	tower := dynamoconn.Predicate(a.EQ(7))
	for range 200 {
		tower = dynamoconn.Not(tower)
	}
	name := strings.Repeat("n", 255)
	for caption, where := range map[string]dynamoconn.Predicate{
		"100 operands of IN":        a.In(values...),
		"299 operators":             dynamoconn.Not(dynamoconn.Not(dynamoconn.All(leaves[1:]...))),
		"200 negations":             tower,
		"a path of 31 steps":        dynamoconn.Not(deep.Exists()),
		"parentheses of a group":    dynamoconn.All(dynamoconn.Any(dynamoconn.All(a.EQ(7), dynamoconn.Any(a.EQ(7), a.EQ(8))))),
		"parentheses of a text":     dynamoconn.Not(dynamoconn.Not(dynamoconn.Expr("($ = ?) AND ($ = ?)", "a", 7, "a", 7))),
		"a text in parentheses":     dynamoconn.All(dynamoconn.Any(dynamoconn.Expr("($ = ?)", "a", 7)), dynamoconn.Any(a.EQ(7), a.EQ(8))),
		"negations around BETWEEN":  dynamoconn.Not(dynamoconn.Not(a.Between(7, 7))),
		"NOT_CONTAINS in a group":   dynamoconn.Any(a.NotContains("x"), a.EQ(8)),
		"a long name":               dynamoconn.Attr(name, name).NotExists(),
		"an attribute and its size": dynamoconn.Not(a.EQ(a.Size())),
	} {
		t.Run(caption, func(t *testing.T) {
			t.Parallel()
			resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Where: where})
			require.NoError(t, err)
			requireSameItems(t, []dynamoconn.Item{item}, resp.Items, "ID")
		})
	}
	_, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Where: dynamoconn.Not(dynamoconn.Not(dynamoconn.All(leaves...)))})
	require.ErrorIs(t, err, dynamoconn.ErrValidation, strconv.Itoa(301))
}
