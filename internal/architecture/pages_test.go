package architecture_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRepositoryIntroducesItself(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"} {
		assert.NotEmpty(t, strings.TrimSpace(readFile(t, name)), name)
	}
}

var (
	codeSpan   = regexp.MustCompile("`([^`]+)`")
	fileName   = regexp.MustCompile(`^[\w./-]*\.(go|md|yml|mod|sum)$|^[\w.-]+(/[\w.-]+)*/$`)
	goName     = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)`)
)

// What these pages write as code must be there: a file, a
// folder with a slash at its end, a make target, or a name of Go. Names that follow
// a file at once, as in `call.go` `call.send`, `call.end`, must be declared in it.
func TestPagesNameWhatIsThere(t *testing.T) {
	t.Parallel()
	all := readDeclarations(t)
	for _, page := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"} {
		assert.Empty(t, missingIn(t, all, readFile(t, page)), page)
	}
}

// notOurs are words in code spans that no Go file of the repository declares.
var notOurs = map[string]bool{
	"DYNAMODB_ENDPOINT": true, "dynamoconntest": true, "make": true, "TransactWriteItems": true, "us_east_1": true,
	"bool": true, "float64": true, "int": true, "int64": true, "string": true, "time.Time": true, "errors.Is": true, "errors.As": true,
}

// missingIn returns the code spans of a page whose meaning is not in the repository.
func missingIn(t *testing.T, all declarations, page string) (missing []string) {
	t.Helper()
	targets := makeTargets(t)
	for line := range strings.Lines(prose(page)) {
		file, end := "", 0
		for _, span := range codeSpan.FindAllStringSubmatchIndex(line, -1) {
			if between := line[end:span[0]]; between != " " && between != ", " {
				file = ""
			}
			end = span[1]
			text := line[span[2]:span[3]]
			what, ok := text, true
			switch target := makeTarget.FindStringSubmatch(text); {
			case target != nil:
				_, ok = targets[target[1]]
			case fileName.MatchString(text):
				_, err := fs.Stat(repository, path.Clean(text))
				ok = err == nil
				if path.Ext(text) == ".go" {
					file = text
				}
			case notOurs[text]:
			case goName.MatchString(text):
				ok = all.has(file, text)
				what = strings.TrimSpace(file + " " + text)
			}
			if !ok {
				missing = append(missing, what)
			}
		}
	}
	return missing
}

// prose returns a page without its blocks of code.
func prose(page string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		} else if !fenced {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestMissingNamesAreFound(t *testing.T) {
	t.Parallel()
	page := "`doc.go`, `docs.go` and `internal/retry/`, `internal/attempt/`; `make lint` and `make up`.\n" +
		"`client.go` `New`, `Client.Region`, `Client.GetItem` and `Client.PutItem`\n" +
		"`Client.GetItem`, `Client.Get`, `retry.LookUp`, `retry.Look`, `a + b`\n" +
		"```\n`Nothing`\n```\n"
	assert.Equal(t, []string{"docs.go", "internal/attempt/", "make up", "client.go Client.GetItem", "Client.Get", "retry.Look"},
		missingIn(t, readDeclarations(t), page))
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := fs.Glob(repository, "*.md")
	require.NoError(t, err)
	more, err := fs.Glob(repository, "docs/*.md")
	require.NoError(t, err)
	seen := 0
	for _, page := range append(pages, more...) {
		for _, match := range link.FindAllStringSubmatch(prose(readFile(t, page)), -1) {
			seen++
			_, err := fs.Stat(repository, path.Join(path.Dir(page), match[1]))
			assert.NoError(t, err, "%s links to %s", page, match[1])
		}
	}
	assert.Greater(t, seen, 10)
}
