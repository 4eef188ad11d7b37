package dynamoconntest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestNewClientHasTheTables(t *testing.T) {
	t.Parallel()
	client := dynamoconntest.NewClient(t, dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"})
	song := dynamoconn.Item{dynamoconn.String("Artist", "Nina"), dynamoconn.Long("Year", 1964)}
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: song})
	require.NoError(t, err)
	got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Artist", "Nina")}, IsConsistentRead: true})
	require.NoError(t, err)
	assert.Equal(t, song, got.Item)
}

func TestLostAnswerIsAmbiguous(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	db.Inject(dynamoconntest.Fault{Operation: "PutItem", Effect: dynamoconntest.LoseAnswer()})
	client := db.Client(t, dynamoconn.WithMaxAttempts(1))
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Artist", "Nina")}})
	require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.True(t, db.Requests("PutItem")[0].Applied)
}
