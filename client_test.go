package dynamoconn_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// wireConfig is a configuration that takes nothing from the environment.
func wireConfig() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "SECRETEXAMPLE", ""),
	}
}

// wireClient returns a client in us-east-1 that sends through w. Options that
// contradict wireConfig replace it.
func wireClient(t *testing.T, w dynamoconn.HTTPClient, opts ...dynamoconn.Option) *dynamoconn.Client {
	t.Helper()
	opts = append([]dynamoconn.Option{dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithHTTPClient(w)}, opts...)
	client, err := dynamoconn.New(t.Context(), opts...)
	require.NoError(t, err)
	return client
}

func musicKey() dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Artist", "No One You Know")}
}

const musicARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Music"

func getMusic() dynamoconn.GetItemRequest {
	return dynamoconn.GetItemRequest{TableName: "Music", Item: musicKey()}
}

// queryMusic returns the query of the partition of musicKey.
func queryMusic() dynamoconn.QueryRequest {
	return dynamoconn.QueryRequest{TableName: "Music", PartitionKey: musicKey()}
}

func putMusic() dynamoconn.PutItemRequest {
	return dynamoconn.PutItemRequest{TableName: "Music", Item: musicKey()}
}

// updateMusic is an update that may be applied twice.
func updateMusic() dynamoconn.UpdateItemRequest {
	return dynamoconn.UpdateItemRequest{
		TableName: "Music", Item: musicKey(), Changes: []dynamoconn.Change{dynamoconn.Attr("Label").Set("Acme")},
	}
}

func transactMusic() dynamoconn.TransactWriteRequest {
	return dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{updateMusic()}}
}

func transactGetMusic() dynamoconn.TransactGetRequest {
	return dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{getMusic()}}
}

func TestClientThatNewDidNotMake(t *testing.T) {
	t.Parallel()

	for name, client := range map[string]*dynamoconn.Client{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := map[string]func() error{
				"ListTables": func() error {
					_, err := client.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
					return err
				},
				"Tables": func() error {
					for _, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{}) {
						return err
					}
					return nil
				},
				"DescribeTable": func() error {
					_, err := client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
					return err
				},
				"Scan": func() error {
					_, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
					return err
				},
				"ScanItems": func() error {
					for _, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"}) {
						return err
					}
					return nil
				},
				"ScanPages": func() error {
					for _, err := range client.ScanPages(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"}) {
						return err
					}
					return nil
				},
				"ScanPage": func() error {
					_, err := client.ScanPage(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
					return err
				},
				"Query": func() error {
					_, err := client.Query(t.Context(), queryMusic())
					return err
				},
				"QueryItems": func() error { return firstError(client.QueryItems(t.Context(), queryMusic())) },
				"QueryPages": func() error { return firstError(client.QueryPages(t.Context(), queryMusic())) },
				"QueryPage": func() error {
					_, err := client.QueryPage(t.Context(), queryMusic())
					return err
				},
				"GetItem": func() error {
					_, err := client.GetItem(t.Context(), getMusic())
					return err
				},
				"PutItem": func() error {
					_, err := client.PutItem(t.Context(), putMusic())
					return err
				},
				"UpdateItem": func() error {
					_, err := client.UpdateItem(t.Context(), updateMusic())
					return err
				},
				"DeleteItem": func() error {
					_, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()})
					return err
				},
				"TransactWrite": func() error {
					_, err := client.TransactWrite(t.Context(), transactMusic())
					return err
				},
				"TransactGet": func() error {
					_, err := client.TransactGet(t.Context(), transactGetMusic())
					return err
				},
				"BatchGet": func() error {
					_, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
						RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
					})
					return err
				},
				"BatchWrite": func() error {
					_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
						Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
					})
					return err
				},
			}
			for activity, call := range calls {
				err := call()
				assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, activity)
				var field *dynamoconn.FieldError
				if assert.ErrorAs(t, err, &field, activity) {
					assert.Equal(t, "Client", field.Path)
				}
			}

			assert.Equal(t, dynamoconn.Region(""), client.Region())
			assert.NotPanics(t, client.CloseIdleConnections)
			assert.NotEmpty(t, client.String())
			text, err := client.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, client.String(), string(text))
			assert.Equal(t, client.String(), client.LogValue().String())
			assert.Equal(t, client.String(), fmt.Sprintf("%v", client))
		})
	}
}

func TestClientText(t *testing.T) {
	t.Parallel()

	client := wireClient(t, wiretest.New(), dynamoconn.WithRegion("eu-west-1"))
	assert.Equal(t, "dynamoconn.Client(eu-west-1)", client.String())
	client = wireClient(t, wiretest.New(), dynamoconn.WithEndpoint("http://localhost:8000"))
	assert.Equal(t, "dynamoconn.Client(us-east-1, http://localhost:8000)", client.String())
}

func TestEachRegionIsSignedAndReached(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	var made atomic.Int64
	client := wireClient(t, w, dynamoconn.WithSDKOptions(func(*dynamodb.Options) { made.Add(1) }))
	assert.Equal(t, dynamoconn.RegionUSEast1, client.Region())

	regions := []dynamoconn.Region{"", dynamoconn.RegionEUWest1, dynamoconn.RegionCNNorth1, dynamoconn.RegionEUWest1, ""}
	for _, region := range regions {
		var opts []dynamoconn.CallOption
		if region != "" {
			opts = append(opts, dynamoconn.InRegion(region))
		}
		_, err := client.GetItem(t.Context(), getMusic(), opts...)
		require.NoError(t, err)
	}
	want := []struct{ url, region string }{
		{"https://dynamodb.us-east-1.amazonaws.com/", "us-east-1"},
		{"https://dynamodb.eu-west-1.amazonaws.com/", "eu-west-1"},
		{"https://dynamodb.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
		{"https://dynamodb.eu-west-1.amazonaws.com/", "eu-west-1"},
		{"https://dynamodb.us-east-1.amazonaws.com/", "us-east-1"},
	}
	got := w.Requests()
	require.Len(t, got, len(want))
	for i, req := range got {
		assert.Equal(t, want[i].url, req.URL)
		assert.Equal(t, "GetItem", req.Action)
		assert.Contains(t, req.Header.Get("Authorization"), "/"+want[i].region+"/dynamodb/aws4_request")
	}
	assert.EqualValues(t, 3, made.Load(), "one SDK client for each region")
}

func TestClientsOfRegionsAreMadeOnceByMany(t *testing.T) {
	t.Parallel()

	var made atomic.Int64
	client := wireClient(t, wiretest.New(), dynamoconn.WithSDKOptions(func(*dynamodb.Options) { made.Add(1) }))
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			region := []dynamoconn.Region{dynamoconn.RegionEUWest1, dynamoconn.RegionEUWest2}[i%2]
			_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.InRegion(region))
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.EqualValues(t, 2, made.Load())
}

func TestRegionsThatCannotBeCalled(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	for _, region := range []dynamoconn.Region{"", "us_east_1", "US East (N. Virginia)", "evil.example.com/", "us-east-1.evil.example.com", "us-east", "\xff"} {
		_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.InRegion(region))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%q", region)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, "%q", region)
		assert.Equal(t, "InRegion", field.Path)
	}
	_, err := client.GetItem(t.Context(), getMusic(), nil)
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Empty(t, w.Requests())
}

func TestFirstWrongCallOptionIsReported(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	_, err := wireClient(t, w).GetItem(t.Context(), getMusic(), dynamoconn.InRegion("us_east_1"), dynamoconn.InRegion("us-east-1"))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Empty(t, w.Requests())
}

func TestSDKOptionsAreApplied(t *testing.T) {
	t.Parallel()

	w, other := wiretest.New(), wiretest.New()
	client := wireClient(t, w, dynamoconn.WithSDKOptions(
		func(o *dynamodb.Options) { o.AppID = "first" },
		func(o *dynamodb.Options) {
			o.AppID += "-second"
			o.HTTPClient = other
			o.BaseEndpoint = aws.String("https://example.com")
		},
	))
	_, err := client.GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	assert.Empty(t, w.Requests(), "the options' HTTP client replaces the client's")
	require.Len(t, other.Requests(), 1)
	assert.Equal(t, "https://example.com/", other.Requests()[0].URL)
	assert.Contains(t, other.Requests()[0].Header.Get("User-Agent"), "first-second")
}

// An HTTP client from the SDK's options is checked like any other.
func TestHTTPClientOfSDKOptionsIsGuarded(t *testing.T) {
	t.Parallel()

	other := wiretest.New(wiretest.Reply(200, "{}", "X-Amz-Crc32", "1"))
	client := wireClient(t, wiretest.New(), dynamoconn.WithMaxAttempts(1), dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.HTTPClient = other }))
	_, err := client.GetItem(t.Context(), getMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)

	client = wireClient(t, wiretest.New(), dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.HTTPClient = nil }),
		dynamoconn.WithEndpoint("http://127.0.0.1:1"), dynamoconn.WithMaxAttempts(1))
	_, err = client.GetItem(t.Context(), getMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrUnavailable, "nil means the client's own way")
}

func TestGzipThroughTheSDK(t *testing.T) {
	t.Parallel()

	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("Accept-Encoding")
		_, _ = io.WriteString(w, `{"Item":{"Artist":{"S":"No One You Know"}}}`)
	}))
	t.Cleanup(server.Close)
	for _, accept := range []bool{false, true} {
		client := wireClient(t, server.Client(), dynamoconn.WithEndpoint(server.URL),
			dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = accept }))
		resp, err := client.GetItem(t.Context(), getMusic())
		require.NoError(t, err)
		assert.True(t, resp.Item.Equal(getMusic().Item))
		assert.Equal(t, accept, asked == "gzip", asked)
	}
}

// A redirect would take a signed request, its session token and its item to a host
// that nobody named.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()

	var strays atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		strays.Add(1)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(elsewhere.Close)
	clients := map[string]func() []dynamoconn.Option{
		"the default": func() []dynamoconn.Option { return nil },
		"a plain client": func() []dynamoconn.Option {
			return []dynamoconn.Option{dynamoconn.WithHTTPClient(&http.Client{Transport: &http.Transport{}})}
		},
		"the SDK's client": func() []dynamoconn.Option {
			return []dynamoconn.Option{dynamoconn.WithHTTPClient(awshttp.NewBuildableClient())}
		},
		"by SDK options": func() []dynamoconn.Option {
			return []dynamoconn.Option{dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.HTTPClient = &http.Client{Transport: &http.Transport{}} })}
		},
	}
	for name, options := range clients {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				var asked atomic.Int64
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					http.Redirect(w, r, elsewhere.URL, status)
				}))
				defer server.Close()
				opts := append([]dynamoconn.Option{dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithEndpoint(server.URL)}, options()...)
				client, err := dynamoconn.New(t.Context(), opts...)
				require.NoError(t, err)
				defer client.CloseIdleConnections()
				_, err = client.PutItem(t.Context(), putMusic())
				assert.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
				assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				assert.EqualValues(t, 1, asked.Load(), "and it is not tried again")
			})
		}
	}
	assert.Zero(t, strays.Load())
}

// The caller's own rule about redirects is the caller's.
func TestCallersHTTPClientIsUnchanged(t *testing.T) {
	t.Parallel()

	plain := &http.Client{}
	_, err := wireClient(t, plain, dynamoconn.WithEndpoint("http://127.0.0.1:1"), dynamoconn.WithMaxAttempts(1)).GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
	assert.Nil(t, plain.CheckRedirect)
}

func TestSequentialCallsUseOneConnection(t *testing.T) {
	t.Parallel()

	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}") // without reading the request
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithEndpoint(server.URL))
	require.NoError(t, err)
	for range 200 {
		resp, err := client.PutItem(t.Context(), putMusic())
		require.NoError(t, err)
		require.Equal(t, 1, resp.Attempts)
	}
	// One, but for a busy machine: net/http gives a connection up if it takes more than 50 ms from the
	// answer until it knows that the request was written whole.
	used := connections.Load()
	assert.LessOrEqual(t, used, int64(4))

	client.CloseIdleConnections()
	_, err = client.PutItem(t.Context(), putMusic())
	require.NoError(t, err, "the client can still be used")
	assert.Equal(t, used+1, connections.Load())
	client.CloseIdleConnections()
}

func TestNewHeedsItsContext(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client, err := dynamoconn.New(ctx, dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithHTTPClient(wiretest.New()))
	require.NoError(t, err, "with a configuration at hand there is nothing to wait for")
	_, err = client.GetItem(t.Context(), getMusic())
	require.NoError(t, err, "the context of New does not outlive New")
}

func TestConsumedCapacityIsAskedForAndAddedUp(t *testing.T) {
	t.Parallel()

	w := wiretest.New(wiretest.Reply(200, `{"ConsumedCapacity":{"TableName":"Music","CapacityUnits":1.5,"Table":{"CapacityUnits":1},`+
		`"GlobalSecondaryIndexes":{"ByYear":{"CapacityUnits":0.5}}}}`))
	client := wireClient(t, w)
	resp, err := client.PutItem(t.Context(), putMusic(), dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	assert.Equal(t, []dynamoconn.ConsumedCapacity{{
		TableName: "Music", Capacity: dynamoconn.Capacity{CapacityUnits: 1.5}, Table: dynamoconn.Capacity{CapacityUnits: 1},
		GlobalSecondaryIndexes: map[string]dynamoconn.Capacity{"ByYear": {CapacityUnits: 0.5}},
	}}, resp.ConsumedCapacity)
	_, err = client.PutItem(t.Context(), putMusic())
	require.NoError(t, err)
	require.Len(t, w.Requests(), 2)
	assert.Contains(t, w.Requests()[0].Body, `"ReturnConsumedCapacity":"INDEXES"`)
	assert.NotContains(t, w.Requests()[1].Body, "ReturnConsumedCapacity")
}

func TestNilHTTPClientOfAType(t *testing.T) {
	t.Parallel()

	var none *http.Client
	client := wireClient(t, none, dynamoconn.WithEndpoint("http://127.0.0.1:1"), dynamoconn.WithMaxAttempts(1))
	_, err := client.GetItem(t.Context(), getMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrUnavailable)
}
