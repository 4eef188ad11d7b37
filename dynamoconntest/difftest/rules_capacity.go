package difftest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// capacityRules are about consumed capacity and item collection metrics.
var capacityRules = []Rule{
	{
		ID: "local-no-metrics", Aspect: aspectMetrics, Right: Dynoxide,
		What:  "DynamoDB Local has no item collection metrics",
		Why:   "API reference of ReturnItemCollectionMetrics: SIZE returns them for a table with local indexes",
		Match: func(c Case) bool { return c.Local.Aspects[aspectMetrics] == "" },
	},
	{
		ID: "capacity-not-asked-for", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local returns the capacity of a delete that found nothing, though it was not asked for",
		Why:   "API reference of ReturnConsumedCapacity: NONE is the default",
		Match: func(c Case) bool { return c.body()["ReturnConsumedCapacity"] == nil },
	},
	{
		ID: "sparse-index-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local counts a write to an index for an item that has one of its two keys",
		Why:   "GSI: only items that have both keys are in the index",
		Match: func(c Case) bool { return c.hasOperation("PutItem", "UpdateItem", "DeleteItem") },
	},
	{
		ID: "transaction-index-capacity", Aspect: aspectIndexCapacity, Right: Service,
		What:  "the capacity of a transaction in the indexes of a table: four writes for an entry, or one",
		Why:   "transaction-apis: every item is written twice, so an entry of an index counts twice as much as in dynoxide",
		Match: func(c Case) bool { return c.hasOperation("TransactWriteItems") },
		Holds: func(c Case, got string) bool {
			return twiceInIndexes(c.Dynoxide.Aspects[aspectIndexCapacity], got) || isRepetition(c) && isBetween(c, aspectIndexCapacity, got)
		},
	},
	{
		ID: "projected-capacity", Aspect: aspectCapacity, Right: Service,
		What: "as below, of a transaction; DynamoDB Local omits ReadCapacityUnits of the table", Why: "see below",
		Match: func(c Case) bool {
			return c.hasOperation("TransactGetItems") && strings.Contains(c.Request.Body, "ProjectionExpression") &&
				totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
		Want: func(c Case) []string { return []string{withReadUnits(c.Local.Aspects[aspectCapacity])} },
	},
	{
		ID: "repeated-transaction", Aspect: aspectCapacity, Right: Service,
		What:  "the read capacity of a transaction that is repeated with its token",
		Why:   "TransactWriteItems: it consumes read capacity for reading the items; which of their sizes counts is not documented, so anything between the two servers is right",
		Match: func(c Case) bool { return c.hasOperation("TransactWriteItems") && isRepetition(c) },
		Holds: func(c Case, got string) bool { return isBetween(c, aspectCapacity, got) },
	},
	{
		ID: "transaction-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local counts four writes for an item of a transaction on a table with indexes, and omits ReadCapacityUnits of the table",
		Why:   "transaction-apis: every item is read or written twice",
		Match: func(c Case) bool { return c.hasOperation("TransactWriteItems", "TransactGetItems") },
	},
	{
		ID: "local-index-fetch", Aspect: aspectCapacity, Right: Service,
		What:  "neither server counts the capacity for fetching items from the table",
		Why:   "LSI: each fetched item costs as much as reading it from the table; the entries of the index are counted together",
		Match: func(c Case) bool { return c.indexKind() == "local" && c.asksForAttributes() },
		Holds: fetchCosts,
	},
	{
		ID: "last-page", Aspect: aspectCapacity, Right: Service,
		What: "as for pages: the capacity of a last page without items", Why: "see there",
		Match: func(c Case) bool { return c.hasOperation("Query", "Scan") && c.body()["Limit"] != nil },
		Holds: func(c Case, got string) bool {
			l, d := c.Local.Aspects[aspectCapacity], c.Dynoxide.Aspects[aspectCapacity]
			before, _ := cutLastLine(d)
			return slices.Contains([]string{d, before, d + "\n" + emptyPageCapacity(d), l}, got) || !c.Request.UniqueOrder && mayHaveOtherPages(d, got)
		},
	},
	{
		ID: "projected-capacity", Aspect: aspectCapacity, Right: Local,
		What:  "dynoxide counts only the part of an item that a projection returns",
		Why:   "CapacityUnitCalculations: the size of the item counts, whatever is returned",
		Match: func(c Case) bool { return c.hasOperation("GetItem") && hasProjection(c.body()) },
	},
	{
		ID: "local-index-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What: "DynamoDB Local counts the whole items when it reads a global index that holds parts of them",
		Why:  "GSI: the size of the index entries counts, not that of the items in the table",
		Match: func(c Case) bool {
			return c.hasOperation("Scan", "Query") && c.indexKind() == "global" && totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "local-index-capacity", Aspect: aspectCapacity, Right: Service,
		What: "as above, of a local index; for dynoxide's part see dynoxide-scan-capacity", Why: "as above",
		Match: func(c Case) bool {
			return c.hasOperation("Scan") && c.indexKind() == "local" && !c.asksForAttributes() && totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
		Want: func(c Case) []string {
			const member = `"CapacityUnits":%v`
			return []string{strings.ReplaceAll(c.Local.Aspects[aspectCapacity], fmt.Sprintf(member, totalUnits(c.Local)), fmt.Sprintf(member, totalUnits(c.Dynoxide)))}
		},
	},
	{
		ID: "dynoxide-scan-capacity", Aspect: aspectCapacity, Right: Local,
		What: "dynoxide counts the scan of a local index as a scan of the table",
		Why:  "ConsumedCapacity: LocalSecondaryIndexes is what was consumed on each local index",
		Match: func(c Case) bool {
			return c.hasOperation("Scan") && c.indexKind() == "local" && totalUnits(c.Local) == totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "absent-items-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What: "DynamoDB Local counts nothing for a page without items or for the absent keys of a batch",
		Why:  "CapacityUnitCalculations: reading an item that does not exist consumes as much as the smallest one",
		Match: func(c Case) bool {
			return c.hasOperation("BatchGetItem", "Query", "Scan") && totalUnits(c.Local) < totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "batch-delete-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local counts two writes for a delete of an absent key in a batch",
		Why:   "CapacityUnitCalculations: a delete of an absent item consumes one write unit",
		Match: func(c Case) bool { return c.hasOperation("BatchWriteItem") },
	},
}

// isRepetition reports whether both servers take a transaction for a repeated one.
func isRepetition(c Case) bool {
	const read = "ReadCapacityUnits"
	return strings.Contains(c.Local.Aspects[aspectIndexCapacity], read) && strings.Contains(c.Dynoxide.Aspects[aspectIndexCapacity], read)
}

// isBetween reports whether a capacity is neither less nor more than those of both servers.
func isBetween(c Case, aspect, got string) bool {
	units := func(capacity string) float64 {
		return totalUnits(&Outcome{Aspects: map[string]string{aspectCapacity: capacity}})
	}
	local, dynoxide := units(c.Local.Aspects[aspect]), units(c.Dynoxide.Aspects[aspect])
	return units(got) >= min(local, dynoxide) && units(got) <= max(local, dynoxide)
}

// twiceInIndexes reports whether got is the capacity single with twice as much in the
// indexes. If a capacity does not have the indexes apart, got must be in the range that
// this allows.
func twiceInIndexes(single, got string) bool {
	before, after := capacityByTable(single), capacityByTable(got)
	if len(before) != len(after) {
		return false
	}
	for name, want := range before {
		table := after[name]
		if table == nil {
			return false
		}
		if want["Table"] == nil && want["ReadCapacityUnits"] == nil {
			sum, least := asNumber(table["CapacityUnits"]), asNumber(want["CapacityUnits"])
			if sum < least || sum > 2*least {
				return false
			}
			want["CapacityUnits"], want["WriteCapacityUnits"] = sum, sum
		}
		if canonicalJSON(doubleIndexCapacity(want)) != canonicalJSON(table) {
			return false
		}
	}
	return true
}

// capacityByTable reads a capacity that has a line for each table.
func capacityByTable(capacity string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for line := range strings.Lines(capacity) {
		if v, err := decodeJSON([]byte(line)); err == nil {
			out[asString(asObject(v)["TableName"])] = asObject(v)
		}
	}
	return out
}

// doubleIndexCapacity doubles the capacity of a table's indexes.
func doubleIndexCapacity(table map[string]any) map[string]any {
	for _, kind := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes"} {
		for _, e := range asObject(table[kind]) {
			index := asObject(e)
			n := asNumber(index["CapacityUnits"])
			index["CapacityUnits"], index["WriteCapacityUnits"] = 2*n, 2*n
			table["CapacityUnits"] = asNumber(table["CapacityUnits"]) + n
			table["WriteCapacityUnits"] = table["CapacityUnits"]
		}
	}
	return table
}

// mayHaveOtherPages reports whether two capacities can be those of the same items on
// the same number of pages, in another order: items with the same key in an index have
// no defined order, and each page is rounded up.
func mayHaveOtherPages(a, b string) bool {
	pages := strings.Count(a, "\n")
	x := totalUnits(&Outcome{Aspects: map[string]string{aspectCapacity: a}})
	y := totalUnits(&Outcome{Aspects: map[string]string{aspectCapacity: b}})
	return pages > 0 && pages == strings.Count(b, "\n") && math.Abs(x-y) <= float64(pages)
}

// cutLastLine cuts off the last line.
func cutLastLine(s string) (before, last string) {
	i := strings.LastIndexByte(s, '\n')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// totalUnits returns the sum of CapacityUnits in an answer.
func totalUnits(o *Outcome) float64 {
	sum := 0.0
	for line := range strings.Lines(o.Aspects[aspectCapacity]) {
		v, err := decodeJSON([]byte(line[max(strings.IndexByte(line, '{'), 0):]))
		if err != nil {
			return 0
		}
		f, err := strconv.ParseFloat(asString(asObject(v)["CapacityUnits"]), 64)
		if err != nil {
			return 0
		}
		sum += f
	}
	return sum
}

// withReadUnits adds ReadCapacityUnits to each table in a capacity.
func withReadUnits(capacity string) string {
	var lines []string
	for line := range strings.Lines(capacity) {
		v, err := decodeJSON([]byte(line))
		if err != nil {
			return capacity
		}
		if table := asObject(asObject(v)["Table"]); table != nil {
			table["ReadCapacityUnits"] = table["CapacityUnits"]
		}
		lines = append(lines, canonicalJSON(v))
	}
	return strings.Join(lines, "\n")
}

// emptyPageCapacity returns the capacity of a page without items after these pages. It
// is that of the smallest page.
func emptyPageCapacity(pages string) string {
	_, last := cutLastLine(pages)
	number, units, _ := strings.Cut(last, " ")
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil {
		return ""
	}
	return fmt.Sprintf("%d %s", n+1, units)
}
