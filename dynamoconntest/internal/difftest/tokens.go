package difftest

import (
	"slices"
	"strings"
)

// tokens are the words of expressions, each one byte of a fuzzed input: so
// fuzzing comes upon whole expressions, which from single letters it seldom
// does.
var tokens = strings.Fields(`a b n t nil l m ss ns bs pk sk zz name l[0] l[2].k l[7] m.k m.l[0] m.a m.zz #n #a #m.k #m :a :n :b :t :l :m :ss :ns :k :zz
	= <> < <= > >= + - ( ) , . [1] AND OR NOT BETWEEN IN SET REMOVE ADD DELETE and set
	attribute_exists( attribute_not_exists( attribute_type( begins_with( contains( size( if_not_exists( list_append(`)

// ExpressionOf is the expression that the bytes stand for.
func ExpressionOf(b []byte) string {
	words := make([]string, len(b))
	for i, c := range b {
		words[i] = tokens[int(c)%len(tokens)]
	}
	return strings.Join(words, " ")
}

// TokensOf are the bytes of an expression, whose tokens stand apart.
func TokensOf(expression string) []byte {
	var out []byte
	for word := range strings.FieldsSeq(expression) {
		out = append(out, byte(slices.Index(tokens, word)))
	}
	return out
}

// fuzzTargets are the targets of expressions, each the number that
// FuzzExpressionOfTokens has for it.
var fuzzTargets = []string{
	"FuzzConditionIsRefusedOrDecides", "FuzzUpdateLeavesItsInputAlone", "FuzzProjectionKeepsWhatItNames", "FuzzKeyConditionIsACondition",
}
