package api

import (
	"slices"
	"strings"
)

// wording is how the service words what is wrong with a request before it looks at the
// table. A validation framework came into use in 2026, one operation and one region after
// the other. The wordings here are those of most regions in the newest recordings: see
// Rules in difftest.
type wording uint8

const (
	olderWording     wording = iota
	currentWording           // other texts about numbers and sets, and no word of ExpressionAttributeValues around them
	envelopedWording         // the same, after "1 validation error detected: "
)

// wordings has the operations that do not have the older wording.
var wordings = map[string]wording{
	"PutItem": envelopedWording, "UpdateItem": envelopedWording, "DeleteItem": envelopedWording,
	"GetItem": currentWording, "BatchGetItem": currentWording, "Query": currentWording,
}

const (
	envelope                = "1 validation error detected: "
	valuesWithoutExpression = "ExpressionAttributeValues can only be specified when using expressions"
)

// worded returns an error in the wording of the operation. What is wrong with regard to the
// table has one wording everywhere.
func (c *call) worded(err *Error) *Error {
	if err.Type != validatePrefix+"ValidationException" {
		return err
	}
	switch wordings[c.Operation] {
	case olderWording:
		if err.olderMessage != "" {
			err.Message = err.olderMessage
		}
	case envelopedWording:
		if c.reachedTable || err.IsItemSize() {
			break
		}
		if strings.HasPrefix(err.Message, valuesWithoutExpression) {
			err.Message = valuesWithoutExpression // without the expressions that there could be
		}
		if !strings.HasPrefix(err.Message, envelope) {
			err.Message = envelope + err.Message
		}
	}
	return err
}

// checkFirstMembers checks what the operations with the enveloped wording check before all
// other constraints.
func checkFirstMembers(r Request) *Error {
	in := r.Input
	if wordings[r.Operation] != envelopedWording || in.Get("Key") == nil && in.Get("Item") == nil {
		return nil
	}
	if name := in.Get("TableName"); name != nil && name.Str() == "" {
		return validationError(envelope + "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	if values := in.Get("ReturnValues"); values != nil && r.Operation == "UpdateItem" && !slices.Contains(returnValues, values.Str()) {
		return validationError(envelope + unknownReturnValues)
	}
	return nil
}
