package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/dynamoconn/dynamoconn"
)

// cannedHTTPClient is an HTTP client that answers every request with the same bytes,
// without a network. It is not wiretest's, whose work would be measured as well.
type cannedHTTPClient struct {
	body     []byte
	crc      string
	crcSoFar uint32 // of the body without its last byte
	pages    int64  // of one reading: all but the last one have a LastEvaluatedKey

	asked, sent atomic.Int64 // requests, and bytes in them
	recorded    *[][]byte    // where the bodies of requests go; nil while speed is measured
}

// newCannedHTTPClient returns a client that answers with value in JSON, an object.
func newCannedHTTPClient(value any, pages int) (*cannedHTTPClient, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // as DynamoDB does
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	body := bytes.TrimSpace(b.Bytes())
	return &cannedHTTPClient{
		body:     body,
		crc:      checksum(crc32.ChecksumIEEE(body)),
		crcSoFar: crc32.ChecksumIEEE(body[:len(body)-1]),
		pages:    int64(pages),
	}, nil
}

func checksum(crc uint32) string { return strconv.FormatUint(uint64(crc), 10) }

// Do reads the request to its end, as a network would, and answers.
func (c *cannedHTTPClient) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if err := c.take(req.Body); err != nil {
			return nil, err
		}
	}
	body, crc, length := io.Reader(bytes.NewReader(c.body)), c.crc, len(c.body)
	if place := c.asked.Add(1) % c.pages; place > 0 {
		body, crc, length = c.pageThatEndsAt(place)
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header: http.Header{
			"Content-Type":     {"application/x-amz-json-1.0"},
			"X-Amz-Crc32":      {crc},
			"X-Amzn-Requestid": {requestID},
		},
		ContentLength: int64(length),
		Body:          io.NopCloser(body),
		Request:       req,
	}, nil
}

const requestID = "0EXAMPLE"

func (c *cannedHTTPClient) take(body io.Reader) error {
	if c.recorded != nil {
		all, err := io.ReadAll(body)
		*c.recorded = append(*c.recorded, all)
		return err
	}
	n, err := io.Copy(io.Discard, body)
	c.sent.Add(n)
	return err
}

// pageThatEndsAt returns the body with a LastEvaluatedKey, without a copy of it.
func (c *cannedHTTPClient) pageThatEndsAt(place int64) (body io.Reader, crc string, length int) {
	end := `,"LastEvaluatedKey":{"ID":{"N":"` + strconv.FormatInt(place, 10) + `"}}}`
	start := c.body[:len(c.body)-1]
	sum := crc32.Update(c.crcSoFar, crc32.IEEETable, []byte(end))
	return io.MultiReader(bytes.NewReader(start), strings.NewReader(end)), checksum(sum), len(start) + len(end)
}

// record returns the bodies of the requests that write sends, one after the other.
func (c *cannedHTTPClient) record(write func() error) ([][]byte, error) {
	var bodies [][]byte
	c.recorded = &bodies
	defer func() { c.recorded = nil }()
	err := write()
	return bodies, err
}

// echoHTTPClient answers BatchGetItem with an item for each key: the key itself.
type echoHTTPClient struct{}

// Do answers a request.
func (echoHTTPClient) Do(req *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(sent, []byte(`"Keys":[`))
	asked, _, found := bytes.Cut(rest, []byte(`]`))
	if !found {
		return nil, fmt.Errorf("a request without keys: %.100q", sent)
	}
	body := fmt.Appendf(nil, `{"Responses":{%q:[%s]},"UnprocessedKeys":{}}`, table, asked)
	return (&cannedHTTPClient{body: body, crc: checksum(crc32.ChecksumIEEE(body)), pages: 1}).Do(req)
}

// sentItems returns the items and keys in the bodies of requests.
func sentItems(bodies [][]byte) ([]dynamoconn.Item, error) {
	var items []dynamoconn.Item
	for _, body := range bodies {
		var request struct {
			Item, Key    dynamoconn.DynamoDBJSON
			RequestItems map[string][]struct {
				PutRequest struct{ Item dynamoconn.DynamoDBJSON }
			}
			TransactItems []struct {
				Put struct{ Item dynamoconn.DynamoDBJSON }
			}
		}
		if err := json.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		for _, item := range []dynamoconn.DynamoDBJSON{request.Item, request.Key} {
			if item != nil {
				items = append(items, dynamoconn.Item(item))
			}
		}
		for _, write := range request.RequestItems[table] {
			items = append(items, dynamoconn.Item(write.PutRequest.Item))
		}
		for _, write := range request.TransactItems {
			items = append(items, dynamoconn.Item(write.Put.Item))
		}
	}
	return items, nil
}

// The answers.

type (
	pageAnswer struct {
		Count, ScannedCount int
		Items               []dynamoconn.DynamoDBJSON
	}
	itemAnswer struct {
		Item             dynamoconn.DynamoDBJSON
		ConsumedCapacity *capacityAnswer `json:",omitempty"`
	}
	capacityAnswer struct {
		TableName     string
		CapacityUnits float64
		Table         struct{ CapacityUnits float64 }
	}
	batchGetAnswer struct {
		Responses       map[string][]dynamoconn.DynamoDBJSON
		UnprocessedKeys struct{}
	}
	batchWriteAnswer  struct{ UnprocessedItems struct{} }
	transactGetAnswer struct{ Responses []itemAnswer }
)

func answerPage(items []dynamoconn.Item) pageAnswer {
	return pageAnswer{len(items), len(items), dynamoJSON(items)}
}

func answerBatchGet(items []dynamoconn.Item) batchGetAnswer {
	return batchGetAnswer{Responses: map[string][]dynamoconn.DynamoDBJSON{table: dynamoJSON(items)}}
}

func answerTransactGet(items []dynamoconn.Item) (answer transactGetAnswer) {
	for _, item := range items {
		answer.Responses = append(answer.Responses, itemAnswer{Item: dynamoconn.DynamoDBJSON(item)})
	}
	return answer
}

func dynamoJSON(items []dynamoconn.Item) []dynamoconn.DynamoDBJSON {
	all := make([]dynamoconn.DynamoDBJSON, len(items))
	for i, item := range items {
		all[i] = dynamoconn.DynamoDBJSON(item)
	}
	return all
}
