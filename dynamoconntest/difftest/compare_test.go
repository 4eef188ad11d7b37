package difftest

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func newOutcome(aspects ...string) *Outcome {
	o := &Outcome{Aspects: map[string]string{}}
	for i := 0; i < len(aspects); i += 2 {
		o.Aspects[aspects[i]] = aspects[i+1]
	}
	return o
}

func TestSubjectIsComparedWithReferencesAndRules(t *testing.T) {
	t.Parallel()
	ok := func(data string) *Outcome { return newOutcome(aspectOutcome, outcomeOK, aspectData, data) }
	refused := func(constraint, field string) *Outcome {
		return newOutcome(aspectOutcome, "ValidationException", aspectConstraint, constraint, aspectField, field)
	}
	rule := func(aspect string, right Side, want ...string) []Rule {
		return []Rule{{ID: "rule", Aspect: aspect, Right: right, Match: always, Want: func(Case) []string { return want }}}
	}
	for name, test := range map[string]struct {
		local, dynoxide, subject *Outcome
		rules                    []Rule
		want                     []Difference
	}{
		"all agree":                    {ok("1"), ok("1"), ok("1"), nil, nil},
		"the subject alone differs":    {ok("1"), ok("1"), ok("2"), nil, []Difference{{Aspect: aspectData, Local: "1", Dynoxide: "1", Subject: "2"}}},
		"the references differ":        {ok("1"), ok("2"), ok("1"), nil, []Difference{{Aspect: aspectData, References: true, Local: "1", Dynoxide: "2"}}},
		"dynoxide is right":            {ok("1"), ok("2"), ok("2"), rule(aspectData, Dynoxide), nil},
		"DynamoDB Local is right":      {ok("1"), ok("2"), ok("2"), rule(aspectData, Local), []Difference{{Aspect: aspectData, Local: "1", Dynoxide: "2", Subject: "2", Rule: "rule"}}},
		"either is right":              {ok("1"), ok("2"), ok("2"), rule(aspectData, Either), nil},
		"neither is given":             {ok("1"), ok("2"), ok("3"), rule(aspectData, Either), []Difference{{Aspect: aspectData, Local: "1", Dynoxide: "2", Subject: "3", Rule: "rule"}}},
		"both are wrong":               {ok("1"), ok("1"), ok("3"), rule(aspectData, Service, "3"), nil},
		"a rule needs a difference":    {ok("1"), ok("1"), ok("2"), rule(aspectData, Either), []Difference{{Aspect: aspectData, Local: "1", Dynoxide: "1", Subject: "2"}}},
		"a message without constraint": {refused("", ""), refused("required", "key"), refused("required", ""), nil, nil},
		"a message with another":       {refused("", ""), refused("required", "key"), refused("enum", "key"), nil, []Difference{{Aspect: aspectConstraint, Dynoxide: "required", Subject: "enum"}}},
		"the rest follows the outcome": {refused("enum", "x"), ok("2"), ok("3"), rule(aspectOutcome, Dynoxide), []Difference{{Aspect: aspectData, Local: "2", Dynoxide: "2", Subject: "3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := compare(Case{Local: test.local, Dynoxide: test.dynoxide}, test.subject, test.rules)
			assert.Equal(t, test.want, got.differences)
		})
	}
}

func TestEveryRuleHasItsFields(t *testing.T) {
	t.Parallel()
	for _, r := range Rules {
		assert.True(t, r.ID != "" && r.What != "" && r.Why != "" && r.Aspect != "" && r.Match != nil, "%+v", r)
	}
}

func TestSameSeedSameRequests(t *testing.T) {
	t.Parallel()
	for n := range 50 {
		first, second := Generator{Seed: 7}.Sequence(n), Generator{Seed: 7}.Sequence(n)
		assert.Equal(t, first, second)
	}
	assert.NotEqual(t, Generator{Seed: 7}.Sequence(0), Generator{Seed: 8}.Sequence(0))
}

// attributeDropper is a target with a defect: it does not store the attribute "n".
type attributeDropper struct{ Target }

func (f attributeDropper) Send(ctx context.Context, operation string, body []byte) (Reply, error) {
	if operation == "PutItem" {
		body = bytes.ReplaceAll(body, []byte(`"n":{"N":`), []byte(`"n2":{"N":`))
	}
	return f.Target.Send(ctx, operation, body)
}

func TestDefectIsFoundAndShrunk(t *testing.T) {
	t.Parallel()
	fresh := func() Target { return Handler(dynamoconntest.New().Handler()) }
	run := &Run{Local: fresh(), Dynoxide: fresh(), Subject: attributeDropper{fresh()}}
	s, err := run.Do(t.Context(), Generator{Seed: 1}, 300)
	require.NoError(t, err)
	require.NotEmpty(t, s.Failures)
	for _, f := range s.Failures {
		assert.False(t, f.Difference.References, f)
	}
	first := s.Failures[0]
	assert.LessOrEqual(t, len(first.Requests), 4, "%s", first)
	assert.Contains(t, first.String(), `"n":{"N":`)
	assert.Contains(t, s.String(), "seed 1:")
}

func TestOtherPackageThanThePinnedOneIsRefused(t *testing.T) {
	t.Parallel()
	_, err := unpackDynoxide([]byte("something else"), dynoxideIntegrity)
	require.ErrorIs(t, err, ErrIntegrity)

	sum := sha512.Sum512([]byte("no archive"))
	_, err = unpackDynoxide([]byte("no archive"), "sha512-"+base64.StdEncoding.EncodeToString(sum[:]))
	require.Error(t, err)
	assert.NotErrorIs(t, err, ErrIntegrity)
}

func TestRequestsAreDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	total := 0
	for n := range 60 {
		for _, r := range (Generator{Seed: 3}).Sequence(n) {
			seen[r.Operation+" "+r.Body] = true
			total++
			assert.NotContains(t, strings.ToLower(r.Body), "difftest")
		}
	}
	assert.Greater(t, len(seen)*10, total*9, "nine of ten requests are sent once")
}

// See equalReasons. Whether the transaction is cancelled is defined.
func TestReasonsOfACancelledTransaction(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"None,ValidationError(x),None", "None,ValidationError(y),ValidationError(y)", true},
		{"ConditionalCheckFailed,None", "ConditionalCheckFailed,ValidationError(y)", true},
		{"None,ValidationError(x)", "ValidationError(x),None", false},
		{"None,ConditionalCheckFailed", "None,ValidationError(x)", false},
		{"None", "None,None", false},
	} {
		assert.Equal(t, test.want, equalAspect(aspectReasons, test.a, test.b), "%s %s", test.a, test.b)
	}
}
