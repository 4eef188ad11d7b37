package table_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// song has everything that the package fills in.
type song struct {
	Artist  string    `dynamoconn:"partition"`
	Title   string    `dynamodbav:"SongTitle" dynamoconn:"sort"`
	Plays   int       `dynamodbav:",omitempty"`
	Label   string    `dynamodbav:",omitempty"`
	City    string    `dynamodbav:",omitempty"`
	Place   string    `dynamodbav:",omitempty" dynamoconn:"partition=ByPlace,from={Label}#{City}"`
	Version int64     `dynamoconn:"version"`
	Mark    string    `dynamoconn:"mark"`
	Created time.Time `dynamoconn:"created"`
	Updated time.Time `dynamoconn:"updated"`
	Expires int64     `dynamodbav:",omitempty" dynamoconn:"ttl"`
}

// plain has neither a version nor a mark.
type plain struct {
	ID   string `dynamoconn:"partition"`
	Text string
}

// music is a table of songs in memory.
type music struct {
	*table.Table[song]
	db     *dynamoconntest.Server
	client *dynamoconn.Client
	now    time.Time
}

func newMusic(t *testing.T) *music {
	t.Helper()
	m := &music{db: dynamoconntest.New(), now: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	require.NoError(t, m.db.CreateTable(dynamoconntest.Table{
		Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle",
		Indexes: []dynamoconntest.Index{{Name: "ByPlace", PartitionKey: "Place"}},
	}))
	require.NoError(t, m.db.CreateTable(dynamoconntest.Table{Name: "Plain", PartitionKey: "ID"}))
	m.client = m.db.Client(t)
	var err error
	m.Table, err = table.New[song](m.client, "Music", table.Clock(func() time.Time { return m.now }))
	require.NoError(t, err)
	return m
}

// stored returns the item with the key of every test.
func (m *music) stored(t *testing.T) dynamoconn.Item {
	t.Helper()
	read, err := m.client.GetItem(t.Context(), dynamoconn.GetItemRequest{
		TableName: "Music", Item: dynamoconn.KeyOf("Artist", "A", "SongTitle", "T"), IsConsistentRead: true,
	})
	require.NoError(t, err)
	return read.Item
}

// created returns a song that is stored.
func (m *music) created(t *testing.T) song {
	t.Helper()
	s := song{Artist: "A", Title: "T", Label: "Blue", City: "Ulm"}
	require.NoError(t, m.Create(t.Context(), &s))
	return s
}

func TestCreateFillsInTheFieldsAndTheItem(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	assert.NotEmpty(t, s.Mark)
	assert.Equal(t, song{
		Artist: "A", Title: "T", Label: "Blue", City: "Ulm", Place: "Blue#Ulm", Version: 1, Mark: s.Mark, Created: m.now, Updated: m.now,
	}, s)
	read, err := m.Get(t.Context(), "A", "T")
	require.NoError(t, err)
	assert.Equal(t, s, read)

	again := song{Artist: "A", Title: "T", Plays: 7}
	err = m.Create(t.Context(), &again)
	require.ErrorIs(t, err, table.ErrExists)
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	var conflict *table.Conflict[song]
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, &s, conflict.Current)
	assert.Equal(t, song{Artist: "A", Title: "T", Plays: 7}, again, "a write that fails leaves the value as it was")
}

func TestCreateReplacesAnExpiredItem(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := song{Artist: "A", Title: "T", Expires: m.now.Unix() + 1}
	require.NoError(t, m.Create(t.Context(), &s))
	require.ErrorIs(t, m.Create(t.Context(), &song{Artist: "A", Title: "T"}), table.ErrExists)
	m.now = m.now.Add(time.Second)
	_, err := m.Get(t.Context(), "A", "T")
	require.ErrorIs(t, err, table.ErrNotFound)
	kept, err := m.With(table.IncludeExpired()).Get(t.Context(), "A", "T")
	require.NoError(t, err)
	assert.Equal(t, s, kept)
	require.ErrorIs(t, m.Update(t.Context(), &s, dynamoconn.Attr("Plays").Set(1)), table.ErrNotFound)
	require.NoError(t, m.Create(t.Context(), &song{Artist: "A", Title: "T"}))

	m.now = m.now.Add(time.Hour)
	s = song{Artist: "A", Title: "old", Expires: m.now.AddDate(-6, 0, 0).Unix()}
	require.NoError(t, m.Create(t.Context(), &s))
	_, err = m.Get(t.Context(), "A", "old")
	require.NoError(t, err, "DynamoDB deletes no item whose time is over since more than five years")
}

func TestSaveChecksTheVersionAsRead(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	first := m.created(t)
	second := first
	m.now = m.now.Add(time.Minute)
	first.Plays, first.City = 1, ""
	require.NoError(t, m.Save(t.Context(), &first))
	assert.EqualValues(t, 2, first.Version)
	assert.Equal(t, m.now, first.Updated)
	assert.NotEqual(t, m.now, first.Created)
	assert.Empty(t, first.Place, "a key that is made from an empty field is not stored")
	assert.False(t, m.stored(t).Has("Place"))

	before := second
	err := m.Save(t.Context(), &second)
	require.ErrorIs(t, err, table.ErrStale)
	var conflict *table.Conflict[song]
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, &first, conflict.Current)
	assert.Equal(t, before, second)

	require.NoError(t, m.DeleteKey(t.Context(), m.KeyOf(&first)))
	err = m.Save(t.Context(), &first)
	require.ErrorIs(t, err, table.ErrNotFound)
	require.NoError(t, m.Save(t.Context(), &song{Artist: "A", Title: "T"}), "version 0 is written where none is stored")
	require.ErrorIs(t, m.Save(t.Context(), &song{Artist: "A", Title: "T"}), table.ErrStale)
}

// A new item begins with version 1 again. The mark tells it from the one that was deleted.
func TestSaveIsRefusedForAnItemThatWasCreatedAnew(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	old := m.created(t)
	require.NoError(t, m.Delete(t.Context(), &old))
	m.created(t)
	require.ErrorIs(t, m.Save(t.Context(), &old), table.ErrStale)
	require.ErrorIs(t, m.Delete(t.Context(), &old), table.ErrStale)
	require.ErrorIs(t, m.Update(t.Context(), &old, dynamoconn.Attr("Plays").Set(1)), table.ErrStale)
}

func TestPutLeavesNoStaleWriter(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	reader := m.created(t)
	put := song{Artist: "A", Title: "T", Plays: 9}
	require.NoError(t, m.Put(t.Context(), &put))
	assert.EqualValues(t, 2, put.Version)
	require.ErrorIs(t, m.Save(t.Context(), &reader), table.ErrStale)
	put = song{Artist: "B", Title: "T"}
	require.NoError(t, m.Put(t.Context(), &put))
	assert.EqualValues(t, 1, put.Version)

	texts, err := table.New[plain](m.client, "Plain")
	require.NoError(t, err)
	require.NoError(t, texts.Put(t.Context(), &plain{"1", "a"}))
	require.NoError(t, texts.Put(t.Context(), &plain{"1", "b"}))
	got, err := texts.Get(t.Context(), "1")
	require.NoError(t, err)
	assert.Equal(t, plain{"1", "b"}, got)
	require.ErrorIs(t, texts.Save(t.Context(), &plain{"1", "c"}), dynamoconn.ErrInvalidRequest)
	require.NoError(t, texts.Delete(t.Context(), &plain{ID: "1"}))
	require.NoError(t, texts.Delete(t.Context(), &plain{ID: "1"}), "gone is gone")
}

func TestUpdateMakesItsChangesAndReturnsTheItem(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	other := s
	s.Label = "not written"
	require.NoError(t, m.Update(t.Context(), &s, dynamoconn.Attr("Plays").Increment(2)))
	assert.Equal(t, 2, s.Plays)
	assert.Equal(t, "Blue", s.Label)
	assert.EqualValues(t, 2, s.Version)
	require.ErrorIs(t, m.Update(t.Context(), &other, dynamoconn.Attr("Plays").Increment(2)), table.ErrStale)
	assert.Zero(t, other.Plays)

	updated, err := m.UpdateKey(t.Context(), m.Key("A", "T"), dynamoconn.Attr("Plays").Increment(3))
	require.NoError(t, err)
	assert.Equal(t, 5, updated.Plays)
	assert.EqualValues(t, 3, updated.Version)
	require.ErrorIs(t, m.Save(t.Context(), &s), table.ErrStale)
	_, err = m.UpdateKey(t.Context(), m.Key("A", "nobody"), dynamoconn.Attr("Plays").Increment(3))
	require.ErrorIs(t, err, table.ErrNotFound, "an update creates no item")
}

func TestUpdateKeepsTheKeysOfItsFields(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	require.NoError(t, m.Update(t.Context(), &s, dynamoconn.Attr("City").Set("Rom")))
	assert.Equal(t, "Blue#Rom", s.Place)
	require.NoError(t, m.Update(t.Context(), &s, dynamoconn.Attr("Label").Remove()))
	assert.Empty(t, s.Place)
	updated, err := m.UpdateKey(t.Context(), m.Key("A", "T"), dynamoconn.Attr("Label").Set("Red"), dynamoconn.Attr("City").Set("Bonn"))
	require.NoError(t, err)
	assert.Equal(t, "Red#Bonn", updated.Place)

	for name, changes := range map[string][]dynamoconn.Change{
		"a part without the rest":     {dynamoconn.Attr("City").Set("Köln")},
		"a part in an unknown way":    {dynamoconn.Attr("City").SetIfMissing("Köln"), dynamoconn.Attr("Label").Set("x")},
		"a part with the text inside": {dynamoconn.Attr("City").Set("Köln"), dynamoconn.Attr("Label").Set("x#y")},
		"the key itself":              {dynamoconn.Attr("Place").Set("x")},
		"the version":                 {dynamoconn.Attr("Version").Increment(1)},
		"a key of the table":          {dynamoconn.Attr("Artist").Set("x")},
		"nothing":                     nil,
	} {
		sent := len(m.db.Journal())
		_, err := m.UpdateKey(t.Context(), m.Key("A", "T"), changes...)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		assert.Len(t, m.db.Journal(), sent, name)
	}
}

// The program has changed a part of a key in the value, and not stored it.
func TestUpdateTakesAPartOfAKeyOnlyIfItIsStored(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	for _, city := range []string{"Rom", ""} {
		held := s
		held.City = city
		require.ErrorIs(t, m.Update(t.Context(), &held, dynamoconn.Attr("Label").Set("Red")), table.ErrStale)
		err := table.Transact(t.Context(), m.client, []table.Write{m.UpdateRequest(&held, dynamoconn.Attr("Label").Set("Red"))})
		require.ErrorIs(t, err, table.ErrStale)
	}
	require.NoError(t, m.Update(t.Context(), &s, dynamoconn.Attr("City").Remove()))
	held := s
	held.City = "Rom"
	require.ErrorIs(t, m.Update(t.Context(), &held, dynamoconn.Attr("Label").Set("Red")), table.ErrStale)
	require.NoError(t, m.Update(t.Context(), &s, dynamoconn.Attr("Label").Set("Red")))
	assert.Empty(t, s.Place)
}

func TestEditWritesTheDifference(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	_, err := m.client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{
		TableName: "Music", Item: dynamoconn.KeyOf("Artist", "A", "SongTitle", "T"),
		Changes: []dynamoconn.Change{dynamoconn.Attr("Foreign").Set("kept")},
	})
	require.NoError(t, err)
	tries := 0
	edited, err := m.Edit(t.Context(), m.KeyOf(&s), func(s *song) error {
		if tries++; tries == 1 { // somebody else is faster
			_, err := m.UpdateKey(t.Context(), m.KeyOf(s), dynamoconn.Attr("Plays").Increment(10))
			require.NoError(t, err)
		}
		s.Plays++
		s.City = ""
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, tries)
	assert.Equal(t, 11, edited.Plays)
	assert.EqualValues(t, 3, edited.Version)
	assert.Empty(t, edited.Place)
	assert.True(t, m.stored(t).Has("Foreign"), "an attribute that the type lacks stays")

	sent := len(m.db.Journal())
	same, err := m.Edit(t.Context(), m.KeyOf(&s), func(*song) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, edited, same)
	assert.Len(t, m.db.Journal(), sent+1, "nothing is written if nothing is different")

	errMine := errors.New("mine")
	_, err = m.Edit(t.Context(), m.KeyOf(&s), func(*song) error { return errMine })
	require.ErrorIs(t, err, errMine)
	_, err = m.Edit(t.Context(), m.KeyOf(&s), func(s *song) error { s.Title = "other"; return nil })
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	_, err = m.Edit(t.Context(), m.Key("A", "nobody"), func(*song) error { return nil })
	require.ErrorIs(t, err, table.ErrNotFound)
	_, err = m.Edit(t.Context(), m.KeyOf(&s), nil)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}

// An item that expires while it is edited is not found. That takes no further try.
func TestEditEndsWhenTheItemExpires(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := song{Artist: "A", Title: "T", Expires: m.now.Unix() + 1}
	require.NoError(t, m.Create(t.Context(), &s))
	tries := 0
	_, err := m.Edit(t.Context(), m.KeyOf(&s), func(s *song) error {
		tries++
		m.now = m.now.Add(time.Second)
		s.Plays++
		return nil
	})
	require.ErrorIs(t, err, table.ErrNotFound)
	assert.Equal(t, 1, tries)
}

func TestEditEndsAfterSomeTries(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	tries := 0
	_, err := m.Edit(t.Context(), m.KeyOf(&s), func(s *song) error {
		tries++
		_, err := m.UpdateKey(t.Context(), m.KeyOf(s), dynamoconn.Attr("Plays").Increment(1))
		require.NoError(t, err)
		s.City = "x"
		return nil
	})
	require.ErrorIs(t, err, table.ErrStale)
	assert.Equal(t, 20, tries)
}

// The answer of a write is lost. With the mark it is found that it was applied, also if another writer
// has written the item in the meantime.
func TestMarkSettlesALostAnswer(t *testing.T) {
	t.Parallel()
	writes := map[string]struct {
		operation string
		write     func(ctx context.Context, m *music, s *song) error
	}{
		"create": {"PutItem", func(ctx context.Context, m *music, s *song) error {
			*s = song{Artist: "A", Title: "new"}
			return m.Create(ctx, s)
		}},
		"save": {"PutItem", func(ctx context.Context, m *music, s *song) error { s.Plays = 1; return m.Save(ctx, s) }},
		"put":  {"PutItem", func(ctx context.Context, m *music, s *song) error { s.Plays = 1; return m.Put(ctx, s) }},
		"update": {"UpdateItem", func(ctx context.Context, m *music, s *song) error {
			return m.Update(ctx, s, dynamoconn.Attr("Plays").Increment(1))
		}},
		"update of a key": {"UpdateItem", func(ctx context.Context, m *music, s *song) (err error) {
			*s, err = m.UpdateKey(ctx, m.KeyOf(s), dynamoconn.Attr("Plays").Increment(1))
			return err
		}},
		"edit": {"UpdateItem", func(ctx context.Context, m *music, s *song) (err error) {
			*s, err = m.Edit(ctx, m.KeyOf(s), func(s *song) error { s.Plays++; return nil })
			return err
		}},
	}
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMusic(t)
			s := m.created(t)
			m.db.Inject(dynamoconntest.Fault{Operation: w.operation, Times: 1, Effect: dynamoconntest.LoseAnswer()})
			require.NoError(t, w.write(t.Context(), m, &s))
			read, err := m.With(table.ConsistentReads()).GetKey(t.Context(), m.KeyOf(&s))
			require.NoError(t, err)
			assert.Equal(t, read, s)
			if name != "create" {
				assert.EqualValues(t, 2, s.Version)
				assert.Equal(t, 1, s.Plays)
			}
		})
	}
}

func TestDeleteWithALostAnswerIsNoDoubt(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	m.db.Inject(dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.LoseAnswer()})
	require.NoError(t, m.Delete(t.Context(), &s))
	assert.Nil(t, m.stored(t))
	require.ErrorIs(t, m.Delete(t.Context(), &s), table.ErrNotFound)
}

func TestHookBeforeWriteChangesTheValueAndEndsAWrite(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	hooked, err := table.New[hookedText](m.client, "Plain")
	require.NoError(t, err)
	v := hookedText{ID: "1", Text: "ab"}
	require.NoError(t, hooked.Put(t.Context(), &v))
	assert.Equal(t, "AB", v.Text)
	read, err := hooked.Get(t.Context(), "1")
	require.NoError(t, err)
	assert.Equal(t, "read AB", read.Text)
	require.ErrorIs(t, hooked.Put(t.Context(), &hookedText{ID: "1"}), errNoText)
	require.ErrorIs(t, hooked.Put(t.Context(), nil), dynamoconn.ErrInvalidRequest)
}
