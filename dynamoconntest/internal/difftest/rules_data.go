package difftest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var tableRules = []Rule{
	{
		ID: "table-states", Aspect: aspectState, Right: Either,
		What:  "the state of a table right after it is made, changed or dropped",
		Why:   "CreateTable, UpdateTable and DeleteTable are asynchronous; how long they take is not defined",
		Match: func(c Case) bool { return c.is("CreateTable", "UpdateTable", "DeleteTable", "DescribeTable") },
	},
	{
		ID: "local-still-busy", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local refuses to change a table that it describes as active, for a while after an index was dropped",
		Why:  "UpdateTable is refused only while the table is CREATING, UPDATING or DELETING",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && c.Local.failed("ResourceInUseException", "LimitExceededException") && !c.Request.wrong("table update of two creations")
		},
	},
	{
		ID: "index-throughput-when-provisioned", Aspect: aspectOutcome, Right: Service,
		What: "a table with indexes that is to be provisioned, without throughput for its indexes: 500 against success",
		Why:  "UpdateTable wants initial capacity when the mode is changed; whether for the indexes in the same request is not said. Never a 500",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && c.Local.failed(broken...) && c.body()["BillingMode"] == "PROVISIONED"
		},
		Want: func(Case) []string { return []string{outcomeOK, "ValidationException"} },
	},
	{
		ID: "index-throughput-when-provisioned", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local does not drop an index of a table that was made provisioned without throughput for its indexes",
		Why:  "UpdateTable: an index is dropped by its name alone",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && localRefuses("out of range")(c) && c.body()["ProvisionedThroughput"] == nil
		},
	},
	{
		ID: "dynoxide-index-throughput", Aspect: aspectTable, Right: Local,
		What: "dynoxide forgets the throughput of an index that UpdateTable made",
		Why:  "CreateGlobalSecondaryIndexAction: ProvisionedThroughput is that of the index, and a description shows it",
		Match: func(c Case) bool {
			return withoutThroughput(c.Local.Aspects[aspectTable]) == withoutThroughput(c.Dynoxide.Aspects[aspectTable])
		},
	},
	{
		ID: "validation-before-existence", Aspect: aspectOutcome, Right: Dynoxide,
		What: "a creation that is not valid of a table that exists",
		Why:  "validation does not depend on what there is",
		Match: func(c Case) bool {
			return c.is("CreateTable") && c.Local.failed("ResourceInUseException") && c.Dynoxide.failed(refused...)
		},
	},
	{
		ID: "throughput-being-changed", Aspect: aspectTable, Right: Service,
		What: "the throughput in the answer to UpdateTable: before or after the change",
		Why:  "UpdateTable is asynchronous",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && c.Local.Aspects[aspectTable] != c.Dynoxide.Aspects[aspectTable]
		},
		Want: func(c Case) []string {
			l, d := c.Local.Aspects[aspectTable], c.Dynoxide.Aspects[aspectTable]
			return []string{l, d, withIndexes(d, l)} // the last is for dynoxide-index-throughput
		},
	},
	{
		ID: "throughput-on-demand", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local accepts throughput for a table that is paid for by request",
		Why:  "CreateTable, UpdateTable: throughput belongs to BillingMode PROVISIONED",
		Match: func(c Case) bool {
			return c.is("CreateTable", "UpdateTable") && dynoxideRefuses("throughput on demand")(c)
		},
	},
	{
		ID: "throughput-on-demand", Aspect: aspectOutcome, Right: Service,
		What: "both make an index with throughput for a table that was changed to be paid for by request",
		Why:  "as above: dynoxide refuses it if the table was made so",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && c.Local.kind() == outcomeOK && c.Dynoxide.kind() == outcomeOK && makesIndex(c.body(), func(throughput any) bool { return throughput != nil }) &&
				strings.Contains(c.Local.Aspects[aspectTable], onDemand)
		},
		Want: func(Case) []string { return refused },
	},
	{
		ID: "local-loses-protection", Aspect: aspectTable, Right: Dynoxide,
		What: "DynamoDB Local lifts the deletion protection of a table that loses an index",
		Why:  "UpdateTable: DeletionProtectionEnabled is changed by that parameter",
		Match: func(c Case) bool {
			return strings.Replace(c.Dynoxide.Aspects[aspectTable], protected, unprotected, 1) == c.Local.Aspects[aspectTable]
		},
	},
	{
		ID: "throughput-absent", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide makes a provisioned table or index without throughput",
		Why:  "CreateTable: it must be specified for BillingMode PROVISIONED, which is the default",
		Match: func(c Case) bool {
			return c.is("CreateTable") && c.Request.wrongStarting("index without throughput", "table without throughput")
		},
	},
	{
		ID: "throughput-absent", Aspect: aspectOutcome, Right: Service,
		What: "as above, of an index that is added later; DynamoDB Local fails with 500", Why: "as above",
		Match: func(c Case) bool {
			return c.is("UpdateTable") && c.Local.failed(broken...) && c.Dynoxide.kind() == outcomeOK &&
				makesIndex(c.body(), func(throughput any) bool { return throughput == nil }) &&
				strings.Contains(c.Dynoxide.Aspects[aspectTable], provisioned)
		},
		Want: func(Case) []string { return refused },
	},
	{
		ID: "one-index-at-a-time", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide makes two indexes in one request",
		Why:   "UpdateTable: only one global index can be created or deleted at a time; LimitExceededException",
		Match: func(c Case) bool { return c.Request.wrong("table update of two creations") },
	},
	{
		ID: "time-to-live-as-it-is", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide disables what is not enabled",
		Why:   "the service answers ValidationException: TimeToLive is already disabled",
		Match: func(c Case) bool { return c.is("UpdateTimeToLive") && localRefuses("time to live as it is")(c) },
	},
	{
		ID: "table-model-first", Aspect: aspectConstraint, Right: Dynoxide,
		What: "a creation that breaks the model of the request: DynamoDB Local names what follows from it",
		Why:  "the service checks required members, lengths, ranges and enumerations before the schema",
		Match: func(c Case) bool {
			return c.is("CreateTable", "UpdateTable") && slices.Contains([]string{"enum", "required", "too short", "out of range"}, c.Dynoxide.constraint())
		},
	},
	{
		ID: "index-key-undefined", Aspect: aspectConstraint, Right: Dynoxide,
		What:  "an index on an attribute without definition: DynamoDB Local says that the definitions are missing",
		Why:   "AttributeDefinitions of UpdateTable are not required",
		Match: both([]string{"required"}, []string{"key undefined"}),
	},
	{
		ID: "key-name-twice", Aspect: aspectConstraint, Right: Local,
		What:  "a table whose two keys are one attribute: dynoxide says that a key is not defined",
		Why:   "it is defined",
		Match: both([]string{"key name twice"}, []string{"key undefined"}),
	},
	{
		ID: "definition-twice", Aspect: aspectConstraint, Right: Either,
		What:  "an attribute that is defined twice: dynoxide says that one is not used",
		Why:   "both are true",
		Match: both([]string{"definition twice"}, []string{"definition unused"}),
	},
	{
		ID: "time-to-live-member", Aspect: aspectField, Right: Dynoxide,
		What:  "a time to live specification without Enabled: DynamoDB Local says that AttributeName is missing",
		Why:   "API reference: both are required; the one that is missing is named",
		Match: func(c Case) bool { return c.is("UpdateTimeToLive") },
	},
}

const (
	onDemand    = `"BillingMode":"PAY_PER_REQUEST"`
	provisioned = `"BillingMode":"PROVISIONED"`
	protected   = `"Protected":true`
	unprotected = `"Protected":false`
)

// makesIndex says whether an index is made with such a throughput.
func makesIndex(body map[string]any, such func(throughput any) bool) bool {
	for _, update := range array(body["GlobalSecondaryIndexUpdates"]) {
		if index := object(object(update)["Create"]); index != nil && such(index["ProvisionedThroughput"]) {
			return true
		}
	}
	return false
}

// withIndexes is a description with the global indexes of another.
func withIndexes(description, other string) string {
	v, err := decode([]byte(description))
	if err != nil {
		return description
	}
	w, err := decode([]byte(other))
	if err != nil {
		return description
	}
	object(v)["GlobalSecondaryIndexes"] = object(w)["GlobalSecondaryIndexes"]
	return text(v)
}

// withoutThroughput is a description without the throughput of its indexes.
func withoutThroughput(description string) string {
	v, err := decode([]byte(description))
	if err != nil {
		return description
	}
	for _, index := range array(object(v)["GlobalSecondaryIndexes"]) {
		delete(object(index), "Throughput")
	}
	return text(v)
}

// indexKind is "local", "global" or "" for a table; the generator names
// indexes so.
func (c Case) indexKind() string {
	name := str(c.body()["IndexName"])
	switch {
	case strings.HasPrefix(name, "local"):
		return "local"
	case strings.HasPrefix(name, "global"):
		return "global"
	}
	return ""
}

func (c Case) filters() bool {
	b := c.body()
	return b["FilterExpression"] != nil || b["ScanFilter"] != nil || b["QueryFilter"] != nil
}

// fetches says whether the request asks for attributes by name or for all.
func (c Case) fetches() bool { return projects(c.body()) || c.body()["Select"] == "ALL_ATTRIBUTES" }

// reading makes one rule for each of the aspects in which a page may differ.
func reading(r Rule) []Rule {
	var out []Rule
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount, aspectScanned, aspectPages, aspectLastKey} {
		r.Aspect = aspect
		out = append(out, r)
	}
	return out
}

var dataRules = slices.Concat(
	[]Rule{{
		ID: "updated-element", Aspect: aspectData, Right: Service,
		What: "UPDATED_OLD and UPDATED_NEW after an update of a list element: both give the whole list",
		Why:  "UpdateItem: only the updated attributes; the service gives the elements alone, in a list",
		Match: func(c Case) bool {
			return c.is("UpdateItem") && strings.HasPrefix(str(c.body()["ReturnValues"]), "UPDATED_") &&
				strings.Contains(str(c.body()["UpdateExpression"]), "[")
		},
	}, {
		ID: "old-of-a-new-item", Aspect: aspectData, Right: Local,
		What:  "dynoxide returns the key as the old values of an item that is new",
		Why:   "UpdateItem: ALL_OLD returns the item as it appeared before the update, and it did not",
		Match: func(c Case) bool { return c.is("UpdateItem") && c.Local.Aspects[aspectData] == "" },
	}, {
		ID: "updated-nested", Aspect: aspectData, Right: Dynoxide,
		What: "UPDATED_OLD and UPDATED_NEW after an update of a nested path: DynamoDB Local gives the whole attribute",
		Why:  "UpdateItem: only the updated attributes; the service gives the nested path alone",
		Match: func(c Case) bool {
			returns := str(c.body()["ReturnValues"])
			return c.is("UpdateItem") && strings.HasPrefix(returns, "UPDATED_") && strings.ContainsAny(str(c.body()["UpdateExpression"]), ".[")
		},
	}, {
		ID: "transaction-projection", Aspect: aspectData, Right: Local,
		What:  "dynoxide adds the key to what a projection of a transaction asks for",
		Why:   "Get: only the requested attributes are returned",
		Match: func(c Case) bool { return c.is("TransactGetItems") },
	}, {
		ID: "list-filled-up", Aspect: aspectData, Right: Local,
		What: "dynoxide fills a list up with NULL if an element beyond its end is set",
		Why:  "Expressions.UpdateExpressions: the new element is appended to the end of the list",
		Match: func(c Case) bool {
			return c.is("UpdateItem") && beyondList.MatchString(str(c.body()["UpdateExpression"]))
		},
	}},
	[]Rule{{
		ID: "last-page", Aspect: aspectPages, Right: Service,
		What:  "whether the page on which the limit is reached at the last item has a LastEvaluatedKey",
		Why:   "Query: only the absence of LastEvaluatedKey means the end; an empty last page is as good",
		Match: func(c Case) bool { return c.is("Query", "Scan") && c.body()["Limit"] != nil },
		Want: func(c Case) []string {
			want := []string{c.Local.Aspects[aspectPages], c.Dynoxide.Aspects[aspectPages]}
			if c.Request.Walk {
				var n int
				if _, err := fmt.Sscanf(want[0], "%d,", &n); err == nil {
					want = append(want, fmt.Sprintf("%d, end", n-1), fmt.Sprintf("%d, end", n+1))
				}
				return want
			}
			return append(want, "1, more", "1, end")
		},
	}, {
		ID: "last-page", Aspect: aspectLastKey, Right: Service,
		What: "as above, for the key", Why: "as above",
		Match: func(c Case) bool { return c.is("Query") && c.body()["Limit"] != nil },
		Want: func(c Case) []string {
			if c.Local.Aspects[aspectLastKey] == c.Dynoxide.Aspects[aspectLastKey] && c.Local.Aspects[aspectLastKey] != "" {
				return []string{c.Local.Aspects[aspectLastKey], ""}
			}
			return nil
		},
	}},
	unprojectedNotContains,
	reading(Rule{
		ID: "legacy-not-contains", Right: Either,
		What:  "a legacy condition NOT_CONTAINS on an attribute that is absent or of another type",
		Why:   "the documentation of ComparisonOperator says nothing of it",
		Match: func(c Case) bool { return c.is("Query", "Scan") && legacyOperator(c.body(), "NOT_CONTAINS") },
	}),
	reading(Rule{
		ID: "scan-filter-not-projected", Right: Dynoxide,
		What:  "DynamoDB Local filters a scanned global index by attributes that are not projected",
		Why:   "GSI: a scan sees the projected attributes only",
		Match: func(c Case) bool { return c.is("Scan") && c.indexKind() == "global" && c.filters() },
	}),
	reading(Rule{
		ID: "scan-filter-not-projected", Right: Either,
		What:  "DynamoDB Local fetches what the filter of a scanned local index names, dynoxide does not",
		Why:   "LSI: attributes that a query or scan asks for are fetched; that the filter's are is not said",
		Match: func(c Case) bool { return c.is("Scan") && c.indexKind() == "local" && c.filters() && !c.fetches() },
	}),
	reading(Rule{
		ID: "scan-filter-not-projected", Right: Service,
		What: "as above, with a projection of attributes to fetch, which dynoxide does not return",
		Why:  "as above; each server is right in one of the two",
		Match: func(c Case) bool {
			return c.is("Scan") && c.indexKind() == "local" && c.filters() && c.fetches() && c.Local.Aspects[aspectData] != c.Dynoxide.Aspects[aspectData]
		},
	}),
	reading(Rule{
		ID: "dynoxide-begins-with", Right: Local,
		What:  "dynoxide ignores the case of letters in begins_with of a key condition",
		Why:   "HowItWorks.NamingRulesDataTypes: strings are compared as bytes of UTF-8",
		Match: func(c Case) bool { return c.is("Query") && beginsWith(c.body()) },
	}),
	reading(Rule{
		ID: "local-index-fetch", Right: Local,
		What:  "dynoxide does not fetch attributes that a local index has not",
		Why:   "LSI: attributes that are not projected are fetched from the table",
		Match: func(c Case) bool { return c.indexKind() == "local" && c.fetches() },
	}),
)

// unprojectedNotContains are the rules for two differences at once.
var unprojectedNotContains = func() []Rule {
	var out []Rule
	nothing := map[string]string{aspectCount: "0"}
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount} {
		out = append(out, Rule{
			ID: "scan-filter-not-projected", Aspect: aspect, Right: Service,
			What: "as below, where the filter is NOT_CONTAINS, which nobody says if an absent attribute fulfils",
			Why:  "see below and legacy-not-contains",
			Match: func(c Case) bool {
				return c.is("Scan") && c.indexKind() == "global" && legacyOperator(c.body(), "NOT_CONTAINS") &&
					c.Local.Aspects[aspect] != c.Dynoxide.Aspects[aspect]
			},
			Want: func(c Case) []string {
				return []string{c.Dynoxide.Aspects[aspect], c.Local.Aspects[aspect], nothing[aspect]}
			},
		})
	}
	return out
}()

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
		Match: func(c Case) bool { return c.is("PutItem", "UpdateItem", "DeleteItem") },
	},
	{
		ID: "transaction-index-capacity", Aspect: aspectIndexCapacity, Right: Service,
		What:  "what a transaction that writes to a table with indexes consumes in these: four writes, or one",
		Why:   "transaction-apis speaks of two writes of every item and not of indexes",
		Match: func(c Case) bool { return c.is("TransactWriteItems") },
	},
	{
		ID: "projected-capacity", Aspect: aspectCapacity, Right: Service,
		What: "as below, of a transaction; DynamoDB Local leaves ReadCapacityUnits of the table out", Why: "see below",
		Match: func(c Case) bool {
			return c.is("TransactGetItems") && strings.Contains(c.Request.Body, "ProjectionExpression") &&
				totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
		Want: func(c Case) []string { return []string{withReadUnits(c.Local.Aspects[aspectCapacity])} },
	},
	{
		ID: "transaction-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local counts four writes for an item of a transaction on a table with indexes, and leaves ReadCapacityUnits of the table out",
		Why:   "transaction-apis: two underlying reads or writes of every item",
		Match: func(c Case) bool { return c.is("TransactWriteItems", "TransactGetItems") },
	},
	{
		ID: "last-page", Aspect: aspectCapacity, Right: Service,
		What: "as for pages: the capacity of a last page without items", Why: "see there",
		Match: func(c Case) bool { return c.is("Query", "Scan") && c.body()["Limit"] != nil },
		Want: func(c Case) []string {
			l, d := c.Local.Aspects[aspectCapacity], c.Dynoxide.Aspects[aspectCapacity]
			if c.fetches() && c.indexKind() == "local" {
				return nil
			}
			before, _ := cutLast(d)
			return []string{d, before, d + "\n" + emptyPage(d), l}
		},
	},
	{
		ID: "projected-capacity", Aspect: aspectCapacity, Right: Local,
		What:  "dynoxide counts what a projection left of an item",
		Why:   "CapacityUnitCalculations: the size of the item counts, whatever is returned",
		Match: func(c Case) bool { return c.is("GetItem") && projects(c.body()) },
	},
	{
		ID: "local-index-fetch", Aspect: aspectCapacity, Right: Service,
		What:  "neither server counts the reads of the table that a fetch costs",
		Why:   "LSI: each fetched item costs as much as reading it from the table",
		Match: func(c Case) bool { return c.indexKind() == "local" && c.fetches() },
	},
	{
		ID: "local-index-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What: "DynamoDB Local counts the whole items when it reads a global index that holds parts of them",
		Why:  "GSI: the size of the index entries counts, not that of the items in the table",
		Match: func(c Case) bool {
			return c.is("Scan", "Query") && c.indexKind() == "global" && totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "local-index-capacity", Aspect: aspectCapacity, Right: Service,
		What: "as above, of a local index; for dynoxide's part see dynoxide-scan-capacity", Why: "as above",
		Match: func(c Case) bool {
			return c.is("Scan") && c.indexKind() == "local" && !c.fetches() && totalUnits(c.Local) > totalUnits(c.Dynoxide)
		},
		Want: func(c Case) []string {
			const member = `"CapacityUnits":%v`
			return []string{strings.ReplaceAll(c.Local.Aspects[aspectCapacity], fmt.Sprintf(member, totalUnits(c.Local)), fmt.Sprintf(member, totalUnits(c.Dynoxide)))}
		},
	},
	{
		ID: "dynoxide-scan-capacity", Aspect: aspectCapacity, Right: Local,
		What: "dynoxide counts the scan of a local index as one of the table",
		Why:  "ConsumedCapacity: LocalSecondaryIndexes is what was consumed on each local index",
		Match: func(c Case) bool {
			return c.is("Scan") && c.indexKind() == "local" && totalUnits(c.Local) == totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "absent-items-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What: "DynamoDB Local counts nothing for a page without items or for the absent keys of a batch",
		Why:  "CapacityUnitCalculations: reading an item that does not exist consumes as much as the smallest one",
		Match: func(c Case) bool {
			return c.is("BatchGetItem", "Query", "Scan") && totalUnits(c.Local) < totalUnits(c.Dynoxide)
		},
	},
	{
		ID: "batch-delete-capacity", Aspect: aspectCapacity, Right: Dynoxide,
		What:  "DynamoDB Local counts two writes for a delete of an absent key in a batch",
		Why:   "CapacityUnitCalculations: a delete of an absent item consumes one write unit",
		Match: func(c Case) bool { return c.is("BatchWriteItem") },
	},
}

var beyondList = regexp.MustCompile(`\[[1-9]\] = |\[0\], l\[2\]`)

// beginsWith says whether a key condition is a prefix.
func beginsWith(body map[string]any) bool {
	if strings.Contains(str(body["KeyConditionExpression"]), "begins_with") {
		return true
	}
	for _, condition := range object(body["KeyConditions"]) {
		if object(condition)["ComparisonOperator"] == "BEGINS_WITH" {
			return true
		}
	}
	return false
}

func projects(body map[string]any) bool {
	return body["ProjectionExpression"] != nil || body["AttributesToGet"] != nil
}

// cutLast cuts the last line off.
func cutLast(s string) (before, last string) {
	i := strings.LastIndexByte(s, '\n')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// totalUnits is the sum of CapacityUnits of an answer.
func totalUnits(o *Outcome) float64 {
	sum := 0.0
	for line := range strings.Lines(o.Aspects[aspectCapacity]) {
		v, err := decode([]byte(line[max(strings.IndexByte(line, '{'), 0):]))
		if err != nil {
			return 0
		}
		f, err := strconv.ParseFloat(str(object(v)["CapacityUnits"]), 64)
		if err != nil {
			return 0
		}
		sum += f
	}
	return sum
}

// withReadUnits says of each table in a capacity that its units are for reads.
func withReadUnits(capacity string) string {
	var lines []string
	for line := range strings.Lines(capacity) {
		v, err := decode([]byte(line))
		if err != nil {
			return capacity
		}
		if table := object(object(v)["Table"]); table != nil {
			table["ReadCapacityUnits"] = table["CapacityUnits"]
		}
		lines = append(lines, text(v))
	}
	return strings.Join(lines, "\n")
}

// emptyPage is the capacity of a page without items after the pages given: as
// much as that of the smallest one.
func emptyPage(pages string) string {
	_, last := cutLast(pages)
	number, units, _ := strings.Cut(last, " ")
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil {
		return ""
	}
	return fmt.Sprintf("%d %s", n+1, units)
}
