package difftest

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

var corpus = flag.String("corpus", "",
	`more inputs to compare: a file, or a directory with the inputs that fuzzing kept, for example "$(go env GOCACHE)/fuzz"`)

var keep = flag.Bool("keep", false, "add the inputs of -corpus that are answered differently from all others to testdata/corpus")

const corpusFile = "testdata/corpus"

func TestAgreesOnTheCorpus(t *testing.T) {
	inputs, err := ReadCorpus(corpusFile)
	require.NoError(t, err)
	if *corpus != "" {
		more, err := ReadCorpus(*corpus)
		require.NoError(t, err)
		inputs = append(inputs, more...)
	}
	run := &Run{Rules: Rules, Subject: Handler(dynamoconntest.New(dynamoconntest.WithJournalSize(0)).Handler())}
	references(t, run)
	s, err := run.DoCorpus(t.Context(), inputs)
	t.Logf("%d inputs\n%s", len(inputs), s)
	for _, f := range s.Failures {
		t.Errorf("%s", f)
	}
	require.NoError(t, err)
	assert.Zero(t, s.Unexplained, "differences without a rule")
	if *keep {
		kept, err := Distill(t.Context(), Handler(dynamoconntest.New().Handler()), inputs)
		require.NoError(t, err)
		var b strings.Builder
		for _, in := range kept {
			if line := in.String(); len(line) < 600 {
				b.WriteString(line + "\n")
			}
		}
		require.NoError(t, os.WriteFile(corpusFile, []byte(b.String()), 0o644))
	}
}

func TestCorpusIsReadAsFuzzingWritesIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "some/package")
	for name, content := range map[string]string{
		"FuzzConditionAndItsNegationDiffer/1b": "go test fuzz v1\nstring(\"a\\t= :a\\n\")\n",
		"FuzzEveryRequestIsAnswered/0a":        "go test fuzz v1\nint(-16)\nstring(\"{}\")\n",
		"FuzzParse/0a":                         "go test fuzz v1\n[]byte(\"{\")\n",
		"FuzzParse/notes":                      "something else",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	want := []Input{
		{"FuzzConditionAndItsNegationDiffer", []string{`string("a\t= :a\n")`}},
		{"FuzzEveryRequestIsAnswered", []string{"int(-16)", `string("{}")`}},
		{"FuzzParse", []string{`[]byte("{")`}},
	}
	got, err := ReadCorpus(filepath.Dir(dir))
	require.NoError(t, err)
	require.Equal(t, want, got)

	var b strings.Builder
	for _, in := range got {
		b.WriteString(in.String() + "\n")
	}
	file := filepath.Join(dir, "corpus")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	again, err := ReadCorpus(file)
	require.NoError(t, err)
	assert.Equal(t, want, again)

	fuzzed := []string{"fuzzed"}
	assert.Equal(t, Request{Operation: "Scan", Body: `{"ExpressionAttributeValues":{":a":{"S":"x"}},"FilterExpression":"a\t= :a\n","TableName":"Fuzz"}`, Mistakes: fuzzed}, got[0].Requests()[0])
	assert.Equal(t, []Request{{Operation: "PutItem", Body: "{}", Mistakes: fuzzed}}, got[1].Requests())
	assert.Empty(t, got[2].Requests(), "a target without requests")
}

func TestDistillKeepsOneInputForEachAnswer(t *testing.T) {
	t.Parallel()
	in := func(target, s string) Input { return Input{target, []string{"string(" + strconv.Quote(s) + ")"}} }
	const condition, update = "FuzzConditionAndItsNegationDiffer", "FuzzUpdateDoesNotChangeItsInput"
	inputs := []Input{
		in(condition, "n = :n"), in(condition, "n  = :n"), in(condition, "n = :a"), in(condition, "n == :n"), in(condition, "=="),
		in(update, "SET a = :n"), in(update, "SET n = :n"), in(update, "set a = :n"), in("FuzzElsewhere", "x"),
	}
	kept, err := Distill(t.Context(), Handler(dynamoconntest.New().Handler()), inputs)
	require.NoError(t, err)
	assert.Equal(t, []Input{inputs[0], inputs[2], inputs[3], inputs[5], inputs[6]}, kept)
}

func TestEveryLineOfTheCorpusIsSent(t *testing.T) {
	t.Parallel()
	inputs, err := ReadCorpus(corpusFile)
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	seen := map[string]bool{}
	for _, in := range inputs {
		assert.NotEmpty(t, in.Requests(), in.String())
		assert.False(t, seen[in.String()], "twice: %s", in)
		seen[in.String()] = true
	}
}

func TestDefectIsFoundByTheCorpus(t *testing.T) {
	t.Parallel()
	fresh := func() Target { return Handler(dynamoconntest.New().Handler()) }
	run := &Run{Local: fresh(), Dynoxide: fresh(), Subject: attributeDropper{fresh()}}
	inputs := []Input{{"FuzzConditionAndItsNegationDiffer", []string{`string("n = :n")`}}, {"FuzzUpdateDoesNotChangeItsInput", []string{`string("SET a = :a")`}}}
	s, err := run.DoCorpus(t.Context(), inputs)
	require.NoError(t, err)
	require.NotEmpty(t, s.Failures)
	assert.Equal(t, "Scan", s.Failures[0].Case.Request.Operation)
	assert.Equal(t, 7, s.Requests)
}
