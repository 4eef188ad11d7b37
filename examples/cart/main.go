// Cart is an HTTP service that keeps the shopping carts of customers.
//
//	go run ./examples/cart
//	curl -d '{"lines": {"apple": 2}}' localhost:8080/customers/ann/carts
//	curl localhost:8080/customers/ann/carts
//
// A cart has a version, and a change names the version that it is based on: of two changes
// at the same time one is made, and the other is told to read again. If an answer of DynamoDB
// is lost, the service finds out what became of the change.
//
// Without -endpoint the service runs on a DynamoDB in memory, with a table of its own. In AWS it
// needs a table with the partition key Customer and the sort key Cart, both strings, and
// the permissions dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem and dynamodb:Query.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// longestEnd is how long the service waits for requests under way when it ends.
const longestEnd = 10 * time.Second

func main() { demo.Main("cart", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	flags, target := demo.NewFlagSet("cart", stderr)
	address := flags.String("listen", "localhost:8080", "the `address` to listen at")
	table := flags.String("table", "dynamoconn-carts", "the `name` of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, db.Close()) }()
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(db.Config))
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	if db.Own {
		if err := createTable(ctx, client, *table); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Carts at http://%s/customers/ann/carts, kept in %s.\n", listener.Addr(), db)
	return serve(ctx, listener, newHandler(&store{client, *table}, log.New(stderr, "", log.LstdFlags)))
}

// serve serves until ctx ends, and then lets the requests under way end first.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestEnd)
		defer cancel()
		ended <- server.Shutdown(wait)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-ended
}
