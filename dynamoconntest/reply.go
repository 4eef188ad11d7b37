package dynamoconntest

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
)

// reply is the answer to a request, or the way in which the connection fails. It
// becomes an *http.Response or an error in HTTPClient, and a written response or a
// broken connection in ServeHTTP.
type reply struct {
	status   int
	header   http.Header
	body     []byte
	cutAfter int           // the connection breaks after this many bytes of the body; -1 is never
	delay    time.Duration // before the answer; negative is for ever
	fail     failure
}

// failure says where the connection fails.
type failure uint8

const (
	failNone    failure = iota
	failRefused         // there is no connection
	failReset           // before the request was sent
	failLost            // after the request was sent
)

// newReply returns a reply with the headers that the service always sends.
func newReply(status int, body []byte) reply {
	r := reply{status: status, header: http.Header{}, body: body, cutAfter: -1}
	r.header.Set("Server", "Server")
	r.header.Set("Content-Type", jsonType)
	r.header.Set("X-Amzn-Requestid", requestID())
	r.setLengthAndChecksum()
	return r
}

// errorReply returns the reply for an error, and notes the error in the journal.
func errorReply(err *api.Error, e *Entry) reply {
	_, e.Error, _ = strings.Cut(err.Type, "#")
	return newReply(err.Status, err.Body())
}

// setLengthAndChecksum sets the headers that depend on the body.
func (r *reply) setLengthAndChecksum() {
	r.header.Set("Content-Length", strconv.Itoa(len(r.body)))
	r.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10))
}

// minCompressed is the size above which an answer is compressed.
const minCompressed = 4 << 10

// compress compresses the body if it is long and the request accepts that.
func (r *reply) compress(accepted string) {
	if len(r.body) <= minCompressed || !acceptsGzip(accepted) {
		return
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(r.body)
	_ = w.Close()
	r.body = b.Bytes()
	r.header.Set("Content-Encoding", "gzip")
	r.setLengthAndChecksum()
}

// preflightReply returns the reply for the OPTIONS request that a browser sends
// before a request to another site.
func preflightReply(header http.Header) reply {
	r := newReply(200, nil)
	r.header.Del("X-Amz-Crc32")
	r.header.Del("Content-Type")
	r.header.Set("Access-Control-Max-Age", "172800")
	if headers := header.Get("Access-Control-Request-Headers"); headers != "" {
		r.header.Set("Access-Control-Allow-Headers", headers)
	}
	if method := header.Get("Access-Control-Request-Method"); method != "" {
		r.header.Set("Access-Control-Allow-Methods", method)
	}
	return r
}

// plainTextReply returns the reply for a request that is not DynamoDB's protocol.
// A GET is a health check.
func plainTextReply(method string) reply {
	r := newReply(404, []byte("<UnknownOperationException/>\n"))
	if method == http.MethodGet || method == http.MethodHead {
		r = newReply(200, []byte(fmt.Sprintf("healthy: dynamodb.%s.amazonaws.com ", defaultRegion)))
	}
	r.header.Set("Content-Type", "text/plain")
	return r
}

var requestIDs = base32.StdEncoding.WithPadding(base32.NoPadding)

func requestID() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return requestIDs.EncodeToString(b[:])
}
