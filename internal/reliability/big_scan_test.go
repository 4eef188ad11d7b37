package reliability

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

var (
	_ = addChild("big table", bigTableChild)
	_ = addChild("big scan", bigScanChild)
)

// TestScanOfALargeTableKeepsMemoryConstant scans a large table, in its long form one of more
// than 1 GB, and measures the heap.
// Server and client are processes of their own, so that only the client is measured.
func TestScanOfALargeTableKeepsMemoryConstant(t *testing.T) {
	skipBrief(t)
	t.Parallel()
	items := testSize(0, 100_000, 10_000_000)
	server := childCommand(t, "big table", strconv.Itoa(items))
	serverStdin, err := server.StdinPipe() // the server ends when this is closed
	require.NoError(t, err)
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, server.Start())
	defer func() {
		require.NoError(t, serverStdin.Close())
		require.NoError(t, server.Wait())
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	loaded := time.Since(began)

	report, err := childCommand(t, "big scan", strings.TrimSpace(url), strconv.Itoa(items)).Output()
	require.NoError(t, err)
	var scan bigScan
	require.NoError(t, json.Unmarshal(report, &scan))
	require.Equal(t, items, scan.Items)
	require.Zero(t, scan.Twice)
	require.GreaterOrEqual(t, scan.Bytes, testSize(int64(0), 10<<20, 1<<30), "bytes in the table, as DynamoDB counts them")

	const maxHeap = 64 << 20
	first, last := scan.PeakHeap[0], scan.PeakHeap[3]
	assert.Less(t, slices.Max(scan.PeakHeap[:]), uint64(maxHeap), "bytes of heap in use")
	assert.Less(t, float64(last), 1.25*float64(first), "bytes in the last quarter, compared with the first")
	t.Logf("%d items of %d bytes scanned in %v (loaded in %v): peak heap in use by quarter %.1f MB, live after collection at most %.1f MB",
		items, scan.Bytes, scan.Took.Round(time.Millisecond), loaded.Round(time.Millisecond), megabytes(scan.PeakHeap[:]...), megabytes(scan.PeakLive))
}

func megabytes(bytes ...uint64) []float64 {
	var mb []float64
	for _, b := range bytes {
		mb = append(mb, float64(b)/(1<<20))
	}
	return mb
}

// bigScan is the report of a scan.
type bigScan struct {
	Items, Twice int   // items returned, and those returned a second time
	Bytes        int64 // of all items, as DynamoDB counts them
	Took         time.Duration
	PeakHeap     [4]uint64 // the largest heap in use, in bytes, in each quarter of the items
	PeakLive     uint64    // the most bytes that the garbage collector found in use
}

// bigTableChild serves a table until its standard input ends. Its argument is the number
// of items.
func bigTableChild() {
	debug.SetGCPercent(40) // the table needs several gigabytes, so the heap must not grow to twice as many
	count, err := strconv.Atoi(os.Args[1])
	exitOnError(err)
	db := dynamoconntest.New(dynamoconntest.WithJournalSize(0))
	exitOnError(db.CreateTable(dynamoconntest.Table{Name: "Big", PartitionKey: "ID:N"}))
	for id := range count {
		exitOnError(db.Load("Big", map[string]any{"ID": id, "Name": fmt.Sprint("item ", id), "Even": id%2 == 0, "Note": bigNote}))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	exitOnError(err)
	server := &http.Server{Handler: db.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	_, _ = os.Stdin.Read(make([]byte, 1))
}

const bigNote = "some eighty bytes, such as one line of text, so that ten million items have 1 GB"

// bigScanChild scans the table and prints its report as JSON. Its arguments are the URL
// of the server and the number of items.
func bigScanChild() {
	// Many collections in each quarter: with few, the peaks depend on which parts of the
	// pages they meet.
	debug.SetGCPercent(10)
	client := bigScanClient(os.Args[1])
	count, err := strconv.Atoi(os.Args[2])
	exitOnError(err)
	seen := make([]uint64, (count+63)/64) // one bit for each item
	var read atomic.Int64
	stop := watchHeap(func() int { return int(4 * read.Load() / int64(count)) })
	report := bigScan{}
	began := time.Now()
	for item, err := range client.ScanItems(context.Background(), dynamoconn.ScanTableRequest{TableName: "Big"}) {
		exitOnError(err)
		id, err := dynamoconn.Value[int](item, "ID")
		exitOnError(err)
		if seen[id/64]>>(id%64)&1 == 1 {
			report.Twice++
		}
		seen[id/64] |= 1 << (id % 64)
		report.Bytes += int64(item.Size())
		read.Add(1)
	}
	report.Took = time.Since(began)
	report.Items = int(read.Load())
	report.PeakHeap, report.PeakLive = stop()
	exitOnError(json.NewEncoder(os.Stdout).Encode(report))
}

// watchHeap measures the heap each millisecond until stop is called. stop returns the
// largest heap in use in each quarter, and the most that the garbage collector found in
// use. quarter returns the current quarter, from 0.
func watchHeap(quarter func() int) (stop func() (peak [4]uint64, live uint64)) {
	var peak [4]uint64
	var live uint64
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/gc/heap/live:bytes"},
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(time.Millisecond)
		defer ticks.Stop()
		for {
			metrics.Read(samples)
			q := min(quarter(), 3)
			peak[q] = max(peak[q], samples[0].Value.Uint64()+samples[1].Value.Uint64())
			live = max(live, samples[2].Value.Uint64())
			select {
			case <-ticks.C:
			case <-done:
				return
			}
		}
	}()
	return func() ([4]uint64, uint64) {
		close(done)
		<-ended
		return peak, live
	}
}

func bigScanClient(url string) *dynamoconn.Client {
	client, err := dynamoconn.New(context.Background(), dynamoconn.WithEndpoint(url),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithStaticCredentials("child", "child", ""))
	exitOnError(err)
	return client
}
