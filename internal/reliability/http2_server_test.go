package reliability

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// http2Fault is what a hostile server of HTTP/2 does with a request.
type http2Fault int

const (
	http2Answers http2Fault = iota
	http2AnswersAndGoesAway
	http2AnswersAndCloses
	http2Refuses          // with an error of DynamoDB's
	http2Fails            // with a status of 500, or a code that leaves a doubt
	http2DamagedRefusal   // an error of DynamoDB's whose checksum is wrong
	http2StrangerRefuses  // with HTML, as a proxy does
	http2Resets           // instead of an answer
	http2ResetsAnswer     // in the middle of it
	http2EndsAnswer       // in the middle of it, as if it were whole
	http2ClosesInAnswer   // the connection
	http2Closes           // the connection, instead of an answer
	http2GoesAwayBefore   // says that it did not look at the request
	http2GoesAwayAndStops // says that it looked at the request, and closes
	http2GoesAwayAnswers  // says that it looked at the request, and answers
	http2Hangs
	http2Starves // gives a large body no room
	http2Faults
)

var http2FaultNames = [http2Faults]string{
	"answers", "answers and goes away", "answers and closes", "refuses", "fails", "damaged refusal", "stranger refuses",
	"resets", "resets the answer", "ends the answer early", "closes in the answer", "closes", "goes away before the request",
	"goes away and stops", "goes away and answers", "hangs", "starves",
}

// isClear reports whether a client can know from the answer what became of the request.
func (f http2Fault) isClear() bool { return f <= http2Refuses }

// mayApply reports whether the server may apply the request.
func (f http2Fault) mayApply() bool { return f != http2Refuses }

// http2Seen is a request that came whole, and what the server did with it.
type http2Seen struct {
	fault   http2Fault
	applied bool // at least one operation of it
}

// http2Server is a hostile server of HTTP/2. For each request it draws from its seed whether
// it applies it and how it answers.
type http2Server struct {
	*wiretest.HTTP2Server
	seed, worker uint64
	hits         [http2Faults]atomic.Int64
	unwhole      atomic.Int64 // requests whose body did not come

	mu    sync.Mutex
	calls map[string]*http2Call // by the ID of each of their items
}

func newHTTP2Server(seed, worker uint64) *http2Server {
	s := &http2Server{seed: seed, worker: worker, calls: make(map[string]*http2Call)}
	s.HTTP2Server = &wiretest.HTTP2Server{
		Handle:  s.handle,
		Starves: func(number int64) bool { fault, _ := s.plan(number); return fault == http2Starves },
	}
	return s
}

// plan returns what happens to the n-th request of the server.
func (s *http2Server) plan(n int64) (http2Fault, *rand.Rand) {
	r := rand.New(rand.NewPCG(s.seed, s.worker<<32|uint64(n)))
	if r.IntN(3) == 0 {
		return http2Answers, r
	}
	return http2Fault(r.IntN(int(http2Faults))), r
}

func (s *http2Server) handle(req *wiretest.HTTP2Request) {
	fault, r := s.plan(req.Number)
	body, whole := req.Body(time.Second)
	if !whole {
		s.hits[fault].Add(1)
		s.unwhole.Add(1)
		switch r.IntN(3) { // or nothing
		case 0:
			req.Reset(uint32(r.IntN(wiretest.HTTP2ErrorCodes)))
		case 1:
			req.Close()
		}
		return
	}
	s.mu.Lock()
	call := s.calls[string(idInBody.FindSubmatch(body)[1])]
	switch {
	case fault == http2Starves: // the body was small
		fault = http2Answers
	case call.kind.isBatch() && (fault == http2AnswersAndGoesAway || fault == http2AnswersAndCloses):
		fault = http2Answers // the next request of the call could meet a connection that ends
	}
	s.hits[fault].Add(1)
	answer := call.carryOut(fault, r, body)
	s.mu.Unlock()
	switch fault {
	case http2Refuses, http2Fails, http2DamagedRefusal, http2StrangerRefuses:
		refuse(req, fault, r)
	default:
		answerOrBreak(req, fault, r, answer)
	}
}

var idInBody = regexp.MustCompile(`"ID":\{"S":"([^"]+)"\}`)

// carryOut applies what the server applies of a request, and returns its answer to it.
func (c *http2Call) carryOut(fault http2Fault, r *rand.Rand, body []byte) string {
	seen := http2Seen{fault: fault}
	answer := `{}`
	switch isAnswer := fault.isClear() && fault.mayApply() || fault == http2GoesAwayAnswers; {
	case !fault.mayApply(), !isAnswer && r.IntN(2) == 0:
	case c.kind.isBatch():
		var input struct{ RequestItems map[string][]json.RawMessage }
		if err := json.Unmarshal(body, &input); err != nil {
			panic(err)
		}
		var left []string
		for _, op := range input.RequestItems["Music"] {
			if r.IntN(3) == 0 {
				left = append(left, string(op))
				continue
			}
			seen.applied = true
			c.applied[string(idInBody.FindSubmatch(op)[1])]++
		}
		answer = `{"UnprocessedItems":{}}`
		if len(left) > 0 {
			answer = `{"UnprocessedItems":{"Music":[` + strings.Join(left, ",") + `]}}`
		}
	case c.kind == http2Get:
		answer = `{"Item":{"ID":{"S":"` + c.ids[0] + `"}}}`
	case c.kind == http2PutExactlyOnce && c.applied[c.ids[0]] > 0:
		seen.applied = true // by its token
	default:
		seen.applied = true
		c.applied[c.ids[0]]++
	}
	c.seen = append(c.seen, seen)
	return answer
}

// refuse answers with a failure.
func refuse(req *wiretest.HTTP2Request, fault http2Fault, r *rand.Rand) {
	status, code := 400, []string{"ProvisionedThroughputExceededException", "ThrottlingException", "ValidationException", "AccessDeniedException", "NewException"}[r.IntN(5)]
	switch {
	case fault == http2StrangerRefuses:
		status := []int{303, 400, 403, 404, 408, 409, 413, 429, 502, 503}[r.IntN(10)]
		req.Answer(status, "<html>no</html>", "content-type", "text/html", "location", "https://elsewhere/")
		return
	case fault == http2Fails && r.IntN(2) == 0:
		status, code = 500, "InternalServerError"
	case fault == http2Fails:
		code = "TransactionInProgressException"
	}
	body := `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `"}`
	checksum := wiretest.Checksum(body)
	if fault == http2DamagedRefusal {
		checksum = wiretest.Checksum(body + " ")
	}
	req.Answer(status, body, "content-type", "application/x-amz-json-1.0", "x-amzn-requestid", fmt.Sprint("R", req.Number), "x-amz-crc32", checksum)
}

// answerOrBreak answers with a success, unless a fault comes before it or into it.
func answerOrBreak(req *wiretest.HTTP2Request, fault http2Fault, r *rand.Rand, answer string) {
	header := []string{"content-type", "application/x-amz-json-1.0", "x-amzn-requestid", fmt.Sprint("R", req.Number), "x-amz-crc32", wiretest.Checksum(answer)}
	code := uint32(r.IntN(wiretest.HTTP2ErrorCodes))
	switch fault {
	case http2Resets:
		req.Reset(code)
		return
	case http2Closes:
		req.Close()
		return
	case http2GoesAwayBefore:
		goAway(req, req.Stream-1, code)
		return
	case http2GoesAwayAndStops:
		req.GoAway(req.Stream, code)
		req.Close()
		return
	case http2Hangs:
		return
	case http2ResetsAnswer, http2EndsAnswer, http2ClosesInAnswer:
		req.AnswerPart(200, answer, r.IntN(len(answer)), header...)
	case http2GoesAwayAnswers:
		goAway(req, req.Stream, code)
		req.Answer(200, answer, header...)
	default:
		req.Answer(200, answer, header...)
	}
	switch fault {
	case http2ResetsAnswer:
		req.Reset(code)
	case http2EndsAnswer:
		req.Send(wiretest.HTTP2Frame(wiretest.HTTP2Data, wiretest.HTTP2EndStream, req.Stream, ""))
	case http2ClosesInAnswer, http2AnswersAndCloses:
		req.Close()
	case http2AnswersAndGoesAway:
		goAway(req, req.Stream, code)
	}
}

// goAway says that the server goes away, which it does a minute later.
func goAway(req *wiretest.HTTP2Request, last, code uint32) {
	req.GoAway(last, code)
	time.AfterFunc(time.Minute, req.Close)
}
