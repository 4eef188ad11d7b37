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

// What is loaded and scanned in each round. A kill meets a round many times.
const (
	killItems    = 1500
	killChunk    = 50 // of the load, between two entries of its progress
	killPage     = 20 // of the scan, between two checkpoints
	killSegments = 2
)

var (
	_ = addChild("load", loadChild)
	_ = addChild("scan", scanChild)
)

func TestKilledLoadLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKiller(t, testSize(6, 300))
	k.db.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Effect: dynamoconntest.UnprocessedRandomly(0.1)})
	rounds := 0
	for ; k.left > 0; rounds++ {
		table := k.newTable(rounds)
		progress := filepath.Join(t.TempDir(), "progress")
		k.run(func() {
			// What was noted down as written is there, whenever the kill came.
			there := k.items(table)
			for id := range killChunk * readProgress(t, progress) {
				require.Contains(t, there, id, "it was written when the load was killed")
			}
		}, "load", k.url, table, progress)
		there := k.items(table)
		require.Len(t, there, killItems)
		for id := range killItems {
			require.Equal(t, killLine(id), there[id])
		}
	}
	t.Logf("%d kills of a load over %d rounds of %d items: 0 missing, in %v", k.kills, rounds, killItems, k.took())
}

func TestKilledScanLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKiller(t, testSize(6, 300))
	k.db.Inject(dynamoconntest.Fault{Operation: "Scan", Probability: 0.02, Effect: dynamoconntest.HTMLUnavailable()})
	twice, most, rounds := 0, 0, 0
	for ; k.left > 0; rounds++ {
		table := k.newTable(rounds)
		k.fill(table)
		stop := k.comeAndGo(table)
		dir := t.TempDir()
		before := k.kills
		k.run(func() { k.tear(filepath.Join(dir, fmt.Sprint("items-", k.rand.IntN(killSegments)))) }, "scan", k.url, table, dir)
		stop()
		seen := make([]int, killItems)
		for segment := range killSegments {
			data, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("items-", segment)))
			require.NoError(t, err)
			for line := range bytes.Lines(data) {
				id := idOf(t, line)
				if id < 0 {
					continue // it came and went
				}
				require.Equal(t, killLine(id), string(bytes.TrimSuffix(line, []byte("\n"))))
				seen[id]++
			}
		}
		again := 0
		for id, times := range seen {
			require.Positive(t, times, "item %d is missing", id)
			again += times - 1
		}
		require.LessOrEqual(t, again, (k.kills-before)*killSegments*killPage, "one page of each segment for each kill")
		twice, most = twice+again, max(most, again)
	}
	t.Logf("%d kills of a scan over %d rounds of %d items: 0 missing, %d twice, at most %d in a round, in %v",
		k.kills, rounds, killItems, twice, most, k.took())
}

// killer kills child programs that work on its database.
type killer struct {
	t     *testing.T
	db    *dynamoconntest.Server
	url   string
	local *dynamoconn.Client
	rand  *rand.Rand
	began time.Time

	left, kills int
}

func newKiller(t *testing.T, kills int) *killer {
	seed := testSeed(t)
	db := dynamoconntest.New(dynamoconntest.WithJournalSize(0), dynamoconntest.WithSeed(seed))
	server := httptest.NewServer(db.Handler())
	t.Cleanup(server.Close)
	return &killer{
		t: t, db: db, url: server.URL, local: db.Client(t), rand: rand.New(rand.NewPCG(seed, uint64(len(t.Name())))),
		began: time.Now(), left: kills,
	}
}

func (k *killer) took() time.Duration { return time.Since(k.began).Round(time.Millisecond) }

func (k *killer) newTable(round int) string {
	name := fmt.Sprint("Round-", round)
	require.NoError(k.t, k.db.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "ID:N"}))
	return name
}

// run starts the child until it has come to its end. As long as there are kills left it
// is killed at a random moment, most often while it works, and killed is called.
func (k *killer) run(killed func(), name string, args ...string) {
	for {
		cmd := childCommand(k.t, name, args...)
		working, err := cmd.StdoutPipe()
		require.NoError(k.t, err)
		require.NoError(k.t, cmd.Start())
		if k.left > 0 {
			if k.rand.IntN(8) > 0 { // else while it starts, or as soon as it works
				_, _ = working.Read(make([]byte, 1))
			}
			time.Sleep(time.Duration(k.rand.IntN(60_000)) * time.Microsecond)
			_ = cmd.Process.Kill() // it may have come to its end
		}
		err = cmd.Wait()
		if err == nil {
			return
		}
		// A process that was ended by a signal has no exit code.
		require.Equal(k.t, -1, cmd.ProcessState.ExitCode(), "%s: %v", name, err)
		k.left--
		k.kills++
		killed()
	}
}

// items returns what is in a table: each item as a line, by its ID.
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

// comeAndGo puts and deletes other items than those that stay, until it is stopped.
func (k *killer) comeAndGo(table string) (stop func()) {
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

// tear leaves half a line at the end of the file, as a write does that a kill cut short.
func (k *killer) tear(path string) {
	if k.rand.IntN(2) == 0 {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return // the child was not so far
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

// The children. What they do is what a program does that wants to survive.

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

// replaceFile gives path a new content at once: there is the old one or the new one.
func replaceFile(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// loadChild puts the items into a table, and notes down how many chunks are written.
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

// scanChild writes the items of a table into files of lines, one for each segment, and
// keeps a checkpoint beside each.
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
			file := wholeLines(filepath.Join(dir, fmt.Sprint("items-", segment)))
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

// wholeLines opens a file to be written on after its last whole line. The rest of the
// page that a torn line is of comes again.
func wholeLines(path string) *os.File {
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
