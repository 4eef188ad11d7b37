package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// pageItems is the number of items in a scanned page. Together they have about 1 MB.
const pageItems = 3000

// city returns item n of a table of cities. It has eight attributes. Two fifths of the
// city names have letters outside ASCII.
func city(n int) dynamoconn.Item {
	name := [...]string{"Lyon", "Sant Julià de Lòria", "Springfield", "São Paulo", "New Braunfels"}[n%5]
	return dynamoconn.Item{
		dynamoconn.Long("ID", int64(n)),
		dynamoconn.String("Name", fmt.Sprintf("%s %d", name, n)),
		dynamoconn.String("Country", [...]string{"FR", "AD", "US", "BR", "US"}[n%5]),
		dynamoconn.Decimal("Latitude", dynamoconn.MustNumber(fmt.Sprintf("%d.%05d", n%90, n%99999+1))),
		dynamoconn.Decimal("Longitude", dynamoconn.MustNumber(fmt.Sprintf("-%d.%05d", n%180, n%88888+1))),
		dynamoconn.Boolean("Capital", n%100 == 0),
		dynamoconn.StringSet("Tags", "geonames", "city-"+strconv.Itoa(n%7)),
		dynamoconn.List("Admin", dynamoconn.String("", strconv.Itoa(n%95)), dynamoconn.Long("", int64(n%1000))),
	}
}

func cities(n int) []dynamoconn.Item {
	items := make([]dynamoconn.Item, n)
	for i := range items {
		items[i] = city(i)
	}
	return items
}

func attributeValues(items []dynamoconn.Item) []map[string]types.AttributeValue {
	all := make([]map[string]types.AttributeValue, len(items))
	for i, item := range items {
		attributes, err := dynamoconn.ToAttributeValues(item)
		if err != nil {
			panic(err)
		}
		all[i] = attributes
	}
	return all
}

// cannedHTTPClient is an HTTP client that answers every request with the same bytes,
// without a network. It is not wiretest's, whose work would be measured as well.
type cannedHTTPClient struct {
	body []byte
	crc  string
}

func newCannedHTTPClient(value any) cannedHTTPClient {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return cannedHTTPClient{body, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
}

// Do reads the request to its end, as a network would, and answers.
func (a cannedHTTPClient) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header: http.Header{
			"Content-Type":     {"application/x-amz-json-1.0"},
			"X-Amz-Crc32":      {a.crc},
			"X-Amzn-Requestid": {"0EXAMPLE"},
		},
		ContentLength: int64(len(a.body)),
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		Request:       req,
	}, nil
}
