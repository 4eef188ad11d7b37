package dynamoconn_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

const keyOfSong = `{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Look Out"}}`

// checkpointAt returns the checkpoint of a scan whose page ended at the key, or at the
// end of the table if key is empty.
func checkpointAt(t *testing.T, req dynamoconn.ScanTableRequest, key string, opts ...dynamoconn.CallOption) dynamoconn.ScanCheckpoint {
	t.Helper()
	body := `{"Count":0,"ScannedCount":1,"Items":[]}`
	if key != "" {
		body = `{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":` + key + `}`
	}
	resp, err := wireClient(t, wiretest.New(wiretest.Reply(200, body))).ScanPage(t.Context(), req, opts...)
	require.NoError(t, err)
	return resp.Checkpoint
}

func textOf(t *testing.T, checkpoint dynamoconn.ScanCheckpoint) string {
	t.Helper()
	text, err := checkpoint.MarshalText()
	require.NoError(t, err)
	return string(text)
}

// samePlace compares as users do.
func samePlace(a, b dynamoconn.ScanCheckpoint) bool { return a == b }

var someScans = map[string]dynamoconn.ScanTableRequest{
	"table":   {TableName: "Music"},
	"ARN":     {TableName: "arn:aws:dynamodb:us-east-1:123456789012:table/Music"},
	"index":   {TableName: "Music", IndexName: "by-genre"},
	"segment": {TableName: "Music", IndexName: "by-genre", Segment: 7, TotalSegments: 8},
}

func TestCheckpointTextIsLossless(t *testing.T) {
	t.Parallel()
	keys := []string{
		"", keyOfSong,
		`{"ID":{"N":"99999999999999999999999999999999999999"},"At":{"N":"1E-130"}}`,
		`{"ID":{"N":"1.0"}}`,
		`{"Hash":{"B":"AP/+"},"Odd <name> & \u2028":{"S":"\"\\ \n\u0000 \u2028 <é>"}}`,
	}
	for name, req := range someScans {
		for _, key := range keys {
			checkpoint := checkpointAt(t, req, key)
			assert.Equal(t, key == "", checkpoint.Done(), name)
			text := textOf(t, checkpoint)
			assert.NotContains(t, text, "\n")

			var again dynamoconn.ScanCheckpoint
			require.NoError(t, again.UnmarshalText([]byte(text)))
			assert.True(t, samePlace(again, checkpoint), "%s %s: the same place is ==", name, key)
			assert.False(t, samePlace(again, dynamoconn.ScanCheckpoint{}), "neither done nor at a key is not started")
			assert.Equal(t, text, textOf(t, again))

			// The key that goes out is the one that came in.
			w := wiretest.New()
			resumed := req
			resumed.Checkpoint = again
			_, err := wireClient(t, w).ScanPage(t.Context(), resumed)
			require.NoError(t, err)
			if key == "" {
				assert.Empty(t, w.Requests())
				continue
			}
			var sent struct{ ExclusiveStartKey json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(w.Requests()[0].Body), &sent))
			assert.JSONEq(t, key, string(sent.ExclusiveStartKey))
		}
	}
}

func TestCheckpointJSON(t *testing.T) {
	t.Parallel()
	type state struct {
		Segments []dynamoconn.ScanCheckpoint
		ByTable  map[string]dynamoconn.ScanCheckpoint
		New      dynamoconn.ScanCheckpoint
	}
	want := state{
		Segments: []dynamoconn.ScanCheckpoint{{}, checkpointAt(t, someScans["table"], keyOfSong), checkpointAt(t, someScans["segment"], "")},
		ByTable:  map[string]dynamoconn.ScanCheckpoint{"Music": checkpointAt(t, someScans["index"], keyOfSong)},
	}
	data, err := json.Marshal(want)
	require.NoError(t, err)
	var got state
	require.NoError(t, json.Unmarshal(data, &got))
	require.Len(t, got.Segments, 3)
	for i := range want.Segments {
		assert.True(t, samePlace(want.Segments[i], got.Segments[i]))
	}
	assert.True(t, samePlace(want.ByTable["Music"], got.ByTable["Music"]))
	assert.True(t, samePlace(got.New, dynamoconn.ScanCheckpoint{}))

	for _, broken := range []string{`""`, `"x"`, `0`, `{}`, `[]`, `"` + textOf(t, want.Segments[1])[1:] + `"`} {
		require.Error(t, json.Unmarshal([]byte(broken), &got.New), broken)
	}
}

func TestCheckpointTextThatIsNotItsOwnIsRefused(t *testing.T) {
	t.Parallel()
	texts := []string{
		textOf(t, dynamoconn.ScanCheckpoint{}),
		textOf(t, checkpointAt(t, someScans["segment"], keyOfSong)),
		textOf(t, checkpointAt(t, someScans["table"], "")),
	}
	before := checkpointAt(t, someScans["index"], keyOfSong)
	refused := func(text string) {
		t.Helper()
		checkpoint := before
		err := checkpoint.UnmarshalText([]byte(text))
		if !errors.Is(err, dynamoconn.ErrInvalidRequest) {
			t.Errorf("%q is taken for a checkpoint: %v", text, err)
		}
		if checkpoint != before {
			t.Errorf("%q has changed the checkpoint", text)
		}
	}
	for _, foreign := range []string{
		"", " ", "null", "{}", "0", keyOfSong, "dynamoconn-scan-", "dynamoconn-scan-1.", "dynamoconn-scan-2.AAAA",
		strings.Replace(texts[0], "-1.", "-2.", 1), texts[0] + "\n", "\n" + texts[0], texts[0] + texts[0], texts[0] + "=",
		strings.Repeat("A", 1<<20),
	} {
		refused(foreign)
	}
	for _, text := range texts {
		for cut := range len(text) {
			refused(text[:cut])
			refused(text[cut+1:])
			refused(text[:cut] + text[cut+1:])
			refused(text[:cut] + "\n" + text[cut:])
			for b := range 256 {
				if byte(b) != text[cut] {
					refused(text[:cut] + string([]byte{byte(b)}) + text[cut+1:])
				}
			}
		}
	}
}

// forged is a text with the right checksum.
func forged(payload string) string {
	sum := sha256.Sum256([]byte("dynamoconn-scan-1." + payload))
	return "dynamoconn-scan-1." + base64.RawURLEncoding.EncodeToString(append([]byte(payload), sum[:8]...))
}

func TestCheckpointWithTheRightChecksumIsCheckedAllTheSame(t *testing.T) {
	t.Parallel()
	good := `{"TableName":"Music","Region":"us-east-1","TotalSegments":1,"Key":` + keyOfSong + `}`
	var checkpoint dynamoconn.ScanCheckpoint
	require.NoError(t, checkpoint.UnmarshalText([]byte(forged(good))), "the format has changed: it needs a new version")
	require.NoError(t, checkpoint.UnmarshalText([]byte(forged("{}"))))
	for _, payload := range []string{
		"", "null", "[]", `""`, " {}", "{} ", `{"Region":"us-east-1"}`, `{"Key":` + keyOfSong + `}`,
		strings.Replace(good, `:1,`, `:0,`, 1),
		strings.Replace(good, `:1,`, `:-1,`, 1),
		strings.Replace(good, `:1,`, `:1000001,`, 1),
		strings.Replace(good, `"TotalSegments":1`, `"Segment":1,"TotalSegments":1`, 1),
		strings.Replace(good, `"TotalSegments":1`, `"Segment":0,"TotalSegments":1`, 1),
		strings.Replace(good, `,"TotalSegments":1`, ``, 1),
		strings.Replace(good, "Music", "Mu sic", 1),
		strings.Replace(good, "us-east-1", "", 1),
		strings.Replace(good, "us-east-1", "us\\u001beast-1", 1),
		strings.Replace(good, keyOfSong, "null", 1),
		strings.Replace(good, keyOfSong, "{}", 1),
		strings.Replace(good, keyOfSong, `{"Artist":"Acme Band"}`, 1),
		strings.Replace(good, keyOfSong, `{"Artist":{"S":"a"},"Artist":{"S":"b"}}`, 1),
		strings.Replace(good, `{"TableName"`, `{"Unknown":1,"TableName"`, 1),
		strings.Replace(good, `{"TableName"`, `{"tablename"`, 1),
	} {
		require.NotEqual(t, good, payload)
		assert.ErrorIs(t, checkpoint.UnmarshalText([]byte(forged(payload))), dynamoconn.ErrInvalidRequest, payload)
	}
}

func FuzzScanCheckpoint(f *testing.F) {
	f.Add([]byte("dynamoconn-scan-1."), false)
	f.Add([]byte(`{"TableName":"Music","Region":"us-east-1","TotalSegments":1,"Key":`+keyOfSong+`}`), true)
	mutate.Fuzz(f, func(t *testing.T, text []byte, sign bool) {
		if sign {
			text = []byte(forged(string(text)))
		}
		var checkpoint dynamoconn.ScanCheckpoint
		if err := checkpoint.UnmarshalText(text); err != nil {
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			require.True(t, samePlace(checkpoint, dynamoconn.ScanCheckpoint{}))
			return
		}
		require.Equal(t, string(text), textOf(t, checkpoint))
	})
}

func TestCheckpointTellsWhereAndNotTheKey(t *testing.T) {
	t.Parallel()
	key := `{"Artist":{"S":"` + canaryValue + `"}}`
	assert.Equal(t, "not started", dynamoconn.ScanCheckpoint{}.String())
	assert.Equal(t, "Music in us-east-1: at a key", checkpointAt(t, someScans["table"], key).String())
	assert.Equal(t, "Music in us-east-1: done", checkpointAt(t, someScans["table"], "").String())
	assert.Equal(t, "Music, index by-genre in eu-west-1, segment 7 of 8: at a key",
		checkpointAt(t, someScans["segment"], key, dynamoconn.InRegion(dynamoconn.RegionEUWest1)).String())

	checkpoint := checkpointAt(t, someScans["table"], key)
	requireRedacted(t, "the checkpoint", checkpoint)
	requireRedacted(t, "a pointer to it", &checkpoint)
	requireRedacted(t, "a field that is not exported", struct{ c dynamoconn.ScanCheckpoint }{checkpoint})
	for _, verb := range []string{"%d", "%t", "%c", "%U", "%e", "%p", "%w"} {
		requireNoCanary(t, verb, fmt.Sprintf(verb, checkpoint))
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("m", "checkpoint", checkpoint)
	assert.Contains(t, b.String(), `checkpoint="Music in us-east-1: at a key"`, "and not its text")

	_, err := wireClient(t, wiretest.New()).Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Other", Checkpoint: checkpoint})
	require.Error(t, err)
	requireRedacted(t, "the error of another scan", err)
}

// scanForms are the ways to scan, each of which returns its checkpoint if it has one.
var scanForms = map[string]func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ScanTableRequest, opts ...dynamoconn.CallOption) (*dynamoconn.ScanTableResponse, error){
	"Scan": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ScanTableRequest, opts ...dynamoconn.CallOption) (*dynamoconn.ScanTableResponse, error) {
		return client.Scan(t.Context(), req, opts...)
	},
	"ScanPage": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ScanTableRequest, opts ...dynamoconn.CallOption) (*dynamoconn.ScanTableResponse, error) {
		return client.ScanPage(t.Context(), req, opts...)
	},
	"ScanPages": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ScanTableRequest, opts ...dynamoconn.CallOption) (*dynamoconn.ScanTableResponse, error) {
		return last(client.ScanPages(t.Context(), req, opts...))
	},
	"ScanItems": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ScanTableRequest, opts ...dynamoconn.CallOption) (*dynamoconn.ScanTableResponse, error) {
		_, err := last(client.ScanItems(t.Context(), req, opts...))
		return nil, err
	},
}

func last[T any](loop iter.Seq2[T, error]) (value T, err error) {
	for value, err = range loop {
		continue
	}
	return value, err
}

func TestCheckpointOfAnotherScanIsRefused(t *testing.T) {
	t.Parallel()
	of := dynamoconn.ScanTableRequest{TableName: "Music", IndexName: "by-genre", Segment: 1, TotalSegments: 4}
	for _, key := range []string{keyOfSong, ""} {
		of.Checkpoint = dynamoconn.ScanCheckpoint{}
		of.Checkpoint = checkpointAt(t, of, key)
		changes := map[string]func(*dynamoconn.ScanTableRequest) []dynamoconn.CallOption{
			"table":    func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption { r.TableName = "Songs"; return nil },
			"index":    func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption { r.IndexName = "by-year"; return nil },
			"no index": func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption { r.IndexName = ""; return nil },
			"segment":  func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption { r.Segment = 2; return nil },
			"segments": func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption { r.TotalSegments = 5; return nil },
			"whole table": func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption {
				r.Segment, r.TotalSegments = 0, 0
				return nil
			},
			"region": func(*dynamoconn.ScanTableRequest) []dynamoconn.CallOption {
				return []dynamoconn.CallOption{dynamoconn.InRegion(dynamoconn.RegionEUWest1)}
			},
			"two places to begin": func(r *dynamoconn.ScanTableRequest) []dynamoconn.CallOption {
				r.ExclusiveStartKey = musicKey()
				return nil
			},
		}
		for name, change := range changes {
			for form, scan := range scanForms {
				t.Run(fmt.Sprintf("%s, %s, done %t", form, name, key == ""), func(t *testing.T) {
					t.Parallel()
					w := wiretest.New()
					req := of
					opts := change(&req)
					_, err := scan(t, wireClient(t, w), req, opts...)
					require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
					var field *dynamoconn.FieldError
					require.ErrorAs(t, err, &field)
					assert.Equal(t, "Checkpoint", field.Path)
					assert.Empty(t, w.Requests(), "nothing is sent")
				})
			}
		}
	}
}

func TestDoneCheckpointReadsNothing(t *testing.T) {
	t.Parallel()
	req := dynamoconn.ScanTableRequest{TableName: "Music"}
	req.Checkpoint = checkpointAt(t, req, "")
	for form, scan := range scanForms {
		w := wiretest.New()
		resp, err := scan(t, wireClient(t, w), req)
		require.NoError(t, err, form)
		assert.Empty(t, w.Requests(), form)
		switch form {
		case "Scan", "ScanPage":
			assert.Equal(t, &dynamoconn.ScanTableResponse{Table: dynamoconn.Table{Name: "Music"}, Checkpoint: req.Checkpoint}, resp)
		default:
			assert.Nil(t, resp, "%s gives no page", form)
		}
	}
}

// One segment of one is the whole table, however it is asked for.
func TestCheckpointOfTheOnlySegmentIsOfTheTable(t *testing.T) {
	t.Parallel()
	whole := dynamoconn.ScanTableRequest{TableName: "Music"}
	only := dynamoconn.ScanTableRequest{TableName: "Music", TotalSegments: 1}
	assert.True(t, samePlace(checkpointAt(t, whole, keyOfSong), checkpointAt(t, only, keyOfSong)))
	only.Checkpoint = checkpointAt(t, whole, keyOfSong)
	w := wiretest.New()
	_, err := wireClient(t, w).ScanPage(t.Context(), only)
	require.NoError(t, err)
	assert.Contains(t, w.Requests()[0].Body, `"ExclusiveStartKey":{`)
}

// The SDK's package attributevalue made {} of a checkpoint.
func TestCheckpointInATable(t *testing.T) {
	t.Parallel()
	for _, want := range []dynamoconn.ScanCheckpoint{{}, checkpointAt(t, someScans["table"], keyOfSong), checkpointAt(t, someScans["segment"], "")} {
		av, err := want.MarshalDynamoDBAttributeValue()
		require.NoError(t, err)
		assert.Equal(t, &types.AttributeValueMemberS{Value: textOf(t, want)}, av)
		got := checkpointAt(t, someScans["index"], keyOfSong)
		require.NoError(t, got.UnmarshalDynamoDBAttributeValue(av))
		assert.True(t, samePlace(want, got))
	}
	before := checkpointAt(t, someScans["index"], keyOfSong)
	for _, test := range []struct {
		av   types.AttributeValue
		want error
	}{
		{nil, dynamoconn.ErrCorruptResponse},
		{&types.AttributeValueMemberNULL{Value: true}, dynamoconn.ErrNull},
		{&types.AttributeValueMemberN{Value: "1"}, dynamoconn.ErrWrongKind},
		{&types.AttributeValueMemberS{}, dynamoconn.ErrInvalidRequest},
	} {
		got := before
		require.ErrorIs(t, got.UnmarshalDynamoDBAttributeValue(test.av), test.want)
		assert.True(t, samePlace(before, got))
	}
}
