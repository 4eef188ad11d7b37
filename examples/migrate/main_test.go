package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

var full = flag.Bool("full", false, "run the long form of the test with kills")

// asProgram makes the test binary the program itself, so that a test can kill it.
const asProgram = "DYNAMOCONN_EXAMPLE_MIGRATE"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestMigrateInMemory(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	args := []string{"-state", filepath.Join(t.TempDir(), "state")}
	require.NoError(t, run(t.Context(), args, &stdout, io.Discard))
	assert.Equal(t, "Renamed Name to City in 1,000 items of the table dynamoconn-cities.\n", stdout.String())
	require.Error(t, run(t.Context(), append(args, "-workers", "0"), io.Discard, io.Discard))
	require.Error(t, run(t.Context(), append(args, "-to", "Name"), io.Discard, io.Discard))
}

// serve starts a DynamoDB with a table of songs that have been played a number of times, and
// returns the URL of the server.
func serve(t *testing.T, songs int) (*dynamoconntest.Server, string) {
	t.Helper()
	db := dynamoconntest.New(dynamoconntest.WithJournalSize(0))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Songs", PartitionKey: "ID:N"}))
	for id := range songs {
		require.NoError(t, db.Load("Songs", dynamoconn.Item{
			dynamoconn.Int("ID", id), dynamoconn.Int("Old", 1000), dynamoconn.Int("Likes", 0), dynamoconn.String("Title", fmt.Sprint(id)),
		}))
	}
	server := httptest.NewServer(db.Handler())
	t.Cleanup(server.Close)
	return db, server.URL
}

func TestItemWithBothNamesIsLeftAlone(t *testing.T) {
	t.Parallel()
	db, url := serve(t, 3)
	client := db.Client(t)
	key := dynamoconn.KeyOf("ID", 1)
	_, err := client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{
		TableName: "Songs", Item: key, Changes: []dynamoconn.Change{dynamoconn.Attr("New").Set("mine")},
	})
	require.NoError(t, err)
	var stdout bytes.Buffer
	state := filepath.Join(t.TempDir(), "state")
	require.NoError(t, run(t.Context(), []string{"-endpoint", url, "-table", "Songs", "-from", "Old", "-to", "New", "-state", state}, &stdout, io.Discard))
	assert.Equal(t, "Renamed Old to New in 2 items of the table Songs.\nLeft as it was, because it had both: 1 item.\n", stdout.String())
	got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Songs", Item: key})
	require.NoError(t, err)
	assert.True(t, got.Item.Has("Old"))
	require.NoFileExists(t, state)

	require.NoError(t, os.WriteFile(state, []byte("no checkpoint"), 0o600))
	require.Error(t, run(t.Context(), []string{"-endpoint", url, "-table", "Songs", "-state", state}, io.Discard, io.Discard))
}

// player updates songs while they are migrated, and counts what was acknowledged.
type player struct {
	client       *dynamoconn.Client
	plays, likes []atomic.Int64 // of each song
}

// play counts a play of the song, under the name that the attribute has at the time.
func (p *player) play(ctx context.Context, id int) error {
	for n := 0; ; n++ {
		plays := dynamoconn.Attr([]string{"New", "Old"}[n%2])
		_, err := p.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
			TableName: "Songs", Item: dynamoconn.KeyOf("ID", id), Changes: []dynamoconn.Change{plays.Increment(1)}, If: plays.Exists(),
		})
		if err == nil {
			p.plays[id].Add(1)
		}
		if err == nil || n > 10 {
			return err
		}
	}
}

// like counts something else in the same item.
func (p *player) like(ctx context.Context, id int) error {
	_, err := p.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
		TableName: "Songs", Item: dynamoconn.KeyOf("ID", id), Changes: []dynamoconn.Change{dynamoconn.Attr("Likes").Increment(1)},
	})
	if err == nil {
		p.likes[id].Add(1)
	}
	return err
}

// TestNoUpdateIsLost kills the program again and again while others update the same items, and
// while answers to it are lost.
func TestNoUpdateIsLost(t *testing.T) {
	t.Parallel()
	songs, updates, kills := 120, 600, 2
	if *full {
		songs, updates, kills = 900, 9000, 20
	}
	db, url := serve(t, songs)
	db.Inject(dynamoconntest.Fault{
		Operation: "UpdateItem", Match: func(e dynamoconntest.Entry) bool { return bytes.Contains(e.Input, []byte("REMOVE")) },
		Probability: 0.1, Effect: dynamoconntest.LoseAnswer(),
	})
	scans := make(chan struct{}, 10*songs)
	db.Inject(dynamoconntest.Fault{Operation: "Scan", Match: func(dynamoconntest.Entry) bool {
		scans <- struct{}{}
		return false
	}})
	p := &player{client: db.Client(t), plays: make([]atomic.Int64, songs), likes: make([]atomic.Int64, songs)}
	var players sync.WaitGroup
	var migrated atomic.Bool
	for worker := range 3 {
		players.Go(func() {
			for n := 0; n < updates/3 || !migrated.Load(); n++ { // to the very end of the migration
				time.Sleep(time.Millisecond)
				id := rand.IntN(songs)
				err := p.play(t.Context(), id)
				if (n+worker)%2 == 0 {
					err = p.like(t.Context(), id)
				}
				if !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	state := filepath.Join(t.TempDir(), "state")
	killed := 0
	for killed < kills {
		if migrateUntil(t, url, state, scans, 1+rand.IntN(3)) {
			break
		}
		killed++
	}
	require.Equal(t, kills, killed, "the table was done too early")
	require.FileExists(t, state)
	for !migrateUntil(t, url, state, scans, 10*songs) {
	}
	migrated.Store(true)
	players.Wait()
	require.NoFileExists(t, state)

	client := db.Client(t)
	total := int64(0)
	for song, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: "Songs"}) {
		require.NoError(t, err)
		id, err := dynamoconn.Value[int](song, "ID")
		require.NoError(t, err)
		want := dynamoconn.Item{
			dynamoconn.Int("ID", id), dynamoconn.Long("New", 1000+p.plays[id].Load()), dynamoconn.Long("Likes", p.likes[id].Load()),
			dynamoconn.String("Title", fmt.Sprint(id)),
		}
		require.True(t, want.Equal(song), "%v\n%v", want, song)
		total += p.plays[id].Load() + p.likes[id].Load()
	}
	t.Logf("%d kills, %d updates, none lost", killed, total)
	assert.GreaterOrEqual(t, total, int64(updates))
}

// migrateUntil runs the program and kills it after so many scans. It reports whether the program
// ended by itself.
func migrateUntil(t *testing.T, url, state string, scans <-chan struct{}, most int) bool {
	t.Helper()
	var output bytes.Buffer
	program := exec.CommandContext(t.Context(), os.Args[0],
		"-endpoint", url, "-table", "Songs", "-from", "Old", "-to", "New", "-state", state, "-page", "10")
	program.Env = append(os.Environ(), asProgram+"=1", "AWS_EC2_METADATA_DISABLED=true")
	program.Stdout, program.Stderr = &output, &output
	require.NoError(t, program.Start())
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	for {
		select {
		case <-scans:
			if most--; most >= 0 {
				continue
			}
			require.NoError(t, program.Process.Kill())
			<-ended
			return false
		case err := <-ended:
			require.NoError(t, err, "%s", output.String())
			return true
		}
	}
}
