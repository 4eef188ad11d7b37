package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// checkPaths refuses a path into a key attribute of the table or of one of its
// indexes, which is never a list or map.
func checkPaths(t *store.Table, paths []expr.Path) *Error {
	const scalars = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
	for _, p := range paths {
		name := p[0].Name
		switch {
		case len(p) == 1:
		case t.Schema.Has(name):
			return invalid(scalars+"Key: %s", name)
		default:
			for _, x := range t.Indexes {
				if x.Schema.Has(name) {
					return invalid(scalars+"IndexKey: %s", name)
				}
			}
		}
	}
	return nil
}
