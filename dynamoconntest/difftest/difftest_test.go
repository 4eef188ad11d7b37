package difftest

import (
	"context"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

var (
	seed        = flag.Uint64("seed", 20261122, "seed of the generated requests; 0 takes one from the clock")
	requests    = flag.Int("requests", 1000, "number of different requests to send")
	localURL    = flag.String("local", "", "base URL of a running DynamoDB Local (default: start one)")
	dynoxideURL = flag.String("dynoxide", "", "base URL of a running dynoxide (default: start one)")
	subjectURL  = flag.String("subject", "", "base URL of the server to compare (default: dynamoconntest)")
	writeTable  = flag.Bool("write", false, "write the table of differences into the documentation")
	unshrunk    = flag.Bool("unshrunk", false, "report differences without looking for a shorter sequence")
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := dynamodblocal.StopShared(); err != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// references finds or starts DynamoDB Local and dynoxide.
func references(t *testing.T, run *Run) {
	t.Helper()
	run.Local, run.Dynoxide = servers(t)
	if run.Dynoxide != nil && *dynoxideURL == "" {
		run.Revive = func(ctx context.Context) (Target, error) {
			server, err := StartDynoxide(ctx)
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { _ = server.Stop() })
			return HTTP(server.URL()), nil
		}
	}
	if *subjectURL != "" {
		run.Subject = HTTP(*subjectURL)
	}
}

// servers returns the references. It skips the test with -short.
func servers(t *testing.T) (local, dynoxide Target) {
	t.Helper()
	if testing.Short() {
		t.Skip("short: DynamoDB Local and dynoxide are not started")
	}
	if *localURL == "" {
		server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{Progress: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		*localURL = server.Endpoint()
	}
	if *dynoxideURL != "" {
		return HTTP(*localURL), HTTP(*dynoxideURL)
	}
	server, err := StartDynoxide(t.Context())
	if errors.Is(err, ErrNoDynoxide) {
		t.Logf("comparing with DynamoDB Local only: %v", err)
		return HTTP(*localURL), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return HTTP(*localURL), HTTP(server.URL())
}

func TestAgreesWithTwoServers(t *testing.T) {
	run := &Run{Rules: Rules, NoShrinking: *unshrunk, Subject: Handler(dynamoconntest.New(dynamoconntest.WithJournalSize(0)).Handler())}
	references(t, run)
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("-seed %d -requests %d", *seed, *requests)
	s, err := run.Do(t.Context(), Generator{Seed: *seed}, *requests)
	t.Logf("%s", s)
	for _, f := range s.Failures {
		t.Errorf("%s", f)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.Unexplained > 0 {
		t.Errorf("%d differences without a rule", s.Unexplained)
	}
	if s.Requests > 500 && s.Succeeded*10 < s.Requests*6 {
		t.Errorf("only %d of %d requests succeeded: too few to compare", s.Succeeded, s.Requests)
	}
}
