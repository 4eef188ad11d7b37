package difftest

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dynamoconn/dynamoconn/internal/fuzzseed"
)

// An Input is an input of a fuzz target that fuzzing kept, because it reached
// something new.
type Input struct {
	Target string   // name of the fuzz function
	Values []string // as Go writes them in a corpus, for example string("a = :a")
}

// String returns the input as a line of a corpus that is one file.
func (in Input) String() string { return in.Target + "\t" + strings.Join(in.Values, "\t") }

// ReadCorpus reads the inputs in a directory, which is the cache of fuzzing or
// testdata/fuzz, and sorts them. If name is a file it reads the lines that
// [Input.String] returns.
func ReadCorpus(name string) ([]Input, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	var inputs []Input
	if !info.IsDir() {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			inputs = append(inputs, Input{Target: fields[0], Values: fields[1:]})
		}
		return inputs, nil
	}
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if values, ok := strings.CutPrefix(string(b), "go test fuzz v1\n"); ok {
			inputs = append(inputs, Input{Target: filepath.Base(filepath.Dir(path)), Values: strings.Split(strings.TrimSpace(values), "\n")})
		}
		return nil
	})
	slices.SortFunc(inputs, func(a, b Input) int { return strings.Compare(a.String(), b.String()) })
	return inputs, err
}

var stringLiteral = regexp.MustCompile(`(?s)^(?:string|\[\]byte)\((".*")\)$`)

// text returns the ith value if it is a string or bytes, otherwise "".
func (in Input) text(i int) string {
	if i >= len(in.Values) {
		return ""
	}
	m := stringLiteral.FindStringSubmatch(in.Values[i])
	if m == nil {
		return ""
	}
	s, err := strconv.Unquote(m[1])
	if err != nil {
		return ""
	}
	return s
}

// number returns the ith value if it is an integer, otherwise 0.
func (in Input) number(i int) int {
	m := integerLiteral.FindStringSubmatch(in.Values[i])
	if m == nil {
		return 0
	}
	if n, err := strconv.Atoi(m[1]); err == nil {
		return n
	}
	c, _, _, _ := strconv.UnquoteChar(strings.Trim(m[1], "'"), '\'')
	return int(c)
}

var integerLiteral = regexp.MustCompile(`^(?:int|byte|uint8)\((.*)\)$`)

// fuzzTargets has the targets of expressions, in the order of the numbers that
// FuzzExpressionOfTokens has for them.
var fuzzTargets = []string{
	"FuzzConditionAndItsNegationDiffer", "FuzzUpdateDoesNotChangeItsInput", "FuzzProjectionReturnsWhatItNames", "FuzzKeyConditionIsACondition",
}

// The tables that inputs are sent to, and items that have other types or fewer
// attributes than fuzzseed.Item.
const (
	fuzzTable = `{"TableName":"Fuzz","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}`
	fuzzOther = `{"pk":{"S":"x"},"sk":{"N":"1"},"a":{"N":"1"},"n":{"S":"x"},"l":{"M":{"k":{"N":"1"}}},"m":{"L":[{"N":"3"}]},"ss":{"NS":["1"]},"name":{"NULL":true}}`
	fuzzBare  = `{"pk":{"S":"y"},"sk":{"N":"-1"}}`

	requestTable = `{"TableName":"Tab","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"x","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
		"LocalSecondaryIndexes":[{"IndexName":"byX","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"x","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
		"BillingMode":"PAY_PER_REQUEST"}`
)

// corpusSetup returns the requests that create the tables and their items.
func corpusSetup() []Request {
	out := []Request{{Operation: "CreateTable", Body: fuzzTable}, {Operation: "CreateTable", Body: requestTable}}
	return append(out, corpusItems()...)
}

// corpusItems returns the requests that put the items.
func corpusItems() []Request {
	put := func(table, item string) Request {
		return Request{Operation: "PutItem", Body: `{"TableName":"` + table + `","Item":` + item + `}`}
	}
	return []Request{put("Fuzz", fuzzseed.Item), put("Fuzz", fuzzOther), put("Fuzz", fuzzBare), put("Tab", fuzzseed.RequestItem)}
}

// Requests returns the requests that an input is sent as. There are none if its
// target is not known.
func (in Input) Requests() []Request {
	expression := in.text(0)
	with := func(operation, member, more string) Request {
		body := mustDecode(`{"TableName":"Fuzz"` + more + `}`).(obj)
		body[member] = expression
		for name, defined := range map[string]string{"ExpressionAttributeNames": fuzzseed.Names, "ExpressionAttributeValues": fuzzseed.Values} {
			some := obj{}
			for placeholder, v := range mustDecode(defined).(obj) {
				if slices.Contains(placeholderToken.FindAllString(expression, -1), placeholder) {
					some[placeholder] = v
				}
			}
			if len(some) > 0 {
				body[name] = some
			}
		}
		return Request{Operation: operation, Body: canonicalJSON(body), Mistakes: []string{"fuzzed"}}
	}
	target := in.Target
	if target == "FuzzExpressionOfTokens" {
		target, expression = fuzzTargets[uint8(in.number(0))%4], fuzzseed.ExpressionOf([]byte(in.text(1)))
	}
	const key, absent = `,"Key":{"pk":{"S":"x"},"sk":{"N":"5"}}`, `,"Key":{"pk":{"S":"z"},"sk":{"N":"9"}}`
	switch target {
	case "FuzzConditionAndItsNegationDiffer":
		return []Request{
			with("Scan", "FilterExpression", ""),
			with("PutItem", "ConditionExpression", `,"Item":`+fuzzseed.Item),
			with("DeleteItem", "ConditionExpression", absent+`,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`),
		}
	case "FuzzUpdateDoesNotChangeItsInput":
		return []Request{
			with("UpdateItem", "UpdateExpression", key+`,"ReturnValues":"ALL_NEW"`),
			with("UpdateItem", "UpdateExpression", key+`,"ReturnValues":"UPDATED_OLD"`),
			with("UpdateItem", "UpdateExpression", `,"Key":{"pk":{"S":"x"},"sk":{"N":"1"}},"ReturnValues":"UPDATED_NEW"`),
			with("UpdateItem", "UpdateExpression", absent+`,"ReturnValues":"ALL_NEW"`),
		}
	case "FuzzProjectionReturnsWhatItNames":
		return []Request{with("GetItem", "ProjectionExpression", key), with("Scan", "ProjectionExpression", "")}
	case "FuzzKeyConditionIsACondition":
		r := with("Query", "KeyConditionExpression", "")
		r.UniqueOrder = true
		return []Request{r}
	case "FuzzEveryRequestIsAnswered":
		return []Request{wholeRequest(fuzzseed.Operation(in.number(0)), in.text(1))}
	case "FuzzParseAgreesWithTheStandardLibrary":
		return []Request{wholeRequest("DescribeTable", expression)}
	}
	return nil
}

// wholeRequest returns a request with a fuzzed body.
func wholeRequest(operation, body string) Request {
	r := Request{Operation: operation, Body: body, Mistakes: []string{"fuzzed"}}
	if !utf8.ValidString(body) || !json.Valid([]byte(body)) || !strings.HasPrefix(strings.TrimSpace(body), "{") {
		r.Mistakes = []string{"JSON fuzzed"}
	}
	return r
}

// DoCorpus sends and compares all inputs. The tables are the same for each of them.
func (run *Run) DoCorpus(ctx context.Context, inputs []Input) (*Summary, error) {
	s := newSummary(0)
	run.started = time.Now().Unix() & 0xffffff
	clean := false // the tables are as prepareCorpus leaves them
	for n, in := range inputs {
		for _, r := range in.Requests() {
			if !clean {
				if err := run.prepareCorpus(ctx); err != nil {
					return s, err
				}
			}
			c, subject, sent := run.sendAll(ctx, r)
			v := compare(c, subject, run.Rules)
			s.add(c, sent, v)
			for _, d := range v.differences {
				if s.isNewKind(c, d) {
					s.Failures = append(s.Failures, Failure{Sequence: n, Difference: d, Requests: append(corpusSetup(), r), Case: c, Subject: subject})
				}
			}
			clean = !r.mutates() || run.restoreItems(ctx, r, c, subject)
			again, err := run.reviveDynoxide(ctx, c)
			if err != nil {
				return s, err
			}
			if again || haveDiverged(c, subject) {
				s.Abandoned++
				clean = false
			}
		}
	}
	return s, run.reset(ctx)
}

// prepareCorpus removes all tables of all targets and creates those of the corpus.
func (run *Run) prepareCorpus(ctx context.Context) error {
	if err := run.reset(ctx); err != nil {
		return err
	}
	for _, r := range corpusSetup() {
		c, subject, _ := run.sendAll(ctx, r)
		if c.Local.kind() != outcomeOK || subject != nil && subject.kind() != outcomeOK {
			return fmt.Errorf("difftest: %s %s was refused", r.Operation, r.Body)
		}
		run.alignTargets(ctx, r)
	}
	return nil
}

// restoreItems undoes the changes of a request. It returns false if this needs new
// tables.
func (run *Run) restoreItems(ctx context.Context, r Request, c Case, subject *Outcome) bool {
	if c.Local.kind() != outcomeOK && (subject == nil || subject.kind() != outcomeOK) {
		return true
	}
	if asString(c.body()["TableName"]) != "Fuzz" || !slices.Contains(singleWrites, r.Operation) {
		return false
	}
	for _, undo := range append(corpusItems(), Request{Operation: "DeleteItem", Body: `{"TableName":"Fuzz","Key":{"pk":{"S":"z"},"sk":{"N":"9"}}}`}) {
		if c, _, _ := run.sendAll(ctx, undo); c.Local.kind() != outcomeOK {
			return false
		}
	}
	return true
}

// Distill returns the inputs that a server answers differently from all inputs of the
// same target before them: with another outcome, message or data.
func Distill(ctx context.Context, t Target, inputs []Input) ([]Input, error) {
	run := &Run{Local: t}
	seen := map[string]bool{}
	var kept []Input
	for _, in := range inputs {
		if err := run.prepareCorpus(ctx); err != nil {
			return nil, err
		}
		answers := in.Target
		for _, r := range in.Requests() {
			o, _ := observe(ctx, t, r)
			answers += "\n" + r.Operation + canonicalJSON(o.Aspects)
		}
		if len(in.Requests()) > 0 && !seen[answers] {
			seen[answers] = true
			kept = append(kept, in)
		}
	}
	return kept, nil
}
