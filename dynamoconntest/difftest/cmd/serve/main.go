// Command serve runs an empty dynamoconntest server on a port of this machine, for
// tests that compare servers.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func main() {
	port := flag.Int("port", 8000, "port on 127.0.0.1; 0 for any")
	flag.Parse()
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening on", l.Addr())
	if err := http.Serve(l, dynamoconntest.New(dynamoconntest.WithJournalSize(0)).Handler()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
