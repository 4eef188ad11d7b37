package docs

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

const home = "github.com/dynamoconn/dynamoconn"

// imported are the packages that code without imports of its own may name.
var imported = []string{
	"context", "encoding/json", "errors", "fmt", "log", "log/slog", "net/http", "testing", "testing/synctest", "time",
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types", "github.com/aws/aws-sdk-go-v2/aws",
	home, home + "/dynamoconntest", home + "/table",
}

// known are the names that code may use without declaring them: they say by themselves what
// they are.
const known = `package fragment

import (
	"context"
	"log/slog"
	"time"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

type (
	Song struct {
		Artist, Title string
		Year, Plays   int
		Version       int64
	}
	Customer struct{ ID string }
	Order    struct{ ID string }
	Line     struct{ ID string }
	Part     struct{ ID string }
)

var (
	songs          *table.Table[Song]
	customers      *table.Table[Customer]
	orders         *table.Table[Order]
	lines          *table.Table[Line]
	stock          *table.Table[Part]
	kinds          *table.Kinds
	customer       Customer
	order          Order
	part           Part
	ctx            context.Context
	err            error
	client         *dynamoconn.Client
	req            dynamoconn.ScanTableRequest
	db             *dynamoconntest.Server
	SONG
	item           dynamoconn.Item
	key, artist    dynamoconn.Item
	items, oldKeys []dynamoconn.Item
	logger         *slog.Logger
	latency        interface{ Observe(time.Duration, ...any) }
	saved          []byte // by an earlier run
	save           func([]byte) error
)
`

// goCommand returns the Go command with these arguments. It runs in the directory of the
// module, without a network.
func goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	return cmd
}

// exports returns an importer that reads what the Go command has compiled.
func exports(t *testing.T, fset *token.FileSet) types.Importer {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}, imported...)
	cmd := goCommand(t.Context(), args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[name] = file
	}
	return importer.ForCompiler(fset, "gc", func(name string) (io.ReadCloser, error) {
		if files[name] == "" {
			return nil, fmt.Errorf("%s is not among the packages of package docs", name)
		}
		return os.Open(files[name])
	})
}

// check type-checks a block. A piece of code need not use the variables that it shows, and may
// use those that are known. A whole program or test must compile as it is.
func check(fset *token.FileSet, packages types.Importer, b block) (faults []string) {
	file, err := b.parse(fset)
	if err != nil {
		return []string{err.Error()}
	}
	files := []*ast.File{file}
	whole := b.isProgram() || b.isTest()
	if !whole {
		song := "song dynamoconn.Item"
		if strings.HasPrefix(b.place, "table/") || strings.HasPrefix(b.place, "docs/tables.md") {
			song = "song Song"
		}
		names, err := parser.ParseFile(fset, "known.go", strings.Replace(known, "SONG", song, 1), parser.SkipObjectResolution)
		if err != nil {
			return []string{err.Error()}
		}
		files = append(files, names)
	}
	config := types.Config{Importer: packages, Error: func(err error) {
		var fault types.Error
		if !errors.As(err, &fault) || !fault.Soft || whole {
			faults = append(faults, err.Error())
		}
	}}
	_, _ = config.Check("fragment", fset, files, nil)
	return faults
}

func TestGoInPagesAndCommentsCompiles(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	packages := exports(t, fset)
	pages, comments := pageBlocks(t), commentBlocks(t)
	assert.GreaterOrEqual(t, len(pages), 10)
	assert.GreaterOrEqual(t, len(comments), 6)
	for _, b := range append(pages, comments...) {
		assert.Empty(t, check(fset, packages, b), "%s:\n%s", b.place, b.code)
	}
}

func TestCodeThatDoesNotCompileIsFound(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	packages := exports(t, fset)
	for _, code := range []string{
		"x := dynamoconn.Nothing()", "song.Get(7)", "for {", "...", "nobody.Knows()",
		"func TestX(t *testing.T) { x := 1 }", "func TestX(t *testing.T) { client.Region() }",
		"package main\n\nimport \"fmt\"\n\nfunc main() {}\n", "package main\n\nfunc main() { x := 1 }\n",
	} {
		assert.NotEmpty(t, check(fset, packages, block{place: "wrong", code: code}), code)
	}
	assert.Empty(t, check(fset, packages, block{place: "right", code: "x := 1\nif err != nil {\n\treturn err\n}"}))
}

// Programs run against a DynamoDB in the place of the real one, which holds the song that they
// read.
func TestWholeProgramsRun(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle"}))
	require.NoError(t, db.Load("Music", dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"), dynamoconn.String("SongTitle", "Call Me Today"), dynamoconn.Long("Year", 2004),
	}))
	server := httptest.NewServer(db.Handler())
	defer server.Close()
	none := filepath.Join(t.TempDir(), "none")

	programs := 0
	for _, b := range append(pageBlocks(t), commentBlocks(t)...) {
		if !b.isProgram() {
			continue
		}
		programs++
		file := filepath.Join(t.TempDir(), "main.go")
		require.NoError(t, os.WriteFile(file, []byte(b.code), 0o600))
		cmd := goCommand(t.Context(), "run", file)
		cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
			"AWS_PROFILE=", "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", b.place, out)
		assert.Contains(t, string(out), "2004", b.place)
	}
	assert.GreaterOrEqual(t, programs, 2)
}

func TestWholeTestsPass(t *testing.T) {
	t.Parallel()
	args := []string{"test", "-count=1", "-v"}
	dir := t.TempDir()
	for i, b := range append(pageBlocks(t), commentBlocks(t)...) {
		if b.isTest() {
			file := filepath.Join(dir, fmt.Sprintf("block%d_test.go", i))
			require.NoError(t, os.WriteFile(file, []byte(b.source()), 0o600))
			args = append(args, file)
		}
	}
	out, err := goCommand(t.Context(), args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, len(args)-3, strings.Count(string(out), "--- PASS: "), "%s", out)
	assert.GreaterOrEqual(t, len(args)-3, 3)
}
