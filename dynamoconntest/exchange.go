package dynamoconntest

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

const (
	maxRequest    = 16 << 20
	targetPrefix  = "DynamoDB_20120810."
	jsonType      = "application/x-amz-json-1.0"
	defaultRegion = "us-east-1"
)

// exchange answers an HTTP request that was sent to host. The caller has read its body.
func (s *Server) exchange(req *http.Request, host string, body []byte) reply {
	header := withPresigned(req)
	r := s.handle(req.Method, host, header, body)
	if r.header == nil {
		return r
	}
	if header.Get("Origin") != "" {
		r.header.Set("Access-Control-Allow-Origin", "*")
	}
	return r
}

// handle parses a request, chooses the effect that it meets, answers it and adds it
// to the journal.
func (s *Server) handle(method, host string, header http.Header, body []byte) reply {
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
	body, err := decompress(header.Get("Content-Encoding"), body)
	if err != nil {
		r := errorReply(api.CoralError("SerializationException", ""), &e)
		e.Status, e.RequestID = r.status, r.header.Get("X-Amzn-Requestid")
		s.journal.add(e)
		return r
	}
	e.Input = body
	region := signedRegion(header.Get("Authorization"))
	req := api.Request{ARNRegion: region, Host: host}
	if s.separateRegions {
		req.Region = region
	}
	if op, ok := strings.CutPrefix(header.Get("X-Amz-Target"), targetPrefix); ok && api.IsOperation(op) {
		req.Operation, e.Operation = op, op
	}
	var node *protocol.Node
	var parseErr error
	if len(body) <= maxRequest {
		node, parseErr = protocol.Parse(body)
	}
	if node != nil {
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

// answerWithFault answers a request that meets an effect: it carries out the request
// if the effect allows it, and damages the answer.
func (s *Server) answerWithFault(req api.Request, header http.Header, parseErr error, effect Effect, e *Entry) reply {
	switch effect.kind {
	case effectRefuse:
		return reply{fail: failRefused}
	case effectReset:
		return reply{fail: failReset}
	case effectErrorBefore:
		return errorReply(effect.err, e)
	case effectConflict:
		return errorReply(transactionConflictError(req, effect.positions), e)
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

// evaluate carries out a request and notes in the journal whether it was applied.
func (s *Server) evaluate(req api.Request, header http.Header, parseErr error, effect Effect, e *Entry) reply {
	switch {
	case len(e.Input) > maxRequest, errors.Is(parseErr, protocol.ErrTooManyValues):
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
	r := newReply(200, out)
	if effect.kind != effectOversize { // which appends to the body
		r.compress(header.Get("Accept-Encoding"))
	}
	return r
}
