package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/dynamoconn/dynamoconn"
)

// export is a file that is being written.
type export struct {
	out        *os.File
	checkpoint string // the name of the file that holds the state

	mu    sync.Mutex
	state state
}

// state says how far the export has come. Bytes of the file after Size belong to a page
// that was not finished.
type state struct {
	Size, Items int64
	Segments    []dynamoconn.ScanCheckpoint
}

// open starts an export, or continues one that was interrupted. The checkpoint file is
// created before the file itself, so a file without a checkpoint is either complete or
// was written by another program.
func open(path string, workers int) (*export, error) {
	e := &export{checkpoint: path + ".checkpoint"}
	saved, err := os.ReadFile(e.checkpoint)
	switch {
	case err == nil:
		err = e.resume(path, saved)
	case errors.Is(err, fs.ErrNotExist):
		err = e.start(path, workers)
	}
	if err != nil {
		return nil, err
	}
	if e.out, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	return e, e.out.Truncate(e.state.Size)
}

func (e *export) resume(path string, saved []byte) error {
	if err := json.Unmarshal(saved, &e.state); err != nil {
		return fmt.Errorf("%s: %w", e.checkpoint, err)
	}
	if len(e.state.Segments) == 0 {
		return fmt.Errorf("%s has no segments", e.checkpoint)
	}
	if info, err := os.Stat(path); e.state.Size > 0 && (err != nil || info.Size() < e.state.Size) {
		return fmt.Errorf("%s is shorter than %s says", path, e.checkpoint)
	}
	return nil
}

func (e *export) start(path string, workers int) error {
	if workers < 1 {
		return errors.New("-workers must be at least 1")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s already exists", path)
	}
	e.state.Segments = make([]dynamoconn.ScanCheckpoint, workers)
	return e.save()
}

// scan reads all segments at the same time. The first error stops all of them.
func (e *export) scan(ctx context.Context, client *dynamoconn.Client, req dynamoconn.ScanTableRequest) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req.TotalSegments = int32(len(e.state.Segments))
	var workers sync.WaitGroup
	for segment, checkpoint := range e.state.Segments {
		req.Segment, req.Checkpoint = int32(segment), checkpoint
		pages := client.ScanPages(ctx, req)
		workers.Go(func() {
			for page, err := range pages {
				if err == nil {
					err = e.add(segment, page)
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// add writes the items of a page to the file and then saves the state. The file is
// synced first, so that the saved state never counts items that are not on the disk.
func (e *export) add(segment int, page *dynamoconn.ScanTableResponse) error {
	var lines []byte
	for _, item := range page.Items {
		line, err := json.Marshal(dynamoconn.DynamoDBJSON(item))
		if err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.out.WriteAt(lines, e.state.Size); err != nil {
		return err
	}
	if err := e.out.Sync(); err != nil {
		return err
	}
	e.state.Size += int64(len(lines))
	e.state.Items += int64(len(page.Items))
	e.state.Segments[segment] = page.Checkpoint
	return e.save()
}

// save replaces the checkpoint file. It writes a new file and renames it, so that at any
// moment the checkpoint holds either the old state or the new one, complete.
func (e *export) save() error {
	data, err := json.Marshal(e.state)
	if err != nil {
		return err
	}
	file, err := os.Create(e.checkpoint + ".new")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), e.checkpoint)
}
