// Command dynamoconntest serves the DynamoDB of package dynamoconntest on a port, for
// programs in any language. It takes the place of DynamoDB Local and needs no Java.
//
//	go run github.com/dynamoconn/dynamoconn/dynamoconntest/cmd/dynamoconntest -addr 127.0.0.1:8000
//
// It prints its URL when it is ready. Clients need this URL as their endpoint, any
// region and any credentials. Everything is in memory: an interrupt or SIGTERM ends the
// server, and its tables are gone.
//
// The flags are those of the library's options and faults:
//
//	-addr HOST:PORT        address to listen on; port 0 picks a free one
//	-create-delay D        how long a table stays CREATING
//	-update-delay D        how long a table stays UPDATING
//	-delete-delay D        how long a table stays DELETING
//	-read-lag D            how late eventually consistent reads and global indexes are
//	-expiry-lag D          how long expired items are still there
//	-separate-regions      give each region its own tables
//	-collection-limit N    size of the largest item collection in bytes, instead of 10 GB
//	-latency D             how much longer each answer takes
//	-fault SPEC            make requests fail; may be given several times
//	-seed N                seed of random faults
//	-journal FILE          write each request to a file as a line of JSON; - is stdout
//
// A D is a duration such as 1.5s. The SPEC of a fault is the name of its effect and what
// selects the requests, for example
//
//	-fault lose-answer,operation=PutItem,table=Music,times=1
//	-fault throttle=ThrottlingException,probability=0.1
//	-fault slow=2s,skip=3
//
// The effects are those of the library, in small letters with hyphens: throttle=TYPE,
// internal-error-before, internal-error-after, expired-token, transaction-conflict,
// transaction-in-progress, unprocessed, unprocessed-randomly=P, refuse-connection,
// reset-before, lose-answer, slow=D, hang, truncate=N, flip-bit=N, empty-answer,
// html-unavailable, oversize=N and empty-page. On a port, refuse-connection and
// reset-before break a connection that has been made.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are what the flags say.
type settings struct {
	addr                                  string
	createDelay, updateDelay, deleteDelay time.Duration
	readLag, expiryLag, latency           time.Duration
	separateRegions                       bool
	collectionLimit                       int64
	seed                                  uint64
	journal                               string
	faults                                []dynamoconntest.Fault
}

// execute serves until ctx ends. It returns the exit status: 0, 1 for a failure, 2 for a
// wrong command line.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("dynamoconntest", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8000", "`address` to listen on, HOST:PORT; port 0 picks a free one")
	flags.DurationVar(&s.createDelay, "create-delay", 0, "how long a table stays CREATING")
	flags.DurationVar(&s.updateDelay, "update-delay", 0, "how long a table stays UPDATING")
	flags.DurationVar(&s.deleteDelay, "delete-delay", 0, "how long a table stays DELETING")
	flags.DurationVar(&s.readLag, "read-lag", 0, "how late eventually consistent reads and global indexes are")
	flags.DurationVar(&s.expiryLag, "expiry-lag", 0, "how long expired items are still there")
	flags.DurationVar(&s.latency, "latency", 0, "how much longer each answer takes")
	flags.BoolVar(&s.separateRegions, "separate-regions", false, "give each region its own tables")
	flags.Int64Var(&s.collectionLimit, "collection-limit", 0, "size of the largest item collection in `bytes`; 0 is 10 GB")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of random faults")
	flags.StringVar(&s.journal, "journal", "", "`file` to which each request is written as a line of JSON; - is stdout")
	flags.Func("fault", "make requests fail: `EFFECT[=ARGUMENT]`[,operation=NAME][,table=NAME][,skip=N][,times=N][,probability=P]", func(spec string) error {
		f, err := parseFault(spec)
		s.faults = append(s.faults, f)
		return err
	})
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := s.run(ctx, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// run serves until ctx ends.
func (s settings) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	options := []dynamoconntest.Option{
		dynamoconntest.WithTableDelays(s.createDelay, s.updateDelay, s.deleteDelay),
		dynamoconntest.WithReadLag(s.readLag), dynamoconntest.WithExpiryLag(s.expiryLag),
		dynamoconntest.WithItemCollectionLimit(s.collectionLimit), dynamoconntest.WithSeed(s.seed),
		dynamoconntest.WithJournalSize(0),
	}
	if s.separateRegions {
		options = append(options, dynamoconntest.WithSeparateRegions())
	}
	if s.journal != "" {
		j, err := openJournal(s.journal, stdout)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, j.close()) }()
		options = append(options, dynamoconntest.WithJournalFunc(j.write))
	}
	db := dynamoconntest.New(options...)
	for _, f := range s.faults {
		db.Inject(f)
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "DynamoDB in memory at http://%s\n", listener.Addr())
	return serve(ctx, listener, slowed(db, s.latency), stderr)
}

// shutdownTime is how long requests may go on after the end has been asked for.
const shutdownTime = 5 * time.Second

// serve answers requests until ctx ends. Then it lets those that are being carried out
// finish, and cuts off those that wait for a delay.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, stderr io.Writer) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		fmt.Fprintln(stderr, "some requests did not end:", err)
		return server.Close()
	}
	return nil
}

// slowed returns a handler that waits before it answers as db.
func slowed(db *dynamoconntest.Server, latency time.Duration) http.Handler {
	if latency <= 0 {
		return db
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		select {
		case <-time.After(latency):
			db.ServeHTTP(w, req)
		case <-req.Context().Done():
			panic(http.ErrAbortHandler)
		}
	})
}
