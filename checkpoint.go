package dynamoconn

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ScanCheckpoint says how far the scan of a table, an index or a segment has come: it has
// not started, is at a key, or is done. (A LastEvaluatedKey is nil both before the start and
// at the end.) The zero value has not started and is good for any scan. Two checkpoints are
// == if they are the same place of the same scan.
//
// Every [ScanTableResponse] has one, and [ScanTableRequest].Checkpoint takes it. A checkpoint
// knows its table, index, region, segment and number of segments, and is refused for another
// scan; only the zero value is not. Conditions, attributes and limits are not part of it:
// they may differ from one run to the next.
//
// Save its text or its JSON. String and the other ways of printing it show no key.
type ScanCheckpoint struct{ at checkpoint }

// isScanScope reports whether a scan can be of that scope, whose table and index are valid.
func isScanScope(of checkpointScope) bool {
	return of.total >= 1 && checkSegment(of.segment, of.total) == nil && of.keyCondition() == "" && !of.descending
}

// Done reports whether the scan has been read to its end.
func (c ScanCheckpoint) Done() bool { return c.at.done() }

// String says what is read and how far it has come, without the key:
// "Music in eu-west-1, segment 2 of 8: at a key".
func (c ScanCheckpoint) String() string { return c.at.String() }

// Format writes what String returns, whatever the verb.
func (c ScanCheckpoint) Format(f fmt.State, _ rune) { c.at.format(f) }

// LogValue returns what String returns, so that a log shows no key.
func (c ScanCheckpoint) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the checkpoint as a line of ASCII. Save it: UnmarshalText reads it in
// this release and in later ones. The line holds the key, encoded and not encrypted. The
// error is always nil.
func (c ScanCheckpoint) MarshalText() ([]byte, error) { return c.at.encode(scanCheckpoints) }

// UnmarshalText sets the checkpoint to one that MarshalText returned. It refuses any other
// text with [ErrInvalidRequest] and leaves the checkpoint as it was: an empty text, one that
// was cut or changed, and one of a version that this release does not know. So a scan never
// starts over because its saved checkpoint was damaged.
//
// If a member of a JSON object is missing or null, encoding/json does not call UnmarshalText.
// The checkpoint then is the zero value: the scan has not started.
func (c *ScanCheckpoint) UnmarshalText(text []byte) error {
	read, err := scanCheckpoints.decode(text)
	if err == nil {
		c.at = read
	}
	return err
}

// MarshalDynamoDBAttributeValue returns the text of MarshalText as DynamoDB's S. The SDK's
// package attributevalue calls it, so a checkpoint can be saved in a table. The error is
// always nil.
func (c ScanCheckpoint) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return c.at.attributeValue(scanCheckpoints)
}

// UnmarshalDynamoDBAttributeValue sets the checkpoint to the one that an S holds, with the
// rules of UnmarshalText. A NULL is [ErrNull], because a scan must not start over unseen, and
// any other type is [ErrWrongKind].
func (c *ScanCheckpoint) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	read, err := scanCheckpoints.fromAttributeValue(av)
	if err == nil {
		c.at = read
	}
	return err
}

// QueryCheckpoint says how far a query has come: it has not started, is behind a key, or is done.
// (A LastEvaluatedKey is nil both before the start and at the end.) The zero value has not started
// and is good for any query. Two checkpoints are == if they are the same place of the same query.
//
// Every [QueryResponse] has one, its CheckpointAfter gives one behind any of its items, and
// [QueryRequest].Checkpoint takes it. A checkpoint knows its table, index, region, key condition
// and direction, and is refused for another query; only the zero value is not. Filter,
// attributes and limits are not part of it: they may differ from one run to the next. A key
// condition as text is another one if its text differs in more than white space.
//
// Save its text or its JSON. String and the other ways of printing it show no key.
type QueryCheckpoint struct{ at checkpoint }

// isQueryScope reports whether a query can be of that scope, whose table and index are valid.
func isQueryScope(of checkpointScope) bool {
	return len(of.keyCondition()) == keyConditionDigest && of.segment == 0 && of.total == 0
}

// Done reports whether the query has been read to its end.
func (c QueryCheckpoint) Done() bool { return c.at.done() }

// String says what is read and how far it has come, without the key:
// "Music, index by-genre in eu-west-1, descending: at a key".
func (c QueryCheckpoint) String() string { return c.at.String() }

// Format writes what String returns, whatever the verb.
func (c QueryCheckpoint) Format(f fmt.State, _ rune) { c.at.format(f) }

// LogValue returns what String returns, so that a log shows no key.
func (c QueryCheckpoint) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the checkpoint as a line of ASCII. Save it: UnmarshalText reads it in
// this release and in later ones. The line holds the key, encoded and not encrypted. The
// error is always nil.
func (c QueryCheckpoint) MarshalText() ([]byte, error) { return c.at.encode(queryCheckpoints) }

// UnmarshalText sets the checkpoint to one that MarshalText returned. It refuses any other
// text with [ErrInvalidRequest] and leaves the checkpoint as it was: an empty text, one that
// was cut or changed, and one of a version that this release does not know. So a query never
// starts over because its saved checkpoint was damaged.
//
// If a member of a JSON object is missing or null, encoding/json does not call UnmarshalText.
// The checkpoint then is the zero value: the query has not started.
func (c *QueryCheckpoint) UnmarshalText(text []byte) error {
	read, err := queryCheckpoints.decode(text)
	if err == nil {
		c.at = read
	}
	return err
}

// MarshalDynamoDBAttributeValue returns the text of MarshalText as DynamoDB's S. The SDK's
// package attributevalue calls it, so a checkpoint can be saved in a table. The error is
// always nil.
func (c QueryCheckpoint) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return c.at.attributeValue(queryCheckpoints)
}

// UnmarshalDynamoDBAttributeValue sets the checkpoint to the one that an S holds, with the
// rules of UnmarshalText. A NULL is [ErrNull], because a query must not start over unseen, and
// any other type is [ErrWrongKind].
func (c *QueryCheckpoint) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	read, err := queryCheckpoints.fromAttributeValue(av)
	if err == nil {
		c.at = read
	}
	return err
}

// checkpoint is what [ScanCheckpoint] and [QueryCheckpoint] share: how far a reading has come. The
// zero value has not started.
type checkpoint struct {
	of checkpointScope

	// The key as DynamoDB JSON, or the zero handle if the reading is done. A handle can be
	// compared with ==, and fmt does not show its value, even if the checkpoint is an
	// unexported field of another struct.
	key unique.Handle[string]
}

// checkpointScope is what is read. A checkpoint can be resumed only with the same scope.
type checkpointScope struct {
	table, index, region string
	segment, total       int32                 // of a scan: total is at least 1
	condition            unique.Handle[string] // of a query: the digest of its key condition
	descending           bool                  // of a query
}

// checkpointKind is what the checkpoints of one type have of their own.
type checkpointKind struct {
	name    string // the type's
	reading string // what is read, in a word
	isScope func(checkpointScope) bool
}

var (
	scanCheckpoints  = &checkpointKind{"ScanCheckpoint", "scan", isScanScope}
	queryCheckpoints = &checkpointKind{"QueryCheckpoint", "query", isQueryScope}
)

// family is how the texts of every version begin.
func (k *checkpointKind) family() string { return "dynamoconn-" + k.reading + "-" }

// version is how each text begins. Base64 of two things follows: the JSON of a savedCheckpoint,
// and the first checkpointSum bytes of the SHA-256 of the version and the JSON.
func (k *checkpointKind) version() string { return k.family() + "1." }

func (k *checkpointKind) sum(payload []byte) []byte {
	sum := sha256.Sum256(append([]byte(k.version()), payload...))
	return sum[:checkpointSum]
}

const checkpointSum = 8

// savedCheckpoint is the content of a text. If the reading has not started, it has no table.
type savedCheckpoint struct {
	TableName     string          `json:",omitempty"`
	IndexName     string          `json:",omitempty"`
	Region        string          `json:",omitempty"`
	Segment       int32           `json:",omitempty"`
	TotalSegments int32           `json:",omitempty"`
	KeyCondition  string          `json:",omitempty"`
	Descending    bool            `json:",omitempty"`
	Key           json.RawMessage `json:",omitempty"`
}

// newCheckpoint returns the checkpoint that goes on after key, or that is done if key is nil.
func newCheckpoint(of checkpointScope, key Item) (checkpoint, error) {
	c := checkpoint{of: of}
	if len(key) > 0 {
		text, err := json.Marshal(DynamoDBJSON(key))
		if err != nil {
			return checkpoint{}, err
		}
		c.key = unique.Make(string(text))
	}
	return c, nil
}

func (c checkpoint) done() bool { return c.started() && !c.atKey() }

func (c checkpoint) started() bool { return c != checkpoint{} }

func (c checkpoint) atKey() bool { return c.key != unique.Handle[string]{} }

// String says what is read and how far it has come, without the key.
func (c checkpoint) String() string {
	if !c.started() {
		return "not started"
	}
	if c.done() {
		return c.of.String() + ": done"
	}
	return c.of.String() + ": at a key"
}

func (c checkpoint) format(f fmt.State) { _, _ = io.WriteString(f, c.String()) }

// String names the table and, if there are any, the index, the segment and the direction.
func (s checkpointScope) String() string {
	var b strings.Builder
	b.WriteString(s.table)
	if s.index != "" {
		b.WriteString(", index " + s.index)
	}
	b.WriteString(" in " + s.region)
	if s.total > 1 {
		fmt.Fprintf(&b, ", segment %d of %d", s.segment, s.total)
	}
	if s.descending {
		b.WriteString(", descending")
	}
	return b.String()
}

// keyCondition returns the digest of the key condition, and "" for a scan.
func (s checkpointScope) keyCondition() string {
	if s.condition == (unique.Handle[string]{}) {
		return ""
	}
	return s.condition.Value()
}

// encode returns the text of the checkpoint.
func (c checkpoint) encode(kind *checkpointKind) ([]byte, error) {
	saved := savedCheckpoint{
		TableName: c.of.table, IndexName: c.of.index, Region: c.of.region, Segment: c.of.segment, TotalSegments: c.of.total,
		KeyCondition: c.of.keyCondition(), Descending: c.of.descending,
	}
	if c.atKey() {
		saved.Key = json.RawMessage(c.key.Value())
	}
	payload, err := json.Marshal(saved)
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.AppendEncode([]byte(kind.version()), append(payload, kind.sum(payload)...)), nil
}

// attributeValue returns the text as DynamoDB's S.
func (c checkpoint) attributeValue(kind *checkpointKind) (types.AttributeValue, error) {
	text, err := c.encode(kind)
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberS{Value: string(text)}, nil
}

// decode returns the checkpoint that text holds.
func (k *checkpointKind) decode(text []byte) (checkpoint, error) {
	c, rule := k.parse(text)
	if rule != "" {
		return checkpoint{}, withoutRequest(aboutText, invalid(k.name, rule))
	}
	return c, nil
}

// fromAttributeValue returns the checkpoint that an S holds.
func (k *checkpointKind) fromAttributeValue(av types.AttributeValue) (checkpoint, error) {
	kv, err := FromAttributeValue(k.name, av)
	if err != nil {
		return checkpoint{}, err
	}
	text, ok := kv.(*KeyValueString)
	if !ok {
		return checkpoint{}, under(k.name, otherKind(kv, text.kind()))
	}
	return k.decode([]byte(text.StringValue))
}

// parse returns the checkpoint that text holds, or the rule that text breaks.
func (k *checkpointKind) parse(text []byte) (read checkpoint, rule string) {
	const damaged = "is damaged"
	if !bytes.HasPrefix(text, []byte(k.version())) {
		if bytes.HasPrefix(text, []byte(k.family())) {
			return checkpoint{}, "is damaged, or of a version that this release does not know"
		}
		return checkpoint{}, "is not the text of a checkpoint of a " + k.reading
	}
	read, ok := k.decodeSaved(text[len(k.version()):])
	if !ok {
		return checkpoint{}, damaged
	}
	// Only what MarshalText writes is accepted, even if more could be read.
	if again, err := read.encode(k); err != nil || !bytes.Equal(again, text) {
		return checkpoint{}, damaged
	}
	return read, ""
}

func (k *checkpointKind) decodeSaved(encoded []byte) (checkpoint, bool) {
	data, err := base64.RawURLEncoding.AppendDecode(nil, encoded)
	if err != nil || len(data) < checkpointSum {
		return checkpoint{}, false
	}
	payload := data[:len(data)-checkpointSum]
	var saved savedCheckpoint
	if !bytes.Equal(k.sum(payload), data[len(payload):]) || json.Unmarshal(payload, &saved) != nil {
		return checkpoint{}, false
	}
	if saved.TableName == "" {
		return checkpoint{}, true
	}
	of := checkpointScope{
		table: saved.TableName, index: saved.IndexName, region: saved.Region,
		segment: saved.Segment, total: saved.TotalSegments, descending: saved.Descending,
	}
	if saved.KeyCondition != "" {
		of.condition = unique.Make(saved.KeyCondition)
	}
	if checkPlace(of.table, of.index) != nil || Region(of.region).brokenRule() != "" || !k.isScope(of) {
		return checkpoint{}, false
	}
	var key DynamoDBJSON
	if len(saved.Key) > 0 && json.Unmarshal(saved.Key, &key) != nil {
		return checkpoint{}, false
	}
	c, err := newCheckpoint(of, Item(key))
	return c, err == nil
}

// startKey returns the key that a reading of that scope goes on after, and nil if the
// checkpoint is done. The checkpoint must have started.
func (c checkpoint) startKey(kind *checkpointKind, of checkpointScope) (Item, error) {
	const field = "Checkpoint"
	if c.of != of {
		rule := "is a checkpoint of another " + kind.reading + ": " + c.of.String()
		if of.condition = c.of.condition; c.of == of {
			rule += ", with another key condition"
		}
		return nil, invalid(field, rule)
	}
	if !c.atKey() {
		return nil, nil
	}
	var key DynamoDBJSON
	if err := json.Unmarshal([]byte(c.key.Value()), &key); err != nil {
		return nil, under(field, err)
	}
	return Item(key), nil
}

// startOf returns where a reading begins: at a checkpoint, at a key, or at its beginning.
func startOf(c checkpoint, key Item, kind *checkpointKind, of checkpointScope) (start itemPosition, err error) {
	field := "ExclusiveStartKey"
	if c.started() {
		field = "Checkpoint"
		if key, err = c.startKey(kind, of); err != nil {
			return itemPosition{}, err
		}
	}
	if len(key) == 0 {
		return itemPosition{}, nil
	}
	_, _, err = appendItem(nil, key)
	return itemPosition{key}, under(field, err)
}
