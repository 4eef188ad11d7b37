package dynamoconn_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

var (
	checkMusic   = dynamoconn.CheckTableRequest{TableName: "Music"}
	everySubject = []string{
		"connection", "credentials", "DescribeTable", "table",
		"GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem",
	}
)

// subjects returns the subjects of the findings, and of those in which something is wrong.
func subjects(check *dynamoconn.TableCheck) (all, wrong []string) {
	for _, finding := range check.Findings {
		all = append(all, finding.Subject)
		if finding.Err != nil {
			wrong = append(wrong, finding.Subject)
		}
	}
	return all, wrong
}

// Nothing is carried out but the description, and nothing is used.
func TestCheckTableReadsAndWritesNothing(t *testing.T) {
	t.Parallel()
	server, client := musicServer(t)
	require.NoError(t, server.Load("Music", musicKey()))
	check, err := client.CheckTable(t.Context(), checkMusic)
	require.NoError(t, err)
	all, wrong := subjects(check)
	assert.Equal(t, everySubject, all)
	assert.Empty(t, wrong)
	assert.Equal(t, []string{"Artist"}, check.Table.KeyNames())
	journal := server.Journal()
	require.Len(t, journal, 9)
	assert.Equal(t, 9, check.Attempts)
	assert.Len(t, check.RequestIDs, 9)
	for i, entry := range journal {
		assert.Equal(t, i == 0, entry.Applied, entry.Operation)
		if i > 0 {
			assert.Equal(t, "ValidationException", entry.Error, entry.Operation)
		}
	}
	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
	require.NoError(t, err)
	assert.Len(t, resp.Items, 1)
}

func TestCheckTableOfSomeActions(t *testing.T) {
	t.Parallel()
	server, client := musicServer(t)
	_, err := client.CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: "Music", Actions: []string{"PutItem", "Query"}})
	require.NoError(t, err)
	var sent []string
	for _, entry := range server.Journal() {
		sent = append(sent, entry.Operation)
	}
	assert.Equal(t, []string{"DescribeTable", "PutItem", "Query"}, sent)
	_, err = client.CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: "Music", Actions: []string{"Query", "DeleteTable"}})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.ErrorContains(t, err, "Actions[1]")
	_, err = client.CheckTable(t.Context(), dynamoconn.CheckTableRequest{})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}

// What each action answers becomes the finding of that action.
func TestCheckTableTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for action, answer := range map[string]struct {
		answer wiretest.Answer
		cause  error
		all    []string
		wrong  []string
	}{
		"DescribeTable": {
			wiretest.Refuse(400, "AccessDeniedException", "not you", "R"), dynamoconn.ErrAccessDenied,
			[]string{"connection", "credentials", "DescribeTable", "GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"},
			[]string{"DescribeTable"},
		},
		"PutItem":    {wiretest.Refuse(400, "AccessDeniedException", "not you", "R"), dynamoconn.ErrAccessDenied, everySubject, []string{"PutItem"}},
		"UpdateItem": {busy, dynamoconn.ErrThrottled, everySubject, []string{"UpdateItem"}},
		"Scan":       {brokenPipe, dynamoconn.ErrUnavailable, everySubject, []string{"Scan"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := dynamoconntest.New()
			require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
			w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
				if r.Action == action {
					return answer.answer(r)
				}
				return wiretest.Forward(server.HTTPClient())(r)
			})
			check, err := wireClient(t, w).CheckTable(t.Context(), checkMusic)
			require.ErrorIs(t, err, answer.cause, action)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous, "nothing can have been written")
			assert.NotErrorIs(t, err, dynamoconn.ErrValidation)
			assert.Equal(t, "CheckTable", errorOf(t, err).Activity)
			all, wrong := subjects(check)
			assert.Equal(t, answer.all, all)
			assert.Equal(t, answer.wrong, wrong)
			assert.ErrorIs(t, check.Err(), answer.cause)
			assert.Contains(t, check.String(), "FAILED  "+action)
		})
	}
}

func TestCheckTableEndsWhereThereIsNoPoint(t *testing.T) {
	t.Parallel()
	for subject, test := range map[string]struct {
		answer wiretest.Answer
		cause  error
	}{
		"connection":  {noDial, dynamoconn.ErrUnavailable},
		"credentials": {wiretest.Refuse(400, "UnrecognizedClientException", "who are you", "R"), dynamoconn.ErrCredentials},
		"table":       {wiretest.Refuse(400, "ResourceNotFoundException", "no such table", "R"), dynamoconn.ErrTableNotFound},
	} {
		w := wiretest.New(test.answer)
		check, err := wireClient(t, w, dynamoconn.WithMaxAttempts(1)).CheckTable(t.Context(), checkMusic)
		require.ErrorIs(t, err, test.cause)
		assert.Len(t, w.Requests(), 1)
		_, wrong := subjects(check)
		assert.Equal(t, []string{subject}, wrong)
	}

	synctest.Test(t, func(t *testing.T) {
		server := dynamoconntest.New(dynamoconntest.WithTableDelays(time.Hour, 0, 0))
		require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
		check, err := server.Client(t).CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: "Music", Actions: []string{}})
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady)
		assert.Equal(t, dynamoconn.TableStatusCreating, check.Table.TableStatus)
	})

	ctx, cancel := context.WithCancel(t.Context())
	w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
		cancel()
		return wiretest.AllDone()(r)
	})
	_, err := wireClient(t, w).CheckTable(ctx, checkMusic)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, w.Requests(), 1)
}

func TestCheckTableComparesTheClocks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ahead time.Duration
		want  string
		wrong bool
	}{
		"right":        {30 * time.Second, "ok      clock           DynamoDB's clock is 30s ahead of this machine's\n", false},
		"wrong, early": {10 * time.Minute, "10m0s ahead of this machine's", true},
		"wrong, late":  {-3 * time.Hour, "3h0m0s behind this machine's", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			date := time.Now().Add(test.ahead).UTC().Format(http.TimeFormat)
			w := wiretest.New(wiretest.AllDone("Date", date))
			check, err := wireClient(t, w).CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: "Music", Actions: []string{}})
			if test.wrong {
				require.ErrorIs(t, err, dynamoconn.ErrClock, name)
			} else {
				require.NoError(t, err, name)
			}
			assert.Equal(t, test.ahead, check.ClockSkew, name)
			assert.Contains(t, check.String(), test.want, name)
			assert.True(t, strings.HasPrefix(check.String(), "table \"Music\" in us-east-1\nok      connection\n"), check.String())
		})
	}
}
