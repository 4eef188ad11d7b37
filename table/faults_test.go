package table_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// songWrite is a way to write a song.
type songWrite struct {
	name  string
	write func(ctx context.Context, m *music, s *song) error
	// stale is the error if another writer has written before, or nil if the write does not mind.
	stale error
	// isBlind says that the write cannot be repeated after a doubt.
	isBlind bool
}

var songWrites = []songWrite{
	{name: "Create", stale: table.ErrExists, write: func(ctx context.Context, m *music, s *song) error {
		s.Title += " new"
		return m.Create(ctx, s)
	}},
	{name: "Save", stale: table.ErrStale, write: func(ctx context.Context, m *music, s *song) error { return m.Save(ctx, s) }},
	{name: "Put", write: func(ctx context.Context, m *music, s *song) error { return m.Put(ctx, s) }},
	{name: "Update", stale: table.ErrStale, write: func(ctx context.Context, m *music, s *song) error {
		return m.Update(ctx, s, dynamoconn.Attr("Plays").Increment(1))
	}},
	{name: "UpdateKey", isBlind: true, write: func(ctx context.Context, m *music, s *song) error {
		updated, err := m.UpdateKey(ctx, m.KeyOf(s), dynamoconn.Attr("Plays").Increment(1))
		if err == nil {
			*s = updated
		}
		return err
	}},
	{name: "Edit", write: func(ctx context.Context, m *music, s *song) error {
		updated, err := m.Edit(ctx, m.KeyOf(s), func(s *song) error { s.Plays++; return nil })
		if err == nil {
			*s = updated
		}
		return err
	}},
	{name: "Delete", stale: table.ErrStale, write: func(ctx context.Context, m *music, s *song) error { return m.Delete(ctx, s) }},
	{name: "Transact", stale: table.ErrStale, write: func(ctx context.Context, m *music, s *song) error {
		return table.Transact(ctx, m.client, []table.Write{m.SaveRequest(s)})
	}},
}

// writesApplied returns how many writes the server has carried out.
func (m *music) writesApplied() (n int) {
	for _, e := range m.db.Journal() {
		if e.Applied && e.Operation != "GetItem" {
			n++
		}
	}
	return n
}

func TestEachWriteIsAppliedOnceUnderEachFault(t *testing.T) {
	t.Parallel()
	faults := []struct {
		effect  dynamoconntest.Effect
		isDoubt bool // and the write is not applied
	}{
		{dynamoconntest.LoseAnswer(), false},
		{dynamoconntest.InternalErrorAfter(), false},
		{dynamoconntest.Truncate(-2), false},
		{dynamoconntest.InternalErrorBefore(), true},
		{dynamoconntest.ResetBefore(), true},
		{dynamoconntest.RefuseConnection(), false},
		{dynamoconntest.TransactionConflict(), false},
		{dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, ""), false},
	}
	for _, w := range songWrites {
		for _, f := range faults {
			t.Run(w.name+", "+f.effect.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					m := newMusic(t)
					s := m.created(t)
					m.db.ClearJournal()
					fault := m.db.Inject(dynamoconntest.Fault{
						Match: func(e dynamoconntest.Entry) bool { return e.Operation != "GetItem" }, Times: 1, Effect: f.effect,
					})
					err := w.write(t.Context(), m, &s)
					require.Equal(t, 1, fault.Hits())
					if w.isBlind && f.isDoubt {
						require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
						assert.Zero(t, m.writesApplied())
						return
					}
					require.NoError(t, err)
					assert.Equal(t, 1, m.writesApplied())
					stored, err := m.With(table.ConsistentReads()).GetKey(t.Context(), m.KeyOf(&s))
					if w.name == "Delete" {
						require.ErrorIs(t, err, table.ErrNotFound)
						return
					}
					require.NoError(t, err)
					assert.Equal(t, stored, s)
				})
			})
		}
	}
}

func TestEachWriteOverAnotherWritersIsRefusedOrKeepsIt(t *testing.T) {
	t.Parallel()
	for _, w := range songWrites {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			m := newMusic(t)
			s := m.created(t)
			if w.name == "Create" {
				require.NoError(t, m.Create(t.Context(), &song{Artist: "A", Title: "T new"}))
			}
			other, err := m.UpdateKey(t.Context(), m.KeyOf(&s), dynamoconn.Attr("Plays").Set(7))
			require.NoError(t, err)
			before := s
			err = w.write(t.Context(), m, &s)
			if w.stale == nil {
				require.NoError(t, err)
				assert.EqualValues(t, 3, s.Version)
				return
			}
			require.ErrorIs(t, err, w.stale)
			var conflict *table.Conflict[song]
			require.ErrorAs(t, err, &conflict)
			require.NotNil(t, conflict.Current)
			if w.name != "Create" { // which the test gives another title
				assert.Equal(t, before, s)
				assert.Equal(t, other, *conflict.Current)
			}
		})
	}
}

// A lost answer of a Create is no reason to bring back what somebody has deleted since.
func TestCreateDoesNotBringBackADeletedItem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Create", "Put", "Save"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMusic(t)
			s := song{Artist: "A", Title: "T"}
			// Another writer deletes the item between the first attempt and the second.
			lost := m.db.Inject(dynamoconntest.Fault{
				Match: func(e dynamoconntest.Entry) bool {
					return e.Operation == "PutItem" || e.Operation == "TransactWriteItems"
				},
				Effect: dynamoconntest.LoseAnswer(), Times: 1,
			})
			client := m.db.Client(t, dynamoconn.WithHook(dynamoconn.Hook{Attempt: func(_ context.Context, e dynamoconn.AttemptEvent) {
				if e.Err != nil {
					assert.NoError(t, m.DeleteKey(t.Context(), m.KeyOf(&s)))
				}
			}}))
			songs, err := table.New[song](client, "Music")
			require.NoError(t, err)
			write := map[string]func(context.Context, *song) error{"Create": songs.Create, "Put": songs.Put, "Save": songs.Save}[name]
			require.NoError(t, write(t.Context(), &s))
			require.Equal(t, 1, lost.Hits())
			assert.Nil(t, m.stored(t))
		})
	}
}

// Whatever is done to a song, the key that is made from its fields is what the template makes of those
// that are stored.
func TestStoredKeysAreAlwaysMadeOfTheStoredFields(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := song{Artist: "A", Title: "T"}
		text := rapid.SampledFrom([]string{"", "a", "b", "c#", "#"})
		s.Label, s.City = text.Draw(rt, "label"), text.Draw(rt, "city")
		require.NoError(rt, m.DeleteKey(t.Context(), m.KeyOf(&s)))
		_ = m.Create(t.Context(), &s)
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			changes := []dynamoconn.Change{dynamoconn.Attr("Plays").Increment(1)}
			for _, name := range []string{"Label", "City"} {
				switch rapid.IntRange(0, 4).Draw(rt, name) {
				case 0:
					changes = append(changes, dynamoconn.Attr(name).Set(text.Draw(rt, name)))
				case 1:
					changes = append(changes, dynamoconn.Attr(name).Remove())
				case 2:
					changes = append(changes, dynamoconn.Attr(name).SetIfMissing("x"))
				}
			}
			label, city := text.Draw(rt, "new label"), text.Draw(rt, "new city")
			held := s
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0:
				_ = m.Update(t.Context(), &held, changes...)
			case 1:
				_, _ = m.UpdateKey(t.Context(), m.KeyOf(&held), changes...)
			case 2:
				_, _ = m.Edit(t.Context(), m.KeyOf(&held), func(s *song) error { s.Label = label; return nil })
			case 3:
				held.Label, held.City = label, city
				_ = m.Save(t.Context(), &held)
			case 4:
				held.City = city
				_ = m.Put(t.Context(), &held)
			case 5:
				held.City = city // is not what is stored
				_ = table.Transact(t.Context(), m.client, []table.Write{m.UpdateRequest(&held, changes...)})
			}
			item := m.stored(t)
			if item == nil {
				continue
			}
			label, _ = dynamoconn.ValueOr(item, "", "Label")
			city, _ = dynamoconn.ValueOr(item, "", "City")
			place, _ := dynamoconn.ValueOr(item, "", "Place")
			want := ""
			if label != "" && city != "" {
				want = label + "#" + city
			}
			require.Equal(rt, want, place)
			s, _ = m.Get(t.Context(), "A", "T")
		}
	})
}

// A program may put anything into the version and the mark of a value. What is stored is written under
// the next version or not at all.
func TestVersionNeverGoesBack(t *testing.T) {
	t.Parallel()
	m := newMusic(t)
	s := m.created(t)
	marks := []string{"", "never", s.Mark}
	rapid.Check(t, func(rt *rapid.T) {
		before := m.stored(t)
		version, err := dynamoconn.Value[int64](before, "Version")
		require.NoError(rt, err)
		mark, err := dynamoconn.Value[string](before, "Mark")
		require.NoError(rt, err)
		versions := []int64{version, version, version - 1, version + 1, 0, 1, -1, math.MinInt64, math.MaxInt64, math.MaxInt64 - 1}
		v := song{
			Artist: "A", Title: "T", Plays: rapid.IntRange(1, 9).Draw(rt, "plays"),
			Version: rapid.SampledFrom(versions).Draw(rt, "version"), Mark: rapid.SampledFrom(append(marks, mark, mark)).Draw(rt, "mark"),
		}
		given := v
		switch rapid.IntRange(0, 5).Draw(rt, "write") {
		case 0:
			err = m.Save(t.Context(), &v)
		case 1:
			err = m.Update(t.Context(), &v, dynamoconn.Attr("Plays").Set(v.Plays))
		case 2:
			err = m.Put(t.Context(), &v)
		case 3:
			_, err = m.Edit(t.Context(), m.KeyOf(&v), func(s *song) error { s.Plays++; s.Version, s.Mark = v.Version, v.Mark; return nil })
		case 4:
			err = table.Transact(t.Context(), m.client, []table.Write{m.SaveRequest(&v)})
		case 5:
			err = m.Create(t.Context(), &v)
		}
		after := m.stored(t)
		if err != nil {
			require.True(rt, before.Equal(after), "a write that fails leaves the item")
			require.Equal(rt, given, v, "and the value")
			return
		}
		next, err := dynamoconn.Value[int64](after, "Version")
		require.NoError(rt, err)
		require.Equal(rt, version+1, next)
		newMark, err := dynamoconn.Value[string](after, "Mark")
		require.NoError(rt, err)
		require.NotEqual(rt, mark, newMark)
	})
}
