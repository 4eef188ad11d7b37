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
type ScanCheckpoint struct {
	of checkpointScope

	// The key as DynamoDB JSON, or the zero handle if the scan is done. A handle can be
	// compared with ==, and fmt does not show its value, even if the checkpoint is an
	// unexported field of another struct.
	key unique.Handle[string]
}

// checkpointScope is what is read. A checkpoint can be resumed only with the same scope.
type checkpointScope struct {
	table, index, region string
	segment, total       int32 // total is at least 1, unless the checkpoint has not started
}

// Each text begins with checkpointVersion. Base64 of two things follows: the JSON of a
// savedCheckpoint, and the first checkpointSum bytes of the SHA-256 of the version and the
// JSON.
const (
	checkpointFamily  = "dynamoconn-scan-"
	checkpointVersion = checkpointFamily + "1."
	checkpointSum     = 8
)

// savedCheckpoint is the content of a text. If the scan has not started, it has no table.
type savedCheckpoint struct {
	TableName     string          `json:",omitempty"`
	IndexName     string          `json:",omitempty"`
	Region        string          `json:",omitempty"`
	Segment       int32           `json:",omitempty"`
	TotalSegments int32           `json:",omitempty"`
	Key           json.RawMessage `json:",omitempty"`
}

// Done reports whether the scan has been read to its end.
func (c ScanCheckpoint) Done() bool { return c.started() && !c.atKey() }

func (c ScanCheckpoint) started() bool { return c != ScanCheckpoint{} }

func (c ScanCheckpoint) atKey() bool { return c.key != unique.Handle[string]{} }

// String says what is read and how far it has come, without the key:
// "Music in eu-west-1, segment 2 of 8: at a key".
func (c ScanCheckpoint) String() string {
	if !c.started() {
		return "not started"
	}
	if c.Done() {
		return c.of.String() + ": done"
	}
	return c.of.String() + ": at a key"
}

// String names the table and, if there are any, the index and the segment.
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
	return b.String()
}

// Format writes what String returns, whatever the verb.
func (c ScanCheckpoint) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what String returns, so that a log shows no key.
func (c ScanCheckpoint) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the checkpoint as a line of ASCII. Save it: UnmarshalText reads it in
// this release and in later ones. The line holds the key, encoded and not encrypted. The
// error is always nil.
func (c ScanCheckpoint) MarshalText() ([]byte, error) {
	saved := savedCheckpoint{
		TableName: c.of.table, IndexName: c.of.index, Region: c.of.region, Segment: c.of.segment, TotalSegments: c.of.total,
	}
	if c.atKey() {
		saved.Key = json.RawMessage(c.key.Value())
	}
	payload, err := json.Marshal(saved)
	if err != nil {
		return nil, err
	}
	text := []byte(checkpointVersion)
	return base64.RawURLEncoding.AppendEncode(text, append(payload, checkpointSumOf(payload)...)), nil
}

func checkpointSumOf(payload []byte) []byte {
	sum := sha256.Sum256(append([]byte(checkpointVersion), payload...))
	return sum[:checkpointSum]
}

// UnmarshalText sets the checkpoint to one that MarshalText returned. It refuses any other
// text with [ErrInvalidRequest] and leaves the checkpoint as it was: an empty text, one that
// was cut or changed, and one of a version that this release does not know. So a scan never
// starts over because its saved checkpoint was damaged.
//
// If a member of a JSON object is missing or null, encoding/json does not call UnmarshalText.
// The checkpoint then is the zero value: the scan has not started.
func (c *ScanCheckpoint) UnmarshalText(text []byte) error {
	read, rule := parseCheckpoint(text)
	if rule != "" {
		return withoutRequest(aboutText, invalid("ScanCheckpoint", rule))
	}
	*c = read
	return nil
}

// MarshalDynamoDBAttributeValue returns the text of MarshalText as DynamoDB's S. The SDK's
// package attributevalue calls it, so a checkpoint can be saved in a table. The error is
// always nil.
func (c ScanCheckpoint) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	text, err := c.MarshalText()
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberS{Value: string(text)}, nil
}

// UnmarshalDynamoDBAttributeValue sets the checkpoint to the one that an S holds, with the
// rules of UnmarshalText. A NULL is [ErrNull], because a scan must not start over unseen, and
// any other type is [ErrWrongKind].
func (c *ScanCheckpoint) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	kv, err := FromAttributeValue("ScanCheckpoint", av)
	if err != nil {
		return err
	}
	text, ok := kv.(*KeyValueString)
	if !ok {
		return otherKind(kv, text.kind(), "ScanCheckpoint")
	}
	return c.UnmarshalText([]byte(text.StringValue))
}

// parseCheckpoint returns the checkpoint that text holds, or the rule that text breaks.
func parseCheckpoint(text []byte) (read ScanCheckpoint, rule string) {
	const damaged = "is damaged"
	if !bytes.HasPrefix(text, []byte(checkpointVersion)) {
		if bytes.HasPrefix(text, []byte(checkpointFamily)) {
			return ScanCheckpoint{}, "is damaged, or of a version that this release does not know"
		}
		return ScanCheckpoint{}, "is not the text of a checkpoint"
	}
	read, ok := decodeCheckpoint(text[len(checkpointVersion):])
	if !ok {
		return ScanCheckpoint{}, damaged
	}
	// Only what MarshalText writes is accepted, even if more could be read.
	if again, err := read.MarshalText(); err != nil || !bytes.Equal(again, text) {
		return ScanCheckpoint{}, damaged
	}
	return read, ""
}

func decodeCheckpoint(encoded []byte) (ScanCheckpoint, bool) {
	data, err := base64.RawURLEncoding.AppendDecode(nil, encoded)
	if err != nil || len(data) < checkpointSum {
		return ScanCheckpoint{}, false
	}
	payload := data[:len(data)-checkpointSum]
	var saved savedCheckpoint
	if !bytes.Equal(checkpointSumOf(payload), data[len(payload):]) || json.Unmarshal(payload, &saved) != nil {
		return ScanCheckpoint{}, false
	}
	if saved.TableName == "" {
		return ScanCheckpoint{}, true
	}
	req := ScanTableRequest{
		TableName: saved.TableName, IndexName: saved.IndexName, Segment: saved.Segment, TotalSegments: saved.TotalSegments,
	}
	if req.check() != nil || saved.TotalSegments < 1 || Region(saved.Region).brokenRule() != "" {
		return ScanCheckpoint{}, false
	}
	var key DynamoDBJSON
	if len(saved.Key) > 0 && json.Unmarshal(saved.Key, &key) != nil {
		return ScanCheckpoint{}, false
	}
	c, err := newCheckpoint(req.checkpointScope(Region(saved.Region)), Item(key))
	return c, err == nil
}

// newCheckpoint returns the checkpoint that goes on after key, or that is done if key is nil.
func newCheckpoint(of checkpointScope, key Item) (ScanCheckpoint, error) {
	c := ScanCheckpoint{of: of}
	if len(key) > 0 {
		text, err := json.Marshal(DynamoDBJSON(key))
		if err != nil {
			return ScanCheckpoint{}, err
		}
		c.key = unique.Make(string(text))
	}
	return c, nil
}

// startKey returns the key that a reading of that scope goes on after, and nil if the
// checkpoint is done. The checkpoint must have started.
func (c ScanCheckpoint) startKey(of checkpointScope) (Item, error) {
	const field = "Checkpoint"
	if c.of != of {
		return nil, invalid(field, "is a checkpoint of another scan: "+c.of.String())
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
