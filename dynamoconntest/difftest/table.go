package difftest

import (
	"slices"
	"strings"
)

// describeTable reduces the description of a table to what requests have decided, and to
// its states. Times, sizes, counts and ARNs differ between servers.
func describeTable(t map[string]any) (description, states string) {
	out := map[string]any{
		"TableName":   t["TableName"],
		"KeySchema":   keySchema(t["KeySchema"]),
		"Attributes":  sortedBy(asArray(t["AttributeDefinitions"]), "AttributeName"),
		"Throughput":  throughput(t["ProvisionedThroughput"]),
		"Protected":   t["DeletionProtectionEnabled"] == true,
		"BillingMode": billing(t),
	}
	state := []string{asString(t["TableStatus"])}
	for _, kind := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes"} {
		indexes := []any{}
		for _, e := range sortedBy(asArray(t[kind]), "IndexName") {
			index := asObject(e)
			if index["IndexStatus"] == "DELETING" {
				continue // it depends on the time whether it is still listed
			}
			p := asObject(index["Projection"])
			names := []string{}
			for _, n := range asArray(p["NonKeyAttributes"]) {
				names = append(names, asString(n))
			}
			slices.Sort(names)
			o := map[string]any{
				"IndexName":      index["IndexName"],
				"KeySchema":      keySchema(index["KeySchema"]),
				"ProjectionType": p["ProjectionType"],
				"NonKey":         strings.Join(names, ","),
			}
			// It is not defined which throughput an index has after its table has become
			// on-demand.
			if out["BillingMode"] == "PROVISIONED" {
				o["Throughput"] = throughput(index["ProvisionedThroughput"])
			}
			indexes = append(indexes, o)
			if kind == "GlobalSecondaryIndexes" {
				state = append(state, asString(index["IndexName"])+" "+asString(index["IndexStatus"]))
			}
		}
		out[kind] = indexes
	}
	return canonicalJSON(out), strings.Join(state, ", ")
}

// keySchema puts the partition key first. All servers do so, but not all requests.
func keySchema(v any) any { return sortedBy(asArray(v), "KeyType") }

// sortedBy returns the objects in a list, sorted by a member.
func sortedBy(list []any, member string) []any {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b any) int {
		return strings.Compare(asString(asObject(a)[member]), asString(asObject(b)[member]))
	})
	return out
}

// throughput returns the capacity units of a ProvisionedThroughput.
func throughput(v any) any {
	m := asObject(v)
	return "r" + unitText(m["ReadCapacityUnits"]) + " w" + unitText(m["WriteCapacityUnits"])
}

func unitText(v any) string {
	if s := asString(v); s != "" {
		return s
	}
	return "0"
}

// billing returns the billing mode in a description.
func billing(t map[string]any) string {
	if mode := asString(asObject(t["BillingModeSummary"])["BillingMode"]); mode != "" {
		return mode
	}
	return "PROVISIONED"
}
