package dynamoconn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// failing returns the error of a put that is answered so.
func failing(t *testing.T, status int, body string) *Error {
	t.Helper()
	cfg := aws.Config{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}}
	client, err := New(t.Context(), WithAWSConfig(cfg), WithHTTPClient(wiretest.Reply(status, body)), WithMaxAttempts(1))
	require.NoError(t, err)
	_, err = client.PutItem(t.Context(), PutItemRequest{TableName: "Music", Item: Item{String("Artist", "A")}})
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

var allCauses = []error{
	ErrTableNotFound, ErrConditionFailed, ErrConflict, ErrThrottled, ErrAccessDenied, ErrCredentials, ErrValidation,
	ErrItemTooLarge, ErrUnavailable, ErrCorruptResponse, ErrInvalidRequest, ErrUnfinishedBatch, ErrAmbiguous,
	ErrOldItemUnknown, ErrRefused, ErrInvalidOption, ErrTableExists, ErrTableInUse, ErrTableNotReady, ErrUnfinishedTable,
}

func requireOnlyCauses(t *testing.T, err error, want ...error) {
	t.Helper()
	for _, cause := range allCauses {
		assert.Equal(t, slices.Contains(want, cause), errors.Is(err, cause), "%q of %q", cause, err)
	}
}

func TestCauseOfEachCode(t *testing.T) {
	t.Parallel()

	codes := map[error][]string{
		ErrTableNotFound:   {"ResourceNotFoundException", "TableNotFoundException", "IndexNotFoundException"},
		ErrTableExists:     {"TableAlreadyExistsException"},
		ErrTableInUse:      {"ResourceInUseException", "TableInUseException"},
		ErrConditionFailed: {"ConditionalCheckFailedException"},
		ErrConflict:        {"TransactionConflictException", "ReplicatedWriteConflictException"},
		ErrThrottled: {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "Throttling",
			"LimitExceededException"},
		ErrAccessDenied: {"AccessDeniedException", "AccessDenied"},
		ErrCredentials: {"UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException",
			"MissingAuthenticationTokenException", "MissingAuthenticationToken", "ExpiredTokenException", "ExpiredToken",
			"InvalidClientTokenId", "RequestExpired"},
		ErrValidation:   {"ValidationException", "ValidationError", "SerializationException", "IdempotentParameterMismatchException"},
		ErrItemTooLarge: {"ItemCollectionSizeLimitExceededException", "RequestEntityTooLarge"},
		ErrUnavailable:  {"InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException"},
	}
	var all []string
	for cause, names := range codes {
		all = append(all, names...)
		for _, code := range names {
			t.Run(code, func(t *testing.T) {
				t.Parallel()
				e := failing(t, 400, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"the reason"}`, code))
				if errors.Is(cause, ErrUnavailable) {
					// Such a name with a 400 is a damaged status: see transport.
					requireOnlyCauses(t, e, cause, ErrAmbiguous)
				} else {
					requireOnlyCauses(t, e, cause)
				}
				assert.Equal(t, code, e.Code)
				assert.Equal(t, "the reason", e.Message)
				var api smithy.APIError
				require.ErrorAs(t, e, &api)
				assert.Equal(t, code, api.ErrorCode())
			})
		}
	}
	assert.ElementsMatch(t, all, codesWithACause(), "every code is tested")
}

func codesWithACause() []string {
	return slices.DeleteFunc(retry.Codes(), func(code string) bool { return retry.LookUp(code).Cause == retry.NoCause })
}

func TestEveryCauseHasAnError(t *testing.T) {
	t.Parallel()

	assert.NotContains(t, errorOf, retry.NoCause)
	for cause := retry.NoCause + 1; cause <= retry.Corrupt; cause++ {
		assert.Error(t, errorOf[cause], "cause %d", cause)
	}
}

func TestCauseWithoutAKnownCode(t *testing.T) {
	t.Parallel()

	const html = "<html><body>busy</body></html>"
	tests := map[string]struct {
		status int
		body   string
		want   []error
	}{
		"unknown code":               {400, `{"__type":"NewException","message":"m"}`, []error{ErrRefused}},
		"item over 400 KB":           {400, `{"__type":"ValidationException","message":"Item size has exceeded the maximum allowed size"}`, []error{ErrItemTooLarge}},
		"item grown over 400 KB":     {400, `{"__type":"ValidationException","message":"Item size to update has exceeded the maximum allowed size"}`, []error{ErrItemTooLarge}},
		"400 as HTML":                {400, html, []error{ErrCorruptResponse, ErrAmbiguous}},
		"404 as HTML":                {404, html, []error{ErrCorruptResponse, ErrAmbiguous}},
		"409 without body":           {409, "", []error{ErrCorruptResponse, ErrAmbiguous}},
		"401 as HTML":                {401, html, []error{ErrCredentials, ErrAmbiguous}},
		"403 as HTML":                {403, html, []error{ErrAccessDenied, ErrAmbiguous}},
		"408 as HTML":                {408, html, []error{ErrUnavailable, ErrAmbiguous}},
		"413 as HTML":                {413, html, []error{ErrItemTooLarge, ErrAmbiguous}},
		"429 as HTML":                {429, html, []error{ErrThrottled, ErrAmbiguous}},
		"500 as HTML":                {500, html, []error{ErrUnavailable, ErrAmbiguous}},
		"500 without body":           {500, "", []error{ErrUnavailable, ErrAmbiguous}},
		"502 as half an object":      {502, `{"__type":`, []error{ErrUnavailable, ErrAmbiguous}},
		"503 as array":               {503, "[]", []error{ErrUnavailable, ErrAmbiguous}},
		"504 as text":                {504, "timed out", []error{ErrUnavailable, ErrAmbiguous}},
		"599":                        {599, "{}", []error{ErrUnavailable, ErrAmbiguous}},
		"500 that is a known code":   {500, `{"__type":"InternalServerError","message":"m"}`, []error{ErrUnavailable, ErrAmbiguous}},
		"200 that is not an object":  {200, "[]", []error{ErrCorruptResponse, ErrAmbiguous}},
		"200 that is empty":          {200, "", []error{ErrCorruptResponse, ErrAmbiguous}},
		"200 with wrong members":     {200, `{"Attributes":[1]}`, []error{ErrCorruptResponse, ErrAmbiguous}},
		"200 with no such attribute": {200, `{"Attributes":{"A":{"XX":"1"}}}`, []error{ErrCorruptResponse, ErrAmbiguous}},
		"302 that leads nowhere":     {302, "", []error{ErrCorruptResponse, ErrAmbiguous}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireOnlyCauses(t, failing(t, test.status, test.body), test.want...)
		})
	}
}

func TestClean(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ text, want string }{
		"as it is":           {"São Paulo 東京 🎵 \"quoted\"", "São Paulo 東京 🎵 \"quoted\""},
		"control characters": {"a\r\nb\x1b[31m\x00\x7f\u0085", "a  b [31m   "},
		"line separators":    {"a\u2028b\u2029", "a b "},
		"turned around":      {"a\u202eb\u2066c\ufeff", "a b c "},
		"broken UTF-8":       {"a\xff\xfeb", "a?b"},
		"empty":              {"", ""},
		"exactly as long":    {strings.Repeat("x", 1024), strings.Repeat("x", 1024)},
		"too long":           {strings.Repeat("x", 1025), strings.Repeat("x", 1021) + "..."},
		"cut within a rune":  {strings.Repeat("x", 1020) + "🎵🎵", strings.Repeat("x", 1020) + "?..."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := clean(test.text)
			assert.Equal(t, test.want, got)
			assert.LessOrEqual(t, len(got), 1024)
		})
	}
}

func TestFieldErrorPath(t *testing.T) {
	t.Parallel()
	var err error = broken("is wrong")
	for _, step := range []struct {
		way  func(error) error
		want string
	}{
		{func(err error) error { return err }, ""},
		{func(err error) error { return underName("x", err) }, "x"},
		{func(err error) error { return underElement(10, err) }, "[10].x"},
		{func(err error) error { return underElement(2, err) }, "[2][10].x"},
		{func(err error) error { return underName("Lines", err) }, "Lines[2][10].x"},
		{func(err error) error { return underName("A.B", err) }, `"A.B".Lines[2][10].x`},
		{func(err error) error { return under("Item", err) }, `Item."A.B".Lines[2][10].x`},
	} {
		err = step.way(err)
		assert.Equal(t, invalid(step.want, "is wrong"), err)
	}
	assert.NoError(t, underName("x", nil))
	assert.Equal(t, `a."b.c"."".d`, pathOf("a", []string{"b.c", "", "d"}))
}

// The message comes from a server, so the word in it may be anything.
func TestAdviceOnAWord(t *testing.T) {
	t.Parallel()
	const name = `write #name instead and set ExpressionAttributeNames["#name"] to "name"`
	for message, want := range map[string]string{
		"reserved keyword: name":                             name,
		"reserved keyword: name, and more":                   name,
		"reserved keyword: ":                                 name,
		"reserved keyword: \"; drop":                         name,
		"reserved keyword: " + strings.Repeat("x", 1<<10):    name,
		"another message about a keyword":                    "",
		"The provided key element does not match the schema": "",
	} {
		assert.Equal(t, want, adviceOn(message, nil))
	}
}

func TestNamesAreShownClearly(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 64)
	for name, want := range map[string]string{
		"Artist_1-x:#y":                      "Artist_1-x:#y",
		"":                                   `""`,
		"a.b":                                `"a.b"`,
		"a b":                                `"a b"`,
		"[0]":                                `"[0]"`,
		`"`:                                  `"\""`,
		"été":                                `"été"`,
		"line\nbreak":                        `"line\nbreak"`,
		notUTF8:                              `"a\xff"`,
		"\u202e":                             `"\u202e"`,
		long:                                 long,
		long + "n":                           long + "...",
		strings.Repeat("n", 62) + "été":      `"` + strings.Repeat("n", 62) + `é..."`,
		strings.Repeat("n", 63) + "été":      strings.Repeat("n", 63) + "...",
		strings.Repeat("a.", 40):             `"` + strings.Repeat("a.", 32) + `..."`,
		strings.Repeat("x", 10<<20) + "\xff": strings.Repeat("x", 64) + "...",
	} {
		assert.Equal(t, want, showName(name))
	}
}

// FuzzShowName requires that the name of an attribute can be shown in a path, and cannot be
// mistaken for another path.
func FuzzShowName(f *testing.F) {
	for _, name := range []string{"", "a", "a.b", "a[0]", "\"", "\xff", "\u202e", strings.Repeat("é", 40), "a b"} {
		f.Add(name, "x")
	}
	mutate.Fuzz(f, func(t *testing.T, a, b string) {
		shown := showName(a)
		requireShowable(t, shown)
		require.LessOrEqual(t, len(shown), 4*longestShownName+8)
		if len(a) <= longestShownName && len(b) <= longestShownName && a != b {
			require.NotEqual(t, shown, showName(b))
		}
		err := under("Item", underName(a, underElement(3, broken("rule"))))
		var field *FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, fmt.Sprintf("Item.%s[3]", shown), field.Path)
		requireShowable(t, err.Error())
	})
}
