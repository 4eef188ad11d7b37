package difftest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// indexKind returns "local", "global", or "" for a table. The names that the generator
// gives to indexes begin so.
func (c Case) indexKind() string {
	name := asString(c.body()["IndexName"])
	switch {
	case strings.HasPrefix(name, "local"):
		return "local"
	case strings.HasPrefix(name, "global"):
		return "global"
	}
	return ""
}

func (c Case) hasFilter() bool {
	b := c.body()
	return b["FilterExpression"] != nil || b["ScanFilter"] != nil || b["QueryFilter"] != nil
}

// asksForAttributes reports whether the request asks for named attributes or for all.
func (c Case) asksForAttributes() bool {
	return hasProjection(c.body()) || c.body()["Select"] == "ALL_ATTRIBUTES"
}

// pageRules returns the rule for each aspect in which pages can differ.
func pageRules(r Rule) []Rule {
	var out []Rule
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount, aspectScanned, aspectPages, aspectLastKey} {
		r.Aspect = aspect
		out = append(out, r)
	}
	return out
}

// keyItem returns the data of an item that has nothing but the key in the request.
func keyItem(c Case) string { return canonicalJSON(canonicalItem(c.body()["Key"])) }

// dataRules are about the data and the pages of successful answers.
var dataRules = slices.Concat(
	[]Rule{{
		ID: "updated-element", Aspect: aspectData, Right: Service,
		What: "UPDATED_OLD and UPDATED_NEW after an update of a list element: both servers return the whole list",
		Why:  "UpdateItem: only the updated attributes; the service returns a list of the updated elements",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && strings.HasPrefix(asString(c.body()["ReturnValues"]), "UPDATED_") &&
				changesElement(c.body())
		},
		Want: func(c Case) []string { return updatedData(c.body(), c.Local.Aspects[aspectData]) },
	}, {
		ID: "nothing-to-remove", Aspect: aspectData, Right: Service,
		What: "an update of a missing item that only removes attributes: both servers create an item that has only the key",
		Why:  "AttributeValueUpdate: if there is no item with the key, DELETE does nothing; the service does the same for REMOVE",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && onlyRemoves(c.body()) && c.Local.Aspects[aspectData] == keyItem(c)
		},
		Want: func(c Case) []string { return []string{"", keyItem(c)} },
	}, {
		ID: "old-of-a-new-item", Aspect: aspectData, Right: Local,
		What:  "dynoxide returns the key as the old values of an item that is new",
		Why:   "UpdateItem: ALL_OLD returns the item as it appeared before the update; there was none",
		Match: func(c Case) bool { return c.hasOperation("UpdateItem") && c.Local.Aspects[aspectData] == "" },
	}, {
		ID: "updated-nested", Aspect: aspectData, Right: Dynoxide,
		What: "UPDATED_OLD and UPDATED_NEW after an update of a nested path: DynamoDB Local returns the whole attribute",
		Why:  "UpdateItem: only the updated attributes; the service returns only the nested path",
		Match: func(c Case) bool {
			returns := asString(c.body()["ReturnValues"])
			return c.hasOperation("UpdateItem") && strings.HasPrefix(returns, "UPDATED_") && strings.ContainsAny(asString(c.body()["UpdateExpression"]), ".[")
		},
	}, {
		ID: "transaction-projection", Aspect: aspectData, Right: Local,
		What:  "a projection in a transaction: dynoxide returns the key as well",
		Why:   "Get: only the requested attributes are returned",
		Match: func(c Case) bool { return c.hasOperation("TransactGetItems") },
	}, {
		ID: "list-filled-up", Aspect: aspectData, Right: Local,
		What: "dynoxide fills a list with NULL if an element beyond its end is set",
		Why:  "Expressions.UpdateExpressions: the new element is appended to the end of the list",
		Match: func(c Case) bool {
			const null = `{"NULL":true}`
			filled := strings.Count(c.Dynoxide.Aspects[aspectData], null) > strings.Count(c.Local.Aspects[aspectData], null)
			return c.hasOperation("UpdateItem") && (filled && changesElement(c.body()) || beyondList.MatchString(asString(c.body()["UpdateExpression"])))
		},
	}, {
		ID: "list-filled-up", Aspect: aspectData, Right: Service,
		What: "as above, where DynamoDB Local fails with 500", Why: "as above",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && changesElement(c.body()) && nullFilling.MatchString(c.Dynoxide.Aspects[aspectData])
		},
		Want: func(c Case) []string {
			d := c.Dynoxide.Aspects[aspectData]
			return []string{d, c.Local.Aspects[aspectData], nullFilling.ReplaceAllString(d, "$1{")}
		},
	}},
	[]Rule{{
		ID: "last-page", Aspect: aspectPages, Right: Service,
		What:  "the limit is reached at the last item: whether this page has a LastEvaluatedKey",
		Why:   "Query: only the absence of LastEvaluatedKey means the end; the last page may be empty",
		Match: func(c Case) bool { return c.hasOperation("Query", "Scan") && c.body()["Limit"] != nil },
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
		Match: func(c Case) bool { return c.hasOperation("Query") && c.body()["Limit"] != nil },
		Want: func(c Case) []string {
			return []string{c.Local.Aspects[aspectLastKey], c.Dynoxide.Aspects[aspectLastKey], ""}
		},
	}, {
		ID: "last-page", Aspect: aspectCount, Right: Service,
		What: "as above, for the number of items, which is not compared where more may follow", Why: "as above",
		Match: func(c Case) bool { return c.hasOperation("Query", "Scan") && c.body()["Limit"] != nil },
		Want: func(c Case) []string {
			return []string{c.Local.Aspects[aspectCount], c.Dynoxide.Aspects[aspectCount]}
		},
	}},
	segmentRules,
	binaryNotContains,
	pageRules(Rule{
		ID: "local-binary-contains", Right: Dynoxide,
		What: "DynamoDB Local takes bytes for text in the legacy conditions CONTAINS and NOT_CONTAINS, so that all bytes that are not UTF-8 are equal",
		Why:  "Condition: if the attribute is of type Binary, the operator looks for a subsequence of it that matches",
		Match: func(c Case) bool {
			return c.hasOperation("Query", "Scan") && legacyOnBinary(c.body(), "CONTAINS") && !legacyOperator(c.body(), "NOT_CONTAINS")
		},
	}),
	unprojectedNotContains,
	pageRules(Rule{
		ID: "legacy-not-contains", Right: Either,
		What:  "a legacy condition NOT_CONTAINS on an attribute that is absent or of another type",
		Why:   "the documentation of ComparisonOperator does not say what happens",
		Match: func(c Case) bool { return c.hasOperation("Query", "Scan") && legacyOperator(c.body(), "NOT_CONTAINS") },
	}),
	pageRules(Rule{
		ID: "scan-filter-not-projected", Right: Dynoxide,
		What:  "DynamoDB Local filters a scanned global index by attributes that are not projected",
		Why:   "GSI: a scan sees the projected attributes only",
		Match: func(c Case) bool { return c.hasOperation("Scan") && c.indexKind() == "global" && c.hasFilter() },
	}),
	pageRules(Rule{
		ID: "scan-filter-not-projected", Right: Either,
		What: "a scan of a local index has a filter on attributes that the index does not hold: DynamoDB Local fetches them, dynoxide does not",
		Why:  "LSI: attributes that a query or scan asks for are fetched; it is not documented whether those of the filter are",
		Match: func(c Case) bool {
			return c.hasOperation("Scan") && c.indexKind() == "local" && c.hasFilter() && !c.asksForAttributes()
		},
	}),
	pageRules(Rule{
		ID: "scan-filter-not-projected", Right: Either,
		What: "as above, with a projection: the filter sees the attributes that the projection fetches",
		Why:  "as above",
		Match: func(c Case) bool {
			return c.hasOperation("Scan") && c.indexKind() == "local" && c.hasFilter() && c.asksForAttributes() && c.Local.Aspects[aspectData] != c.Dynoxide.Aspects[aspectData]
		},
	}),
	pageRules(Rule{
		ID: "dynoxide-begins-with", Right: Local,
		What:  "dynoxide ignores the case of letters in begins_with of a key condition",
		Why:   "HowItWorks.NamingRulesDataTypes: strings are compared as bytes of UTF-8",
		Match: func(c Case) bool { return c.hasOperation("Query") && hasBeginsWith(c.body()) },
	}),
	pageRules(Rule{
		ID: "local-index-fetch", Right: Local,
		What:  "dynoxide does not fetch attributes that a local index does not hold",
		Why:   "LSI: attributes that are not projected are fetched from the table",
		Match: func(c Case) bool { return c.indexKind() == "local" && c.asksForAttributes() },
	}),
)

// emptyAspects has the aspects of an answer without items.
var emptyAspects = map[string]string{aspectCount: "0"}

// binaryNotContains has the rules for two differences at once: DynamoDB Local finds too
// few items, and dynoxide finds items without the attribute as well.
var binaryNotContains = func() []Rule {
	var out []Rule
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount} {
		out = append(out, Rule{
			ID: "local-binary-contains", Aspect: aspect, Right: Service,
			What: "as below, of NOT_CONTAINS", Why: "see below and legacy-not-contains",
			Match: func(c Case) bool {
				return c.hasOperation("Query", "Scan") && legacyOnBinary(c.body(), "NOT_CONTAINS") && c.Local.Aspects[aspect] != c.Dynoxide.Aspects[aspect]
			},
			Holds: func(c Case, got string) bool {
				if c.hasOperation("Scan") && c.indexKind() != "" && got == emptyAspects[aspect] {
					return true // the index does not have the attribute, see scan-filter-not-projected
				}
				return isPartOf(aspect, c.Local.Aspects[aspect], got) && isPartOf(aspect, got, c.Dynoxide.Aspects[aspect])
			},
		})
	}
	return out
}()

// legacyOnBinary reports whether a legacy condition in the request uses the operator
// with a binary value.
func legacyOnBinary(body map[string]any, operator string) bool {
	for _, member := range []string{"Expected", "ScanFilter", "QueryFilter"} {
		for _, e := range asObject(body[member]) {
			condition := asObject(e)
			for _, v := range asArray(condition["AttributeValueList"]) {
				if condition["ComparisonOperator"] == operator && asObject(v)["B"] != nil {
					return true
				}
			}
		}
	}
	return false
}

// unprojectedNotContains has the rules for two differences at once.
var unprojectedNotContains = func() []Rule {
	var out []Rule
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount} {
		out = append(out, Rule{
			ID: "scan-filter-not-projected", Aspect: aspect, Right: Service,
			What: "as below, where the filter is NOT_CONTAINS: it is not documented whether it holds for an absent attribute",
			Why:  "see below and legacy-not-contains",
			Match: func(c Case) bool {
				return c.hasOperation("Scan") && c.indexKind() != "" && legacyOperator(c.body(), "NOT_CONTAINS") &&
					c.Local.Aspects[aspect] != c.Dynoxide.Aspects[aspect]
			},
			Want: func(c Case) []string {
				return []string{c.Dynoxide.Aspects[aspect], c.Local.Aspects[aspect], emptyAspects[aspect]}
			},
		})
	}
	return out
}()

// segmentRules compare a segment with the whole scan. A request that walks through all
// segments shows that they are the whole together.
var segmentRules = func() []Rule {
	var out []Rule
	for _, aspect := range []string{aspectData, aspectOrder, aspectCount, aspectScanned, aspectPages} {
		out = append(out, Rule{
			ID: "segment-of-a-scan", Aspect: aspect, Right: Service,
			What: "which items are in one segment of a parallel scan",
			Why:  "Scan: all segments together are the table; how it is divided is not documented. A segment returns a part of the whole scan, in the same order",
			Match: func(c Case) bool {
				return c.hasOperation("Scan") && c.body()["TotalSegments"] != nil && !c.Request.Walk
			},
			Holds: func(c Case, got string) bool {
				whole := c.askLocal(c.wholeScan())
				return whole != nil && isPartOf(aspect, got, whole.Aspects[aspect])
			},
		})
	}
	return out
}()

// wholeScan returns the request without the parameters that make it a part of a scan.
func (c Case) wholeScan() Request {
	r, body := c.Request, c.body()
	for _, name := range []string{"Segment", "TotalSegments", "Limit", "ExclusiveStartKey"} {
		delete(body, name)
	}
	r.Body, r.Walk = canonicalJSON(body), true
	return r
}

// isPartOf reports whether an aspect of a segment agrees with that of the whole scan.
func isPartOf(aspect, got, whole string) bool {
	switch aspect {
	case aspectPages:
		return got == "1, end" || got == "1, more"
	case aspectCount, aspectScanned:
		return asNumber(got) <= asNumber(whole)
	case aspectOrder:
		return isSubsequence(strings.Fields(got), strings.Fields(whole))
	}
	return isSubsequence(strings.Split(got, "\n"), strings.Split(whole, "\n")) || got == ""
}

// isSubsequence reports whether all elements of part are in whole, in the same order.
func isSubsequence(part, whole []string) bool {
	for _, e := range whole {
		if len(part) > 0 && part[0] == e {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// nullFilling matches the NULL elements before another element of a list.
var nullFilling = regexp.MustCompile(`([\[,])(\{"NULL":true\},)+\{`)

var beyondList = regexp.MustCompile(`\[[1-9]\] = |\[0\], l\[2\]`)

// hasBeginsWith reports whether a key condition uses begins_with.
func hasBeginsWith(body map[string]any) bool {
	if strings.Contains(asString(body["KeyConditionExpression"]), "begins_with") {
		return true
	}
	for _, condition := range asObject(body["KeyConditions"]) {
		if asObject(condition)["ComparisonOperator"] == "BEGINS_WITH" {
			return true
		}
	}
	return false
}

func hasProjection(body map[string]any) bool {
	return body["ProjectionExpression"] != nil || body["AttributesToGet"] != nil
}
