package wiretest

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Answer answers a request. It may be called by many goroutines.
type Answer func(*Request) (*http.Response, error)

// Do makes an answer an HTTP client that keeps nothing.
func (a Answer) Do(req *http.Request) (*http.Response, error) {
	r, err := read(req)
	if err != nil {
		return nil, err
	}
	return a(r)
}

// AllDone answers any request: it was carried out, nothing was found, and of a batch nothing
// was left unprocessed.
func AllDone(header ...string) Answer {
	return func(r *Request) (*http.Response, error) {
		return Reply(http.StatusOK, DoneBody(r.Action), header...)(r)
	}
}

// DoneBody returns the body of the answer of [AllDone] to an action.
func DoneBody(action string) string {
	switch action {
	case "BatchGetItem":
		return `{"Responses":{},"UnprocessedKeys":{}}`
	case "BatchWriteItem":
		return `{"UnprocessedItems":{}}`
	case "Scan", "Query":
		return `{"Items":[],"Count":0,"ScannedCount":0}`
	case "TransactGetItems": // of one get
		return `{"Responses":[{}]}`
	case "ListTables":
		return `{"TableNames":[]}`
	case "DescribeTable":
		return `{"Table":{"TableName":"Music","TableStatus":"ACTIVE"}}`
	case "CreateTable", "UpdateTable", "DeleteTable":
		return `{"TableDescription":{"TableName":"Music","TableStatus":"ACTIVE"}}`
	case "UpdateTimeToLive":
		return `{"TimeToLiveSpecification":{"AttributeName":"Expires","Enabled":true}}`
	case "DescribeTimeToLive":
		return `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`
	case "ListTagsOfResource":
		return `{"Tags":[]}`
	}
	return `{}`
}

// Reply answers with a status and a body, its length and its checksum. header holds
// names and values; an empty value removes a header.
func Reply(status int, body string, header ...string) Answer {
	return func(r *Request) (*http.Response, error) {
		resp := &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r.HTTP,
			Header: http.Header{"X-Amz-Crc32": {Checksum(body)}},
			Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		for i := 0; i < len(header); i += 2 {
			if header[i+1] == "" {
				resp.Header.Del(header[i])
				continue
			}
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

// Checksum is the value of the header X-Amz-Crc32.
func Checksum(body string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10)
}

// Refuse answers with one of DynamoDB's errors. members are more of its JSON:
// `,"Item":{}`.
func Refuse(status int, code, message, requestID string, members ...string) Answer {
	quoted, err := json.Marshal(message)
	if err != nil {
		panic(err) // a string always marshals
	}
	body := fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%s%s}`, code, quoted, strings.Join(members, ""))
	return Reply(status, body, "X-Amzn-Requestid", requestID, "Content-Type", "application/x-amz-json-1.0")
}

// Break has no answer but an error: the connection broke, or never was.
func Break(err error) Answer {
	return func(*Request) (*http.Response, error) { return nil, err }
}

// Hang never answers: it returns the error of the request's context when that ends.
func Hang(r *Request) (*http.Response, error) {
	<-r.HTTP.Context().Done()
	return nil, r.HTTP.Context().Err()
}

// Forward lets next answer.
func Forward(next Doer) Answer {
	return func(r *Request) (*http.Response, error) { return next.Do(r.HTTP) }
}

// InTurn gives its first answer to the first request that it gets, the second to the
// second, and the last one to all that follow.
func InTurn(answers ...Answer) Answer {
	var count atomic.Int64
	return func(r *Request) (*http.Response, error) {
		n := min(count.Add(1), int64(len(answers)))
		return answers[n-1](r)
	}
}

// Delay answers that much later, unless the request's context ends before.
func (a Answer) Delay(d time.Duration) Answer {
	return func(r *Request) (*http.Response, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return a(r)
		case <-r.HTTP.Context().Done():
			return nil, r.HTTP.Context().Err()
		}
	}
}

// Hold answers once released is closed, unless the request's context ends before.
func (a Answer) Hold(released <-chan struct{}) Answer {
	return func(r *Request) (*http.Response, error) {
		select {
		case <-released:
			return a(r)
		case <-r.HTTP.Context().Done():
			return nil, r.HTTP.Context().Err()
		}
	}
}

// Lose lets the request be carried out and loses its answer on the way: the connection
// breaks with err.
func (a Answer) Lose(err error) Answer {
	return func(r *Request) (*http.Response, error) {
		resp, failed := a(r)
		if failed != nil {
			return nil, failed
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return nil, err
	}
}

// Cut breaks the connection after n bytes of the answer's body, whose length was
// announced as it is.
func (a Answer) Cut(n int64) Answer {
	return func(r *Request) (*http.Response, error) {
		resp, err := a(r)
		if err == nil {
			resp.Body = &cutBody{Reader: io.MultiReader(io.LimitReader(resp.Body, n), broken{}), Closer: resp.Body}
		}
		return resp, err
	}
}

type cutBody struct {
	io.Reader
	io.Closer
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
