package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn"
)

// ErrMismatch means that a table is not as the tags of its type say.
var ErrMismatch = errors.New("table does not fit its type")

// Report is what [Table.Verify] found.
type Report struct {
	// Differences are the points in which the table is not as the tags say, and nil if there are none.
	Differences []Difference
	// Table is the table as DynamoDB describes it.
	Table *dynamoconn.TableDescription
}

// Difference is one point in which a table is not as the tags of its type say.
type Difference struct {
	// Subject is what it is about: "table", "time to live", or the name of an index.
	Subject string
	// Text says for a person what the tags want and what the table has.
	Text string
}

// Err returns the differences as an error, which is [ErrMismatch], and nil if there are none.
func (r *Report) Err() error {
	if len(r.Differences) == 0 {
		return nil
	}
	texts := make([]string, len(r.Differences))
	for i, d := range r.Differences {
		texts[i] = d.Subject + ": " + d.Text
	}
	return fmt.Errorf("%w: %s", ErrMismatch, strings.Join(texts, "; "))
}

// Verify compares the tags of T with the table: its keys and their types, its indexes and what they
// hold, and its time to live. It returns what is different as data, so that a program can decide at its
// start what it minds. It calls dynamodb:DescribeTable, and dynamodb:DescribeTimeToLive if T has a time
// to live. Its error is that of these calls.
func (t *Table[T]) Verify(ctx context.Context) (*Report, error) {
	if t.options.err != nil {
		return nil, t.options.err
	}
	described, err := t.client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: t.name}, t.options.calls...)
	if err != nil {
		return nil, err
	}
	v := &verifier{schema: t.schema, report: &Report{Table: described}}
	v.key("table", described.KeySchemaElements, t.schema.keys()[:1], t.schema.keys()[1:])
	for _, in := range t.schema.indexes {
		v.index(in)
	}
	if ttl := t.schema.ttl; ttl != nil {
		expiry, err := t.client.DescribeTimeToLive(ctx, dynamoconn.DescribeTimeToLiveRequest{TableName: t.name}, t.options.calls...)
		if err != nil {
			return nil, err
		}
		switch expiry.AttributeName {
		case ttl.attribute:
		case "":
			v.differ("time to live", "it is off, and %s is the time to live of %s", ttl.attribute, t.schema.goType)
		default:
			v.differ("time to live", "it is %s, and %s in %s", expiry.AttributeName, ttl.attribute, t.schema.goType)
		}
	}
	return v.report, nil
}

// verifier compares a schema with a table.
type verifier struct {
	schema *schema
	report *Report
}

func (v *verifier) differ(subject, text string, args ...any) {
	v.report.Differences = append(v.report.Differences, Difference{subject, fmt.Sprintf(text, args...)})
}

// key compares a key with that of the tags.
func (v *verifier) key(subject string, elements []dynamoconn.KeySchemaElement, partition, sort []*field) {
	types := map[string]dynamoconn.AttributeType{}
	for _, d := range v.report.Table.AttributeDefinitions {
		types[d.AttributeName] = d.AttributeType
	}
	var has, wants []string
	for _, e := range elements {
		has = append(has, fmt.Sprintf("%s %s %s", e.KeyType, e.Key, types[e.Key]))
	}
	for _, f := range partition {
		wants = append(wants, fmt.Sprintf("%s %s %s", dynamoconn.KeyTypeHash, f.attribute, f.kind))
	}
	for _, f := range sort {
		wants = append(wants, fmt.Sprintf("%s %s %s", dynamoconn.KeyTypeRange, f.attribute, f.kind))
	}
	if !slices.Equal(has, wants) {
		v.differ(subject, "its key is %s, and %s in %s", strings.Join(has, ", "), strings.Join(wants, ", "), v.schema.goType)
	}
}

// index compares an index with that of the tags.
func (v *verifier) index(in *index) {
	all := slices.Concat(v.report.Table.GlobalSecondaryIndexes, v.report.Table.LocalSecondaryIndexes)
	i := slices.IndexFunc(all, func(d dynamoconn.IndexDescription) bool { return d.IndexName == in.name })
	if i < 0 {
		v.differ(in.name, "the table has no such index")
		return
	}
	found := all[i]
	if isLocal := i >= len(v.report.Table.GlobalSecondaryIndexes); in.isLocal && !isLocal {
		v.differ(in.name, "it is a global index, and a local one in %s: give a field the tag partition=%s", v.schema.goType, in.name)
	}
	v.key(in.name, found.KeySchemaElements, in.partition, in.sort)
	if found.ProjectionType == dynamoconn.ProjectionTypeAll {
		return
	}
	holds := slices.Clone(found.NonKeyAttributes)
	for _, e := range slices.Concat(found.KeySchemaElements, v.report.Table.KeySchemaElements) {
		holds = append(holds, e.Key)
	}
	var lacks []string
	for _, name := range v.schema.attributes {
		if !slices.Contains(holds, name) {
			lacks = append(lacks, name)
		}
	}
	switch {
	case slices.ContainsFunc(lacks, v.schema.readsBy):
		v.differ(in.name, "it does not hold %s: so no %s can be read from it", strings.Join(lacks, ", "), v.schema.goType)
	case len(lacks) > 0:
		v.differ(in.name, "it does not hold %s: what is read from it has zeros there", strings.Join(lacks, ", "))
	}
}

// readsBy reports whether no item can be read without an attribute: the kind and the time to live are
// in the filter, and the key of the table is compared with what it is made from.
func (s *schema) readsBy(attribute string) bool {
	for _, f := range s.keys() {
		if f.template != nil && f.template.uses(attribute) {
			return true
		}
	}
	return s.kind != nil && s.kind.attribute == attribute || s.ttl != nil && s.ttl.attribute == attribute
}

// CreateTableRequest returns the request that creates the table with the keys, the indexes and the time
// to live of the tags. The table is billed on demand, and its indexes hold all attributes: change the
// request for anything else.
func (t *Table[T]) CreateTableRequest() dynamoconn.CreateTableRequest {
	req := dynamoconn.CreateTableRequest{TableName: t.name, PartitionKey: t.schema.partition.definition()}
	if t.schema.sort != nil {
		req.SortKey = t.schema.sort.definition()
	}
	if t.schema.ttl != nil {
		req.TimeToLiveAttribute = t.schema.ttl.attribute
	}
	for _, in := range t.schema.indexes {
		if in.isLocal {
			req.LocalSecondaryIndexes = append(req.LocalSecondaryIndexes, dynamoconn.LocalSecondaryIndex{IndexName: in.name, SortKey: in.sort[0].definition()})
			continue
		}
		global := dynamoconn.GlobalSecondaryIndex{IndexName: in.name}
		for _, f := range in.partition {
			global.PartitionKey = append(global.PartitionKey, f.definition())
		}
		for _, f := range in.sort {
			global.SortKey = append(global.SortKey, f.definition())
		}
		req.GlobalSecondaryIndexes = append(req.GlobalSecondaryIndexes, global)
	}
	return req
}

// definition returns the name and the type of a key field.
func (f *field) definition() dynamoconn.AttributeDefinition {
	return dynamoconn.AttributeDefinition{AttributeName: f.attribute, AttributeType: dynamoconn.AttributeType(f.kind)}
}

// CreateTable creates the table as [Table.CreateTableRequest] says, for a test or a tool, and waits until it
// and its indexes can be used. The error is [dynamoconn.ErrTableExists] if there is one of that name.
func (t *Table[T]) CreateTable(ctx context.Context) error {
	if t.options.err != nil {
		return t.options.err
	}
	if _, err := t.client.CreateTable(ctx, t.CreateTableRequest(), t.options.calls...); err != nil {
		return err
	}
	_, err := t.client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: t.name}, t.options.calls...)
	return err
}
