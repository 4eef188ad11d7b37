package dynamoconntest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestJournalFuncGetsEachRequestInOrder(t *testing.T) {
	t.Parallel()
	var got []dynamoconntest.Entry
	db, c := newTable(t, dynamoconntest.WithJournalFunc(func(e dynamoconntest.Entry) { got = append(got, e) }))
	put(t, c, key("a", 1))
	require.NotNil(t, get(t, c, key("a", 1)))
	assert.Equal(t, db.Journal(), got)

	got = nil
	_, c = newTable(t, dynamoconntest.WithJournalSize(0), dynamoconntest.WithJournalFunc(func(e dynamoconntest.Entry) { got = append(got, e) }))
	put(t, c, key("a", 1))
	require.Len(t, got, 1, "also if the journal keeps none")
}

func TestSDKClientMakesOneAttempt(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	injected := db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.InternalErrorBefore()})
	_, err := db.SDKClient().ListTables(t.Context(), nil)
	require.Error(t, err)
	assert.Equal(t, 1, injected.Hits())
}
