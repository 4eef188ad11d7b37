package transport

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// arrival is an answer as it arrives, perhaps damaged.
type arrival struct {
	status   int
	body     []byte
	crc      string // the header
	length   int64  // announced
	encoding string
	kind     string // Content-Type
	location string
}

func (a arrival) response() *http.Response {
	header := http.Header{"X-Amzn-Requestid": {"REQ1"}}
	for name, value := range map[string]string{
		"X-Amz-Crc32": a.crc, "Content-Encoding": a.encoding, "Content-Type": a.kind, "Location": a.location,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
	return &http.Response{StatusCode: a.status, Header: header, ContentLength: a.length, Body: io.NopCloser(bytes.NewReader(a.body))}
}

// believed returns the body that a careful reader would take from the arrival, and
// whether it would take any. It knows nothing of how receive goes about it.
func (a arrival) believed() ([]byte, bool) {
	if a.status >= 300 && a.status < 400 || a.length > 0 && a.length != int64(len(a.body)) || len(a.body) > largestHere {
		return nil, false
	}
	if a.crc != "" {
		sum, err := strconv.ParseUint(strings.TrimSpace(a.crc), 10, 64)
		if err != nil || sum != uint64(crc32.ChecksumIEEE(a.body)) {
			return nil, false
		}
	}
	body := a.body
	if strings.EqualFold(a.encoding, "gzip") {
		zr, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, false
		}
		if body, err = io.ReadAll(zr); err != nil || len(body) > largestHere {
			return nil, false
		}
	}
	switch text := strings.Trim(string(body), " \t\r\n"); {
	case a.status >= 200 && a.status < 300 && strings.HasPrefix(text, `{"__type"`):
		return nil, false
	case a.status >= 200 && a.status < 300 && a.crc != "":
		return body, strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && endsOnce(text)
	case a.status >= 200 && a.status < 300:
		var object map[string]json.RawMessage
		return body, json.Unmarshal([]byte(text), &object) == nil && object != nil
	case a.crc == "" && len(body) > 0 && strings.HasPrefix(a.kind, "application/x-amz-json"):
		return body, json.Valid(body)
	}
	return body, true
}

var quoted = regexp.MustCompile(`(?s)"(?:\\.|[^"\\])*"`)

// endsOnce reports whether the object that text begins with ends at its end.
func endsOnce(text string) bool {
	braces, depth := quoted.ReplaceAllString(text, ""), 0
	for i, c := range braces {
		switch c {
		case '"':
			return false
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return i == len(braces)-1
		}
	}
	return false
}

// FuzzReceive requires that an answer is believed exactly if a careful reader would,
// that what is handed on is what was sent, and that damage is told as damage. how
// chooses headers and damage.
func FuzzReceive(f *testing.F) {
	for _, body := range []string{
		"", "{}", " {} ", `{"Item":{"A":{"S":"x"}}}`, "[]", "null", `{"a":1}{"b":2}`, "{", "<html></html>", `{"__type":"x#ThrottlingException"}`, "\v{}\u00a0",
	} {
		for how := range uint32(24) {
			f.Add(uint16(200), how*how*how*0x9e37, []byte(body), "12")
			f.Add(uint16(400), how, []byte(body), "+1")
		}
	}
	mutate.Fuzz(f, func(t *testing.T, status uint16, how uint32, body []byte, header string) {
		a := arrival{status: 200 + int(status)%400, body: body, length: int64(len(body))}
		bit := func() bool {
			how, status = how>>1, status>>1
			return how<<1>>1 != 0 && how&1 == 1
		}
		if bit() {
			var b bytes.Buffer
			zw := gzip.NewWriter(&b)
			_, _ = zw.Write(body)
			_ = zw.Close()
			a.body, a.encoding, a.length = b.Bytes(), "gzip", int64(b.Len())
		} else if bit() {
			a.encoding = "GZip" // which it is not, or perhaps is
		}
		if bit() {
			a.crc = fmt.Sprint(crc32.ChecksumIEEE(a.body))
		} else if bit() {
			a.crc = strings.Map(func(r rune) rune { return max(r, ' ') }, header)
		}
		if bit() {
			a.kind = "application/x-amz-json-1.0"
		}
		if bit() {
			a.location = "https://elsewhere/"
		}
		if bit() {
			a.length = -1
		}
		if bit() && len(a.body) > 0 {
			a.body = bytes.Clone(a.body)
			a.body[int(how)%len(a.body)] ^= 1 << (how % 8)
		}
		if bit() && len(a.body) > 0 {
			a.body = a.body[:int(how)%len(a.body)]
		}
		want, ok := a.believed()

		got, tries, err := exchange(t, answering(a.response(), nil), "https://host/")
		require.Len(t, tries, 1)
		require.Equal(t, a.status, tries[0].Status)
		if !ok {
			require.Error(t, err)
			whole := a.length <= 0 || a.length == int64(len(a.body))
			if a.status >= 300 && a.status < 400 && a.location != "" && whole && len(a.body) <= largestHere {
				require.ErrorIs(t, err, ErrRedirect)
				return
			}
			require.ErrorIs(t, err, ErrCorrupt)
			require.Equal(t, retry.Unknown, tries[0].Outcome)
			return
		}
		require.NoError(t, err)
		require.Equal(t, string(want), got)
		switch {
		case a.status < 300:
			require.Equal(t, retry.Applied, tries[0].Outcome)
		case a.status < 500 && a.status != 408 && tries[0].Code != "" && !retry.LookUp(tries[0].Code).Doubt:
			require.Contains(t, []retry.Outcome{retry.Refused, retry.NotDone}, tries[0].Outcome)
		default:
			require.Equal(t, retry.Unknown, tries[0].Outcome)
		}
	})
}
