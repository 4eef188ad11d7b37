package architecture_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// room is a package of the library's module. The imports of its sources are
// exactly those in the table. Its tests may import the same, those in tests, and what
// forTests has.
type room struct {
	dir     string   // "." is the root, the API
	imports []string // rooms
	others  []string // modules of others
	tests   []string // rooms that only its tests import
}

const (
	sdk      = "github.com/aws/aws-sdk-go-v2"
	smithy   = "github.com/aws/smithy-go"
	btree    = "github.com/google/btree"
	home     = "github.com/dynamoconn/dynamoconn"
	testify  = "github.com/stretchr/testify"
	goleak   = "go.uber.org/goleak"
	rapid    = "pgregory.net/rapid"
	rootRoom = "."
)

// forTests has what every test may import.
var forTests = []string{sdk, smithy, testify, goleak, rapid, "internal/mutate", "internal/wiretest"}

// rooms are in order: no room imports one that comes after it.
var rooms = []room{
	// What the root is made of.
	{dir: "internal/decimal"},
	{dir: "internal/jsontext"},
	{dir: "internal/retry", others: []string{sdk, smithy}},
	{dir: "internal/wire", imports: []string{"internal/jsontext"}, others: []string{sdk, smithy}},
	{dir: "internal/transport", imports: []string{"internal/jsontext", "internal/retry"}},
	{dir: "internal/direct", imports: []string{"internal/retry", "internal/transport"}, others: []string{sdk, smithy}},
	{dir: "internal/batch", imports: []string{"internal/retry"}},
	{dir: "internal/credentials", imports: []string{"internal/retry"}, others: []string{sdk, smithy}},
	{
		dir: rootRoom,
		imports: []string{
			"internal/batch", "internal/credentials", "internal/decimal", "internal/direct", "internal/jsontext", "internal/retry", "internal/transport", "internal/wire",
		},
		others: []string{sdk, smithy},
		tests:  []string{"dynamoconntest"},
	},

	// The DynamoDB in the process, for the tests of users and ours.
	{dir: "dynamoconntest/internal/protocol"},
	{dir: "dynamoconntest/internal/attr", imports: []string{"dynamoconntest/internal/protocol"}},
	{
		dir:     "dynamoconntest/internal/expr",
		imports: []string{"dynamoconntest/internal/attr", "dynamoconntest/internal/protocol"},
		tests:   []string{"internal/fuzzseed"},
	},
	{dir: "dynamoconntest/internal/store", imports: []string{"dynamoconntest/internal/attr"}, others: []string{btree}},
	{
		dir: "dynamoconntest/internal/api",
		imports: []string{
			"dynamoconntest/internal/attr", "dynamoconntest/internal/expr", "dynamoconntest/internal/store", "dynamoconntest/internal/protocol",
		},
	},
	{
		dir: "dynamoconntest",
		imports: []string{
			rootRoom, "dynamoconntest/internal/api", "dynamoconntest/internal/attr", "dynamoconntest/internal/store", "dynamoconntest/internal/protocol",
		},
		others: []string{sdk},
		tests:  []string{"internal/dynamodblocal", "internal/fuzzseed"},
	},
	{dir: "dynamoconntest/cmd/dynamoconntest", imports: []string{"dynamoconntest"}},

	// On top of the root.
	{dir: "table", imports: []string{rootRoom}, tests: []string{"dynamoconntest"}},

	// What only tests and examples use.
	{dir: "testdata"},
	{dir: "internal/architecture"},
	{dir: "internal/docs", tests: []string{rootRoom, "dynamoconntest"}},
	{dir: "internal/fuzzseed"},
	{dir: "internal/mutants"},
	{dir: "internal/mutate"},
	{dir: "internal/wiretest"},
	{dir: "internal/dynamodblocal"},
	{dir: "internal/dynamodblocal/cmd/dynamodb-local", imports: []string{"internal/dynamodblocal"}},
	{dir: "internal/integration", tests: []string{rootRoom, "dynamoconntest", "internal/dynamodblocal", "testdata"}},
	{dir: "internal/reliability", tests: []string{rootRoom, "dynamoconntest", "internal/dynamodblocal", "table"}},

	// Programs that a person runs.
	{
		dir:     "examples/internal/demo",
		imports: []string{rootRoom, "dynamoconntest", "internal/dynamodblocal", "internal/transport", "testdata"},
		others:  []string{sdk, smithy},
	},
	{dir: "examples/cart", imports: []string{rootRoom, "examples/internal/demo"}, tests: []string{"dynamoconntest"}},
	{dir: "examples/export", imports: []string{rootRoom, "examples/internal/demo"}, tests: []string{"dynamoconntest", "testdata"}},
	{dir: "examples/migrate", imports: []string{rootRoom, "examples/internal/demo"}, tests: []string{"dynamoconntest"}},
	{dir: "examples/orders", imports: []string{rootRoom, "examples/internal/demo", "table"}, tests: []string{"dynamoconntest"}},
	{dir: "examples/quickstart", imports: []string{rootRoom, "examples/internal/demo", "testdata"}, others: []string{sdk}, tests: []string{"dynamoconntest"}},
	{dir: "examples/tables", imports: []string{rootRoom, "examples/internal/demo"}, tests: []string{"dynamoconntest"}},
}

// imported are the imports of a room as they are.
type imported struct {
	sources, tests map[string]bool // rooms and modules of others
}

func TestRoomsImportWhatTheTableSays(t *testing.T) {
	t.Parallel()
	actual := readRooms(t)
	for _, r := range rooms {
		got, ok := actual[r.dir]
		if !assert.True(t, ok, "%s has no Go files", r.dir) {
			continue
		}
		delete(actual, r.dir)
		assert.Equal(t, set(r.imports, r.others), got.sources, "%s imports", r.dir)
		for name := range got.tests {
			allowed := slices.Contains(r.tests, name) || got.sources[name] || slices.Contains(forTests, name)
			assert.True(t, allowed, "the tests of %s import %s", r.dir, name)
		}
		for _, name := range r.tests {
			assert.True(t, got.tests[name], "the tests of %s do not import %s", r.dir, name)
		}
	}
	assert.Empty(t, slices.Sorted(maps.Keys(actual)), "these rooms are not in the table")
}

func TestNoRoomImportsAHigherOne(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range rooms {
		for _, name := range r.imports {
			assert.True(t, known[name], "%s imports %s, which comes after it", r.dir, name)
		}
		known[r.dir] = true
	}
}

// A user's program contains the root and the rooms below it, and of others
// nothing but the AWS SDK.
func TestTheLibraryNeedsTheSDKAlone(t *testing.T) {
	t.Parallel()
	for _, r := range rooms {
		for _, name := range r.others {
			assert.Contains(t, []string{sdk, smithy}, name, r.dir)
		}
		if r.dir == rootRoom {
			return
		}
	}
	t.Fatal("the table has no root")
}

// readRooms reads the imports of every package of the library's module.
func readRooms(t *testing.T) map[string]imported {
	t.Helper()
	modules := otherModules(t)
	rooms := map[string]imported{}
	walkGo(t, func(name string, content []byte) {
		dir := path.Dir(name)
		if slices.ContainsFunc(modules, func(module string) bool { return dir == module || strings.HasPrefix(dir, module+"/") }) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ImportsOnly)
		require.NoError(t, err)
		if _, ok := rooms[dir]; !ok {
			rooms[dir] = imported{sources: map[string]bool{}, tests: map[string]bool{}}
		}
		into := rooms[dir].sources
		if isTest(name) {
			into = rooms[dir].tests
		}
		for _, spec := range file.Imports {
			quoted, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if room := roomOf(quoted); room != "" && room != dir {
				into[room] = true
			}
		}
	})
	return rooms
}

// otherModules returns the directories below the repository's own that have a
// go.mod.
func otherModules(t *testing.T) (dirs []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "go.mod" && name != "go.mod" {
			dirs = append(dirs, path.Dir(name))
		}
		return err
	}))
	return dirs
}

// roomOf returns the room or the module of others that an import is of; empty
// for the standard library.
func roomOf(imported string) string {
	if imported == home {
		return rootRoom
	}
	if room, ok := strings.CutPrefix(imported, home+"/"); ok {
		return room
	}
	for _, module := range []string{sdk, smithy, btree, testify, goleak, rapid} {
		if imported == module || strings.HasPrefix(imported, module+"/") {
			return module
		}
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		return imported
	}
	return ""
}

func set(lists ...[]string) map[string]bool {
	all := map[string]bool{}
	for _, name := range slices.Concat(lists...) {
		all[name] = true
	}
	return all
}
