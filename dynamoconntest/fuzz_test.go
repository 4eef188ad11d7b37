package dynamoconntest_test

import (
	"encoding/json"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/dynamoconn/dynamoconn/internal/fuzzseed"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// The answer to any request is JSON with the right checksum. An error has status 400
// and a type. The request costs no more than its size allows. The server continues to
// answer.
func FuzzEveryRequestIsAnswered(f *testing.F) {
	for i, body := range []string{
		`{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"ProjectionExpression":"a.b[0]"}`,
		`{"TableName":"Tab","Item":{"p":{"S":"a"},"s":{"N":"1"},"l":{"L":[{"M":{"x":{"NS":["1","2"]}}}]}},"Expected":{"x":{"Exists":false}}}`,
		`{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET a = if_not_exists(a, :a) + :a","ExpressionAttributeValues":{":a":{"N":"1"}}}`,
		`{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"ConditionExpression":"attribute_exists(p)"}`,
		`{"TableName":"Tab","IndexName":"byG","KeyConditionExpression":"g = :a","ExpressionAttributeValues":{":a":{"S":"1"}},"ScanIndexForward":false}`,
		`{"TableName":"Tab","Segment":1,"TotalSegments":3,"ScanFilter":{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"}]}}}`,
		`{"RequestItems":{"Tab":{"Keys":[{"p":{"S":"a"},"s":{"N":"1"}}]}}}`,
		`{"RequestItems":{"Tab":[{"PutRequest":{"Item":{"p":{"S":"a"},"s":{"N":"1"}}}},{"DeleteRequest":{"Key":{"p":{"S":"b"},"s":{"N":"1"}}}}]}}`,
		`{"TransactItems":[{"Get":{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}}}]}`,
		`{"ClientRequestToken":"x","TransactItems":[{"Put":{"TableName":"Tab","Item":{"p":{"S":"a"},"s":{"N":"1"}}}}]}`,
		`{"TableName":"New","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}`,
		`{"TableName":"Tab","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}`,
	} {
		f.Add(i, body)
	}
	mutate.Fuzz(f, func(t *testing.T, op int, body string) {
		db, _ := newTable(t)
		operation := fuzzseed.Operation(op)
		send := func(operation, body string) (int, string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://db/", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
			req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
			resp, err := db.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			text := readAll(t, resp)
			if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(text))), 10); sum != resp.Header.Get("X-Amz-Crc32") {
				t.Fatalf("checksum %s of %q, want %s", resp.Header.Get("X-Amz-Crc32"), text, sum)
			}
			return resp.StatusCode, text
		}
		if status, text := send("PutItem", `{"TableName":"Tab","Item":`+fuzzseed.RequestItem+`}`); status != 200 {
			t.Fatalf("PutItem before it: %d %s", status, text)
		}
		status, text := 0, ""
		if cost := allocated(func() { status, text = send(operation, body) }); cost > uint64(allocationFactor*len(body)+allocationBase) {
			t.Fatalf("%s %q allocated %d bytes", operation, body, cost)
		}
		var out struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatalf("%s %q answered %q: %v", operation, body, text, err)
		}
		if (status == 200) != (out.Type == "") || status != 200 && status != 400 {
			t.Fatalf("%s %q answered %d %q", operation, body, status, text)
		}
		if status, text := send("ListTables", "{}"); status != 200 {
			t.Fatalf("ListTables after it: %d %s", status, text)
		}
	})
}
