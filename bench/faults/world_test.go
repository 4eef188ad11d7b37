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
)

const (
	table    = "Cities"
	counters = "Counters"

	latency  = 20 * time.Millisecond // of each exchange
	patience = time.Hour             // after which a call hangs
	// mostRequests ends a call that would send for ever.
	mostRequests = 10_000
	pageSize     = 20
)

// city is what the tables hold.
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

func ids(cities []city) []string {
	all := make([]string, len(cities))
	for i, c := range cities {
		all[i] = c.ID
	}
	return all
}

// world is one server, and the way to it.
type world struct {
	server *dynamoconntest.Server
	path   *path
	rand   *rand.Rand
}

func newWorld(seed uint64) *world {
	server := dynamoconntest.New(dynamoconntest.WithSeed(seed))
	if err := server.CreateTable(
		dynamoconntest.Table{Name: table, PartitionKey: "ID"},
		dynamoconntest.Table{Name: counters, PartitionKey: "ID"},
		dynamoconntest.Table{Name: "Airports", PartitionKey: "Code"},
	); err != nil {
		panic(err)
	}
	return &world{server: server, path: &path{server: server}, rand: rand.New(rand.NewPCG(seed, 18))}
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

// config is the SDK's configuration as it would be loaded, and the way to the server.
func (w *world) config() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: aws.NewCredentialsCache(rotating()),
		HTTPClient:  w.path,
	}
}

// rotating gives new credentials whenever it is asked, as the roles of machines do.
func rotating() aws.CredentialsProvider {
	var asked atomic.Int32
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: fmt.Sprintf("AKID%d", asked.Add(1)), SecretAccessKey: "secret", SessionToken: "token",
			CanExpire: true, Expires: time.Now().Add(6 * time.Hour),
		}, nil
	})
}

// stored reads what the table really holds, past all faults.
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

// has tells whether the table holds exactly that city.
func (w *world) has(c city) bool {
	got, ok := w.stored()[c.ID]
	return ok && got.String() == c.String()
}

// path is the HTTP client of the clients: it takes its time, counts, and can put
// another answer in the place of the server's.
type path struct {
	server *dynamoconntest.Server
	// answer, if it returns anything, answers in the server's place.
	answer func(action string, n int) *http.Response
	// edit changes the body of an answer. The checksum is made to agree.
	edit func(action string, n int, body []byte) []byte
	// seen is called after each exchange.
	seen func(action string, n int)
	// stop is called when there are too many requests.
	stop func()

	mu      sync.Mutex
	at      []time.Time // of each request
	actions map[string]int
}

// Do answers a request.
func (p *path) Do(req *http.Request) (*http.Response, error) {
	action := strings.TrimPrefix(req.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	n := p.count(action)
	select {
	case <-time.After(latency):
	case <-req.Context().Done():
		return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: req.Context().Err()}
	}
	if p.answer != nil {
		if resp := p.answer(action, n); resp != nil {
			resp.Request = req
			return resp, nil
		}
	}
	req, err := shorterPages(action, req)
	if err != nil {
		return nil, err
	}
	resp, err := p.server.HTTPClient().Do(req)
	if p.seen != nil {
		p.seen(action, n)
	}
	if err != nil || p.edit == nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return sealed(resp, p.edit(action, n, body)), nil
}

// count returns how many requests of that action there have been, this one included.
func (p *path) count(action string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.actions == nil {
		p.actions = make(map[string]int)
	}
	p.actions[action]++
	if p.at = append(p.at, time.Now()); len(p.at) == mostRequests {
		p.stop()
	}
	return p.actions[action]
}

// busiest returns the most requests there were in any such span.
func (p *path) busiest(span time.Duration) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most, first := 0, 0
	for last, at := range p.at {
		for at.Sub(p.at[first]) > span {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// shorterPages makes the server end its pages after a few items, as it would after
// 1 MB.
func shorterPages(action string, req *http.Request) (*http.Request, error) {
	limit, paged := map[string]int{"Scan": pageSize, "ListTables": 2}[action]
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

// sealed gives an answer another body, with the length and checksum of that.
func sealed(resp *http.Response, body []byte) *http.Response {
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.Header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	return resp
}

// reply is an answer that does not come from DynamoDB: it has no checksum.
func reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
}

func TestCityIsWhatItWas(t *testing.T) {
	w := newWorld(1)
	w.fill(newCities(0, 50)...)
	for _, c := range newCities(0, 50) {
		if !w.has(c) {
			t.Errorf("%s is not as it was put", c)
		}
	}
	if w.has(newCity(50)) {
		t.Error("a city that was not put")
	}
}
