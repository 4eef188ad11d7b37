package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn"
)

// Update changes the item with the key of v, if it has not been written since v was read: for a type
// with a version, the stored version must be the one in v. Then *v is the item as it is afterwards.
//
//	err := songs.Update(ctx, &song, dynamoconn.Attr("Plays").Increment(1))
//
// Fields of v that were changed in the program are not written: Update makes the changes that it is
// given. It never creates an item.
//
// A key of an index that is made from fields follows them: if a change sets one of its fields, Update
// sets the key too, and takes the other fields from v, which must then be those that are stored. A
// change of a field of the table's key, of a key that is made from fields, and of what this package
// fills in itself is refused with [dynamoconn.ErrInvalidRequest].
//
// The error is [ErrStale], or [ErrNotFound] if the item is gone or has expired, in a [*Conflict]. v is
// unchanged then. With a mark, Update finds out itself what became of a write whose answer was lost, if
// need be by reading the item and by sending the update once more.
func (t *Table[T]) Update(ctx context.Context, v *T, changes ...dynamoconn.Change) error {
	req, st, err := t.updateRequest(v, changes)
	if err != nil {
		return err
	}
	updated, err := t.update(ctx, req, st)
	if err != nil {
		return err
	}
	*v = updated
	return nil
}

// UpdateKey changes the item with that key, whatever its version is, and returns it as it is
// afterwards. The version is counted on, so that nobody who has read the item before overwrites the
// change. Otherwise it is as [Table.Update]: but if a change sets a field of an index's key, it must be
// given changes of all fields of that key.
//
// A change that may not be made twice, such as Increment, is made once: after a lost answer the error
// is [dynamoconn.ErrAmbiguous], unless the type has a mark by which the change is found. Counting the
// version on is such a change.
func (t *Table[T]) UpdateKey(ctx context.Context, key Key[T], changes ...dynamoconn.Change) (T, error) {
	var zero T
	item, err := t.keyItem(key)
	if err != nil {
		return zero, err
	}
	req, st, err := t.blindUpdate(item, changes)
	if err != nil {
		return zero, err
	}
	return t.update(ctx, req, st)
}

// update sends an update and returns the item as it is afterwards.
func (t *Table[T]) update(ctx context.Context, req dynamoconn.UpdateItemRequest, st *stamp) (updated T, err error) {
	req.Return = dynamoconn.ReturnNew
	req.ReturnItemOnConditionFailure = true
	if mark := t.schema.mark; mark != nil {
		req.UniqueAttribute = mark.attribute
	}
	after, err := t.settle(ctx, req.Item, st, ErrStale, func(ctx context.Context, calls []dynamoconn.CallOption) (dynamoconn.Item, error) {
		resp, err := t.client.UpdateItem(ctx, req, calls...)
		if err != nil {
			return nil, err
		}
		return resp.Attributes, nil
	})
	if err != nil {
		return updated, err
	}
	if updated, err = t.Decode(ctx, after); err != nil {
		return updated, t.written(err)
	}
	return updated, nil
}

// updateRequest returns the request of Update.
func (t *Table[T]) updateRequest(v *T, changes []dynamoconn.Change) (req dynamoconn.UpdateItemRequest, st *stamp, err error) {
	item, key, st, err := t.asRead(v)
	if err != nil {
		return req, nil, err
	}
	all, same, err := t.schema.withKeys(changes, item)
	if err != nil {
		return req, nil, err
	}
	if all, err = t.withStamp(all, st); err != nil {
		return req, nil, err
	}
	same = append(same, t.schema.isStored(t.options.time()), t.schema.isUnchanged(st))
	return dynamoconn.UpdateItemRequest{TableName: t.name, Item: key, Changes: all, If: dynamoconn.All(same...)}, st, nil
}

// blindUpdate returns the request of UpdateKey.
func (t *Table[T]) blindUpdate(key dynamoconn.Item, changes []dynamoconn.Change) (req dynamoconn.UpdateItemRequest, st *stamp, err error) {
	all, _, err := t.schema.withKeys(changes, nil)
	if err != nil {
		return req, nil, err
	}
	st = &stamp{}
	stamped, err := t.schema.newStamp(st, t.options.time().UTC())
	if err != nil {
		return req, nil, invalid(t.typeName(), err)
	}
	for _, kv := range stamped {
		if version := t.schema.version; version != nil && kv.KeyName() == version.attribute {
			all = append(all, dynamoconn.Attr(version.attribute).Increment(1))
			continue
		}
		all = append(all, setTo(kv))
	}
	return dynamoconn.UpdateItemRequest{TableName: t.name, Item: key, Changes: all, If: t.schema.isStored(t.options.time())}, st, nil
}

// setTo returns the change that sets an attribute to a value.
func setTo(kv dynamoconn.KeyValue) dynamoconn.Change {
	return dynamoconn.Attr(kv.KeyName()).Set(dynamoconn.Rename(kv, ""))
}

// withKeys returns the changes and those of the keys that are made from what they change. known are
// the attributes of the item, or nil; same is the test that those of them which were used are stored.
func (s *schema) withKeys(changes []dynamoconn.Change, known dynamoconn.Item) (all []dynamoconn.Change, same []dynamoconn.Predicate, err error) {
	if len(changes) == 0 {
		return nil, nil, invalid("Changes", errors.New("must not be empty"))
	}
	changed := make(map[string]dynamoconn.Change, len(changes))
	for i, c := range changes {
		name := c.AttributeName()
		if rule := s.refusal(name); rule != "" {
			return nil, nil, invalid(fmt.Sprintf("Changes[%d]", i), fmt.Errorf("changes %s, %s", name, rule))
		}
		changed[name] = c
	}
	all = slices.Clone(changes)
	used := map[string]bool{}
	for _, f := range s.fields {
		if f.template == nil || !f.template.usesAny(changed) {
			continue
		}
		change, err := f.follow(changed, known, used)
		if err != nil {
			return nil, nil, invalid("Changes", err)
		}
		all = append(all, change)
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		same = append(same, isSame(known, name))
	}
	return all, same, nil
}

// isSame is true where an attribute is stored as in known. An empty string is as good as none.
func isSame(known dynamoconn.Item, name string) dynamoconn.Predicate {
	path := dynamoconn.Attr(name)
	kv, ok := known.Get(name)
	if text, isString := kv.(*dynamoconn.KeyValueString); !ok || isString && text.StringValue == "" {
		return dynamoconn.Any(path.NotExists(), path.EQ(""))
	}
	return path.EQ(dynamoconn.Rename(kv, ""))
}

// refusal returns why no change may be of an attribute, or "".
func (s *schema) refusal(attribute string) string {
	if s.isStamped(attribute) {
		return "which package table sets itself"
	}
	for _, f := range s.fields {
		if f.template != nil && f.attribute == attribute {
			return "which is made from other fields: change those"
		}
	}
	for _, f := range s.keyFields {
		if f.attribute == attribute {
			return "which is in the key of the table: no update can change a key"
		}
	}
	for _, f := range s.keys() {
		if f.template != nil && f.template.uses(attribute) {
			return "from which the key of the table is made: no update can change a key"
		}
	}
	return ""
}

// uses reports whether the template has that attribute.
func (t *template) uses(attribute string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.field.attribute == attribute })
}

// usesAny reports whether the template has one of the attributes.
func (t *template) usesAny(attributes map[string]dynamoconn.Change) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool {
		_, ok := attributes[p.field.attribute]
		return ok
	})
}

// follow returns the change of a key of an index that is made from fields, of which some are
// changed. It takes the others from known, and notes them in used.
func (f *field) follow(changed map[string]dynamoconn.Change, known dynamoconn.Item, used map[string]bool) (change dynamoconn.Change, err error) {
	var values dynamoconn.Item
	var missing []string
	for _, p := range f.template.parts {
		name := p.field.attribute
		c, isChanged := changed[name]
		value, isSet := c.NewValue()
		switch {
		case isSet:
			values.Set(value)
		case isChanged && !c.IsRemove():
			return change, fmt.Errorf("change %s in a way whose result is not known, and %s is made from it: use Set or Remove, or Edit", name, f.attribute)
		case isChanged: // and removed
		case known.Has(name):
			value, _ := known.Get(name)
			values.Set(value)
			used[name] = true
		case known != nil: // it must not be stored
			used[name] = true
		default:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return change, fmt.Errorf("change a part of %s, which is made from %q: set %s too, or use Update or Edit", f.attribute, f.template.text, strings.Join(missing, " and "))
	}
	text, err := f.template.make(values)
	switch {
	case errors.Is(err, errEmptyPart):
		return dynamoconn.Attr(f.attribute).Remove(), nil
	case err != nil:
		return change, err
	}
	return dynamoconn.Attr(f.attribute).Set(text), nil
}

// Edit reads an item, lets edit change it, and writes what is different, if the item has not been
// written since. If it has, Edit reads it and calls edit again, up to 20 times, with growing pauses. So
// edit may be called several times and must do nothing else than change its argument. Edit returns the
// item as it is afterwards. Attributes that T does not have stay as they are.
//
//	song, err := songs.Edit(ctx, songs.Key("No One You Know", "Call Me Today"), func(s *Song) error {
//		s.Plays++
//		return nil
//	})
//
// An error of edit ends Edit with that error, and nothing is written. If edit changes nothing, nothing
// is written. A change of the key is refused with [dynamoconn.ErrInvalidRequest], and so is a type
// without a version. The error is [ErrNotFound] if there is no such item, and [ErrStale] after 20 tries.
func (t *Table[T]) Edit(ctx context.Context, key Key[T], edit func(v *T) error) (T, error) {
	var zero T
	item, err := t.keyItem(key)
	switch {
	case err != nil:
		return zero, err
	case t.schema.version == nil:
		return zero, invalid(t.typeName(), errNoVersion)
	case edit == nil:
		return zero, invalid("edit", errors.New("must not be nil"))
	}
	found, err := t.readWhole(ctx, item, true)
	for try := 1; err == nil; try++ {
		var edited T
		edited, err = t.edit(ctx, item, found, edit)
		var again bool
		if found, again = tryAgain[T](err, try); !again || errors.Is(err, ErrNotFound) {
			return edited, err
		}
		err = pause(ctx, try)
	}
	return zero, err
}

// edit is one try of Edit on an item that is stored.
func (t *Table[T]) edit(ctx context.Context, key, found dynamoconn.Item, edit func(v *T) error) (edited T, err error) {
	var zero T
	if edited, err = t.Decode(ctx, found); err != nil {
		return zero, err
	}
	before, err := t.Encode(&edited)
	if err != nil {
		return zero, err
	}
	st, err := t.schema.readStamp(before)
	if err != nil {
		return zero, invalid(t.typeName(), err)
	}
	if err := edit(&edited); err != nil {
		return zero, err
	}
	if err := t.beforeWrite(ctx, &edited); err != nil {
		return zero, err
	}
	after, err := t.Encode(&edited)
	if err != nil {
		return zero, err
	}
	newKey, err := t.schema.keyItem(after)
	switch {
	case err != nil:
		return zero, invalid(t.typeName(), err)
	case !newKey.Equal(key):
		return zero, invalid(t.typeName(), errors.New("has another key after edit: no write can change a key"))
	}
	changes := t.schema.difference(before, after)
	if len(changes) == 0 {
		return edited, nil
	}
	if changes, err = t.withStamp(changes, st); err != nil {
		return zero, err
	}
	condition := dynamoconn.All(t.schema.isStored(t.options.time()), t.schema.isUnchanged(st))
	return t.update(ctx, dynamoconn.UpdateItemRequest{TableName: t.name, Item: key, Changes: changes, If: condition}, st)
}

// difference returns the changes that make one item of the other, but for what is stamped.
func (s *schema) difference(before, after dynamoconn.Item) (changes []dynamoconn.Change) {
	for _, kv := range after {
		name := kv.KeyName()
		old, ok := before.Get(name)
		if s.isStamped(name) || ok && (dynamoconn.Item{old}).Equal(dynamoconn.Item{kv}) {
			continue
		}
		changes = append(changes, setTo(kv))
	}
	for _, kv := range before {
		if name := kv.KeyName(); !s.isStamped(name) && !after.Has(name) {
			changes = append(changes, dynamoconn.Attr(name).Remove())
		}
	}
	return changes
}
