package dynamodblocal

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testCache returns a cache that downloads a small package, and the number of its
// downloads.
func testCache(t *testing.T) (c *cache, downloads *atomic.Int32) {
	t.Helper()
	tarball := makeTarball(t, fileEntry("package/emulator/DynamoDBLocal.jar", "jar"), fileEntry("package/emulator/lib/a.so", "so"))
	downloads = new(atomic.Int32)
	return &cache{
		root:      filepath.Join(t.TempDir(), "cache"),
		integrity: integrityOf(tarball),
		progress:  new(bytes.Buffer),
		download: func(_ context.Context, dir string) (string, error) {
			downloads.Add(1)
			time.Sleep(50 * time.Millisecond)
			name := filepath.Join(dir, "package.tgz")
			return name, os.WriteFile(name, tarball, 0o644)
		},
	}, downloads
}

// wantFilled returns the files that a filled cache holds: there is no tarball and no
// temporary directory.
func wantFilled(c *cache) map[string]string {
	return map[string]string{
		"2.9.30.lock":              "",
		"2.9.30/.complete":         c.integrity + "\n3 DynamoDBLocal.jar\n2 lib/a.so\n",
		"2.9.30/DynamoDBLocal.jar": "jar",
		"2.9.30/lib/a.so":          "so",
	}
}

func TestFillDownloadsOnce(t *testing.T) {
	t.Parallel()
	c, downloads := testCache(t)
	for range 2 {
		dir, err := c.fill(t.Context())
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(c.root, "2.9.30"), dir)
	}
	assert.Equal(t, wantFilled(c), readTree(t, c.root))
	assert.EqualValues(t, 1, downloads.Load())
	assert.Equal(t, "fetching DynamoDB Local 1.25.1 (57 MB, npm package amplify-dynamodb-simulator 2.9.30) ...\n",
		c.progress.(*bytes.Buffer).String())
}

func TestConcurrentFillsDownloadOnce(t *testing.T) {
	t.Parallel()
	c, downloads := testCache(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := c.fill(t.Context())
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Equal(t, wantFilled(c), readTree(t, c.root))
	if locksFiles {
		assert.EqualValues(t, 1, downloads.Load())
	}
}

func TestFillReplacesAnIncompleteCache(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"no marker":      func(dir string) error { return os.Remove(filepath.Join(dir, markerFile)) },
		"empty marker":   func(dir string) error { return os.Truncate(filepath.Join(dir, markerFile), 0) },
		"file lost":      func(dir string) error { return os.Remove(filepath.Join(dir, "lib", "a.so")) },
		"file cut short": func(dir string) error { return os.Truncate(filepath.Join(dir, "DynamoDBLocal.jar"), 1) },
		"not even a directory": func(dir string) error {
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644))
		},
		"left by a killed program": func(dir string) error {
			if !locksFiles {
				return os.RemoveAll(dir)
			}
			return errors.Join(os.RemoveAll(dir), os.MkdirAll(dir+".tmp-1/x", 0o755), os.WriteFile(dir+".tmp-1/x/y", nil, 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, downloads := testCache(t)
			dir, err := c.fill(t.Context())
			require.NoError(t, err)
			require.NoError(t, damage(dir))
			_, err = c.fill(t.Context())
			require.NoError(t, err)
			assert.Equal(t, wantFilled(c), readTree(t, c.root))
			assert.EqualValues(t, 2, downloads.Load())
		})
	}
}

// DynamoDB Local wrote a file into its directory at each start. An earlier fill took
// such a directory for damaged and downloaded it again while other programs used it.
func TestFillKeepsACacheWithAdditionalFiles(t *testing.T) {
	t.Parallel()
	c, downloads := testCache(t)
	dir, err := c.fill(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "more.json"), nil, 0o644))
	_, err = c.fill(t.Context())
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(dir, "more.json"))
	assert.EqualValues(t, 1, downloads.Load())
}

func TestFillRefusesAnotherPackage(t *testing.T) {
	t.Parallel()
	c, _ := testCache(t)
	c.integrity = integrityOf([]byte("something else"))
	_, err := c.fill(t.Context())
	require.ErrorIs(t, err, ErrIntegrity)
	assert.Equal(t, map[string]string{"2.9.30.lock": ""}, readTree(t, c.root))
	entries, err := os.ReadDir(c.root)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "only the lock stays")
}

func TestFillRemovesAFailedDownload(t *testing.T) {
	t.Parallel()
	c, _ := testCache(t)
	failure := errors.New("no network")
	c.download = func(_ context.Context, dir string) (string, error) {
		return "", errors.Join(failure, os.WriteFile(filepath.Join(dir, "half"), []byte("x"), 0o644))
	}
	_, err := c.fill(t.Context())
	require.ErrorIs(t, err, failure)
	assert.Equal(t, map[string]string{"2.9.30.lock": ""}, readTree(t, c.root))
}

func TestFillWaitingForTheLockHonoursItsContext(t *testing.T) {
	if !locksFiles {
		t.Skip("no file locks on " + runtime.GOOS)
	}
	t.Parallel()
	c, downloads := testCache(t)
	require.NoError(t, os.MkdirAll(c.root, 0o755))
	unlock, err := lockFile(t.Context(), filepath.Join(c.root, "2.9.30.lock"))
	require.NoError(t, err)
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.fill(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Zero(t, downloads.Load())
}

func TestFetchRefusesARelativeCache(t *testing.T) {
	clearEnvironment(t)
	t.Setenv("DYNAMOCONN_CACHE", "relative")
	_, err := Fetch(t.Context(), nil)
	require.ErrorContains(t, err, "DYNAMOCONN_CACHE")
}

func TestFetchVerifiesThePackageFromNpm(t *testing.T) {
	clearEnvironment(t)
	npm := installScript(t, "npm", `echo "$@" > "$0.args"; pwd > "$0.dir"; echo not the package > amplify-dynamodb-simulator-2.9.30.tgz`)
	root := t.TempDir()
	t.Setenv("DYNAMOCONN_CACHE", root)
	_, err := Fetch(t.Context(), nil)
	require.ErrorIs(t, err, ErrIntegrity)
	assert.Equal(t, map[string]string{"dynamodb-local/2.9.30.lock": ""}, readTree(t, root))

	args, err := os.ReadFile(npm + ".args")
	require.NoError(t, err)
	dir, err := os.ReadFile(npm + ".dir")
	require.NoError(t, err)
	where := strings.TrimSpace(string(dir))
	assert.Equal(t, "pack amplify-dynamodb-simulator@2.9.30 --pack-destination "+where+"\n", string(args))
	assert.Equal(t, filepath.Join(root, "dynamodb-local"), filepath.Dir(where), "npm must not run in the user's project")
}

func TestFetchReportsTheOutputOfNpm(t *testing.T) {
	for name, body := range map[string]string{
		"failure":    "echo ECONNREFUSED >&2; exit 1",
		"no tarball": "echo ECONNREFUSED",
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t)
			installScript(t, "npm", body)
			_, err := Fetch(t.Context(), nil)
			require.ErrorContains(t, err, "ECONNREFUSED")
		})
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	clearEnvironment(t)
	installScript(t, "npm", "exec /bin/sleep 60")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := Fetch(ctx, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 10*time.Second)
}
