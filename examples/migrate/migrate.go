package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/dynamoconn/dynamoconn"
)

// migration renames an attribute of a table.
type migration struct {
	client          *dynamoconn.Client
	table, from, to string
	state           string // the name of the file that holds the checkpoint
	workers         int

	renamed, both atomic.Int64 // items, in this run
}

// run goes through the table from where the last run stopped.
func (m *migration) run(ctx context.Context, pageSize int32) error {
	checkpoint, err := m.load()
	if err != nil {
		return err
	}
	table, err := m.client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: m.table})
	if err != nil {
		return err
	}
	pages := m.client.ScanPages(ctx, dynamoconn.ScanTableRequest{
		TableName:        m.table,
		Where:            dynamoconn.Attr(m.from).Exists(),
		Attributes:       table.KeyNames(),
		Limit:            pageSize,
		Checkpoint:       checkpoint,
		IsConsistentRead: true,
	})
	for page, err := range pages {
		if err != nil {
			return err
		}
		if err := m.renameAll(ctx, page.Items); err != nil {
			return err
		}
		// All items before this checkpoint are done. After a kill some items behind it are done
		// too, and the condition of rename leaves them alone.
		if err := m.save(page.Checkpoint); err != nil {
			return err
		}
	}
	if err := os.Remove(m.state); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// renameAll renames the attribute in the items with these keys. The first error stops it.
func (m *migration) renameAll(ctx context.Context, keys []dynamoconn.Item) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range m.workers {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(keys)); i = next.Add(1) - 1 {
				if err := m.rename(ctx, keys[i]); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// mostDoubts is how often an update of one item is tried if no answer comes.
const mostDoubts = 10

// rename renames the attribute of one item. DynamoDB copies the value that the item has at that
// moment, and changes nothing else.
//
// A copy of what is removed may not be applied twice, so the client does not repeat it after a
// lost answer: the error is ErrAmbiguous. Here it can be repeated, because the condition is false
// once it has been applied.
func (m *migration) rename(ctx context.Context, key dynamoconn.Item) (err error) {
	from, to := dynamoconn.Attr(m.from), dynamoconn.Attr(m.to)
	for range mostDoubts {
		inDoubt := err != nil
		_, err = m.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
			TableName:                    m.table,
			Item:                         key,
			Changes:                      []dynamoconn.Change{to.CopyOf(from), from.Remove()},
			If:                           dynamoconn.All(from.Exists(), to.NotExists()),
			ReturnItemOnConditionFailure: true,
		})
		switch {
		case errors.Is(err, dynamoconn.ErrConditionFailed):
			m.count(err, inDoubt)
			return nil
		case !errors.Is(err, dynamoconn.ErrAmbiguous):
			if err == nil {
				m.renamed.Add(1)
			}
			return err
		}
	}
	return err
}

// count counts an item that the update refused: it has both names, or it is renamed already, or it
// was deleted.
func (m *migration) count(refused error, inDoubt bool) {
	var failure *dynamoconn.Error
	if !errors.As(refused, &failure) {
		return
	}
	switch item := failure.Item(); {
	case item.Has(m.from) && item.Has(m.to):
		m.both.Add(1)
	case item.Has(m.to) && inDoubt:
		m.renamed.Add(1) // by the update whose answer was lost
	}
}

// load returns the checkpoint of the last run, or one at the beginning of the table.
func (m *migration) load() (checkpoint dynamoconn.ScanCheckpoint, err error) {
	saved, err := os.ReadFile(m.state)
	if errors.Is(err, fs.ErrNotExist) {
		return checkpoint, nil
	}
	if err == nil {
		err = checkpoint.UnmarshalText(saved)
	}
	if err != nil {
		return checkpoint, fmt.Errorf("%s: %w", m.state, err)
	}
	return checkpoint, nil
}

// save replaces the file of the checkpoint. It writes a new file and renames it, so that at any
// moment there is the old checkpoint or the new one, complete.
func (m *migration) save(checkpoint dynamoconn.ScanCheckpoint) error {
	text, err := checkpoint.MarshalText()
	if err != nil {
		return err
	}
	file, err := os.Create(m.state + ".new")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), m.state)
}
