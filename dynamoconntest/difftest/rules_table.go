package difftest

import (
	"slices"
	"strings"
)

// tableRules are about creating, changing and describing tables.
var tableRules = []Rule{
	{
		ID: "table-states", Aspect: aspectState, Right: Service,
		What:  "the state of a table right after it is created, changed or deleted",
		Why:   "CreateTable, UpdateTable and DeleteTable are asynchronous; how long they take is not defined",
		Match: func(c Case) bool { return c.hasOperation("CreateTable", "UpdateTable", "DeleteTable", "DescribeTable") },
		Holds: func(c Case, got string) bool {
			names, ok := statesOf(got, tableStates[c.Request.Operation])
			local, _ := statesOf(c.Local.Aspects[aspectState], nil)
			dynoxide, _ := statesOf(c.Dynoxide.Aspects[aspectState], nil)
			deleted := c.hasOperation("DeleteTable") && got == "DELETING" // without its indexes: see deleted-table
			return ok && (names == local || names == dynoxide || deleted)
		},
	},
	{
		ID: "local-still-busy", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local refuses to change a table that it describes as active, for a while after an index was deleted",
		Why:  "UpdateTable is refused only while the table is CREATING, UPDATING or DELETING",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && c.Local.hasKind("ResourceInUseException", "LimitExceededException") && !c.Request.hasMistake("table update of two creations")
		},
	},
	{
		ID: "index-throughput-when-provisioned", Aspect: aspectOutcome, Right: Service,
		What: "UpdateTable makes a table provisioned without throughput for its indexes: DynamoDB Local fails with 500, dynoxide accepts it",
		Why:  "UpdateTable needs initial capacity when the mode is changed; it is not documented whether the indexes need it in the same request. The status is never 500",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && c.Local.hasKind(serverFailures...) && c.body()["BillingMode"] == "PROVISIONED"
		},
		Want: func(Case) []string { return []string{outcomeOK, "ValidationException"} },
	},
	{
		ID: "index-throughput-when-provisioned", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local does not delete an index of a table that was made provisioned without throughput for its indexes",
		Why:  "UpdateTable: deleting an index needs only its name",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && localRefuses("out of range")(c) && c.body()["ProvisionedThroughput"] == nil
		},
	},
	{
		ID: "dynoxide-index-throughput", Aspect: aspectTable, Right: Local,
		What: "dynoxide forgets the throughput of an index that UpdateTable created",
		Why:  "CreateGlobalSecondaryIndexAction: ProvisionedThroughput is that of the index, and a description shows it",
		Match: func(c Case) bool {
			if c.hasOperation("UpdateTable") && c.body()["ProvisionedThroughput"] != nil {
				return false // see throughput-being-changed
			}
			return withoutThroughput(c.Local.Aspects[aspectTable]) == withoutThroughput(c.Dynoxide.Aspects[aspectTable])
		},
	},
	{
		ID: "validation-before-existence", Aspect: aspectOutcome, Right: Dynoxide,
		What: "an invalid CreateTable for a table that exists: DynamoDB Local reports that it exists",
		Why:  "validation does not depend on which tables there are",
		Match: func(c Case) bool {
			return c.hasOperation("CreateTable") && c.Local.hasKind("ResourceInUseException") && c.Dynoxide.hasKind(validationError...)
		},
	},
	{
		ID: "deleted-table", Aspect: aspectTable, Right: Service,
		What:  "whether the answer to DeleteTable has the keys, the definitions and the indexes of the table",
		Why:   "DeleteTable: the answer in its example has none of them; conformance suites recorded that the service's has no indexes",
		Match: func(c Case) bool { return c.hasOperation("DeleteTable") },
		Want: func(c Case) []string {
			l, d := c.Local.Aspects[aspectTable], c.Dynoxide.Aspects[aspectTable]
			bare := withMember(withMember(l, "KeySchema", nil), "Attributes", nil)
			for _, kind := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes"} {
				bare = withMember(bare, kind, []any{})
			}
			return []string{l, d, bare}
		},
	},
	{
		ID: "throughput-being-changed", Aspect: aspectTable, Right: Service,
		What: "the throughput in the answer to UpdateTable: before or after the change",
		Why:  "UpdateTable is asynchronous",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && (c.Local.Aspects[aspectTable] != c.Dynoxide.Aspects[aspectTable] || c.body()["ProvisionedThroughput"] != nil)
		},
		Want: func(c Case) []string {
			l, d := c.Local.Aspects[aspectTable], c.Dynoxide.Aspects[aspectTable]
			after := withMember(l, "Throughput", throughput(c.body()["ProvisionedThroughput"]))
			// The fourth is for dynoxide-index-throughput. Both servers remove the deletion
			// protection as well, which the documentation does not say.
			return []string{l, d, after, withIndexes(d, l), withMember(after, "Protected", true)}
		},
	},
	{
		ID: "throughput-on-demand", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local accepts throughput for an on-demand table",
		Why:  "CreateTable, UpdateTable: throughput belongs to BillingMode PROVISIONED",
		Match: func(c Case) bool {
			return c.hasOperation("CreateTable", "UpdateTable") && dynoxideRefuses("throughput on demand")(c)
		},
	},
	{
		ID: "throughput-on-demand", Aspect: aspectOutcome, Right: Service,
		What: "both servers create an index with throughput for a table that has become on-demand",
		Why:  "as above; dynoxide refuses it if the table was created on-demand",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && c.Local.kind() == outcomeOK && c.Dynoxide.kind() == outcomeOK && makesIndex(c.body(), func(throughput any) bool { return throughput != nil }) &&
				strings.Contains(c.Local.Aspects[aspectTable], onDemand)
		},
		Want: func(Case) []string { return validationError },
	},
	{
		ID: "local-loses-protection", Aspect: aspectTable, Right: Dynoxide,
		What: "DynamoDB Local removes the deletion protection of a table when an index is deleted",
		Why:  "UpdateTable: only the parameter DeletionProtectionEnabled changes it",
		Match: func(c Case) bool {
			return strings.Replace(c.Dynoxide.Aspects[aspectTable], protected, unprotected, 1) == c.Local.Aspects[aspectTable]
		},
	},
	{
		ID: "throughput-absent", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide creates a provisioned table or index without throughput",
		Why:  "CreateTable: it must be specified for BillingMode PROVISIONED, which is the default",
		Match: func(c Case) bool {
			return c.hasOperation("CreateTable") && c.Request.hasMistakeStarting("index without throughput", "table without throughput")
		},
	},
	{
		ID: "throughput-absent", Aspect: aspectOutcome, Right: Service,
		What: "as above, of an index that is added later; DynamoDB Local fails with 500", Why: "as above",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTable") && c.Local.hasKind(serverFailures...) && c.Dynoxide.kind() == outcomeOK &&
				makesIndex(c.body(), func(throughput any) bool { return throughput == nil }) &&
				strings.Contains(c.Dynoxide.Aspects[aspectTable], provisioned)
		},
		Want: func(Case) []string { return validationError },
	},
	{
		ID: "one-index-at-a-time", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide creates two indexes in one request",
		Why:   "UpdateTable: only one global index can be created or deleted at a time; LimitExceededException",
		Match: func(c Case) bool { return c.Request.hasMistake("table update of two creations") },
	},
	{
		ID: "time-to-live-as-it-is", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide accepts a request to disable a time to live that is not enabled",
		Why:  "the service answers ValidationException: TimeToLive is already disabled",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateTimeToLive") && localRefuses("time to live as it is")(c)
		},
	},
	{
		ID: "table-model-first", Aspect: aspectConstraint, Right: Dynoxide,
		What: "a CreateTable or UpdateTable that breaks the model of the request: DynamoDB Local reports a consequence",
		Why:  "the service checks required members, lengths, ranges and enumerations before the schema",
		Match: func(c Case) bool {
			return c.hasOperation("CreateTable", "UpdateTable") && slices.Contains([]string{"enum", "required", "too short", "out of range"}, c.Dynoxide.constraint())
		},
	},
	{
		ID: "index-key-undefined", Aspect: aspectConstraint, Right: Dynoxide,
		What:  "an index on an attribute without definition: DynamoDB Local says that the definitions are missing",
		Why:   "AttributeDefinitions of UpdateTable are not required, but must define the keys of an index that is created",
		Match: constraintsAre([]string{"required"}, []string{"key undefined"}),
	},
	{
		ID: "key-name-twice", Aspect: aspectConstraint, Right: Dynoxide,
		What:  "a table whose two keys are one attribute: dynoxide says that a key is not defined",
		Why:   "the service counts first: two keys and one definition, \"Some index key attribute have no definition\"",
		Match: constraintsAre([]string{"key name twice"}, []string{"key undefined"}),
	},
	{
		ID: "definition-twice", Aspect: aspectConstraint, Right: Either,
		What:  "an attribute that is defined twice: dynoxide says that one is not used",
		Why:   "both are true",
		Match: constraintsAre([]string{"definition twice"}, []string{"definition unused"}),
	},
	{
		ID: "time-to-live-member", Aspect: aspectField, Right: Dynoxide,
		What:  "a time to live specification without Enabled: DynamoDB Local says that AttributeName is missing",
		Why:   "API reference: both are required; the message names the one that is missing",
		Match: func(c Case) bool { return c.hasOperation("UpdateTimeToLive") },
	},
}

const (
	onDemand    = `"BillingMode":"PAY_PER_REQUEST"`
	provisioned = `"BillingMode":"PROVISIONED"`
	protected   = `"Protected":true`
	unprotected = `"Protected":false`
)

// makesIndex reports whether the request creates an index with such a throughput.
func makesIndex(body map[string]any, such func(throughput any) bool) bool {
	for _, update := range asArray(body["GlobalSecondaryIndexUpdates"]) {
		if index := asObject(asObject(update)["Create"]); index != nil && such(index["ProvisionedThroughput"]) {
			return true
		}
	}
	return false
}

// withIndexes returns a description with the global indexes of another one.
func withIndexes(description, other string) string {
	w, err := decodeJSON([]byte(other))
	if err != nil {
		return description
	}
	return withMember(description, "GlobalSecondaryIndexes", asObject(w)["GlobalSecondaryIndexes"])
}

// withMember returns a description with another value of a member.
func withMember(description, name string, value any) string {
	v, err := decodeJSON([]byte(description))
	if err != nil || asObject(v) == nil {
		return description
	}
	asObject(v)[name] = value
	return canonicalJSON(v)
}

// withoutThroughput returns a description without the throughput of its indexes.
func withoutThroughput(description string) string {
	v, err := decodeJSON([]byte(description))
	if err != nil {
		return description
	}
	for _, index := range asArray(asObject(v)["GlobalSecondaryIndexes"]) {
		delete(asObject(index), "Throughput")
	}
	return canonicalJSON(v)
}

// tableStates has the states in which a table may be in the answer to an operation.
var tableStates = map[string][]string{
	"CreateTable":   {"CREATING", "ACTIVE"},
	"UpdateTable":   {"UPDATING", "CREATING", "ACTIVE"},
	"DeleteTable":   {"DELETING", "ACTIVE"},
	"DescribeTable": {"CREATING", "UPDATING", "DELETING", "ACTIVE"},
}

// statesOf splits the state of a table and its indexes into the names, which it returns,
// and the states. It returns false if one of these is not allowed.
func statesOf(state string, allowed []string) (names string, ok bool) {
	ok = true
	for part := range strings.SplitSeq(state, ", ") {
		name, status, found := strings.Cut(part, " ")
		if !found {
			name, status = "", part
		}
		names += name + ","
		ok = ok && slices.Contains(allowed, status)
	}
	return names, ok
}
