package transport

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// ErrCorrupt means that an answer came and cannot be believed.
var ErrCorrupt error = retry.NewFault(retry.Corrupt, "corrupt response")

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrCorrupt, fmt.Errorf(format, args...))
}

// receive checks the body of resp and returns it unpacked.
func receive(action string, resp *http.Response, body []byte, reader Reader, limit int64) (_ []byte, err error) {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		if resp.Header.Get("Location") == "" {
			return nil, corrupt("status %d that leads nowhere", resp.StatusCode)
		}
		return nil, &retry.Final{Err: fmt.Errorf("%w: status %d", ErrRedirect, resp.StatusCode)}
	}
	var checked bool
	if !resp.Uncompressed { // net/http itself unpacked it: the checksum was over other bytes
		if checked, err = checkCRC(body, resp.Header); err != nil {
			return nil, err
		}
	}
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		if body, err = unzip(body, limit); err != nil {
			return nil, err
		}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.Header.Del("X-Amz-Crc32") // it was over the compressed bytes
	}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		err = checkReport(body, checked, resp.Header)
	case reader != nil && resp.Header.Get("X-Amzn-Errortype") == "" && reader.Read(body):
	default:
		err = checkSuccess(action, body, checked, resp.Header)
	}
	return body, err
}

// readBody returns the body as it came. Beside an error it returns what was read of it.
func readBody(resp *http.Response, reader Reader, limit int64) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 {
		// The body of a 101 is the connection itself: no context ends the reading of it.
		return nil, corrupt("status %d, which is no answer", resp.StatusCode)
	}
	if resp.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	var buffer []byte
	if reader != nil {
		buffer = reader.Buffer()
	}
	body, err := readAll(resp.Body, buffer, resp.ContentLength, limit)
	n := int64(len(body))
	switch {
	case err != nil:
		return body, fmt.Errorf("%w: the body broke off after %d bytes: %w", ErrCorrupt, n, err)
	case n > limit:
		return body, tooLarge(limit)
	case resp.ContentLength > 0 && n != resp.ContentLength:
		return body, corrupt("the body has %d bytes and %d were announced", n, resp.ContentLength)
	}
	return body, nil
}

// tooLarge returns a final error: the same answer would come again.
func tooLarge(limit int64) error {
	return &retry.Final{Err: corrupt("the body is over the limit of %d bytes", limit)}
}

// checkCRC compares the body with the checksum that DynamoDB sends of the bytes on the
// wire, and reports whether there was one.
func checkCRC(body []byte, header http.Header) (checked bool, err error) {
	announced := header.Get("X-Amz-Crc32")
	if announced == "" {
		return false, nil
	}
	want, err := strconv.ParseUint(strings.TrimSpace(announced), 10, 32)
	if err != nil {
		return false, corrupt("the checksum header is not a number")
	}
	if uint32(want) != crc32.ChecksumIEEE(body) {
		return false, corrupt("the checksum is wrong")
	}
	return true, nil
}

const (
	// mostRatio is how many times larger than the compressed body an answer may be, once it
	// is over freeSize. Pages in DynamoDB's JSON were seen to shrink 5 times with random
	// values, 22 times with small ones, and 143 times with twenty attributes that are always
	// the same. A bomb shrinks about 1,000 times.
	mostRatio = 200
	// freeSize is allowed at any ratio, since attributes full of zeros shrink like a bomb:
	// 16 MB of them, the most that DynamoDB answers, are 21 MB of base64.
	freeSize = 32 << 20
)

// unzip unpacks a body that the server compressed.
func unzip(body []byte, limit int64) ([]byte, error) {
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, corrupt("the body is not gzip: %w", err)
	}
	most := min(limit, max(freeSize, mostRatio*int64(len(body))))
	plain, err := readAll(zr, nil, unpackedSize(body), most)
	switch {
	case err != nil:
		return nil, corrupt("the gzip body is broken: %w", err)
	case int64(len(plain)) <= most:
		return plain, nil
	case most == limit:
		return nil, tooLarge(limit)
	}
	return nil, &retry.Final{Err: corrupt("a body of %d bytes unpacks to over %d", len(body), most)}
}

// unpackedSize returns the unpacked size that the end of a gzip body states. It may lie.
func unpackedSize(body []byte) int64 {
	if len(body) < 4 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(body[len(body)-4:]))
}

// checkReport makes sure that DynamoDB's report of a failure is whole: half a report of a
// throttle would look like a failure that another attempt cannot mend. A proxy reports as
// it likes, or nothing.
func checkReport(body []byte, checked bool, header http.Header) error {
	if checked || len(body) == 0 || !strings.HasPrefix(header.Get("Content-Type"), "application/x-amz-json") {
		return nil
	}
	if !json.Valid(body) {
		return corrupt("a failure whose body is not valid JSON")
	}
	return nil
}
