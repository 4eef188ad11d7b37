package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// The size of each round. A round is killed many times before it is complete.
const (
	killItems    = 1500
	killChunk    = 50 // the load saves its progress after so many items
	killPage     = 20 // each segment of the scan saves a checkpoint after so many items
	killSegments = 2
)

var (
	_ = addChild("load", loadChild)
	_ = addChild("scan", scanChild)
)

// TestKilledLoadLosesNothing kills a load at random moments and starts it again until it
// is complete. Every item must be in the table, also those that were written before a
// kill.
func TestKilledLoadLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKiller(t, testSize(1, 6, 300))
	k.db.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Effect: dynamoconntest.UnprocessedRandomly(0.1)})
	rounds := 0
	for ; k.killsLeft > 0; rounds++ {
		table := k.newTable(rounds)
		progress := filepath.Join(t.TempDir(), "progress")
		k.run(func() {
			stored := k.items(table)
			for id := range killChunk * readProgress(t, progress) {
				require.Contains(t, stored, id, "the load had saved that this item was written")
			}
		}, "load", k.url, table, progress)
		stored := k.items(table)
		require.Len(t, stored, killItems)
		for id := range killItems {
			require.Equal(t, killLine(id), stored[id])
		}
	}
	t.Logf("%d kills of a load over %d rounds of %d items: 0 missing, in %v", k.kills, rounds, killItems, k.elapsed())
}

// TestKilledScanLosesNothing kills a scan at random moments and starts it again until it
// is complete. It must return every item, and some of them twice at most as often as a
// page was not saved.
func TestKilledScanLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKiller(t, testSize(1, 6, 300))
	k.db.Inject(dynamoconntest.Fault{Operation: "Scan", Probability: 0.02, Effect: dynamoconntest.HTMLUnavailable()})
	repeatedItems, maxRepeated, rounds := 0, 0, 0
	for ; k.killsLeft > 0; rounds++ {
		table := k.newTable(rounds)
		k.fill(table)
		stop := k.putAndDeleteOthers(table)
		dir := t.TempDir()
		before := k.kills
		k.run(func() { k.appendTornLine(filepath.Join(dir, fmt.Sprint("items-", k.rand.IntN(killSegments)))) }, "scan", k.url, table, dir)
		stop()
		seen := make([]int, killItems)
		for segment := range killSegments {
			data, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("items-", segment)))
			require.NoError(t, err)
			for line := range bytes.Lines(data) {
				id := idOf(t, line)
				if id < 0 {
					continue // an item that was put and deleted during the scan
				}
				require.Equal(t, killLine(id), string(bytes.TrimSuffix(line, []byte("\n"))))
				seen[id]++
			}
		}
		repeated := 0
		for id, times := range seen {
			require.Positive(t, times, "item %d is missing", id)
			repeated += times - 1
		}
		require.LessOrEqual(t, repeated, (k.kills-before)*killSegments*killPage, "each kill may repeat one page of each segment")
		repeatedItems, maxRepeated = repeatedItems+repeated, max(maxRepeated, repeated)
	}
	t.Logf("%d kills of a scan over %d rounds of %d items: 0 missing, %d twice, at most %d in a round, in %v",
		k.kills, rounds, killItems, repeatedItems, maxRepeated, k.elapsed())
}

// killer kills child programs that work on its database.
type killer struct {
	t     *testing.T
	db    *dynamoconntest.Server
	url   string
	local *dynamoconn.Client
	rand  *rand.Rand
	began time.Time

	killsLeft, kills int
}

func newKiller(t *testing.T, kills int) *killer {
	seed := testSeed(t)
	db := dynamoconntest.New(dynamoconntest.WithJournalSize(0), dynamoconntest.WithSeed(seed))
	server := httptest.NewServer(db.Handler())
	t.Cleanup(server.Close)
	return &killer{
		t: t, db: db, url: server.URL, local: db.Client(t), rand: rand.New(rand.NewPCG(seed, uint64(len(t.Name())))),
		began: time.Now(), killsLeft: kills,
	}
}

func (k *killer) elapsed() time.Duration { return time.Since(k.began).Round(time.Millisecond) }

func (k *killer) newTable(round int) string {
	name := fmt.Sprint("Round-", round)
	require.NoError(k.t, k.db.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "ID:N"}))
	return name
}

// run starts the child again and again until it ends by itself. While kills are left, run
// kills the child at a random moment, mostly while it works, and calls afterKill.
func (k *killer) run(afterKill func(), name string, args ...string) {
	for {
		cmd := childCommand(k.t, name, args...)
		working, err := cmd.StdoutPipe()
		require.NoError(k.t, err)
		require.NoError(k.t, cmd.Start())
		if k.killsLeft > 0 {
			if k.rand.IntN(8) > 0 { // in the other cases the child may be killed while it starts
				_, _ = working.Read(make([]byte, 1))
			}
			time.Sleep(time.Duration(k.rand.IntN(60_000)) * time.Microsecond)
			_ = cmd.Process.Kill() // the child may have ended already
		}
		err = cmd.Wait()
		if err == nil {
			return
		}
		// The exit code of a killed process is -1.
		require.Equal(k.t, -1, cmd.ProcessState.ExitCode(), "%s: %v", name, err)
		k.killsLeft--
		k.kills++
		afterKill()
	}
}

// items returns the items of a table as lines of JSON, by their IDs.
func (k *killer) items(table string) map[int]string {
	lines := map[int]string{}
	req := dynamoconn.ScanTableRequest{TableName: table, IsConsistentRead: true}
	for item, err := range k.local.ScanItems(k.t.Context(), req) {
		require.NoError(k.t, err)
		line, err := json.Marshal(dynamoconn.DynamoDBJSON(item))
		require.NoError(k.t, err)
		lines[idOf(k.t, line)] = string(line)
	}
	return lines
}

// fill puts all items into a table.
func (k *killer) fill(table string) {
	var items []dynamoconn.Item
	for id := range killItems {
		items = append(items, killItem(id))
	}
	_, err := k.local.BatchWrite(k.t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, items...)},
	})
	require.NoError(k.t, err)
}

// putAndDeleteOthers puts and deletes items with negative IDs until stop is called.
func (k *killer) putAndDeleteOthers(table string) (stop func()) {
	ctx, cancel := context.WithCancel(k.t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		for id := -1; ctx.Err() == nil; id = -1 - (-id)%100 {
			item := dynamoconn.Item{dynamoconn.Long("ID", int64(id))}
			_, _ = k.local.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: item})
			time.Sleep(time.Millisecond)
			_, _ = k.local.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: item})
		}
	})
	return func() {
		cancel()
		work.Wait()
	}
}

// appendTornLine appends a part of a line to the file in half of the cases, as a kill in
// the middle of a write would.
func (k *killer) appendTornLine(path string) {
	if k.rand.IntN(2) == 0 {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return // the child was killed before it created the file
	}
	require.NoError(k.t, err)
	line := killLine(k.rand.IntN(killItems))
	_, err = file.WriteString(line[:1+k.rand.IntN(len(line))])
	require.NoError(k.t, err)
	require.NoError(k.t, file.Close())
}

func killItem(id int) dynamoconn.Item {
	return dynamoconn.Item{
		dynamoconn.Long("ID", int64(id)), dynamoconn.String("Name", fmt.Sprint("item ", id)), dynamoconn.Long("Square", int64(id)*int64(id)),
	}
}

func killLine(id int) string {
	return fmt.Sprintf(`{"ID":{"N":"%d"},"Name":{"S":"item %d"},"Square":{"N":"%d"}}`, id, id, id*id)
}

func idOf(t *testing.T, line []byte) int {
	t.Helper()
	var item dynamoconn.DynamoDBJSON
	require.NoError(t, json.Unmarshal(line, &item), "%q", line)
	id, err := dynamoconn.Value[int](dynamoconn.Item(item), "ID")
	require.NoError(t, err)
	return id
}

// readProgress returns how many chunks the load has saved as written.
func readProgress(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	require.NoError(t, err)
	chunks, err := strconv.Atoi(string(data))
	require.NoError(t, err)
	return chunks
}

// childClient returns the client of a child. It prints a line that says that the child
// works now.
func childClient(url string) *dynamoconn.Client {
	client, err := dynamoconn.New(context.Background(), dynamoconn.WithEndpoint(url),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithStaticCredentials("child", "child", ""))
	exitOnError(err)
	fmt.Println("working")
	return client
}

func exitOnError(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// replaceFile replaces the content of a file. At any moment the file holds either the old
// content or the new one, complete.
func replaceFile(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// loadChild puts the items into a table and saves its progress, as a program does that
// must survive a kill.
func loadChild() {
	url, table, progress := os.Args[1], os.Args[2], os.Args[3]
	client := childClient(url)
	chunk := 0
	if data, err := os.ReadFile(progress); err == nil {
		chunk, err = strconv.Atoi(string(data))
		exitOnError(err)
	}
	for ; chunk*killChunk < killItems; chunk++ {
		var items []dynamoconn.Item
		for id := chunk * killChunk; id < (chunk+1)*killChunk; id++ {
			items = append(items, killItem(id))
		}
		puts := dynamoconn.TableWithItemsToAdd(table, items...)
		puts.KeyNames = []string{"ID"}
		_, err := client.BatchWrite(context.Background(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{puts}})
		exitOnError(err)
		exitOnError(replaceFile(progress, []byte(strconv.Itoa(chunk+1))))
	}
}

// scanChild writes the items of a table to a file for each segment, one line for each
// item, and saves a checkpoint of each segment, as a program does that must survive a
// kill.
func scanChild() {
	url, table, dir := os.Args[1], os.Args[2], os.Args[3]
	client := childClient(url)
	var segments sync.WaitGroup
	for segment := range int32(killSegments) {
		segments.Go(func() {
			req := dynamoconn.ScanTableRequest{TableName: table, Limit: killPage, Segment: segment, TotalSegments: killSegments}
			saved := filepath.Join(dir, fmt.Sprint("checkpoint-", segment))
			if text, err := os.ReadFile(saved); err == nil {
				exitOnError(req.Checkpoint.UnmarshalText(text))
			}
			file := openAfterLastLine(filepath.Join(dir, fmt.Sprint("items-", segment)))
			for page, err := range client.ScanPages(context.Background(), req) {
				exitOnError(err)
				for _, item := range page.Items {
					line, err := json.Marshal(dynamoconn.DynamoDBJSON(item))
					exitOnError(err)
					_, err = file.Write(append(line, '\n'))
					exitOnError(err)
				}
				text, err := page.Checkpoint.MarshalText()
				exitOnError(err)
				exitOnError(replaceFile(saved, text))
			}
			exitOnError(file.Close())
		})
	}
	segments.Wait()
}

// openAfterLastLine opens a file for writing after its last complete line. It removes a
// torn line, whose page is not in the checkpoint and so is read again.
func openAfterLastLine(path string) *os.File {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	exitOnError(err)
	data, err := os.ReadFile(path)
	exitOnError(err)
	end := int64(bytes.LastIndexByte(data, '\n') + 1)
	exitOnError(file.Truncate(end))
	_, err = file.Seek(end, 0)
	exitOnError(err)
	return file
}
