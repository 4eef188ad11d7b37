package difftest

// protocolRules are about HTTP, JSON and the form of errors.
var protocolRules = []Rule{
	{
		ID: "local-message-member", Aspect: aspectMember, Right: Service,
		What: "DynamoDB Local writes the message of every error as Message",
		Why: "the service writes message; only errors of the layer before it (serialization, unknown operation) write Message. " +
			"Clients read both",
		Match: always,
		Want: func(c Case) []string {
			switch {
			case c.Dynoxide.hasKind("SerializationException", "UnknownOperationException", "TransactionCanceledException", "LimitExceededException"):
				return []string{"", "message", "Message"}
			case c.Local.kind() == outcomeOK:
				return nil
			}
			return []string{"message"}
		},
	},
	{
		ID: "local-no-checksum", Aspect: aspectChecksum, Right: Service,
		What:  "DynamoDB Local sends no X-Amz-Crc32 with an error",
		Why:   "the service sends the header with every answer; the SDKs check it if it is there",
		Match: func(c Case) bool { return c.Local.kind() != outcomeOK },
		Want:  func(Case) []string { return []string{"right"} },
	},
	{
		ID: "namespace", Aspect: aspectNamespace, Right: Either,
		What:  "the part of __type before #",
		Why:   "clients ignore it: the restJson and awsJson protocols say that everything up to # is ignored",
		Match: always,
	},
	{
		ID: "unknown-operation-message", Aspect: aspectConstraint, Right: Service,
		What:  "the message of an unknown operation",
		Why:   "the service sends none; those of other servers name no field and no constraint",
		Match: func(c Case) bool { return c.Local.hasKind("UnknownOperationException") },
	},
	{
		ID: "serialization-message", Aspect: aspectConstraint, Right: Service,
		What:  "the message of a body that cannot be read",
		Why:   "it describes the parser, not a field or a constraint",
		Match: func(c Case) bool { return c.Dynoxide.hasKind("SerializationException") },
	},
	{
		ID: "local-no-tags", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local has no tags",
		Why:  "API reference: TagResource, UntagResource, ListTagsOfResource",
		Match: func(c Case) bool {
			return c.hasOperation("TagResource") && c.Local.hasKind("UnknownOperationException")
		},
	},
	{
		ID: "local-body-unread", Aspect: aspectOutcome, Right: Service,
		What: "as below, of a body that fuzzing made, or that dynoxide refuses before it looks for JSON", Why: "see below",
		Match: func(c Case) bool {
			return c.Request.hasMistake("JSON fuzzed") || c.Request.hasMistakeStarting("JSON ") && c.Dynoxide.hasKind("not JSON")
		},
		Want: func(Case) []string { return []string{"SerializationException"} },
	},
	{
		ID: "local-body-unread", Aspect: aspectOutcome, Right: Service,
		What: "a body that is not JSON, or has values of a wrong JSON type: DynamoDB Local converts them or fails with 500",
		Why:  "the service answers 400 SerializationException (Programming.Errors: client errors are 4xx; 500 asks for a retry)",
		Match: func(c Case) bool {
			return c.Request.hasMistakeStarting("JSON ", "type of ", "base64 ") && !c.Local.hasKind("SerializationException") &&
				(c.Dynoxide.hasKind("SerializationException") || c.Request.hasMistake("JSON array"))
		},
		Want: func(Case) []string { return []string{"SerializationException"} },
	},
	{
		ID: "null-body", Aspect: aspectOutcome, Right: Service,
		What:  "a body of null: 500 against ValidationException",
		Why:   "null is an input without members, or no input; the status is never 500",
		Match: func(c Case) bool { return c.Request.hasMistake("JSON null") },
		Want:  func(Case) []string { return []string{"ValidationException", "SerializationException"} },
	},
	{
		ID: "unknown-operation", Aspect: aspectOutcome, Right: Dynoxide,
		What:  "an empty operation name: DynamoDB Local fails with 500",
		Why:   "the service answers 400 UnknownOperationException",
		Match: func(c Case) bool { return c.Request.hasMistake("operation unknown") },
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectOutcome, Right: Service,
		What: "as below, where DynamoDB Local fails with 500", Why: "see below; the parent may exist",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems") && c.Local.hasKind(serverFailures...) && c.Dynoxide.kind() == outcomeOK && removesNested.MatchString(c.Request.Body)
		},
		Want: func(Case) []string { return []string{"TransactionCanceledException", outcomeOK} },
	},
	{
		ID: "local-broken", Aspect: aspectOutcome, Right: Service,
		What: "as below, on an expression whose mistake dynoxide overlooks",
		Why:  "see dynoxide-misses-expression-check",
		Match: func(c Case) bool {
			return c.Local.hasKind(serverFailures...) && c.Dynoxide.isEvaluated() &&
				(len(c.Request.Mistakes) == 1 && c.Request.hasMistakeStarting(overlookedByDynoxide...) || repeatsOperand(c.body()))
		},
		Want: func(Case) []string { return validationError },
	},
	{
		ID: "local-broken", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local fails with 500 on a request that dynoxide answers: after an index was dropped and another made, " +
			"with an unknown billing mode, with a list index beyond int32",
		Why:   "a request of a client never makes the service fail (Programming.Errors)",
		Match: func(c Case) bool { return c.Local.hasKind(serverFailures...) && !c.Dynoxide.hasKind(serverFailures...) },
	},
	{
		ID: "dynoxide-broken", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide closes the connection on a request that DynamoDB Local answers",
		Why:  "a request of a client never makes the service fail (Programming.Errors)",
		Match: func(c Case) bool {
			return c.Dynoxide.hasKind(append(serverFailures, "InternalServerError")...) && !c.Local.hasKind(serverFailures...)
		},
	},
}
