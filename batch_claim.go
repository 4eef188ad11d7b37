package dynamoconn

import (
	"slices"

	"github.com/dynamoconn/dynamoconn/internal/batch"
)

// claims finds, for each entry of an answer, the operation that the entry is about.
//
// An answer is believed only if all of its entries are about operations of the request
// that it answers, each operation at most once.
type claims struct {
	tables []string        // the names of the batch's tables, as the caller gave them
	open   map[claim][]int // the operations that no entry has been about
}

// claim is what an entry says of its operation. Two operations of a request can have the
// same claim only if they are the same in every way.
type claim struct {
	table    int
	identity string
}

// newClaims returns the claims of a request that sent those of the batch's operations.
// identity tells an operation from all others of its table.
func newClaims(tables []string, ops []batch.Op, sent []int, identity func(op int) string) *claims {
	c := &claims{tables: tables, open: make(map[claim][]int, len(sent))}
	for _, op := range sent {
		of := claim{ops[op].Table, identity(op)}
		c.open[of] = append(c.open[of], op)
	}
	return c
}

// take returns the operation that an entry is about, and takes it out: no other entry may
// be about it. The entry is for a table that the answer calls by that name. identity
// returns the identity of the entry, given its table.
func (c *claims) take(tableName string, identity func(table int) string) (op int, err error) {
	var found []claim
	for _, table := range tablesNamed(c.tables, tableName) {
		of := claim{table, identity(table)}
		if len(c.open[of]) > 0 {
			found = append(found, of)
		}
	}
	switch len(found) {
	case 0:
		return 0, corrupt("holds an entry that was not sent, or holds it twice")
	case 1:
		ops := c.open[found[0]]
		c.open[found[0]] = ops[1:]
		return ops[0], nil
	}
	return 0, corrupt("does not say which of several tables an entry is for")
}

// tablesNamed returns the indexes of the tables that DynamoDB may mean by a name in an
// answer: the one with exactly this name, or else those whose ARN ends in it. Tables of
// several accounts may share a name.
func tablesNamed(tables []string, answered string) []int {
	if i := slices.Index(tables, answered); i >= 0 {
		return []int{i}
	}
	var byARN []int
	for i, asked := range tables {
		if isNameOfTable(answered, asked) {
			byARN = append(byARN, i)
		}
	}
	return byARN
}
