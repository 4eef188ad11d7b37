package table

import (
	"context"
	"errors"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// oldestExpiry is how long after the time to live DynamoDB may still delete an item. It never deletes
// an item whose time lies further back.
const oldestExpiry = 5 * 365 * 24 * time.Hour

// expired returns the test for an item whose time to live is over, or nil if the type has none.
func (s *schema) expired(now time.Time) dynamoconn.Predicate {
	if s.ttl == nil {
		return nil
	}
	return dynamoconn.Attr(s.ttl.attribute).Between(now.Add(-oldestExpiry).Unix(), now.Unix())
}

// orExpired is true of what meets the condition, and of an item that has expired.
func (s *schema) orExpired(condition dynamoconn.Predicate, now time.Time) dynamoconn.Predicate {
	if expired := s.expired(now); expired != nil {
		return dynamoconn.Any(condition, expired)
	}
	return condition
}

// isNew is true where no item is stored, or only one that has expired.
func (s *schema) isNew(now time.Time) dynamoconn.Predicate {
	return s.orExpired(dynamoconn.Attr(s.partition.attribute).NotExists(), now)
}

// isStored is true of an item that has not expired.
func (s *schema) isStored(now time.Time) dynamoconn.Predicate {
	exists := dynamoconn.Attr(s.partition.attribute).Exists()
	if expired := s.expired(now); expired != nil {
		return dynamoconn.All(exists, dynamoconn.Not(expired))
	}
	return exists
}

// isUnchanged is true of the item with the version and the mark that a write expects. It is nil for a
// type without a version.
func (s *schema) isUnchanged(st *stamp) dynamoconn.Predicate {
	if s.version == nil {
		return nil
	}
	version := dynamoconn.Attr(s.version.attribute)
	if st.version == 0 {
		return version.NotExists()
	}
	if s.mark == nil || st.mark == "" {
		return version.EQ(st.version)
	}
	return dynamoconn.All(version.EQ(st.version), dynamoconn.Attr(s.mark.attribute).EQ(st.mark))
}

// standing returns the item that DynamoDB sent with a condition that was false, or nil.
func standing(err error) dynamoconn.Item {
	var failed *dynamoconn.Error
	if errors.As(err, &failed) && failed.Item() != nil {
		return failed.Item()
	}
	var transaction *dynamoconn.TransactionError
	if errors.As(err, &transaction) && len(transaction.Failures) == 1 {
		return transaction.Failures[0].Item()
	}
	return nil
}

// conflict returns the error of a write whose condition was false. found is the item that is stored,
// or nil, and otherwise is the reason if there is one.
func (t *Table[T]) conflict(ctx context.Context, err error, found dynamoconn.Item, otherwise error) error {
	c := &Conflict[T]{reason: otherwise, err: err, item: found}
	if isGone := found == nil || t.schema.hasExpired(found, t.options.time()); isGone {
		if !errors.Is(otherwise, ErrExists) {
			c.reason = ErrNotFound
		}
		return c
	}
	if current, err := t.Decode(ctx, found); err == nil {
		c.Current = &current
	}
	return c
}

// hasExpired reports whether the time to live of an item is over.
func (s *schema) hasExpired(item dynamoconn.Item, now time.Time) bool {
	if s.ttl == nil {
		return false
	}
	at, err := dynamoconn.Value[int64](item, s.ttl.attribute)
	return err == nil && at >= now.Add(-oldestExpiry).Unix() && at <= now.Unix()
}
