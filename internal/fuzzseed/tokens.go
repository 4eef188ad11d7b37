package fuzzseed

import (
	"slices"
	"strings"
)

// tokens are the words of expressions. Each is one byte of an input, so that
// fuzzing finds whole expressions, which it seldom makes from single letters.
var tokens = strings.Fields(`a b n t nil l m ss ns bs pk sk zz name l[0] l[2].k l[7] m.k m.l[0] m.a m.zz #n #a #m.k #m :a :n :b :t :l :m :ss :ns :k :zz
	= <> < <= > >= + - ( ) , . [1] AND OR NOT BETWEEN IN SET REMOVE ADD DELETE and set
	attribute_exists( attribute_not_exists( attribute_type( begins_with( contains( size( if_not_exists( list_append(`)

// ExpressionOf returns the expression that the bytes stand for.
func ExpressionOf(b []byte) string {
	words := make([]string, len(b))
	for i, c := range b {
		words[i] = tokens[int(c)%len(tokens)]
	}
	return strings.Join(words, " ")
}

// TokensOf returns the bytes that stand for an expression, whose tokens are
// separated by spaces.
func TokensOf(expression string) []byte {
	var out []byte
	for word := range strings.FieldsSeq(expression) {
		out = append(out, byte(slices.Index(tokens, word)))
	}
	return out
}
