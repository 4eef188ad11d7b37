package retry

import (
	"maps"
	"slices"
)

// Code is what follows from one of DynamoDB's error codes.
type Code struct {
	// Cause is what the code means for the caller.
	Cause Cause
	// Repeat means that the same request may succeed when it is sent again.
	Repeat bool
	// Renew means that the request may succeed with other credentials.
	Renew bool
	// Doubt means that the code does not say whether the request was carried out.
	Doubt bool
}

// LookUp returns what follows from an error code. The zero Code is that of a code that
// is not in the table.
func LookUp(code string) Code { return codes[code] }

// Codes returns the error codes that are in the table, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(codes)) }

// codes has one row for each error code that DynamoDB is known to answer with. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
var codes = map[string]Code{
	"ResourceNotFoundException": {Cause: TableNotFound},
	"TableNotFoundException":    {Cause: TableNotFound},
	"IndexNotFoundException":    {Cause: TableNotFound},

	// For CreateTable the first means TableExists: see causeOf.
	"ResourceInUseException":      {Cause: TableInUse},
	"TableInUseException":         {Cause: TableInUse},
	"TableAlreadyExistsException": {Cause: TableExists},

	"ConditionalCheckFailedException": {Cause: ConditionFailed},

	"TransactionConflictException":     {Cause: Conflict, Repeat: true},
	"ReplicatedWriteConflictException": {Cause: Conflict, Repeat: true},
	// An earlier attempt with the same token is at work, and may yet be applied.
	"TransactionInProgressException": {Repeat: true, Doubt: true},

	"ProvisionedThroughputExceededException": {Cause: Throttled, Repeat: true},
	"RequestLimitExceeded":                   {Cause: Throttled, Repeat: true},
	"ThrottlingException":                    {Cause: Throttled, Repeat: true},
	"Throttling":                             {Cause: Throttled, Repeat: true},
	"LimitExceededException":                 {Cause: Throttled, Repeat: true},

	"AccessDeniedException": {Cause: AccessDenied},
	"AccessDenied":          {Cause: AccessDenied},

	"UnrecognizedClientException":         {Cause: CredentialsRefused, Renew: true},
	"ExpiredTokenException":               {Cause: CredentialsRefused, Renew: true},
	"ExpiredToken":                        {Cause: CredentialsRefused, Renew: true},
	"RequestExpired":                      {Cause: CredentialsRefused, Renew: true},
	"InvalidSignatureException":           {Cause: CredentialsRefused},
	"IncompleteSignatureException":        {Cause: CredentialsRefused},
	"MissingAuthenticationTokenException": {Cause: CredentialsRefused},
	"MissingAuthenticationToken":          {Cause: CredentialsRefused},
	"InvalidClientTokenId":                {Cause: CredentialsRefused},

	"ValidationException":                  {Cause: Invalid},
	"ValidationError":                      {Cause: Invalid},
	"SerializationException":               {Cause: Invalid},
	"IdempotentParameterMismatchException": {Cause: Invalid},

	"ItemCollectionSizeLimitExceededException": {Cause: TooLarge},
	"RequestEntityTooLarge":                    {Cause: TooLarge},

	// DynamoDB answers these with a status of 500 and above, which leaves a doubt by
	// itself. Beside a 4xx the status would be damaged.
	"InternalServerError":         {Cause: Unavailable, Repeat: true, Doubt: true},
	"InternalFailure":             {Cause: Unavailable, Repeat: true, Doubt: true},
	"ServiceUnavailable":          {Cause: Unavailable, Repeat: true, Doubt: true},
	"ServiceUnavailableException": {Cause: Unavailable, Repeat: true, Doubt: true},
}

// reasons has one row for each reason that DynamoDB gives for cancelling a transaction. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html.
var reasons = map[string]Code{
	"ConditionalCheckFailed":          {Cause: ConditionFailed},
	"TransactionConflict":             {Cause: Conflict, Repeat: true},
	"ThrottlingError":                 {Cause: Throttled, Repeat: true},
	"ProvisionedThroughputExceeded":   {Cause: Throttled, Repeat: true},
	"ValidationError":                 {Cause: Invalid},
	"ItemCollectionSizeLimitExceeded": {Cause: TooLarge},
}
