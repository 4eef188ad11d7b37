package architecture_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository is the directory of the library's module.
var repository = os.DirFS("../..")

// walkGo calls visit with the path and the content of each Go file of the
// repository, other modules in it included.
func walkGo(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	require.NoError(t, fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		content, err := fs.ReadFile(repository, name)
		if err == nil {
			visit(name, content)
		}
		return err
	}))
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := fs.ReadFile(repository, name)
	require.NoError(t, err)
	return string(content)
}
