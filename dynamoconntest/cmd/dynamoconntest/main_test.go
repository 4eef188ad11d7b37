package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// asCommand makes the test program run as the command.
const asCommand = "DYNAMOCONNTEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// running is a server that a test has started with execute.
type running struct {
	url    string
	stop   context.CancelFunc
	status chan int
	stdout *bufio.Reader
	stderr *bytes.Buffer
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := &running{stop: cancel, status: make(chan int, 1), stdout: bufio.NewReader(out), stderr: &bytes.Buffer{}}
	go func() {
		status := execute(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in, r.stderr)
		in.Close()
		r.status <- status
	}()
	r.url = readURL(t, r.stdout)
	t.Cleanup(cancel)
	return r
}

func readURL(t *testing.T, stdout *bufio.Reader) string {
	t.Helper()
	text, err := stdout.ReadString('\n')
	require.NoError(t, err)
	url, ok := strings.CutPrefix(strings.TrimSpace(text), "DynamoDB in memory at ")
	require.True(t, ok, text)
	return url
}

// client returns a client of the SDK that sends each request once.
func client(t *testing.T, url, region string) *dynamodb.Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	return dynamodb.New(dynamodb.Options{Region: region, Credentials: dynamoconntest.Credentials(), BaseEndpoint: &url, RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: transport}})
}

func createTable(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("Music"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("Artist"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("Artist"), KeyType: types.KeyTypeHash}},
	})
	require.NoError(t, err)
}

func put(t *testing.T, c *dynamodb.Client) error {
	t.Helper()
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Music"), Item: map[string]types.AttributeValue{"Artist": &types.AttributeValueMemberS{Value: "Nina"}}})
	return err
}

func TestFlagsReachTheServer(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "journal")
	s := start(t, "-delete-delay=1h", "-separate-regions", "-latency=20ms", "-journal", file,
		"-fault=lose-answer,operation=PutItem,table=Music,skip=1,times=1", "-fault=throttle=ThrottlingException,operation=Scan")
	east, west := client(t, s.url, "us-east-1"), client(t, s.url, "us-west-2")
	began := time.Now()
	createTable(t, east)
	assert.GreaterOrEqual(t, time.Since(began), 20*time.Millisecond, "the latency")

	tables, err := west.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, tables.TableNames, "each region has its own tables")

	require.NoError(t, put(t, east), "the first put is skipped")
	require.Error(t, put(t, east), "the second loses its answer")
	require.NoError(t, put(t, east), "once only")
	_, err = east.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Music")})
	require.ErrorContains(t, err, "ThrottlingException")
	gone, err := east.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Music")})
	require.NoError(t, err)
	assert.Equal(t, types.TableStatusDeleting, gone.TableDescription.TableStatus)

	s.stop()
	assert.Zero(t, <-s.status)
	assert.Empty(t, s.stderr.String())
	assert.Equal(t, []string{
		"CreateTable 200 true ", "ListTables 200 true ", "PutItem 200 true ", "PutItem 0 true lose answer", "PutItem 200 true ",
		"Scan 400 false throttle", "DeleteTable 200 true ",
	}, readJournal(t, file))
}

// readJournal returns the operation, status, outcome and fault of each line.
func readJournal(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []string
	for text := range bytes.Lines(text) {
		var l line
		require.NoError(t, json.Unmarshal(text, &l))
		var body map[string]any
		require.NoError(t, json.Unmarshal(l.Input, &body), "the body is there as JSON")
		status, err := json.Marshal(l.Status)
		require.NoError(t, err)
		outcome := " false "
		if l.Applied {
			outcome = " true "
		}
		out = append(out, l.Operation+" "+string(status)+outcome+l.Fault)
	}
	return out
}

func TestAnEndCutsOffRequestsThatWait(t *testing.T) {
	t.Parallel()
	s := start(t, "-fault=hang,operation=PutItem", "-journal=-")
	c := client(t, s.url, "us-east-1")
	journal := make(chan string, 2)
	go func() {
		for range 2 {
			text, _ := s.stdout.ReadString('\n')
			journal <- text
		}
	}()
	createTable(t, c)
	assert.Contains(t, <-journal, "CreateTable")
	failed := make(chan error)
	go func() { failed <- put(t, c) }()
	assert.Contains(t, <-journal, `"Fault":"hang"`)
	s.stop()
	require.Error(t, <-failed)
	assert.Zero(t, <-s.status)
}

func TestASignalEndsTheCommandCleanly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send this signal on Windows")
	}
	for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		file := filepath.Join(t.TempDir(), "journal")
		command := exec.CommandContext(t.Context(), os.Args[0], "-addr=127.0.0.1:0", "-journal="+file)
		command.Env = append(os.Environ(), asCommand+"=1")
		var stderr bytes.Buffer
		command.Stderr = &stderr
		stdout, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		createTable(t, client(t, readURL(t, bufio.NewReader(stdout)), "us-east-1"))
		require.NoError(t, command.Process.Signal(sent))
		require.NoError(t, command.Wait(), sent)
		assert.Empty(t, stderr.String())
		assert.Equal(t, []string{"CreateTable 200 true "}, readJournal(t, file))
	}
}

func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"more"}, {"-port=1"}, {"-latency=1"}, {"-fault="}, {"-fault=nothing"}, {"-fault=hang=1"}, {"-fault=slow"}, {"-fault=slow=x"},
		{"-fault=throttle=Much"}, {"-fault=hang,"}, {"-fault=hang,times=-1"}, {"-fault=hang,skip=x"}, {"-fault=hang,probability=0"},
		{"-fault=hang,probability=NaN"}, {"-fault=unprocessed-randomly=2"}, {"-seed=-1"},
	} {
		var stderr bytes.Buffer
		assert.Equal(t, 2, execute(t.Context(), args, io.Discard, &stderr), args)
		assert.NotEmpty(t, stderr.String(), args)
	}
	var stderr bytes.Buffer
	assert.Equal(t, 1, execute(t.Context(), []string{"-addr=127.0.0.1:none"}, io.Discard, &stderr))
	assert.Equal(t, 1, execute(t.Context(), []string{"-addr=127.0.0.1:0", "-journal=" + t.TempDir()}, io.Discard, &stderr))
	assert.Equal(t, 0, execute(t.Context(), []string{"-h"}, io.Discard, &stderr))
}

func TestEveryEffectOfTheLibraryHasItsName(t *testing.T) {
	t.Parallel()
	arguments := map[string]string{
		"throttle": "=RequestLimitExceeded", "unprocessed-randomly": "=0.5", "slow": "=1s", "truncate": "=-1", "flip-bit": "=3", "oversize": "=100",
	}
	names := map[string]bool{}
	for name := range plainEffects {
		names[name] = true
	}
	for name := range effectsWithArgument {
		names[name] = true
	}
	for name := range names {
		f, err := parseFault(name + arguments[name])
		require.NoError(t, err)
		assert.Equal(t, name, strings.ReplaceAll(f.Effect.String(), " ", "-"))
	}
	assert.Len(t, names, 19)

	got, err := parseFault("unprocessed-randomly=0.25,operation=BatchWriteItem,table=Music,skip=2,times=3,probability=0.5")
	require.NoError(t, err)
	assert.Equal(t, dynamoconntest.Fault{Operation: "BatchWriteItem", Table: "Music", Skip: 2, Times: 3, Probability: 0.5, Effect: dynamoconntest.UnprocessedRandomly(0.25)}, got)
}
