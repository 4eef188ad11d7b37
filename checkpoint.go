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
)

// ScanCheckpoint is how far the scan of a table, an index or a segment has come: not
// started, at a key, or done. A LastEvaluatedKey is nil for the first and for the last
// of these; a checkpoint tells them apart. The zero value is not started, and is the
// checkpoint of any scan. Two checkpoints are the same place of the same scan if they
// are ==.
//
// Every [ScanTableResponse] has one, and [ScanTableRequest].Checkpoint takes it. All but
// the zero value know the table, the index, the region, the segment and the number of
// segments that they are of, and are refused for another scan. The conditions, the
// attributes and the limits are not part of it and may differ from one run to the next;
// each holds from where its run begins.
//
// Its text, and so its JSON, is what to save. String and the other ways of printing it
// show no key.
type ScanCheckpoint struct {
	of checkpointScope

	// The key as DynamoDB JSON, or the zero handle if the scan is done. A handle is
	// comparable, and fmt does not show what is behind it even where the checkpoint is
	// the unexported field of another struct.
	key unique.Handle[string]
}

// checkpointScope is what a checkpoint is of. It may be resumed only there.
type checkpointScope struct {
	table, index, region string
	segment, total       int32 // total is at least 1, unless the checkpoint has not started
}

// checkpointVersion begins each text; what follows it is base64 of the JSON of a
// savedCheckpoint and the first checkpointSum bytes of the SHA-256 of both.
const (
	checkpointFamily  = "dynamoconn-scan-"
	checkpointVersion = checkpointFamily + "1."
	checkpointSum     = 8
)

// savedCheckpoint is what a text says. A scan that has not started has no table.
type savedCheckpoint struct {
	TableName     string          `json:",omitempty"`
	IndexName     string          `json:",omitempty"`
	Region        string          `json:",omitempty"`
	Segment       int32           `json:",omitempty"`
	TotalSegments int32           `json:",omitempty"`
	Key           json.RawMessage `json:",omitempty"`
}

// Done tells whether the scan has been read to its end.
func (c ScanCheckpoint) Done() bool { return c.started() && !c.atKey() }

func (c ScanCheckpoint) started() bool { return c != ScanCheckpoint{} }

func (c ScanCheckpoint) atKey() bool { return c.key != unique.Handle[string]{} }

// String says what the checkpoint is of and whether the scan is done:
// "Music in eu-west-1, segment 2 of 8: at a key". It does not show the key.
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

// MarshalText returns the checkpoint as a line of ASCII, to be saved and read back by
// UnmarshalText in this release or a later one. The line holds the key, encoded and not
// encrypted. The error is always nil.
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

// UnmarshalText sets the checkpoint to one that MarshalText returned. Any other text is
// refused with [ErrInvalidRequest] and leaves the checkpoint as it was: an empty one, one
// that was cut or changed, and one of a version that this release does not know. So a
// scan never starts over because what was saved of it has been damaged.
//
// A member that is missing from a JSON object, or null there, does not get here: it
// leaves the zero value, which is not started.
func (c *ScanCheckpoint) UnmarshalText(text []byte) error {
	const field = "ScanCheckpoint"
	if !bytes.HasPrefix(text, []byte(checkpointVersion)) {
		if bytes.HasPrefix(text, []byte(checkpointFamily)) {
			return invalid(field, "is of a version that is not known here, or damaged")
		}
		return invalid(field, "is not the text of a checkpoint")
	}
	read, ok := parseCheckpoint(text[len(checkpointVersion):])
	if !ok {
		return invalid(field, "is damaged")
	}
	// What was not written here is refused, even if it could be read.
	if again, err := read.MarshalText(); err != nil || !bytes.Equal(again, text) {
		return invalid(field, "is damaged")
	}
	*c = read
	return nil
}

func parseCheckpoint(encoded []byte) (ScanCheckpoint, bool) {
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
	if req.check() != nil || saved.TotalSegments < 1 || Region(saved.Region).validate() != nil {
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
		return nil, invalid(field, "is of another scan: of "+c.of.String())
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
