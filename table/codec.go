package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

// BeforeWriter is implemented by a T, or a pointer to it, that is to be told before it is written. It
// may change the value, to fill in a field for example. An error of it ends the write before
// anything is sent, and errors.Is finds it.
type BeforeWriter interface {
	BeforeWrite(ctx context.Context) error
}

// AfterReader is implemented by a T, or a pointer to it, that is to be told after it was read. It may
// change the value. An error of it ends the read, and errors.Is finds it.
type AfterReader interface {
	AfterRead(ctx context.Context) error
}

// marshal returns a value of T as an Item, as its fields are.
func (t *Table[T]) marshal(v *T) (dynamoconn.Item, error) {
	if v == nil {
		return nil, invalid(t.typeName(), errors.New("must not be nil"))
	}
	item, err := dynamoconn.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.typeName(), err)
	}
	return item, nil
}

// Encode returns a value of T as the Item that is written: with its kind, and with the keys that are
// made from other fields. Version, mark and times are as they are in v. The hook BeforeWrite is
// not called.
func (t *Table[T]) Encode(v *T) (dynamoconn.Item, error) {
	item, err := t.marshal(v)
	if err != nil {
		return nil, err
	}
	if kind := t.schema.kind; kind != nil {
		item.Set(dynamoconn.String(kind.attribute, kind.tag.kind))
	}
	if err := t.schema.fillKeys(&item); err != nil {
		return nil, invalid(t.typeName(), err)
	}
	return item, nil
}

// Decode returns an Item that was read as a value of T, and calls its hook AfterRead. It takes
// what the methods of [dynamoconn.Client] return. The error is [ErrWrongItem] if the item is of
// another kind, or if its key is not made from its fields as the tags say, and
// [dynamoconn.ErrMissing] for a nil Item. It does not look at the time to live.
func (t *Table[T]) Decode(ctx context.Context, item dynamoconn.Item) (T, error) {
	var v T
	if item != nil {
		if err := t.schema.checkItem(item); err != nil {
			return v, err
		}
	}
	if err := dynamoconn.Unmarshal(item, &v); err != nil {
		return v, fmt.Errorf("%s: %w", t.typeName(), err)
	}
	if hook, ok := any(&v).(AfterReader); ok {
		if err := hook.AfterRead(ctx); err != nil {
			return v, fmt.Errorf("AfterRead of %s: %w", t.typeName(), err)
		}
	}
	return v, nil
}

// isKindOf reports whether an item is of the kind that the tag of f names.
func (f *field) isKindOf(item dynamoconn.Item) bool {
	kv, _ := item.Get(f.attribute)
	text, ok := kv.(*dynamoconn.KeyValueString)
	return ok && text.StringValue == f.tag.kind
}

// checkItem checks that an item which was read belongs to the type.
func (s *schema) checkItem(item dynamoconn.Item) error {
	if s.kind != nil {
		if !s.kind.isKindOf(item) {
			return fmt.Errorf("%w: its attribute %s is not %q", ErrWrongItem, s.kind.attribute, s.kind.tag.kind)
		}
	}
	for _, f := range s.keys() {
		if f.template == nil {
			continue
		}
		text, err := f.template.make(item)
		kv, _ := item.Get(f.attribute)
		if stored, ok := kv.(*dynamoconn.KeyValueString); err != nil || !ok || stored.StringValue != text {
			return fmt.Errorf("%w: its key %s is not %q with its other attributes", ErrWrongItem, f.attribute, f.template.text)
		}
	}
	return nil
}
