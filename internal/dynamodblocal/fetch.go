package dynamodblocal

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	npmPackage    = "amplify-dynamodb-simulator"
	npmVersion    = "2.9.30"
	npmIntegrity  = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
	localVersion  = "1.25.1" // the release of DynamoDB Local in that package
	cacheVariable = "DYNAMOCONN_CACHE"
	markerFile    = ".complete"
)

// Fetch returns the absolute path of the directory that holds DynamoDB Local. It
// downloads the program if the directory is empty or incomplete. If several
// programs fetch at the same time, one downloads and the others wait for it. On
// systems without file locks each of them downloads, and the results are equal.
//
// The error is [ErrIntegrity] if the downloaded package is not the pinned one.
// progress may be nil.
func Fetch(ctx context.Context, progress io.Writer) (dir string, err error) {
	root := os.Getenv(cacheVariable)
	if root == "" {
		root, err = os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no cache directory, set %s: %w", cacheVariable, err)
		}
		root = filepath.Join(root, "dynamoconn")
	} else if !filepath.IsAbs(root) {
		return "", fmt.Errorf("%s is not an absolute path", cacheVariable)
	}
	if progress == nil {
		progress = io.Discard
	}
	c := cache{root: filepath.Join(root, "dynamodb-local"), integrity: npmIntegrity, download: npmPack, progress: progress}
	return c.fill(ctx)
}

// cache is a directory with one subdirectory for each version of the package.
type cache struct {
	root      string
	integrity string // of the tarball, in npm's form
	download  func(ctx context.Context, dir string) (tarball string, err error)
	progress  io.Writer
}

// fill returns the directory of the pinned version. It downloads the package if the
// directory is not complete.
func (c *cache) fill(ctx context.Context) (string, error) {
	dir := filepath.Join(c.root, npmVersion)
	if c.isComplete(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(c.root, 0o755); err != nil {
		return "", err
	}
	unlock, err := lockFile(ctx, dir+".lock")
	if err != nil {
		return "", fmt.Errorf("wait for another program that fetches DynamoDB Local: %w", err)
	}
	defer unlock()
	if c.isComplete(dir) {
		return dir, nil
	}
	if locksFiles {
		// Killed programs have left these.
		stale, _ := filepath.Glob(dir + ".tmp-*")
		for _, name := range stale {
			_ = os.RemoveAll(name)
		}
	}

	tmp, err := os.MkdirTemp(c.root, npmVersion+".tmp-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	fmt.Fprintf(c.progress, "fetching DynamoDB Local %s (57 MB, npm package %s %s) ...\n", localVersion, npmPackage, npmVersion)
	tarball, err := c.download(ctx, tmp)
	if err != nil {
		return "", err
	}
	emulator := filepath.Join(tmp, "emulator")
	if err := c.verifyAndUnpack(ctx, tarball, emulator); err != nil {
		return "", err
	}
	// An incomplete directory must go, or the rename would fail. A complete one was
	// put there by another program in the meantime and is as good as ours.
	if !c.isComplete(dir) {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
		if err := os.Rename(emulator, dir); err != nil && !c.isComplete(dir) {
			return "", err
		}
	}
	return dir, nil
}

func (c *cache) verifyAndUnpack(ctx context.Context, tarball, dir string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	if got := "sha512-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != c.integrity {
		return fmt.Errorf("npm package %s %s: %w: got %s", npmPackage, npmVersion, ErrIntegrity, got)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := unpack(ctx, f, dir, maxUnpackedBytes); err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(tarball), err)
	}
	text, err := c.markerText(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, markerFile), []byte(text), 0o644)
}

// isComplete reports whether dir still holds every file that verifyAndUnpack wrote,
// with its size: if a file was lost or cut short since then, fill downloads the
// package again. Additional files do no harm: DynamoDB Local is known to write one
// into its directory.
func (c *cache) isComplete(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, markerFile))
	if err != nil {
		return false
	}
	files, ok := strings.CutPrefix(string(text), c.integrity+"\n")
	if !ok || files == "" {
		return false
	}
	for line := range strings.Lines(files) {
		size, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || strconv.FormatInt(info.Size(), 10) != size {
			return false
		}
	}
	return true
}

// markerText returns the integrity of the package and, for each file in dir, a line
// with its size and name.
func (c *cache) markerText(dir string) (string, error) {
	var text strings.Builder
	text.WriteString(c.integrity + "\n")
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%d %s\n", info.Size(), filepath.ToSlash(rel))
		return nil
	})
	return text.String(), err
}

// npmPack lets npm download the package into dir and returns the name of the
// tarball. npm runs in dir, so that it reads the settings of the user and not
// those of a project.
func npmPack(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("DynamoDB Local is not in the cache, and there is no npm in PATH to download it")
	}
	cmd := exec.CommandContext(ctx, npm, "pack", npmPackage+"@"+npmVersion, "--pack-destination", dir)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	var output tail
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return "", fmt.Errorf("npm pack: %w%s", err, output.quoted())
	}
	tarballs, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return "", err
	}
	if len(tarballs) != 1 {
		return "", fmt.Errorf("npm pack left %d tarballs instead of one%s", len(tarballs), output.quoted())
	}
	return tarballs[0], nil
}
