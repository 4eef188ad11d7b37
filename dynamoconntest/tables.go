package dynamoconntest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// Table says what [Server.CreateTable] creates: a table with on-demand
// capacity. Keys are written as a name, for a string, or a name with a type:
// "Year:N", "Digest:B".
type Table struct {
	Name         string
	PartitionKey string
	SortKey      string // "" for none
	Indexes      []Index
	TimeToLive   string // the attribute; "" for none
}

// Index is a secondary index of a [Table] that holds whole items.
type Index struct {
	Name         string
	PartitionKey string // "" makes a local index, with the table's partition key
	SortKey      string
}

// CreateTable creates tables. The error wraps what the service would answer:
// that a table is there already, or is not a valid one.
func (s *Server) CreateTable(tables ...Table) error {
	for _, t := range tables {
		if err := s.createTable(t); err != nil {
			return fmt.Errorf("table %q: %w", t.Name, err)
		}
	}
	return nil
}

func (s *Server) createTable(t Table) error {
	defs := map[string]string{}
	var order []string
	var bad error
	schema := func(w *wire.Writer, keys ...string) {
		w.Key("KeySchema")
		w.Open('[')
		role := "HASH"
		for _, k := range keys {
			if k == "" {
				continue
			}
			name, kind, typed := strings.Cut(k, ":")
			if !typed {
				kind = "S"
			}
			if old, ok := defs[name]; ok && old != kind {
				bad = errors.New("key attribute " + name + " has two types")
			} else if !ok {
				order = append(order, name)
			}
			defs[name] = kind
			w.Open('{')
			w.Key("AttributeName")
			w.Str(name)
			w.Key("KeyType")
			w.Str(role)
			w.Close('}')
			role = "RANGE"
		}
		w.Close(']')
	}
	var w wire.Writer
	w.Open('{')
	w.Key("TableName")
	w.Str(t.Name)
	w.Key("BillingMode")
	w.Str("PAY_PER_REQUEST")
	schema(&w, t.PartitionKey, t.SortKey)
	for _, global := range []bool{false, true} {
		open := false
		for _, x := range t.Indexes {
			if (x.PartitionKey != "") != global {
				continue
			}
			if !open {
				open = true
				w.Key(map[bool]string{false: "LocalSecondaryIndexes", true: "GlobalSecondaryIndexes"}[global])
				w.Open('[')
			}
			w.Open('{')
			w.Key("IndexName")
			w.Str(x.Name)
			hash := x.PartitionKey
			if hash == "" {
				hash = t.PartitionKey
			}
			schema(&w, hash, x.SortKey)
			w.Key("Projection")
			w.Raw(`{"ProjectionType":"ALL"}`)
			w.Close('}')
		}
		if open {
			w.Close(']')
		}
	}
	w.Key("AttributeDefinitions")
	w.Open('[')
	for _, name := range order {
		w.Open('{')
		w.Key("AttributeName")
		w.Str(name)
		w.Key("AttributeType")
		w.Str(defs[name])
		w.Close('}')
	}
	w.Close(']')
	w.Close('}')
	if bad != nil {
		return bad
	}
	if err := s.doInternal("CreateTable", w.Buf); err != nil {
		return err
	}
	if t.TimeToLive == "" {
		return nil
	}
	var ttl wire.Writer
	ttl.Open('{')
	ttl.Key("TableName")
	ttl.Str(t.Name)
	ttl.Key("TimeToLiveSpecification")
	ttl.Open('{')
	ttl.Key("AttributeName")
	ttl.Str(t.TimeToLive)
	ttl.Key("Enabled")
	ttl.Bool(true)
	ttl.Close('}')
	ttl.Close('}')
	return s.doInternal("UpdateTimeToLive", ttl.Buf)
}

// doInternal carries out a request of the server's own: no fault meets it and the
// journal does not have it.
func (s *Server) doInternal(operation string, body []byte) error {
	in, err := wire.Parse(body)
	if err != nil {
		return err
	}
	req := api.Request{ARNRegion: defaultRegion, Operation: operation, Input: in}
	if s.separateRegions {
		req.Region = defaultRegion
	}
	if _, err := s.engine.Do(req); err != nil {
		return libraryError(err)
	}
	return nil
}

// libraryError is what the core's client would say of an answer, as far as a
// request of the server's own can meet it.
func libraryError(err *api.Error) error {
	_, kind, _ := strings.Cut(err.Type, "#")
	cause := map[string]error{
		"ResourceNotFoundException":                dynamoconn.ErrTableNotFound,
		"ValidationException":                      dynamoconn.ErrValidation,
		"SerializationException":                   dynamoconn.ErrValidation,
		"ItemCollectionSizeLimitExceededException": dynamoconn.ErrItemTooLarge,
	}[kind]
	if cause == nil {
		return err
	}
	if err.IsItemSize() {
		cause = dynamoconn.ErrItemTooLarge
	}
	return fmt.Errorf("%w: %w", cause, err)
}

// SDKClient is the AWS SDK's own client of the server, with credentials that
// the server accepts, in region us-east-1. optFns may change its options.
func (s *Server) SDKClient(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:           defaultRegion,
		Credentials:      Credentials(),
		HTTPClient:       s.HTTPClient(),
		RetryMaxAttempts: 1,
	}, optFns...)
}

// Credentials are static ones that every [Server] accepts, as it does any.
func Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test", Source: "dynamoconntest"}, nil
	})
}
