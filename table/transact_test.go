package table_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

func newTexts(t *testing.T, m *music) *table.Table[plain] {
	t.Helper()
	texts, err := table.New[plain](m.client, "Plain")
	require.NoError(t, err)
	return texts
}

func TestTransactWritesAllAndFillsInTheFields(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	texts := newTexts(t, m)
	saved, checked, deleted, updated := m.created(t), song{Artist: "A", Title: "c"}, song{Artist: "A", Title: "d"}, song{Artist: "A", Title: "u", Label: "L", City: "C"}
	for _, s := range []*song{&checked, &deleted, &updated} {
		require.NoError(t, m.Create(t.Context(), s))
	}
	created := song{Artist: "A", Title: "new"}
	saved.Plays = 1
	m.db.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	require.NoError(t, table.Transact(t.Context(), m.client, []table.Write{
		m.CreateRequest(&created), m.SaveRequest(&saved), m.CheckRequest(&checked), m.DeleteRequest(&deleted),
		m.UpdateRequest(&updated, dynamoconn.Attr("Plays").Set(5), dynamoconn.Attr("City").Set("D")),
		texts.PutRequest(&plain{"1", "a"}), texts.DeleteKeyRequest(texts.Key("2")),
	}))
	assert.EqualValues(t, 1, created.Version)
	assert.EqualValues(t, 2, saved.Version)
	assert.EqualValues(t, 1, checked.Version)
	assert.EqualValues(t, 2, updated.Version)
	assert.Equal(t, "L#D", updated.Place)
	assert.Equal(t, 5, updated.Plays)
	for _, s := range []*song{&created, &saved, &updated} {
		require.NoError(t, m.Save(t.Context(), s), "the version is the one that is stored")
	}
	_, err := m.Get(t.Context(), "A", "d")
	require.ErrorIs(t, err, table.ErrNotFound)

	_, err = m.UpdateKey(t.Context(), m.KeyOf(&checked), dynamoconn.Attr("Plays").Set(1))
	require.NoError(t, err)
	before, again := saved, song{Artist: "A", Title: "new"}
	err = table.Transact(t.Context(), m.client, []table.Write{
		m.SaveRequest(&saved), m.CheckRequest(&checked), m.CreateRequest(&again), texts.PutRequest(&plain{"3", "c"}),
	})
	require.ErrorIs(t, err, table.ErrStale)
	require.ErrorIs(t, err, table.ErrExists)
	require.ErrorContains(t, err, "Writes[1]")
	var conflict *table.Conflict[song]
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, 1, conflict.Current.Plays)
	var canceled *dynamoconn.TransactionError
	require.ErrorAs(t, err, &canceled)
	assert.Equal(t, before, saved)
	assert.Equal(t, song{Artist: "A", Title: "new"}, again)
	_, err = texts.Get(t.Context(), "3")
	require.ErrorIs(t, err, table.ErrNotFound)
}

// A transaction returns no item. If v had the new version and not the new fields, a Save of it would undo
// the update.
func TestTransactDoesNotHideAnUpdateWhoseResultIsNotKnown(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	before := s
	require.NoError(t, table.Transact(t.Context(), m.client, []table.Write{m.UpdateRequest(&s, dynamoconn.Attr("Plays").Increment(5))}))
	assert.Equal(t, before, s)
	require.ErrorIs(t, m.Save(t.Context(), &s), table.ErrStale)
	read, err := m.Get(t.Context(), "A", "T")
	require.NoError(t, err)
	require.NoError(t, table.Transact(t.Context(), m.client, []table.Write{m.UpdateRequest(&read, dynamoconn.Attr("City").Remove())}))
	assert.Empty(t, read.City)
	assert.Empty(t, read.Place)
	stored, err := m.Get(t.Context(), "A", "T")
	require.NoError(t, err)
	assert.Equal(t, stored, read)
}

func TestWritesThatARequestRefuses(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	sent := len(m.db.Journal())
	for name, w := range map[string]table.Write{
		"zero Write":                      {},
		"put of a type with a version":    m.PutRequest(&s),
		"nil value":                       m.SaveRequest(nil),
		"no changes":                      m.UpdateRequest(&s),
		"part of a key without the rest":  m.UpdateKeyRequest(m.KeyOf(&s), dynamoconn.Attr("City").Set("x")),
		"zero Key":                        m.DeleteKeyRequest(table.Key[song]{}),
		"value whose key cannot be made":  m.CreateRequest(&song{Artist: "A", Title: "T", Label: "a#", City: "b"}),
		"save of a type without versions": newTexts(t, m).SaveRequest(&plain{ID: "1"}),
	} {
		err := table.Transact(t.Context(), m.client, []table.Write{m.CheckRequest(&s), w})
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		require.ErrorContains(t, err, "Writes[1]", name)
		_, err = w.Operation(t.Context())
		require.Error(t, err, name)
	}
	require.ErrorIs(t, table.Transact(t.Context(), nil, nil), dynamoconn.ErrInvalidOption)
	for name, w := range map[string]table.Write{
		"delete of a type with a version": m.DeleteKeyRequest(m.KeyOf(&s)),
		"create":                          m.CreateRequest(&s),
		"check":                           newTexts(t, m).CheckRequest(&plain{ID: "1"}),
	} {
		require.ErrorIs(t, table.BatchWrite(t.Context(), m.client, []table.Write{w}), dynamoconn.ErrInvalidRequest, name)
	}
	assert.Len(t, m.db.Journal(), sent)
}

func TestOperationIsForATransactionOfTheProgram(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := song{Artist: "A", Title: "T"}
	operation, err := m.CreateRequest(&s).Operation(t.Context())
	require.NoError(t, err)
	_, err = m.client.TransactWrite(t.Context(), dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{operation}})
	require.NoError(t, err)
	read, err := m.Get(t.Context(), "A", "T")
	require.NoError(t, err)
	assert.EqualValues(t, 1, read.Version)
	assert.Zero(t, s.Version)
}

func TestBatchWriteNamesWhatWasNotWritten(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	texts := newTexts(t, m)
	require.NoError(t, texts.Put(t.Context(), &plain{"old", "x"}))
	require.NoError(t, table.BatchWrite(t.Context(), m.client, []table.Write{
		texts.PutRequest(&plain{"1", "a"}), texts.PutRequest(&plain{"2", "b"}), texts.DeleteRequest(&plain{ID: "old"}),
	}))
	got, err := texts.Get(t.Context(), "2")
	require.NoError(t, err)
	assert.Equal(t, plain{"2", "b"}, got)
	_, err = texts.Get(t.Context(), "old")
	require.ErrorIs(t, err, table.ErrNotFound)

	huge := plain{"3", string(make([]byte, 400<<10))}
	err = table.BatchWrite(t.Context(), m.client, []table.Write{texts.PutRequest(&plain{"4", "d"}), texts.PutRequest(&huge)})
	var failed *table.BatchFailure
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failures, 1)
	assert.Equal(t, 1, failed.Failures[0].Index)
	assert.Equal(t, dynamoconn.OutcomeRefused, failed.Failures[0].Outcome)
	require.ErrorIs(t, failed.Failures[0].Err, dynamoconn.ErrItemTooLarge)
	var unfinished *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &unfinished)
	_, err = texts.Get(t.Context(), "4")
	require.NoError(t, err)
}

// An error of a hook is no mistake in the request.
func TestErrorOfAHookEndsATransaction(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	hooked, err := table.New[hookedText](m.client, "Plain")
	require.NoError(t, err)
	err = table.Transact(t.Context(), m.client, []table.Write{hooked.PutRequest(&hookedText{ID: "1"})})
	require.ErrorIs(t, err, errNoText)
	require.NotErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Empty(t, m.db.Journal())
}
