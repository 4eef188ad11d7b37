package api

import (
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
)

const keyConditionLength = "Conditions can be of length 1 or 2 only"

func (c *call) query() *Error {
	in := c.Input
	older := []string{"AttributesToGet", "QueryFilter", "ConditionalOperator"}
	if in.Get("KeyConditionExpression") != nil {
		// Only with their own successor can KeyConditions not be together.
		older = append(older, "KeyConditions")
	}
	if err := checkParams(in, []string{"ProjectionExpression", "FilterExpression", "KeyConditionExpression"}, older); err != nil {
		return err
	}
	names, err := readNames(in)
	if err != nil {
		return err
	}
	p, err := c.readPage("QueryFilter", names)
	if err != nil {
		return err
	}
	if f := in.Get("ScanIndexForward"); f != nil {
		p.Backward = !f.True()
	}
	var terms []expr.KeyTerm
	var failed error
	var absent *Error // that there is no condition is seen only if there is a table
	switch {
	case in.Get("KeyConditionExpression") != nil:
		terms, failed = expr.ParseKeyCondition(in.Get("KeyConditionExpression").Str(), names)
	case in.Get("KeyConditions") != nil:
		terms, failed = expr.ReadTerms(in.Get("KeyConditions"))
		if failed == nil && len(terms) == 0 {
			absent = invalid(keyConditionLength)
		}
	default:
		absent = invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	if failed != nil {
		return invalidErr(failed)
	}
	if len(terms) > 2 && in.Get("IndexName") == nil {
		return invalid(keyConditionLength) // only an index may have more attributes in its key
	}
	if err := invalidErr(names.Unused()); err != nil {
		return err
	}
	var out *Error
	c.DB.Read(c.now, func() {
		if out = p.open(c); out != nil {
			return
		}
		if out = absent; out != nil {
			return
		}
		if out = p.keys(terms); out == nil {
			p.run(c)
		}
	})
	return out
}

var sortOperators = map[string]bool{
	"EQ": true, "LT": true, "LE": true, "GT": true, "GE": true, "BETWEEN": true, "BEGINS_WITH": true,
}

// keys checks the key conditions, the filter and the starting key against the
// table or index, and sets the range.
func (p *page) keys(terms []expr.KeyTerm) *Error {
	schema := p.schema()
	byName := map[string]expr.KeyTerm{}
	for _, t := range terms {
		byName[t.Name] = t
	}
	if err := p.partition(byName); err != nil {
		return err
	}
	if err := p.sortRange(byName); err != nil {
		return err
	}
	for _, k := range schema {
		for _, v := range byName[k.Name].Values {
			if v.Kind() != k.Kind {
				return invalid(invalidParameter + "Condition parameter type does not match schema type")
			}
			if k.Kind != attr.N && v.Text() == "" && byName[k.Name].Op != "BEGINS_WITH" {
				word := "string"
				if k.Kind == attr.B {
					word = "binary"
				}
				if p.Index != nil {
					return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", word, p.Index.Name, k.Name)
				}
				return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", word, k.Name)
			}
		}
	}
	for _, k := range schema {
		for _, path := range p.filter.Paths() {
			if path[0].Name != k.Name {
				continue
			}
			return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", k.Name)
		}
	}
	if x := p.Index; x != nil && (x.Global || p.sel != "ALL_ATTRIBUTES") {
		if missing := p.unprojected(p.filter.Paths()); len(missing) > 0 {
			return invalid(invalidParameter+"Secondary index %s does not project one or more filter attributes: [%s]", x.Name, strings.Join(missing, ", "))
		}
	}
	if err := p.projects(); err != nil {
		return err
	}
	if err := p.startKey(); err != nil {
		return err
	}
	if p.Start != nil {
		for i, k := range schema.Partition() {
			if !attr.Equal(p.Start.Get(k.Name), p.Partition[i]) {
				return invalid("The provided starting key is outside query boundaries based on provided conditions")
			}
		}
		for _, t := range p.terms {
			if !t.Holds(p.Start.Get(t.Name)) {
				return invalid("The provided starting key does not match the range key predicate")
			}
		}
	}
	return nil
}

// partition takes the values of the whole partition key.
func (p *page) partition(byName map[string]expr.KeyTerm) *Error {
	for _, k := range p.schema().Partition() {
		t, ok := byName[k.Name]
		if !ok {
			return invalid("Query condition missed key schema element: %s", k.Name)
		}
		if t.Op != "EQ" {
			return invalid("Query key condition not supported")
		}
		p.Partition = append(p.Partition, t.Values[0])
	}
	return nil
}

// sortRange takes the conditions on the sort key: on its first attributes, none
// left out, and only the last of them other than an equality.
func (p *page) sortRange(byName map[string]expr.KeyTerm) *Error {
	sortKey := p.schema().Sort()
	left := len(byName) - len(p.Partition)
	if len(p.schema()) <= 2 && left > 1 {
		return invalid(keyConditionLength)
	}
	for i, k := range sortKey {
		if left == 0 {
			return nil
		}
		t, ok := byName[k.Name]
		if !ok {
			return invalid("Query condition missed key schema element: %s", k.Name)
		}
		if !sortOperators[t.Op] {
			return invalid("Attempted conditional constraint is not an indexable operation")
		}
		if i > 0 {
			before := p.terms[i-1]
			if before.Op != "EQ" {
				return invalid("Query key condition not supported")
			}
			p.Leading = append(p.Leading, before.Values[0])
		}
		p.terms = append(p.terms, t)
		p.From, p.To = nil, nil
		switch t.Op {
		case "EQ":
			p.From, p.To = &t.Values[0], &t.Values[0]
		case "GT", "GE", "BEGINS_WITH":
			p.From = &t.Values[0]
		case "LT", "LE":
			p.To = &t.Values[0]
		case "BETWEEN":
			p.From, p.To = &t.Values[0], &t.Values[1]
		}
		left--
	}
	if left > 0 {
		return invalid("Query key condition not supported")
	}
	return nil
}
