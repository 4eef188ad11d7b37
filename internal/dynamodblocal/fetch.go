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
	marker        = ".complete"
)

// Fetch returns the directory of the program, an absolute path, and fills it if
// need be. Programs that fetch at once wait for the first of them where the
// system has file locks, and else replace each other's equal result.
//
// The error is [ErrIntegrity] if something else than the pinned package was
// downloaded. progress may be nil.
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

type cache struct {
	root      string
	integrity string
	download  func(ctx context.Context, dir string) (tarball string, err error)
	progress  io.Writer
}

func (c *cache) fill(ctx context.Context) (string, error) {
	dir := filepath.Join(c.root, npmVersion)
	if c.complete(dir) {
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
	if c.complete(dir) {
		return dir, nil
	}
	if locksFiles {
		// What a killed program has left.
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
	// An incomplete directory is in the way of the rename, a complete one is a
	// result as good as ours.
	if !c.complete(dir) {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
		if err := os.Rename(emulator, dir); err != nil && !c.complete(dir) {
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
	return os.WriteFile(filepath.Join(dir, marker), []byte(text), 0o644)
}

// complete reports whether dir still holds all that verifyAndUnpack has left: a
// file lost or cut short since then makes the directory be fetched again. More
// files do no harm: DynamoDB Local is known to write one into its directory.
func (c *cache) complete(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, marker))
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

// markerText is the integrity of the package and a line for each file in dir.
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

// npmPack runs in a directory of its own, so that npm's settings are those of the
// user and not of a project.
func npmPack(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("the cache is empty and there is no npm in PATH to fill it")
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
