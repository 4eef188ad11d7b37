package difftest

import (
	"context"
	"regexp"
)

var settingClause = regexp.MustCompile(`(?i)(^|\s)(SET|ADD)\s`)

// onlyRemoves reports whether an update does nothing but remove attributes or members
// of sets. If there is no item, the service creates none; DynamoDB Local and dynoxide
// create one that has only the key.
func onlyRemoves(update map[string]any) bool {
	if e, ok := update["UpdateExpression"].(string); ok {
		return e != "" && !settingClause.MatchString(e)
	}
	updates := asObject(update["AttributeUpdates"])
	for _, u := range updates {
		if asObject(u)["Action"] != "DELETE" {
			return false
		}
	}
	return len(updates) > 0
}

// removals returns the updates in a request that only remove.
func removals(r Request) []map[string]any {
	body := Case{Request: r}.body()
	var updates, out []map[string]any
	switch r.Operation {
	case "UpdateItem":
		updates = append(updates, body)
	case "TransactWriteItems":
		for _, e := range asArray(body["TransactItems"]) {
			updates = append(updates, asObject(asObject(e)["Update"]))
		}
	}
	for _, u := range updates {
		if onlyRemoves(u) {
			out = append(out, u)
		}
	}
	return out
}

// alignRemovals makes the targets equal after updates that only remove: if one of them
// does not have the item, it is deleted in the others.
func (run *Run) alignRemovals(ctx context.Context, r Request) {
	for _, u := range removals(r) {
		key := []byte(canonicalJSON(obj{"TableName": u["TableName"], "Key": u["Key"]}))
		var have []Target
		for _, t := range run.targets() {
			reply, err := t.Send(ctx, "GetItem", key)
			if err != nil || reply.Status != 200 {
				return
			}
			if v, err := decodeJSON(reply.Body); err == nil && asObject(v)["Item"] != nil {
				have = append(have, t)
			}
		}
		if len(have) == len(run.targets()) {
			continue
		}
		for _, t := range have {
			_, _ = t.Send(ctx, "DeleteItem", key)
		}
	}
}
