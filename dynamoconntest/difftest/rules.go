package difftest

import (
	"slices"
	"strings"
)

// Rules explains all known differences. The first rule that matches decides, so the
// narrow ones come first.
//
// Differences in the texts of messages that mean the same are none. The texts of
// dynamoconntest are those of most regions in the newest recordings on the service, in the
// suite paritysuite/dynamodb-conformance: the captures of 2026-09-20 (all probes),
// 2026-10-07 (empty batches) and 2026-10-08 (empty transactions), and the tests of its tier
// 3 that were recorded on 2026-10-09. Where these have nothing, they are those of dynalite.
var Rules = slices.Concat(tableRules, protocolRules, precedenceRules, validationRules, dataRules, capacityRules)

func always(Case) bool { return true }

func (c Case) hasOperation(operations ...string) bool {
	return slices.Contains(operations, c.Request.Operation)
}

// body returns the body of the request, or nil if it is not a JSON object.
func (c Case) body() map[string]any {
	v, err := decodeJSON([]byte(c.Request.Body))
	if err != nil {
		return nil
	}
	return asObject(v)
}

func (o *Outcome) constraint() string { return o.Aspects[aspectConstraint] }

func (o *Outcome) hasKind(kinds ...string) bool { return slices.Contains(kinds, o.kind()) }

// isEvaluated reports whether a server accepted and evaluated the request.
func (o *Outcome) isEvaluated() bool {
	return o.hasKind(outcomeOK, "ConditionalCheckFailedException", "TransactionCanceledException")
}

var (
	validationError = []string{"ValidationException"}
	serverFailures  = []string{"InternalFailure", outcomeNoAnswer}
)

// localRefuses matches if DynamoDB Local refuses the request for one of the constraints
// and dynoxide evaluates it.
func localRefuses(constraints ...string) func(Case) bool {
	return func(c Case) bool {
		return c.Local.hasKind(validationError...) && slices.Contains(constraints, c.Local.constraint()) && c.Dynoxide.isEvaluated()
	}
}

// dynoxideRefuses matches if dynoxide refuses the request for one of the constraints and
// DynamoDB Local evaluates it.
func dynoxideRefuses(constraints ...string) func(Case) bool {
	return func(c Case) bool {
		return c.Dynoxide.hasKind(validationError...) && slices.Contains(constraints, c.Dynoxide.constraint()) && c.Local.isEvaluated()
	}
}

// constraintsAre matches if the message of each server is about a constraint of its list.
func constraintsAre(local, dynoxide []string) func(Case) bool {
	return func(c Case) bool {
		return slices.Contains(local, c.Local.constraint()) && slices.Contains(dynoxide, c.Dynoxide.constraint())
	}
}

// hasMistakeStarting reports whether the name of a mistake begins with a prefix.
func (r Request) hasMistakeStarting(prefixes ...string) bool {
	for _, m := range r.Mistakes {
		for _, p := range prefixes {
			if strings.HasPrefix(m, p) {
				return true
			}
		}
	}
	return false
}

// hasTwoMistakes reports whether the request has two mistakes: two that were made on
// purpose, or one of these and one that the generator made by chance.
func hasTwoMistakes(c Case) bool {
	if len(c.Request.Mistakes) > 1 {
		return true
	}
	return len(c.Request.Mistakes) == 1 && c.Local.hasKind(validationError...) && c.Dynoxide.hasKind(append(validationError, "SerializationException")...) &&
		incidentalConstraints[c.Local.constraint()] != incidentalConstraints[c.Dynoxide.constraint()]
}

// isAboutConstraint reports whether the mistake that was made on purpose breaks the
// constraint, so that the message is not about a second mistake.
func (r Request) isAboutConstraint(constraint string) bool {
	switch constraint {
	case "name unused", "value unused", "filter on a key":
		return r.hasMistake("name unused") || r.hasMistake("value unused") || r.hasMistake("filter on key") || r.hasMistake("projection unused") ||
			r.hasMistake("update name unused") || r.hasMistake("update value unused")
	case "operands equal":
		return r.hasMistake("same operand twice") || r.hasMistake("two values compared") || r.hasMistake("two values differ")
	case "index unknown":
		return r.hasMistake("index unknown")
	}
	return false
}

// incidentalConstraints are often broken together with another one: by the same
// mistake, such as an expression that is replaced and leaves its placeholders unused,
// or by chance.
var incidentalConstraints = map[string]bool{
	"name unused": true, "value unused": true, "names without expression": true, "values without expression": true,
	"operands equal": true, "index unknown": true, "filter on a key": true, "select without an index": true,
}

// applyConstraints can be broken by a valid update, if the item does not allow it.
var applyConstraints = map[string]bool{
	"attribute absent": true, "update path": true, "number too precise": true, "number too large": true, "number too small": true,
	"update operand": true, "index key type": true, "item too large": true,
}

// missesEqualOperands matches if a request compares an attribute with itself and both
// servers refuse it for another reason.
func missesEqualOperands(c Case) bool {
	return c.Local.hasKind("ValidationException", "ResourceNotFoundException") && c.Dynoxide.hasKind("ValidationException", "ResourceNotFoundException") &&
		c.Local.constraint() != "operands equal" && repeatsOperand(c.body())
}

// hasWriteWithoutAction reports whether a batch has a write that is neither a put nor a
// delete, or both.
func hasWriteWithoutAction(body map[string]any) bool {
	for _, writes := range asObject(body["RequestItems"]) {
		for _, w := range asArray(writes) {
			if write := asObject(w); (write["PutRequest"] == nil) == (write["DeleteRequest"] == nil) {
				return true
			}
		}
	}
	return false
}

// modelConstraints are those in the model of a request: they depend on one member
// alone.
var modelConstraints = map[string]bool{
	"enum": true, "required": true, "too short": true, "too long": true, "out of range": true, "characters": true,
}

// oneOfTheMistakes returns the right texts for a request with two mistakes: those of the
// servers, and those of the mistakes that were made on purpose.
func oneOfTheMistakes(aspect string) func(Case) []string {
	return func(c Case) []string {
		want := []string{c.Local.Aspects[aspect], c.Dynoxide.Aspects[aspect]}
		for _, mistake := range c.Request.Mistakes {
			if aspect == aspectConstraint {
				want = append(want, mistakeStatements[mistake].constraint)
			} else {
				want = append(want, mistakeStatements[mistake].field)
			}
		}
		if c.Request.hasMistake("update index key type") && aspect == aspectField {
			want = append(want, "g1", "g2")
		}
		if named := slices.DeleteFunc(want, func(s string) bool { return s == "" }); len(named) > 0 {
			return named
		}
		return []string{""}
	}
}

// requiredMembers has the members that a request must have.
var requiredMembers = map[string][]string{
	"GetItem": {"tablename", "key"}, "DeleteItem": {"tablename", "key"}, "UpdateItem": {"tablename", "key"},
	"PutItem": {"tablename", "item"}, "CreateTable": {"tablename", "keyschema", "attributedefinitions"},
	"UpdateTimeToLive": {"tablename", "timetolivespecification"},
}

// missingMembers returns the required members that the request does not have.
func (c Case) missingMembers() []string {
	have := map[string]bool{}
	for name := range c.body() {
		have[strings.ToLower(name)] = true
	}
	return slices.DeleteFunc(slices.Clone(requiredMembers[c.Request.Operation]), func(name string) bool { return have[name] })
}
