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
		// KeyConditions may be combined with the other expressions.
		older = append(older, "KeyConditions")
	}
	if err := checkParams(in, []string{"ProjectionExpression", "FilterExpression", "KeyConditionExpression"}, older); err != nil {
		return err
	}
	p, err := c.readPage("QueryFilter")
	if err != nil {
		return err
	}
	p.isQuery = true
	if f := in.Get("ScanIndexForward"); f != nil {
		p.Backward = !f.True()
	}
	if in.Get("KeyConditionExpression") == nil && in.Get("KeyConditions") == nil {
		return validationError("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	names, err := readNames(in)
	if err != nil {
		return err
	}
	var terms []expr.KeyTerm
	var termsErr error
	if e := in.Get("KeyConditionExpression"); e != nil {
		terms, termsErr = expr.ParseKeyCondition(e.Str(), names)
	} else {
		terms, termsErr = expr.ReadTerms(in.Get("KeyConditions"))
	}
	if termsErr != nil {
		return validationErrorFrom(termsErr)
	}
	if err := p.readExpressions(c, names); err != nil {
		return err
	}
	if err := p.checkSelect(c); err != nil {
		return err
	}
	if len(terms) == 0 || len(terms) > 2 && in.Get("IndexName") == nil {
		return validationError(keyConditionLength) // only the key of an index may have more than two attributes
	}
	if err := validationErrorFrom(names.CheckAllUsed()); err != nil {
		return err
	}
	return c.lockForReading(func() *Error {
		if err := p.openTable(c); err != nil {
			return err
		}
		if err := p.applyKeyConditions(terms); err != nil {
			return err
		}
		p.runPage(c)
		return nil
	})
}

// sortKeyOperators has the operators that conditions on a sort key may use.
var sortKeyOperators = map[string]bool{
	"EQ": true, "LT": true, "LE": true, "GT": true, "GE": true, "BETWEEN": true, "BEGINS_WITH": true,
}

// applyKeyConditions checks the key conditions, the filter, the projection and the
// start key against the table or index, and sets the range.
func (p *page) applyKeyConditions(terms []expr.KeyTerm) *Error {
	schema := p.schema()
	byName := map[string]expr.KeyTerm{}
	for _, t := range terms {
		byName[t.Name] = t
	}
	if err := p.setPartition(byName); err != nil {
		return err
	}
	if err := p.setSortRange(byName); err != nil {
		return err
	}
	for _, k := range schema {
		for _, v := range byName[k.Name].Values {
			if v.Kind() != k.Kind {
				return validationError(invalidParameter + "Condition parameter type does not match schema type")
			}
			if k.Kind != attr.N && v.Text() == "" && byName[k.Name].Op != "BEGINS_WITH" {
				word := "string"
				if k.Kind == attr.B {
					word = "binary"
				}
				if p.Index != nil {
					return validationError("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", word, p.Index.Name, k.Name)
				}
				return validationError("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", word, k.Name)
			}
		}
	}
	for _, k := range schema {
		for _, path := range p.filter.Paths() {
			if path[0].Name == k.Name && len(path) == 1 {
				return validationError("%s can only contain non-primary key attributes: Primary key attribute: %s", p.filterName, k.Name)
			}
		}
	}
	if err := checkKeyPaths(p.table, append(p.projection.Paths(), p.filter.Paths()...)); err != nil {
		return err
	}
	if x := p.Index; x != nil && (x.Global || p.selectMode != "ALL_ATTRIBUTES") {
		if missing := p.missingAttributes(p.filter.Paths()); len(missing) > 0 {
			return validationError(invalidParameter+"Secondary index %s does not project one or more filter attributes: [%s]", x.Name, strings.Join(missing, ", "))
		}
	}
	if err := p.checkProjection(); err != nil {
		return err
	}
	if err := p.setStartKey(); err != nil {
		return err
	}
	return p.checkStartInRange()
}

// checkStartInRange returns an error if the query would not return an item with
// the start key.
func (p *page) checkStartInRange() *Error {
	if p.Start == nil {
		return nil
	}
	if !p.meetsTerms(p.Start) {
		return validationError("The provided starting key does not match the range key predicate")
	}
	for i, k := range p.schema().Partition() {
		switch {
		case attr.Equal(p.Start.Get(k.Name), p.Partition[i]):
		case len(p.terms) > 0:
			return validationError("The query can return at most one row and cannot be restarted")
		default:
			return validationError("The provided starting key is outside query boundaries based on provided conditions")
		}
	}
	return nil
}

// setPartition sets the values of the partition key: each attribute needs an
// equality.
func (p *page) setPartition(byName map[string]expr.KeyTerm) *Error {
	for _, k := range p.schema().Partition() {
		t, ok := byName[k.Name]
		if !ok {
			return validationError("Query condition missed key schema element: %s", k.Name)
		}
		if t.Op != "EQ" {
			return validationError("Query key condition not supported")
		}
		p.Partition = append(p.Partition, t.Values[0])
	}
	return nil
}

// setSortRange sets the range of the sort key. The conditions are on its first
// attributes, without a gap, and all but the last must be equalities.
func (p *page) setSortRange(byName map[string]expr.KeyTerm) *Error {
	sortKey := p.schema().Sort()
	left := len(byName) - len(p.Partition)
	if len(p.schema()) <= 2 && left > 1 {
		return validationError(keyConditionLength)
	}
	for i, k := range sortKey {
		if left == 0 {
			return nil
		}
		t, ok := byName[k.Name]
		if !ok {
			return validationError("Query condition missed key schema element: %s", k.Name)
		}
		if !sortKeyOperators[t.Op] {
			return validationError("Attempted conditional constraint is not an indexable operation")
		}
		if i > 0 {
			before := p.terms[i-1]
			if before.Op != "EQ" {
				return validationError("Query key condition not supported")
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
		return validationError("Query key condition not supported")
	}
	return nil
}
