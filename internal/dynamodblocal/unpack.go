package dynamodblocal

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// The pinned package has 175 files, 64 MB in all.
const (
	maxUnpackedFiles = 2000
	maxUnpackedBytes = 512 << 20
	emulatorFolder   = "package/emulator/"
)

// unpack writes the emulator's folder of a gzipped tarball into dir, which must
// exist. It skips all other folders. It returns an error for an entry of the
// emulator's folder that is neither a file nor a directory or that leads out of
// dir, and for an archive of more than maxBytes or maxUnpackedFiles.
func unpack(ctx context.Context, tarball io.Reader, dir string, maxBytes int64) error {
	unzipped, err := gzip.NewReader(tarball)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()

	// Skipped entries count as well, because they have to be unzipped, too.
	limited := &io.LimitedReader{R: unzipped, N: maxBytes}
	archive := tar.NewReader(limited)
	written := false
	for files := 0; ; files++ {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		header, err := archive.Next()
		if errors.Is(err, io.EOF) && limited.N > 0 {
			break
		}
		if limited.N <= 0 {
			return fmt.Errorf("more than %d bytes", maxBytes)
		}
		if err != nil {
			return err
		}
		if files == maxUnpackedFiles {
			return fmt.Errorf("more than %d files", maxUnpackedFiles)
		}
		name, ok := strings.CutPrefix(header.Name, emulatorFolder)
		if !ok || name == "" {
			continue
		}
		name = filepath.FromSlash(name)
		if !filepath.IsLocal(name) {
			return fmt.Errorf("entry %q leads out of its folder", header.Name)
		}
		written = written || header.Typeflag == tar.TypeReg
		if err := writeEntry(root, name, header, archive); err != nil {
			if limited.N <= 0 {
				return fmt.Errorf("more than %d bytes", maxBytes)
			}
			return err
		}
	}
	if !written {
		return errors.New("no " + emulatorFolder + " in it")
	}
	return nil
}

func writeEntry(root *os.Root, name string, header *tar.Header, content io.Reader) error {
	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		return writeFile(root, name, content)
	}
	return fmt.Errorf("entry %q is neither a file nor a directory", header.Name)
}

func writeFile(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
