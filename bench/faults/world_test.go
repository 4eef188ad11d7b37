package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

const (
	table     = "Cities"
	counters  = "Counters"
	byCountry = "by-country" // an index of the table

	latency    = 20 * time.Millisecond // of each exchange
	hangsAfter = time.Hour             // a call that takes longer has hung
	// maxRequests ends a call that would send requests for ever.
	maxRequests = 10_000
	pageSize    = 20
)

// city is an item of the table of cities.
type city struct {
	ID         string
	Name       string
	Country    string
	Population int64
	Capital    bool
	Tags       []string `dynamo:",set" dynamodbav:",stringset"`
}

func (c city) String() string {
	slices.Sort(c.Tags)
	return fmt.Sprintf("%q", []any{c.ID, c.Name, c.Country, c.Population, c.Capital, c.Tags})
}

func newCity(n int) city {
	return city{
		ID:         fmt.Sprintf("city-%03d", n),
		Name:       [...]string{"Lyon", "Sant Julia de Loria", "Springfield", "Sao Paulo", "New Braunfels"}[n%5],
		Country:    [...]string{"FR", "AD", "US", "BR", "US"}[n%5],
		Population: int64(n)*1009 + 17,
		Capital:    n%7 == 0,
		Tags:       []string{"geonames", "rank-" + strconv.Itoa(n%4)},
	}
}

func newCities(from, to int) []city {
	var all []city
	for n := from; n < to; n++ {
		all = append(all, newCity(n))
	}
	return all
}

func newCitiesOf(country string, from, to int) []city {
	return slices.DeleteFunc(newCities(from, to), func(c city) bool { return c.Country != country })
}

func ids(cities []city) []string {
	all := make([]string, len(cities))
	for i, c := range cities {
		all[i] = c.ID
	}
	return all
}

// world is what a trial runs in: a server and the network that leads to it.
type world struct {
	server  *dynamoconntest.Server
	network *network
	rand    *rand.Rand
	// client is what the clients send with: the network, unless overHTTP2 changes it.
	client      aws.HTTPClient
	credentials aws.CredentialsProvider
	close       func() // ends what the world has running
}

func newWorld(seed uint64) *world {
	server := dynamoconntest.New(dynamoconntest.WithSeed(seed))
	if err := server.CreateTable(
		dynamoconntest.Table{Name: table, PartitionKey: "ID", Indexes: []dynamoconntest.Index{{Name: byCountry, PartitionKey: "Country", SortKey: "ID"}}},
		dynamoconntest.Table{Name: counters, PartitionKey: "ID"},
		dynamoconntest.Table{Name: "Airports", PartitionKey: "Code"},
	); err != nil {
		panic(err)
	}
	w := &world{
		server: server, network: &network{server: server}, rand: rand.New(rand.NewPCG(seed, 18)),
		credentials: rotating(), close: func() {},
	}
	w.client = w.network
	return w
}

// overHTTP2 makes the clients send with net/http's client over HTTP/2. All requests are of
// that action. The network carries out each request; then, unless resets resets its stream,
// the answer is sent.
func (w *world) overHTTP2(action string, resets func(*wiretest.HTTP2Request) bool) {
	server := &wiretest.HTTP2Server{Handle: func(r *wiretest.HTTP2Request) {
		body, whole := r.Body(hangsAfter)
		if !whole {
			return
		}
		req, err := http.NewRequest(http.MethodPost, "http://localhost/", bytes.NewReader(body))
		if err != nil {
			panic(err)
		}
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
		req.Header.Set("X-Amz-Date", "20260101T000000Z")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
		resp, err := w.network.Do(req)
		if err != nil {
			r.Close()
			return
		}
		if resets(r) {
			return
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		var header []string
		for _, name := range []string{"Content-Type", "X-Amzn-Requestid", "X-Amz-Crc32"} {
			header = append(header, strings.ToLower(name), resp.Header.Get(name))
		}
		r.Answer(resp.StatusCode, string(text), header...)
	}}
	w.client, w.close = server.Client(true), server.Close
}

func (w *world) fill(cities ...city) {
	for _, c := range cities {
		if err := w.server.Load(table, mustMarshal(c)); err != nil {
			panic(err)
		}
	}
}

func mustMarshal(c city) any {
	m, err := attributevalue.MarshalMap(c)
	if err != nil {
		panic(err)
	}
	return m
}

// config returns the configuration that the SDK would load, with the way to the server.
func (w *world) config() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: aws.NewCredentialsCache(w.credentials),
		HTTPClient:  w.client,
	}
}

// rotating returns a provider that gives new credentials on each call, as a machine's
// role does.
func rotating() aws.CredentialsProvider {
	var asked atomic.Int32
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: fmt.Sprintf("AKID%d", asked.Add(1)), SecretAccessKey: "secret", SessionToken: "token",
			CanExpire: true, Expires: time.Now().Add(6 * time.Hour),
		}, nil
	})
}

// stored removes all faults and returns what the table of cities holds.
func (w *world) stored() map[string]city {
	w.server.ClearFaults()
	all := make(map[string]city)
	pages := dynamodb.NewScanPaginator(w.server.SDKClient(), &dynamodb.ScanInput{TableName: aws.String(table)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			panic(err)
		}
		var cities []city
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &cities); err != nil {
			panic(err)
		}
		for _, c := range cities {
			all[c.ID] = c
		}
	}
	return all
}

// has reports whether the table holds exactly that city.
func (w *world) has(c city) bool {
	got, ok := w.stored()[c.ID]
	return ok && got.String() == c.String()
}

// network is the HTTP client that the clients use. It delays and counts the requests,
// and it can replace the server's answers. It is not wiretest's, because it stops clients
// that send for ever and makes the server's pages shorter.
type network struct {
	server *dynamoconntest.Server
	// respond answers in place of the server, unless it returns nil. n is the number of
	// the request among those of its action, from 1.
	respond func(action string, n int) *http.Response
	// editBody changes the body of an answer. The answer gets the checksum of the new
	// body.
	editBody func(action string, n int, body []byte) []byte
	// replace makes another answer of the server's, after it has carried out the request.
	replace func(action string, n int, resp *http.Response) *http.Response
	// afterExchange is called after each exchange with the server.
	afterExchange func(action string, n int)
	// stop is called when the clients have sent maxRequests.
	stop func()

	mu      sync.Mutex
	sentAt  []time.Time // when each request was sent
	actions map[string]int
}

// Do answers a request.
func (nw *network) Do(req *http.Request) (*http.Response, error) {
	action := strings.TrimPrefix(req.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	n := nw.count(action)
	select {
	case <-time.After(latency):
	case <-req.Context().Done():
		return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: req.Context().Err()}
	}
	if nw.respond != nil {
		if resp := nw.respond(action, n); resp != nil {
			resp.Request = req
			return resp, nil
		}
	}
	req, err := shorterPages(action, req)
	if err != nil {
		return nil, err
	}
	resp, err := nw.server.HTTPClient().Do(req)
	if nw.afterExchange != nil {
		nw.afterExchange(action, n)
	}
	if err == nil && nw.replace != nil {
		resp = nw.replace(action, n, resp)
	}
	if err != nil || nw.editBody == nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return withBody(resp, nw.editBody(action, n, body)), nil
}

// count counts a request and returns the number of requests of its action up to now.
func (nw *network) count(action string) int {
	nw.mu.Lock()
	defer nw.mu.Unlock()
	if nw.actions == nil {
		nw.actions = make(map[string]int)
	}
	nw.actions[action]++
	if nw.sentAt = append(nw.sentAt, time.Now()); len(nw.sentAt) == maxRequests {
		nw.stop()
	}
	return nw.actions[action]
}

// mostRequestsWithin returns the largest number of requests in any such span.
func (nw *network) mostRequestsWithin(span time.Duration) int {
	nw.mu.Lock()
	defer nw.mu.Unlock()
	most, first := 0, 0
	for last, at := range nw.sentAt {
		for at.Sub(nw.sentAt[first]) > span {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// shorterPages adds a Limit to the request, so that the server ends its pages after a
// few items. Without it a page would end at 1 MB.
func shorterPages(action string, req *http.Request) (*http.Request, error) {
	limit, paged := map[string]int{"Scan": pageSize, "Query": pageSize, "ListTables": 2}[action]
	if !paged {
		return req, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var input map[string]json.RawMessage
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	if _, given := input["Limit"]; !given {
		input["Limit"] = json.RawMessage(strconv.Itoa(limit))
	}
	if body, err = json.Marshal(input); err != nil {
		return nil, err
	}
	shorter := req.Clone(req.Context())
	shorter.Body, shorter.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return shorter, nil
}

// withBody gives an answer another body, and the length and checksum of that body.
func withBody(resp *http.Response, body []byte) *http.Response {
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.Header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	return resp
}

// foreignResponse returns an answer that does not come from DynamoDB and so has no
// checksum. header has names and values.
func foreignResponse(status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

func TestCityIsStoredUnchanged(t *testing.T) {
	w := newWorld(1)
	w.fill(newCities(0, 50)...)
	for _, c := range newCities(0, 50) {
		if !w.has(c) {
			t.Errorf("%s was stored differently", c)
		}
	}
	if w.has(newCity(50)) {
		t.Error("the table holds a city that was not put")
	}
}
