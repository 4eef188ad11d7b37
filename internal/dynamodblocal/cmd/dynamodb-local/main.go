// Command dynamodb-local downloads and runs DynamoDB Local.
//
//	dynamodb-local fetch
//	dynamodb-local run [-port 8000]
//
// fetch downloads DynamoDB Local if it is not in the cache and prints the directory
// of the program. run starts a server on the given port, or on a free one, prints its
// URL and stops it on an interrupt; it ignores DYNAMODB_ENDPOINT.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	cancel()
	os.Exit(status)
}

const usage = `usage: dynamodb-local fetch
       dynamodb-local run [-port N]
`

// execute returns the exit status: 0, 1 for a failure, 2 for a wrong command line.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("dynamodb-local", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }

	var command func() error
	var name string
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "fetch":
		command = func() error { return fetch(ctx, stdout, stderr) }
	case "run":
		port := flags.Int("port", 0, "TCP port; 0 picks a free one")
		command = func() error { return run(ctx, *port, stdout, stderr) }
	default:
		flags.Usage()
		return 2
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		flags.Usage()
		return 2
	}
	if err := command(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func fetch(ctx context.Context, stdout, stderr io.Writer) error {
	dir, err := dynamodblocal.Fetch(ctx, stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, dir)
	return err
}

func run(ctx context.Context, port int, stdout, stderr io.Writer) error {
	if err := os.Unsetenv("DYNAMODB_ENDPOINT"); err != nil {
		return err
	}
	server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Port: port, Progress: stderr})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "DynamoDB Local at %s\n", server.Endpoint())
	select {
	case <-ctx.Done():
		return server.Stop()
	case <-server.Done():
		return fmt.Errorf("DynamoDB Local has ended. Its last output:\n%s", server.Output())
	}
}
