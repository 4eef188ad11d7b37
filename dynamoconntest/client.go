package dynamoconntest

import (
	"testing"

	"github.com/dynamoconn/dynamoconn"
)

// NewClient is a client of a new server of its own that has the given tables.
// What goes wrong ends the test. To inject faults or to read the journal, make
// the server with [New] and take [Server.Client].
func NewClient(t testing.TB, tables ...Table) *dynamoconn.Client {
	t.Helper()
	s := New()
	if err := s.CreateTable(tables...); err != nil {
		t.Fatalf("dynamoconntest: %v", err)
	}
	return s.Client(t)
}

// Client is a client of the server in region us-east-1. The options come after
// those that lead to the server. What goes wrong ends the test.
func (s *Server) Client(t testing.TB, opts ...dynamoconn.Option) *dynamoconn.Client {
	t.Helper()
	c, err := dynamoconn.New(t.Context(), append([]dynamoconn.Option{
		dynamoconn.WithRegion(defaultRegion),
		dynamoconn.WithCredentials(Credentials()),
		dynamoconn.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		t.Fatalf("dynamoconntest: %v", err)
	}
	return c
}
