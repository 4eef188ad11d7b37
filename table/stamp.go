package table

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// stamp is what a write puts into the fields that this package fills in, beside what they were.
type stamp struct {
	// set are the attributes that the struct gets when the write has been applied. A null stands
	// for one that is not stored.
	set dynamoconn.Item
	// version and mark are those of the item that the write expects: 0 and "" for an item
	// without them.
	version int64
	mark    string
	// newMark is the mark that the write leaves, or "" for a delete.
	newMark string
	// once says that the write goes as a transaction, which DynamoDB applies once: its condition could
	// be true again after it has been applied and others have written.
	once bool
}

// beforeWrite calls the hook of a value.
func (t *Table[T]) beforeWrite(ctx context.Context, v *T) error {
	if t.options.err != nil {
		return t.options.err
	}
	if v == nil {
		return invalid(t.typeName(), errors.New("must not be nil"))
	}
	if hook, ok := any(v).(BeforeWriter); ok {
		if err := hook.BeforeWrite(ctx); err != nil {
			return fmt.Errorf("BeforeWrite of %s: %w", t.typeName(), err)
		}
	}
	return nil
}

// prepare returns a value as the item that a write stores, and what the write changes of it.
func (t *Table[T]) prepare(ctx context.Context, v *T) (dynamoconn.Item, *stamp, error) {
	if err := t.beforeWrite(ctx, v); err != nil {
		return nil, nil, err
	}
	item, err := t.Encode(v)
	if err != nil {
		return nil, nil, err
	}
	st, err := t.schema.readStamp(item)
	if err != nil {
		return nil, nil, invalid(t.typeName(), err)
	}
	return item, st, nil
}

// readStamp returns the stamp of an item, before anything is changed.
func (s *schema) readStamp(item dynamoconn.Item) (*stamp, error) {
	st := &stamp{}
	if f := s.version; f != nil {
		version, err := dynamoconn.ValueOr[int64](item, 0, f.attribute)
		if err != nil || version < 0 {
			return nil, &partError{f, errors.New("must be a version from 0 to 9223372036854775807")}
		}
		st.version = version
	}
	if f := s.mark; f != nil {
		mark, err := dynamoconn.ValueOr(item, "", f.attribute)
		if err != nil {
			return nil, &partError{f, errors.New("must be a string")}
		}
		st.mark = mark
	}
	return st, nil
}

// asRead returns a value as its item, the key of it, and the version and the mark that a write of it
// expects.
func (t *Table[T]) asRead(v *T) (item, key dynamoconn.Item, st *stamp, err error) {
	if t.options.err != nil {
		return nil, nil, nil, t.options.err
	}
	if item, err = t.marshal(v); err != nil {
		return nil, nil, nil, err
	}
	if key, err = t.schema.keyItem(item); err == nil {
		st, err = t.schema.readStamp(item)
	}
	if err != nil {
		return nil, nil, nil, invalid(t.typeName(), err)
	}
	return item, key, st, nil
}

// stampItem puts into an item what a write of the whole item leaves.
func (s *schema) stampItem(item *dynamoconn.Item, st *stamp, now time.Time) error {
	changed, err := s.newStamp(st, now)
	if err != nil {
		return err
	}
	if f := s.created; f != nil {
		zero, err := f.keyValue(reflect.Zero(f.goType))
		if err != nil {
			return err
		}
		at, err := f.keyValue(reflect.ValueOf(now))
		if err != nil {
			return err
		}
		if is, ok := item.Get(f.attribute); !ok || (dynamoconn.Item{is}).Equal(dynamoconn.Item{zero}) {
			changed = append(changed, at)
		}
	}
	for _, kv := range changed {
		item.Set(kv)
	}
	if err := s.fillKeys(item); err != nil { // a key of an index may be made from the time of creation
		return err
	}
	st.set = append(st.set, changed...)
	for _, f := range s.fields {
		if f.template == nil && f != s.kind {
			continue
		}
		kv, ok := item.Get(f.attribute)
		if !ok {
			kv = dynamoconn.Null(f.attribute)
		}
		st.set = append(st.set, kv)
	}
	return nil
}

// newStamp returns the version, the mark and the time that a write leaves.
func (s *schema) newStamp(st *stamp, now time.Time) (dynamoconn.Item, error) {
	var changed dynamoconn.Item
	if f := s.version; f != nil {
		if st.version == math.MaxInt64 || !f.holds(st.version+1) {
			return nil, &partError{f, fmt.Errorf("is the last version that a Go %s holds", f.goType)}
		}
		changed = append(changed, dynamoconn.Long(f.attribute, st.version+1))
	}
	if f := s.mark; f != nil {
		st.newMark = nextMark(st.mark)
		changed = append(changed, dynamoconn.String(f.attribute, st.newMark))
	}
	if f := s.updated; f != nil {
		kv, err := f.keyValue(reflect.ValueOf(now))
		if err != nil {
			return nil, err
		}
		changed = append(changed, kv)
	}
	return changed, nil
}

// withStamp returns changes and those of the version, the mark and the time.
func (t *Table[T]) withStamp(changes []dynamoconn.Change, st *stamp) ([]dynamoconn.Change, error) {
	stamped, err := t.schema.newStamp(st, t.options.time().UTC())
	if err != nil {
		return nil, invalid(t.typeName(), err)
	}
	for _, kv := range stamped {
		changes = append(changes, setTo(kv))
	}
	return changes, nil
}

// holds reports whether the integer type of a field holds n, which is not negative.
func (f *field) holds(n int64) bool {
	zero := reflect.Zero(f.goType)
	if zero.CanUint() {
		return !zero.OverflowUint(uint64(n))
	}
	return !zero.OverflowInt(n)
}

// isStamped reports whether this package alone sets an attribute.
func (s *schema) isStamped(attribute string) bool {
	for _, f := range []*field{s.version, s.mark, s.created, s.updated, s.kind} {
		if f != nil && f.attribute == attribute {
			return true
		}
	}
	return false
}

// A mark is the names of the last writes of an item, the newest first, with a space between them. A
// write whose answer was lost finds out from it what became of it, also if others have written the
// item since.
const (
	markBytes  = 16 // of one name: 80 random bits
	marksKept  = 6
	markJoiner = " "
)

// nextMark returns the mark that a write leaves on an item with the mark before it.
func nextMark(before string) string {
	names := []string{rand.Text()[:markBytes]}
	for name := range strings.SplitSeq(before, markJoiner) {
		if name != "" && len(names) < marksKept {
			names = append(names, name)
		}
	}
	return strings.Join(names, markJoiner)
}

// fate is what the mark of a stored item tells of a write.
type fate int

const (
	fateUnknown fate = iota
	fateApplied
	fatePending    // it is not applied, and can be
	fateNotApplied // and it never will be: the item it expects is gone
)

// fateOf returns what became of the write that leaves newMark on an item with the mark before. newMark
// is "" for a delete. stored is the mark of the item that is stored.
func fateOf(before, newMark, stored string) fate {
	own, _, _ := strings.Cut(newMark, markJoiner)
	base, _, _ := strings.Cut(before, markJoiner)
	for i, name := range strings.Split(stored, markJoiner) {
		switch {
		case own != "" && name == own:
			return fateApplied
		case base != "" && name == base && i == 0:
			return fatePending
		case base != "" && name == base:
			return fateNotApplied // another write came between
		}
	}
	return fateUnknown
}

// apply sets the fields of a value that a write has changed.
func (t *Table[T]) apply(v *T, st *stamp) error {
	if len(st.set) == 0 {
		return nil
	}
	if err := dynamoconn.Unmarshal(st.set, v); err != nil {
		return t.written(err)
	}
	return nil
}

// written returns the error of a write that was applied, and whose value could not be set.
func (t *Table[T]) written(err error) error {
	return fmt.Errorf("%s was written, but its value cannot be read: %w", t.typeName(), err)
}
