package difftest

import (
	"slices"
	"strings"
)

// describeTable reduces a table's description to what a request decided, and
// its states. Times, sizes, counts and names of resources are the server's own.
func describeTable(t map[string]any) (description, states string) {
	out := map[string]any{
		"TableName":   t["TableName"],
		"KeySchema":   keySchema(t["KeySchema"]),
		"Attributes":  sortedBy(array(t["AttributeDefinitions"]), "AttributeName"),
		"Throughput":  throughput(t["ProvisionedThroughput"]),
		"Protected":   t["DeletionProtectionEnabled"] == true,
		"BillingMode": billing(t),
	}
	state := []string{str(t["TableStatus"])}
	for _, kind := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes"} {
		indexes := []any{}
		for _, e := range sortedBy(array(t[kind]), "IndexName") {
			index := object(e)
			if index["IndexStatus"] == "DELETING" {
				continue // whether it is still listed is a matter of time
			}
			p := object(index["Projection"])
			names := []string{}
			for _, n := range array(p["NonKeyAttributes"]) {
				names = append(names, str(n))
			}
			slices.Sort(names)
			o := map[string]any{
				"IndexName":      index["IndexName"],
				"KeySchema":      keySchema(index["KeySchema"]),
				"ProjectionType": p["ProjectionType"],
				"NonKey":         strings.Join(names, ","),
			}
			// What an index keeps of it when its table is paid for by request is not
			// defined.
			if out["BillingMode"] == "PROVISIONED" {
				o["Throughput"] = throughput(index["ProvisionedThroughput"])
			}
			indexes = append(indexes, o)
			if kind == "GlobalSecondaryIndexes" {
				state = append(state, str(index["IndexName"])+" "+str(index["IndexStatus"]))
			}
		}
		out[kind] = indexes
	}
	return text(out), strings.Join(state, ", ")
}

// keySchema orders the hash key first, as every server but not every request
// does.
func keySchema(v any) any { return sortedBy(array(v), "KeyType") }

func sortedBy(list []any, member string) []any {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b any) int {
		return strings.Compare(str(object(a)[member]), str(object(b)[member]))
	})
	return out
}

func throughput(v any) any {
	m := object(v)
	return "r" + units(m["ReadCapacityUnits"]) + " w" + units(m["WriteCapacityUnits"])
}

func units(v any) string {
	if s := str(v); s != "" {
		return s
	}
	return "0"
}

func billing(t map[string]any) string {
	if mode := str(object(t["BillingModeSummary"])["BillingMode"]); mode != "" {
		return mode
	}
	return "PROVISIONED"
}
