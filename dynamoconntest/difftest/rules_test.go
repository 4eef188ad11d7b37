package difftest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpdatedDataIsAtThePathsOnly(t *testing.T) {
	t.Parallel()
	names := obj{"#l": "list", "#d": "a.b"}
	const data = `{"a.b":{"M":{"x":{"N":"1"},"y":{"N":"2"}}},"list":{"L":[{"S":"0"},{"S":"1"},{"M":{"k":{"L":[{"S":"p"},{"S":"q"}]},"z":{"S":"r"}}}]},"s":{"S":"w"}}`
	for update, want := range map[string][]string{
		"SET list[1] = :v":                                       {`{"list":{"L":[{"S":"1"}]}}`},
		"SET #l[2].k[1] = :v, s = :w":                            {`{"list":{"L":[{"M":{"k":{"L":[{"S":"q"}]}}}]},"s":{"S":"w"}}`},
		"remove #l[7] set s = if_not_exists(l[0], :v) + list[1]": {`{"s":{"S":"w"}}`},
		"SET s = list_append(list[0], s), #d.y=:v":               {`{"a.b":{"M":{"y":{"N":"2"}}},"s":{"S":"w"}}`},
		"REMOVE list[7], nowhere.x":                              {"", "{}"},
		"ADD #l[0] :v DELETE #l[2].z :v":                         {`{"list":{"L":[{"S":"0"},{"M":{"z":{"S":"r"}}}]}}`},
	} {
		body := obj{"UpdateExpression": update, "ExpressionAttributeNames": names}
		assert.Equal(t, want, updatedData(body, data), update)
	}
	assert.Equal(t, []string{""}, updatedData(obj{"UpdateExpression": "SET a[0] = :v"}, ""))
}

func TestIndexesOfATransactionCountTwice(t *testing.T) {
	t.Parallel()
	const (
		single = `{"CapacityUnits":5,"LocalSecondaryIndexes":{"x":{"CapacityUnits":3,"WriteCapacityUnits":3}},"Table":{"CapacityUnits":2,"WriteCapacityUnits":2},"TableName":"A","WriteCapacityUnits":5}`
		double = `{"CapacityUnits":8,"LocalSecondaryIndexes":{"x":{"CapacityUnits":6,"WriteCapacityUnits":6}},"Table":{"CapacityUnits":2,"WriteCapacityUnits":2},"TableName":"A","WriteCapacityUnits":8}`
		read   = `{"CapacityUnits":2,"ReadCapacityUnits":2,"TableName":"A"}`
	)
	total := func(n string) string {
		return `{"CapacityUnits":` + n + `,"TableName":"B","WriteCapacityUnits":` + n + `}`
	}
	for _, test := range []struct {
		single, got string
		want        bool
	}{
		{single, double, true}, {single, single, false}, {single + "\n" + total("3"), double + "\n" + total("4"), true}, {single, double + "\n" + total("4"), false},
		{total("3"), total("3"), true}, {total("3"), total("6"), true}, {total("3"), total("7"), false}, {total("3"), total("2"), false},
		{read, read, true}, {read, total("2"), false}, {"", "", true}, {"", total("2"), false},
	} {
		assert.Equal(t, test.want, twiceInIndexes(test.single, test.got), "%s\n%s", test.single, test.got)
	}
}

func TestSegmentAgreesWithTheWholeScan(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		aspect, got, whole string
		want               bool
	}{
		{aspectData, "a\nc", "a\nb\nc", true}, {aspectData, "a\nd", "a\nb\nc", false}, {aspectData, "a\na", "a\nb\nc", false}, {aspectData, "", "a", true},
		{aspectOrder, "p: 2 3", "o: 1 2\np: 1 2 3", true}, {aspectOrder, "p: 3 2", "o: 1 2\np: 1 2 3", false}, {aspectOrder, "q: 1", "o: 1", false},
		{aspectCount, "3", "3", true}, {aspectCount, "4", "3", false}, {aspectScanned, "0", "0", true}, {aspectPages, "1, more", "7, end", true}, {aspectPages, "2, end", "2, end", false},
	} {
		assert.Equal(t, test.want, isPartOf(test.aspect, test.got, test.whole), "%+v", test)
	}
}

// The examples are those of CapacityUnitCalculations and of its rules.
func TestSizeOfItems(t *testing.T) {
	t.Parallel()
	for item, want := range map[string]int{
		`{}`: 0, `{"Id":{"N":"1"}}`: 4, `{"é":{"S":"é"}}`: 4, `{"b":{"B":"YWI="}}`: 3, `{"t":{"BOOL":false},"u":{"NULL":true}}`: 4,
		`{"n":{"N":"-123.45"}}`: 6, `{"n":{"N":"0"}}`: 2, `{"n":{"N":"100"}}`: 3, `{"n":{"N":"1e1"}}`: 3, `{"n":{"N":"99999999999999999999999999999999999999"}}`: 21,
		`{"l":{"L":[]}}`: 4, `{"l":{"L":[{"S":"ab"},{"L":[]}]}}`: 11, `{"m":{"M":{"k":{"S":"ab"}}}}`: 8, `{"s":{"SS":["a","bc"]}}`: 4, `{"s":{"NS":["1","-1"]}}`: 6,
	} {
		v, err := decodeJSON([]byte(item))
		require.NoError(t, err)
		assert.Equal(t, want, itemSize(asObject(v)), item)
	}
}

// A query of a local index reads and fetches two items, one of which has two blocks.
func TestFetchedItemsCost(t *testing.T) {
	t.Parallel()
	big := canonicalJSON(obj{"S": string(make([]byte, 5000))})
	const description = `{"Table":{"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"LocalSecondaryIndexes":[
		{"IndexName":"local0","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["n"]}},
		{"IndexName":"local1","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}}`
	page := `{"Items":[{"p":{"S":"a"},"s":{"S":"b"},"g":{"N":"1"},"n":{"N":"1"},"x":` + big + `},{"p":{"S":"a"},"s":{"S":"c"},"g":{"N":"1"}}]}`
	for _, test := range []struct{ query, capacity, other string }{
		{`{"IndexName":"local0","ProjectionExpression":"n, x[0]","KeyConditionExpression":"p = :p","FilterExpression":"n = :n","ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"1"}}}`,
			`0 {"CapacityUnits":2,"LocalSecondaryIndexes":{"local0":{"CapacityUnits":0.5}},"Table":{"CapacityUnits":1.5}}`, `0 {"CapacityUnits":0.5}`},
		{`{"IndexName":"local0","Select":"ALL_ATTRIBUTES","ConsistentRead":true}`, "0 {\"CapacityUnits\":4}\n1 {\"CapacityUnits\":1}", `0 {"CapacityUnits":3}`},
		{`{"IndexName":"local0","ProjectionExpression":"n, #p","ExpressionAttributeNames":{"#p":"p"}}`,
			`0 {"CapacityUnits":0.5,"LocalSecondaryIndexes":{"local0":{"CapacityUnits":0.5}},"Table":{"CapacityUnits":0}}`, `0 {"CapacityUnits":2}`},
		{`{"IndexName":"local0","AttributesToGet":["n","y"]}`, `0 {"CapacityUnits":2}`, `0 {"CapacityUnits":1}`},
		{`{"IndexName":"local1","Select":"ALL_ATTRIBUTES"}`, `0 {"CapacityUnits":1}`, `0 {"CapacityUnits":2}`},
	} {
		c := Case{Request: Request{Operation: "Query", Body: test.query}, Ask: func(r Request) *Outcome {
			body := page
			if r.Operation == "DescribeTable" {
				body = description
			}
			return &Outcome{Aspects: map[string]string{aspectOutcome: outcomeOK}, Replies: []Reply{{Status: 200, Body: []byte(body)}}}
		}}
		assert.True(t, fetchCosts(c, test.capacity), test.query)
		assert.False(t, fetchCosts(c, test.other), test.query)
	}
}

func TestUnfilteredHasNoFilterAndNoProjection(t *testing.T) {
	t.Parallel()
	c := Case{Request: Request{Operation: "Query", Walk: true, Body: `{"IndexName":"local0","Limit":3,"ProjectionExpression":"#x","KeyConditionExpression":"#p = :p",
		"FilterExpression":"n = :n","ExpressionAttributeNames":{"#x":"x","#p":"p"},"ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"1"}}}`}}
	want := Request{Operation: "Query", Walk: true, Body: `{"ExpressionAttributeNames":{"#p":"p"},"ExpressionAttributeValues":{":p":{"S":"a"}},` +
		`"IndexName":"local0","KeyConditionExpression":"#p = :p","Limit":3,"Select":"ALL_ATTRIBUTES"}`}
	assert.Equal(t, want, c.unfiltered())
}

func TestEveryStatementIsAboutAMistakeOfTheGenerator(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, list := range [][]mistake{commonMistakes, expressionMistakes, queryMistakes, batchMistakes, tableMistakes} {
		for _, m := range list {
			made[m.name] = true
		}
	}
	for name := range mistakeStatements {
		assert.True(t, made[name], name)
	}
}

func TestMessageNamesOneOfTwoMistakes(t *testing.T) {
	t.Parallel()
	c := Case{
		Request:  Request{Mistakes: []string{"name syntax", "key empty"}},
		Local:    newOutcome(aspectOutcome, "ValidationException", aspectConstraint, "key empty", aspectField, "sk"),
		Dynoxide: newOutcome(aspectOutcome, "ValidationException", aspectConstraint, "syntax"),
	}
	assert.Equal(t, []string{"key empty", "syntax", "placeholder", "key empty"}, oneOfTheMistakes(aspectConstraint)(c))
	assert.Equal(t, []string{"sk", "#a-b"}, oneOfTheMistakes(aspectField)(c))
	vague := Case{Local: newOutcome(), Dynoxide: newOutcome()}
	assert.Equal(t, []string{""}, oneOfTheMistakes(aspectField)(vague))
}

// A legacy NOT_CONTAINS on bytes must find at least the items that DynamoDB Local finds,
// which are too few, and at most those that dynoxide finds, which are some without the
// attribute as well.
func TestNotContainsOnBytesIsBetweenTheTwo(t *testing.T) {
	t.Parallel()
	request := func(operator, value string) Request {
		return Request{Operation: "Scan", Body: `{"ScanFilter":{"n":{"ComparisonOperator":"NULL"},"b":{"ComparisonOperator":"` + operator + `","AttributeValueList":[` + value + `]}}}`}
	}
	found := func(data string, count string) *Outcome {
		return newOutcome(aspectOutcome, outcomeOK, aspectData, data, aspectCount, count)
	}
	for _, test := range []struct {
		request Request
		subject *Outcome
		want    int
	}{
		{request("NOT_CONTAINS", `{"B":"/w=="}`), found("a\nb", "2"), 0},
		{request("NOT_CONTAINS", `{"B":"/w=="}`), found("b\nc", "2"), 1},
		{request("NOT_CONTAINS", `{"B":"/w=="}`), found("", "0"), 2},
		{request("CONTAINS", `{"B":"/w=="}`), found("a\nb", "2"), 2},
		{request("CONTAINS", `{"B":"/w=="}`), found("a\nb\nc", "3"), 0},
		{request("CONTAINS", `{"S":"x"}`), found("a\nb\nc", "3"), 2},
	} {
		c := Case{Request: test.request, Local: found("a", "1"), Dynoxide: found("a\nb\nc", "3")}
		assert.Len(t, compare(c, test.subject, Rules).differences, test.want, "%s %v", test.request.Body, test.subject.Aspects)
	}
}

func TestStatesOfATableThatChanges(t *testing.T) {
	t.Parallel()
	state := func(s string) *Outcome { return newOutcome(aspectOutcome, outcomeOK, aspectState, s) }
	for _, test := range []struct {
		operation, subject string
		want               int
	}{
		{"UpdateTable", "ACTIVE, g ACTIVE", 0}, {"UpdateTable", "UPDATING, g UPDATING", 0}, {"UpdateTable", "ACTIVE", 1}, {"UpdateTable", "ACTIVE, h ACTIVE", 1},
		{"UpdateTable", "DELETING, g ACTIVE", 1}, {"CreateTable", "UPDATING, g ACTIVE", 1}, {"CreateTable", "CREATING, g CREATING", 0}, {"DescribeTable", "GONE, g ACTIVE", 1},
		{"DeleteTable", "DELETING", 0}, {"DeleteTable", "DELETING, g DELETING", 0}, {"DeleteTable", "ACTIVE", 1}, {"DescribeTable", "DELETING", 1},
	} {
		c := Case{Request: Request{Operation: test.operation}, Local: state("UPDATING, g ACTIVE"), Dynoxide: state("UPDATING, g ACTIVE")}
		assert.Len(t, compare(c, state(test.subject), Rules).differences, test.want, "%v", test)
	}
}

// A transaction stops at its first invalid action, which may be one that dynoxide accepts.
func TestReasonOfAnEarlierInvalidPath(t *testing.T) {
	t.Parallel()

	const path, operand = "ValidationError(update path)", "ValidationError(update operand)"
	for _, test := range []struct {
		got, want string
		holds     bool
	}{
		{path + ",None,None", "None,None," + operand, true},
		{"None," + path + ",None", "None,None," + path, true},
		{"None,None," + path, "None,None," + operand, false},
		{"None," + path + "," + operand, "None,None," + operand, false},
		{operand + ",None", "None," + operand, false},
		{"None,None", "None," + operand, false},
		{path + ",None", "None,None", false},
	} {
		assert.Equal(t, test.holds, hasEarlierReason(test.got, test.want), "%s, %s", test.got, test.want)
	}
}
