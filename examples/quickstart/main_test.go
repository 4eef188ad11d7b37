package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// varying lists the parts of the output that differ between runs, and the words that
// replace them.
var varying = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`dynamoconn-quickstart-[0-9a-f]{4}`), "TABLE"},
	{regexp.MustCompile(`\d\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC`), "TIME"},
	{regexp.MustCompile(`in [0-9.]+m?s\.`), "in SECONDS."},
}

const want = `, region us-east-1
Created the table TABLE.

BatchWrite puts 1,000 cities of GeoNames into the table:
  Wrote 1,000 cities with 40 requests in SECONDS.

ListTables lists the tables of the region:
  TABLE

DescribeTable describes the table:
  Status   ACTIVE
  Items    1,000 (AWS counts them about every six hours)
  Size     61.4 KB
  Billing  PAY_PER_REQUEST
  Created  TIME
  Key      Country, HASH (partition)
  Key      ID, RANGE (sort)

GetItem reads the item with the key Country IS, ID 474:
  Admin1: "39"
  Country: "IS"
  ID: 474
  Latitude: 64.13548
  Longitude: -21.89541
  Name: "Reykjavík"
  There is no item with the key Country IS, ID 5. This is not an error.

PutItem puts Akureyri on the condition that it is not in the table yet:
  The first put writes it.
  The second put is refused: condition failed.

Scan reads the table and returns the cities north of 65 degrees:
  6 of 1,001 items read:
  Country  City           Latitude   Longitude
  SJ       Longyearbyen    78.2233     15.6469
  GL       Upernavik       72.7836    -56.1493
  NO       Vardø           70.3705     31.1107
  IS       Siglufjörður    66.1520    -18.9081
  IS       Akureyri        65.6835    -18.0878
  FI       Herukka         65.0971     25.4048

Query reads the cities of Iceland from the last ID to the first, and returns two in the north:
  Country  City           Latitude   Longitude
  IS       Akureyri        65.6835    -18.0878
  IS       Siglufjörður    66.1520    -18.9081

BatchGet reads five items by their keys (one call can read thousands):
  Country  City      Latitude   Longitude
  JP       Kyoto      35.0211    135.7538
  KE       Nairobi    -1.2833     36.8167
  PL       Łódź       51.7706     19.4739
  SE       Malmö      55.6059     13.0007
  There is no item with the key {Country: "SE", ID: 9999}.

DeleteItem deletes an item and returns what it was:
  Deleted Akureyri.

Deleted the table TABLE.
`

func TestQuickstartPrintsWhatItDoes(t *testing.T) {
	t.Parallel()
	database, got := quickstart(t)
	assert.Equal(t, "DynamoDB in memory", database)
	assert.Equal(t, want, got)
}

func TestQuickstartPrintsTheSameOnDynamoDBLocal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	database, got := quickstart(t, "-endpoint", "local")
	assert.Regexp(t, `^DynamoDB Local at http://\S+$`, database)
	assert.Equal(t, want, got)
}

// quickstart runs the program and returns the database that it names and the rest of
// its output.
func quickstart(t *testing.T, args ...string) (database, output string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), args, &stdout, &stderr), stderr.String())
	database, _, _ = strings.Cut(stdout.String(), ",")
	output = stdout.String()[len(database):]
	for _, v := range varying {
		output = v.pattern.ReplaceAllString(output, v.name)
	}
	return database, output
}

func TestQuickstartCleansUpWhenInterrupted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(dynamoconntest.New().Handler())
	defer server.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var stdout bytes.Buffer
	err := run(ctx, []string{"-endpoint", server.URL, "-region", "eu-west-1"},
		io.MultiWriter(&stdout, onText{"GetItem", interrupt}), io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	assert.Contains(t, stdout.String(), "region eu-west-1\n")
	assert.NotContains(t, stdout.String(), "BatchGet")
	assert.Regexp(t, `\nDeleted the table dynamoconn-quickstart-\w+.\n$`, stdout.String())

	client, err := dynamoconn.New(t.Context(), dynamoconn.WithEndpoint(server.URL),
		dynamoconn.WithRegion(dynamoconn.RegionEUWest1), dynamoconn.WithStaticCredentials("example", "example", ""))
	require.NoError(t, err)
	for table, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{}) {
		require.NoError(t, err)
		assert.NotContains(t, table.Name, "dynamoconn-quickstart-")
	}
}

// onText calls do when text is written.
type onText struct {
	text string
	do   func()
}

func (o onText) Write(b []byte) (int, error) {
	if strings.Contains(string(b), o.text) {
		o.do()
	}
	return len(b), nil
}

func TestQuickstartRefusesAnUnknownFlag(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	require.Error(t, run(t.Context(), []string{"-speed", "9"}, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), "-endpoint")
}

func TestEveryCityOfTheDataIsAnItem(t *testing.T) {
	t.Parallel()
	all, err := cities()
	require.NoError(t, err)
	require.Len(t, all, 1000)
	countries := make(map[string]bool)
	for i, city := range all {
		id, err := dynamoconn.Value[int](city, "ID")
		require.NoError(t, err)
		assert.Equal(t, i+1, id)
		country, err := dynamoconn.Value[string](city, "Country")
		require.NoError(t, err)
		countries[country] = true
		assert.Equal(t, []string{"ID", "Name", "Country", "Latitude", "Longitude", "Admin1"}, city.Keys())
	}
	assert.Len(t, countries, 246)
	kyoto := dynamoconn.Item{
		dynamoconn.Long("ID", 506), dynamoconn.String("Name", "Kyoto"), dynamoconn.String("Country", "JP"),
		dynamoconn.Decimal("Latitude", dynamoconn.MustNumber("35.02107")),
		dynamoconn.Decimal("Longitude", dynamoconn.MustNumber("135.75385")), dynamoconn.String("Admin1", "22"),
	}
	assert.Equal(t, kyoto, all[505])
}
