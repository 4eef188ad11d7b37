package dynamoconntest

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

const (
	maxRequest    = 16 << 20
	targetPrefix  = "DynamoDB_20120810."
	jsonType      = "application/x-amz-json-1.0"
	defaultRegion = "us-east-1"
)

// reply is what comes back of a request, before it takes the form of a
// response or of a transport's error.
type reply struct {
	status   int
	header   http.Header
	body     []byte
	cutAfter int           // bytes of the body after which the connection breaks; -1 for none
	delay    time.Duration // before the answer; negative is for ever
	fail     failure
}

type failure uint8

const (
	failNone failure = iota
	failRefused
	failReset // before the request was sent
	failLost  // after it was
)

// exchange carries out one HTTP request whose body has been read.
func (s *Server) exchange(method string, header http.Header, body []byte) reply {
	r := s.handle(method, header, body)
	if r.header == nil {
		return r
	}
	if header.Get("Origin") != "" {
		r.header.Set("Access-Control-Allow-Origin", "*")
	}
	return r
}

func (s *Server) handle(method string, header http.Header, body []byte) reply {
	e := Entry{
		Time: s.clock(), Input: body,
		InvocationID: header.Get("Amz-Sdk-Invocation-Id"), Attempt: header.Get("Amz-Sdk-Request"),
	}
	switch {
	case method == http.MethodOptions && header.Get("Origin") != "":
		return preflightReply(header)
	case method != http.MethodPost, header.Get("X-Amz-Target") == "" && len(body) > 0 && !hasJSONContentType(header):
		return plainTextReply(method)
	}
	body, packed := decompress(header.Get("Content-Encoding"), body)
	if packed != nil {
		r := errorReply(internalError(), &e)
		e.Status, e.RequestID = r.status, r.header.Get("X-Amzn-Requestid")
		s.journal.add(e)
		return r
	}
	e.Input = body
	region := signedRegion(header.Get("Authorization"))
	req := api.Request{ARNRegion: region}
	if s.separateRegions {
		req.Region = region
	}
	if op, ok := strings.CutPrefix(header.Get("X-Amz-Target"), targetPrefix); ok && api.IsOperation(op) {
		req.Operation, e.Operation = op, op
	}
	node, parseErr := wire.Parse(body)
	if parseErr == nil {
		req.Input = node
		e.Tables = tablesIn(node)
	}
	effect := s.faults.effectFor(e)
	e.Fault = effect.name
	r := s.answerWithFault(req, header, parseErr, effect, &e)
	if r.header.Get("Content-Type") == jsonType && !strings.HasPrefix(header.Get("Content-Type"), jsonType) {
		r.header.Set("Content-Type", "application/json")
	}
	if r.fail == failNone && r.delay >= 0 {
		e.Status = r.status
		e.RequestID = r.header.Get("X-Amzn-Requestid")
	}
	s.journal.add(e)
	return r
}

// decompress is the body of a request that may be compressed. The service knows
// gzip alone, and fails if it cannot unpack a body.
func decompress(encoding string, body []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(r, maxRequest+1))
	}
	return nil, errors.ErrUnsupported
}

// answerWithFault evaluates the request, if its fault lets it, and damages the outcome.
func (s *Server) answerWithFault(req api.Request, header http.Header, parseErr error, effect Effect, e *Entry) reply {
	switch effect.kind {
	case effectRefuse:
		return reply{fail: failRefused}
	case effectReset:
		return reply{fail: failReset}
	case effectErrorBefore:
		return errorReply(effect.err, e)
	case effectConflict:
		return errorReply(transactionConflictError(req, effect.places), e)
	case effectHTML:
		r := newReply(503, []byte("<html><body><h1>503 Service Unavailable</h1></body></html>\n"))
		r.header.Set("Content-Type", "text/html")
		r.header.Del("X-Amz-Crc32")
		return r
	}
	r := s.evaluate(req, header, parseErr, effect, e)
	switch effect.kind {
	case effectErrorAfter:
		return errorReply(effect.err, e)
	case effectLose:
		return reply{fail: failLost}
	case effectSlow:
		r.delay = effect.delay
	case effectHang:
		r.delay = -1
	case effectTruncate:
		r.cutAfter = effect.n
		if r.cutAfter < 0 {
			r.cutAfter += len(r.body)
		}
		r.cutAfter = min(max(r.cutAfter, 0), max(len(r.body)-1, 0))
	case effectFlip:
		if n := len(r.body) * 8; n > 0 {
			bit := (effect.n%n + n) % n
			r.body[bit/8] ^= 1 << (bit % 8)
		}
	case effectEmpty:
		r = newReply(200, nil)
		r.header.Del("X-Amz-Crc32")
	case effectOversize:
		if pad := effect.n - len(r.body); pad > 0 {
			r.body = append(r.body, bytes.Repeat([]byte{' '}, pad)...)
			r.setLengthAndChecksum()
		}
	}
	return r
}

func (s *Server) evaluate(req api.Request, header http.Header, parseErr error, effect Effect, e *Entry) reply {
	switch {
	case len(e.Input) > maxRequest:
		r := newReply(http.StatusRequestEntityTooLarge, nil)
		r.header.Del("X-Amz-Crc32")
		return r
	case parseErr != nil && len(e.Input) > 0:
		return errorReply(api.CoralError("SerializationException", ""), e)
	case req.Operation == "":
		return errorReply(api.CoralError("UnknownOperationException", ""), e)
	}
	if err := checkAuthorization(header); err != nil {
		return errorReply(err, e)
	}
	req.LeaveUnprocessed = effect.unprocessed(&s.faults)
	req.EmptyPage = effect.kind == effectEmptyPage
	e.Applied = true
	req.OnRepeat = func() { e.Applied = false }
	out, err := s.engine.Do(req)
	if err != nil {
		e.Applied = false
		return errorReply(err, e)
	}
	return newReply(200, out)
}

// hasJSONContentType reports whether a request says that its body is JSON.
func hasJSONContentType(header http.Header) bool {
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(kind)
	return kind == jsonType || kind == "application/json"
}

// checkAuthorization refuses a request that is not signed. Who signed it does
// not matter, nor whether the signature is right, or there at all beside a
// complete credential.
func checkAuthorization(header http.Header) *api.Error {
	auth := header.Get("Authorization")
	if !strings.HasPrefix(auth, "AWS4-") {
		return api.CoralError("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	if strings.Contains(auth, "/aws4_request") {
		return nil
	}
	message := ""
	for _, parameter := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !strings.Contains(auth, parameter+"=") {
			message += "Authorization header requires '" + parameter + "' parameter. "
		}
	}
	if message == "" {
		return nil
	}
	if header.Get("X-Amz-Date") == "" && header.Get("Date") == "" {
		message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	}
	return api.CoralError("IncompleteSignatureException", message+"Authorization="+auth)
}

func errorReply(err *api.Error, e *Entry) reply {
	_, e.Error, _ = strings.Cut(err.Type, "#")
	return newReply(err.Status, err.Body())
}

// transactionConflictError is the error of a write that another transaction is in the way of.
func transactionConflictError(req api.Request, places []int) *api.Error {
	const message = "Transaction is ongoing for the item"
	list := req.Input.Get("TransactItems")
	if list == nil {
		return api.ServiceError("TransactionConflictException", message)
	}
	if len(places) == 0 {
		places = []int{0}
	}
	reasons := make([]api.Reason, len(list.Elems))
	codes := make([]string, len(reasons))
	for i := range reasons {
		reasons[i].Code = "None"
		for _, p := range places {
			if p == i {
				reasons[i] = api.Reason{Code: "TransactionConflict", Message: message}
			}
		}
		codes[i] = reasons[i].Code
	}
	err := api.ServiceError("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	err.Reasons = reasons
	return err
}

func newReply(status int, body []byte) reply {
	r := reply{status: status, header: http.Header{}, body: body, cutAfter: -1}
	r.header.Set("Server", "Server")
	r.header.Set("Content-Type", jsonType)
	r.header.Set("X-Amzn-Requestid", requestID())
	r.setLengthAndChecksum()
	return r
}

// setLengthAndChecksum makes length and checksum agree with the body.
func (r *reply) setLengthAndChecksum() {
	r.header.Set("Content-Length", strconv.Itoa(len(r.body)))
	r.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10))
}

// preflightReply answers what a browser asks before it sends a request.
func preflightReply(header http.Header) reply {
	r := newReply(200, nil)
	r.header.Del("X-Amz-Crc32")
	r.header.Del("Content-Type")
	r.header.Set("Access-Control-Max-Age", "172800")
	for _, what := range []string{"Headers", "Method"} {
		if asked := header.Get("Access-Control-Request-" + what); asked != "" {
			r.header.Set("Access-Control-Allow-"+strings.TrimSuffix(what, "s")+"s", asked)
		}
	}
	return r
}

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

// signedRegion is the region in the scope of a signature, or the default one.
func signedRegion(authorization string) string {
	_, rest, ok := strings.Cut(authorization, "Credential=")
	if ok {
		rest, _, _ = strings.Cut(rest, ",")
		if parts := strings.Split(rest, "/"); len(parts) >= 5 && parts[len(parts)-3] != "" {
			return parts[len(parts)-3]
		}
	}
	return defaultRegion
}

// tablesIn lists the tables that a request names.
func tablesIn(n *wire.Node) []string {
	if name := n.Get("TableName").Str(); name != "" {
		return []string{name}
	}
	var out []string
	if items := n.Get("RequestItems"); items != nil {
		for _, m := range items.Members {
			out = append(out, m.Name)
		}
	}
	if items := n.Get("TransactItems"); items != nil {
		for i := range items.Elems {
			for k := range items.Elems[i].Members {
				if name := items.Elems[i].Members[k].Value.Get("TableName").Str(); name != "" {
					out = append(out, name)
				}
			}
		}
	}
	return out
}
