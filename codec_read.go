package dynamoconn

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// answer is what DynamoDB says in a successful answer to an action on items. The action
// decides which members can be set.
type answer struct {
	item             Item                     // the Item of GetItem, the Attributes of a write; nil if there is none
	items            []Item                   // of a Scan or Query; nil if the answer has no Items, empty for an empty list
	count, scanned   int32                    // of a Scan or Query
	lastKey          Item                     // LastEvaluatedKey of a Scan or Query; nil if there is none, empty for {}
	responses        []tableItems             // of BatchGetItem; nil if the answer has none, empty for {}
	unprocessedKeys  []tableItems             // of BatchGetItem, likewise
	unprocessedItems []tableWrites            // of BatchWriteItem, likewise
	transactItems    []Item                   // Responses of TransactGetItems, each at the place of its key; nil for no such item
	capacity         []types.ConsumedCapacity // nil if the answer says nothing of it
}

// tableItems is a table with the items or keys that an answer has of it.
type tableItems struct {
	table string
	items []Item
}

// tableWrites is a table with the writes that an answer leaves unprocessed.
type tableWrites struct {
	table  string
	writes []unprocessedWrite
}

// unprocessedWrite is a put of item, or a delete of the item with the key item.
type unprocessedWrite struct {
	item     Item
	isDelete bool
}

// decode decodes the body of a successful answer to an action into a, which is zero before and has no
// meaning beside an error. It keeps nothing of body. It refuses a damaged answer with
// [ErrCorruptResponse], in a [*FieldError] that names the place.
//
// An answer means what it means to the SDK, and damage that the SDK overlooks is refused, as
// package wire and FromAttributeValues do: see the grammar of a value in codec_read_value.go.
// A null in the place of a member is the same as no member, except for an Item. Members that
// nobody knows are skipped. No object may have the same name twice, and text must be Unicode.
//
// If into is not nil, the items are wanted as Go values. In their place the answer has the attributes
// that into wants too, or the Items.
func (a *answer) decode(action string, body []byte, into itemTarget) error {
	r := &answerReader{itemReader: newItemReader(body), action: action, answer: a, into: into}
	if into != nil {
		into.reset()
	}
	if err := r.read(); err != nil {
		return err
	}
	r.release()
	if into != nil && into.learn(a.lastKey) { // comes after the items, and once in a reading
		*a = answer{}
		return a.decode(action, body, into)
	}
	return nil
}

// answerReader reads an answer to an action.
type answerReader struct {
	*itemReader
	action string
	answer *answer
	into   itemTarget // of items, nil for Items
}

// wantedItem reads one of the items that the caller asked for.
func (r *answerReader) wantedItem() (Item, error) {
	if r.into != nil {
		return r.itemInto(r.into)
	}
	return r.item()
}

// read reads the whole answer.
func (r *answerReader) read() error {
	if r.SkipSpace(); r.rest() == 0 {
		return corrupt("a success with an empty body")
	}
	if r.Peek() != '{' {
		return corrupt("a success whose body is not a JSON object")
	}
	if err := r.members(r.member); err != nil {
		return err
	}
	if r.SkipSpace(); r.rest() > 0 {
		return corrupt("a success with something behind its JSON object")
	}
	return nil
}

// members reads an object and calls member where the value of each of its members begins.
func (r *answerReader) members(member func(name []byte) error) error {
	more, err := r.begin('{', '}')
	var names jsontext.Names
	for more && err == nil {
		start := r.Pos
		var name []byte
		if name, err = r.Name(); err != nil {
			return r.notText(start, err)
		}
		if !names.Add(name) {
			return underName(string(name), corrupt("is in the object twice"))
		}
		if !r.Take(':') {
			return r.notJSON()
		}
		if err = member(name); err == nil {
			more, err = r.next('}')
		}
	}
	return err
}

// tables reads an object with the name of a table for each member.
func (r *answerReader) tables(table func(name string) error) error {
	return r.members(func(name []byte) error {
		shown, err := nameOfResource(name)
		if err != nil {
			return err
		}
		return table(shown)
	})
}

// nameOfResource returns the name of a table or an index.
func nameOfResource(name []byte) (string, error) {
	text := string(name)
	if !wire.IsName(text) {
		return "", corrupt(wire.ErrName.Error())
	}
	return text, nil
}

// isNull reads a null, and reports whether there was one.
func (r *answerReader) isNull() bool { return r.Literal("null") }

// member reads a member of the answer.
func (r *answerReader) member(name []byte) error {
	isNull := r.isNull()
	if fault := transport.MemberFault(r.action, name, isNull); fault != "" {
		return corrupt(fault)
	}
	if isNull {
		return nil
	}
	var err error
	a := r.answer
	switch string(name) {
	case "Item":
		a.item, err = r.wantedItem()
		return under("Item", err)
	case "Attributes":
		a.item, err = r.item()
		if r.action == "UpdateItem" {
			return under("Attributes", err)
		}
		return under("OldItem", err)
	case "Items":
		if r.into != nil {
			r.into.expect(r.likely(a.count))
		}
		a.items, err = r.items(a.count, r.wantedItem)
		return under("Items", underElement(len(a.items), err))
	case "LastEvaluatedKey":
		a.lastKey, err = r.item()
		return under("LastEvaluatedKey", err)
	case "Count":
		a.count, err = r.int32()
		return under("Count", err)
	case "ScannedCount":
		a.scanned, err = r.int32()
		return under("ScannedCount", err)
	case "Responses":
		if r.action == "TransactGetItems" {
			return under("Responses", r.transactItems())
		}
		return under("Responses", r.responses())
	case "UnprocessedKeys":
		return under("UnprocessedKeys", r.unprocessedKeys())
	case "UnprocessedItems":
		return under("UnprocessedItems", r.unprocessedItems())
	case "ConsumedCapacity":
		return under("ConsumedCapacity", r.consumedCapacity())
	}
	return r.skip()
}

// skip skips a value.
func (r *answerReader) skip() error {
	if err := r.SkipDistinct(); err != nil {
		return corruptJSON(err)
	}
	return nil
}

// int32 reads a count.
func (r *answerReader) int32() (int32, error) {
	if c := r.Peek(); c != '-' && c-'0' > 9 {
		return 0, r.otherThanValue()
	}
	text, err := r.Number()
	if err != nil {
		return 0, corruptJSON(err)
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil {
		return 0, corrupt("is not an integer of 32 bits")
	}
	if n < 0 {
		return 0, corrupt(wire.ErrNumber.Error())
	}
	return int32(n), nil
}

// items reads a list of items. If count is how many there are, memory for them is allocated
// once. On an error it returns those before it. read reads one of them.
func (r *answerReader) items(count int32, read func() (Item, error)) ([]Item, error) {
	items := make([]Item, 0, r.likely(count))
	begin := r.Pos
	err := r.elements(func() error {
		item, err := read()
		if err != nil {
			return err
		}
		items = append(r.withRoom(items, begin), item)
		return nil
	})
	return items, err
}

// withRoom returns items with room for another one. The list of them began at begin, and the first
// that is not among them has been read. If there is no room, withRoom makes it for as many as the
// rest of the answer is likely to have.
func (r *answerReader) withRoom(items []Item, begin int) []Item {
	const fewItems = 128 // of a small list
	n := len(items)
	if n < cap(items) {
		return items
	}
	average := (r.Pos-begin)/(n+1) + 1
	return slices.Grow(items, 1+min(r.rest()/average, 4*n+fewItems*min(n, 1)))
}

// likely returns how many items there are room for if an answer counts so many.
func (r *answerReader) likely(count int32) int {
	const fewestBytes = 16 // of an item, as a rule
	return max(0, min(int(count), r.rest()/fewestBytes))
}

// transactItems reads the items of TransactGetItems. Each is in an object of its own.
func (r *answerReader) transactItems() error {
	r.answer.transactItems = []Item{}
	begin := r.Pos
	return r.elements(func() error {
		var found Item
		err := r.members(func(name []byte) (err error) {
			if string(name) != "Item" {
				return r.skip()
			}
			if !r.isNull() {
				found, err = r.wantedItem()
			}
			return err
		})
		r.answer.transactItems = append(r.withRoom(r.answer.transactItems, begin), found)
		return err
	})
}

// responses reads the items of each table.
func (r *answerReader) responses() error {
	r.answer.responses = []tableItems{}
	return r.tables(func(name string) error {
		items, err := r.items(0, r.item)
		r.answer.responses = append(r.answer.responses, tableItems{name, items})
		return err
	})
}

// unprocessedKeys reads the keys of each table, which are in an object with what was asked of
// them.
func (r *answerReader) unprocessedKeys() error {
	r.answer.unprocessedKeys = []tableItems{}
	return r.tables(func(table string) error {
		left := tableItems{table: table}
		err := r.members(func(name []byte) (err error) {
			switch isNull := r.isNull(); {
			case isNull:
				return nil
			case string(name) == "Keys":
				left.items, err = r.items(0, r.item)
				return err
			}
			return r.skipAsked(name)
		})
		r.answer.unprocessedKeys = append(r.answer.unprocessedKeys, left)
		return err
	})
}

// skipAsked skips a member that says what was asked of keys, if it is of the right type.
func (r *answerReader) skipAsked(name []byte) error {
	text := func() error {
		_, err := r.quoted()
		return err
	}
	switch string(name) {
	case "ConsistentRead":
		_, err := r.boolean()
		return err
	case "ProjectionExpression":
		return text()
	case "AttributesToGet":
		return r.elements(text)
	case "ExpressionAttributeNames":
		return r.members(func([]byte) error { return text() })
	}
	return r.skip()
}

// unprocessedItems reads the writes to each table.
func (r *answerReader) unprocessedItems() error {
	r.answer.unprocessedItems = []tableWrites{}
	return r.tables(func(table string) error {
		left := tableWrites{table: table}
		err := r.elements(func() error {
			write, err := r.unprocessedWrite()
			left.writes = append(left.writes, write)
			return err
		})
		r.answer.unprocessedItems = append(r.answer.unprocessedItems, left)
		return err
	})
}

// unprocessedWrite reads an object with exactly one of PutRequest and DeleteRequest.
func (r *answerReader) unprocessedWrite() (write unprocessedWrite, err error) {
	isPut := false
	err = r.members(func(name []byte) error {
		var inside string
		switch isNull := r.isNull(); {
		case isNull:
			return nil
		case string(name) == "PutRequest":
			isPut, inside = true, "Item"
		case string(name) == "DeleteRequest":
			write.isDelete, inside = true, "Key"
		default:
			return r.skip()
		}
		return r.members(func(name []byte) (err error) {
			switch isNull := r.isNull(); {
			case isNull:
				return nil
			case string(name) == inside:
				write.item, err = r.item()
				return err
			}
			return r.skip()
		})
	})
	if err == nil && isPut == write.isDelete {
		err = corrupt("holds an entry that is neither a put nor a delete")
	}
	return write, err
}
