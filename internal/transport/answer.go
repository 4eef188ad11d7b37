package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// outputs has the members of the answers of each action. A member that belongs only to other
// actions shows that the answer is not one to the request. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html.
var outputs = map[string][]string{
	"ListTables":         {"TableNames", "LastEvaluatedTableName"},
	"DescribeTable":      {"Table"},
	"CreateTable":        {"TableDescription"},
	"UpdateTable":        {"TableDescription"},
	"DeleteTable":        {"TableDescription"},
	"UpdateTimeToLive":   {"TimeToLiveSpecification"},
	"DescribeTimeToLive": {"TimeToLiveDescription"},
	"TagResource":        {},
	"UntagResource":      {},
	"ListTagsOfResource": {"Tags", "NextToken"},
	"Scan":               {"Items", "Count", "ScannedCount", "LastEvaluatedKey", "ConsumedCapacity"},
	"Query":              {"Items", "Count", "ScannedCount", "LastEvaluatedKey", "ConsumedCapacity"},
	"GetItem":            {"Item", "ConsumedCapacity"},
	"PutItem":            {"Attributes", "ConsumedCapacity", "ItemCollectionMetrics"},
	"UpdateItem":         {"Attributes", "ConsumedCapacity", "ItemCollectionMetrics"},
	"DeleteItem":         {"Attributes", "ConsumedCapacity", "ItemCollectionMetrics"},
	"BatchGetItem":       {"Responses", "UnprocessedKeys", "ConsumedCapacity"},
	"BatchWriteItem":     {"UnprocessedItems", "ConsumedCapacity", "ItemCollectionMetrics"},
	"TransactGetItems":   {"Responses", "ConsumedCapacity"},
	"TransactWriteItems": {"ConsumedCapacity", "ItemCollectionMetrics"},
}

// actionsWith has the actions in whose answers a member may be.
var actionsWith = func() map[string]map[string]bool {
	with := make(map[string]map[string]bool)
	for action, members := range outputs {
		for _, member := range members {
			if with[member] == nil {
				with[member] = make(map[string]bool)
			}
			with[member][action] = true
		}
	}
	return with
}()

// reportMembers are the members of the reports of failures. No answer to a success has one:
// Output is where some services of AWS put it.
var reportMembers = map[string]bool{
	"__type": true, "message": true, "Message": true, "code": true, "Code": true, "Output": true,
}

// bodiless has the actions whose successful answer has no body.
var bodiless = map[string]bool{"TagResource": true, "UntagResource": true}

// checkSuccess makes sure that the answer of a success is one JSON object, and that it can be
// an answer to the action. If a checksum has proved that these are the bytes that were sent,
// it does not check that the JSON is valid: the decoder does.
func checkSuccess(action string, body []byte, checked bool, header http.Header) error {
	trimmed := bytes.Trim(body, " \t\r\n") // JSON's white space, and no other
	switch {
	case header.Get("X-Amzn-Errortype") != "":
		return corrupt("a success whose header reports a failure")
	case len(trimmed) == 0 && bodiless[action]:
		return nil
	case len(trimmed) == 0:
		return corrupt("a success with an empty body")
	case trimmed[0] != '{' || trimmed[len(trimmed)-1] != '}':
		return corrupt("a success whose body is not a JSON object")
	case !checked && !json.Valid(trimmed):
		return corrupt("a success whose body is not valid JSON")
	case jsontext.HoldsHalfSurrogate(trimmed): // the SDK's decoder would put another character there
		return corrupt("a success that holds half of a surrogate pair")
	}
	var damage error
	if !eachMember(trimmed, func(name, rest []byte) {
		if damage == nil {
			if fault := MemberFault(action, name, bytes.HasPrefix(rest, []byte("null"))); fault != "" {
				damage = corrupt("%s", fault)
			}
		}
	}) {
		return corrupt("a success with something behind its JSON object")
	}
	return damage
}

// MemberFault returns why no successful answer to the action has a member of that name, with a
// null as its value if isNull. It returns "" if one may have it.
func MemberFault(action string, name []byte, isNull bool) string {
	switch actions := actionsWith[string(name)]; {
	case reportMembers[string(name)]:
		return "a success whose body reports a failure"
	case actions != nil && outputs[action] != nil && !actions[action]:
		return "the answer is one to another action: it has the member " + string(name)
	case string(name) == "Item" && isNull:
		return "the item is null"
	}
	return ""
}

// errorCode returns the error code of an answer.
func errorCode(resp *http.Response, body []byte) string {
	if resp.StatusCode < 400 {
		return ""
	}
	// Where the SDK looks for it, in its order.
	code := resp.Header.Get("X-Amzn-Errortype")
	if code == "" {
		code = reportedCode(body)
	}
	code, _, _ = strings.Cut(code, ":")
	return code[strings.LastIndexByte(code, '#')+1:]
}

// reportedCode returns the error code in the report of a failure, or "".
func reportedCode(body []byte) string {
	trimmed := bytes.Trim(body, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(trimmed) {
		return ""
	}
	var kind, code string
	eachMember(trimmed, func(name, rest []byte) {
		switch string(name) {
		case "__type":
			kind = stringValue(rest)
		case "code", "Code":
			code = stringValue(rest)
		}
	})
	if kind != "" {
		return kind
	}
	return code
}

// stringValue returns the JSON string that text begins with, or "".
func stringValue(text []byte) string {
	if len(text) == 0 || text[0] != '"' {
		return ""
	}
	s := jsontext.Scanner{Data: text}
	value, err := s.Text()
	if err != nil {
		return ""
	}
	return string(value)
}

// eachMember calls do with each member of the object that body begins with: its name, and
// what follows from its value on. It reports whether the object ends where body ends. It
// looks only at brackets and quotes, and at the names.
func eachMember(body []byte, do func(name, rest []byte)) bool {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i == len(body)-1
			}
		case '"':
			end := endOfString(body, i+1)
			if end < 0 {
				return false
			}
			if depth == 1 {
				if rest := bytes.TrimLeft(body[end+1:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
					do(nameOf(body[i:end+1]), bytes.TrimLeft(rest[1:], " \t\r\n"))
				}
			}
			i = end
		}
	}
	return false
}

// nameOf returns the text of a JSON string, quotes and escapes resolved.
func nameOf(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	return []byte(stringValue(quoted))
}

// endOfString returns the place of the quote that ends the string whose text begins at
// from, or -1.
func endOfString(body []byte, from int) int {
	for i := from; ; i++ {
		n := bytes.IndexByte(body[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for body[i-1-escapes] == '\\' { // the quote that begins the string is before them
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
}
