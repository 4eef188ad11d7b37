package difftest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

const (
	dynoxidePackage   = "@dynoxide/linux-x64"
	dynoxideVersion   = "1.2.1"
	dynoxideIntegrity = "sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg=="
	dynoxideMember    = "package/dynoxide"
	cacheVariable     = "DYNAMOCONN_CACHE"
)

var (
	// ErrNoDynoxide means that dynoxide cannot run here: it is built only for Linux on
	// amd64, and its first start needs npm.
	ErrNoDynoxide = errors.New("dynoxide does not run here")

	// ErrIntegrity means that the downloaded package is not the pinned one. It was not
	// unpacked.
	ErrIntegrity = errors.New("package does not match the pinned SHA-512")
)

// A DynoxideServer is a running dynoxide with its data in memory.
type DynoxideServer struct {
	url   string
	guard *exec.Cmd
	pipe  io.Closer
}

// URL returns the server's base URL.
func (s *DynoxideServer) URL() string { return s.url }

// Stop kills the server and waits until it has ended.
func (s *DynoxideServer) Stop() error {
	if err := s.pipe.Close(); err != nil {
		return err
	}
	var exit *exec.ExitError
	if err := s.guard.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return nil
}

// StartDynoxide starts dynoxide on a free port of this machine. The first call on a
// machine downloads it with npm and keeps it in the user's cache directory, or in the
// one that DYNAMOCONN_CACHE names. The server ends when this program ends, in whatever
// way.
//
// The error is [ErrNoDynoxide], [ErrIntegrity] or that of ctx. ctx limits only the
// start.
func StartDynoxide(ctx context.Context) (*DynoxideServer, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return nil, fmt.Errorf("%w: built for linux/amd64, not for %s/%s", ErrNoDynoxide, runtime.GOOS, runtime.GOARCH)
	}
	program, err := fetchDynoxide(ctx)
	if err != nil {
		return nil, err
	}
	// Another program may take the port between the choice and the start.
	for range 5 {
		var s *DynoxideServer
		if s, err = startOnFreePort(ctx, program); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// startOnFreePort starts the program and waits until it answers.
func startOnFreePort(ctx context.Context, program string) (*DynoxideServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	if err := l.Close(); err != nil {
		return nil, err
	}
	// The shell waits for the end of its input and then kills the server. Its input is
	// a pipe that the kernel closes when this program ends.
	guard := exec.Command("sh", "-c", `"$0" --port "$1" & child=$!; read -r _; kill -9 $child; wait $child`, program, port)
	var output bytes.Buffer
	guard.Stdout, guard.Stderr = nil, &output
	pipe, err := guard.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := guard.Start(); err != nil {
		return nil, err
	}
	s := &DynoxideServer{url: "http://127.0.0.1:" + port, guard: guard, pipe: pipe}
	target := HTTP(s.url)
	for range 200 {
		reply, err := target.Send(ctx, "ListTables", []byte("{}"))
		if err == nil && reply.Status == 200 {
			return s, nil
		}
		if ctx.Err() != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := s.Stop(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("%w: no answer on port %s: %s", ErrNoDynoxide, port, output.String())
}

// fetchDynoxide returns the path of the program. It downloads the program if it is not
// in the cache.
func fetchDynoxide(ctx context.Context) (string, error) {
	root := os.Getenv(cacheVariable)
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no cache directory, set %s: %w", cacheVariable, err)
		}
		root = filepath.Join(cache, "dynamoconn")
	}
	dir := filepath.Join(root, "dynoxide", dynoxideVersion)
	program := filepath.Join(dir, "dynoxide")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(dir, "fetch-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	npm := exec.CommandContext(ctx, "npm", "pack", "--silent", "--pack-destination", tmp, dynoxidePackage+"@"+dynoxideVersion)
	npm.Dir = tmp
	if out, err := npm.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%w: npm pack: %w: %s", ErrNoDynoxide, err, out)
	}
	tarballs, err := filepath.Glob(filepath.Join(tmp, "*.tgz"))
	if err != nil || len(tarballs) != 1 {
		return "", fmt.Errorf("%w: npm pack left %d files", ErrNoDynoxide, len(tarballs))
	}
	b, err := os.ReadFile(tarballs[0])
	if err != nil {
		return "", err
	}
	binary, err := unpackDynoxide(b, dynoxideIntegrity)
	if err != nil {
		return "", err
	}
	unpacked := filepath.Join(tmp, "dynoxide")
	if err := os.WriteFile(unpacked, binary, 0o755); err != nil {
		return "", err
	}
	// A rename is atomic: nobody sees half of the file.
	return program, os.Rename(unpacked, program)
}

// unpackDynoxide checks the hash of a tarball and returns the program in it.
func unpackDynoxide(tarball []byte, integrity string) ([]byte, error) {
	sum := sha512.Sum512(tarball)
	if "sha512-"+base64.StdEncoding.EncodeToString(sum[:]) != integrity {
		return nil, fmt.Errorf("%w: %s %s", ErrIntegrity, dynoxidePackage, dynoxideVersion)
	}
	z, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, err
	}
	for r := tar.NewReader(z); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("no %s in the package", dynoxideMember)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == dynoxideMember && header.Typeflag == tar.TypeReg {
			const most = 64 << 20
			return io.ReadAll(io.LimitReader(r, most))
		}
	}
}
