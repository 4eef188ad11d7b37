package dynamoconntest_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func zlibText(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write([]byte(body))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func gzipText(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(body))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// SDKs may compress requests. A body that cannot be unpacked is the client's fault: the
// answer has status 400, so that no client sends it again.
func TestCompressedRequests(t *testing.T) {
	t.Parallel()
	const list = `{"Limit":5}`
	for name, c := range map[string]struct {
		encoding, body string
		status         int
	}{
		"not compressed":   {"", list, 200},
		"identity":         {"identity", list, 200},
		"compressed":       {"GZIP", gzipText(t, list), 200},
		"in two parts":     {"gzip", gzipText(t, list[:4]) + gzipText(t, list[4:]), 200},
		"deflate":          {"deflate", zlibText(t, list), 200},
		"bare deflate":     {"deflate", zlibText(t, list)[2:], 200},
		"not what it says": {"gzip", list, 400},
		"not deflate":      {"deflate", list, 400},
		"cut off":          {"gzip", gzipText(t, list)[:20], 400},
		"cut off deflate":  {"deflate", zlibText(t, list)[:9], 400},
		"empty":            {"gzip", "", 400},
		"another encoding": {"br", list, 400},
		"too long":         {"gzip", gzipText(t, list+string(bytes.Repeat([]byte(" "), 16<<20))), 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := dynamoconntest.New()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader([]byte(c.body)))
			req.Header.Set("Content-Type", "application/x-amz-json-1.0")
			req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
			req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a")
			if c.encoding != "" {
				req.Header.Set("Content-Encoding", c.encoding)
			}
			rec := httptest.NewRecorder()
			db.Handler().ServeHTTP(rec, req)
			assert.Equal(t, c.status, rec.Code, rec.Body.String())
			require.Len(t, db.Journal(), 1)
			entry := db.Journal()[0]
			assert.Equal(t, c.status, entry.Status)
			if c.status == 200 {
				assert.Equal(t, list, string(entry.Input), "the journal has the body without compression")
			}
		})
	}
}
