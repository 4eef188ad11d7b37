package wiretest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Kinds of frames of HTTP/2: RFC 9113, section 6.
const (
	HTTP2Data         = 0
	HTTP2Headers      = 1
	HTTP2Reset        = 3
	HTTP2Settings     = 4
	HTTP2Ping         = 6
	HTTP2GoAway       = 7
	HTTP2WindowUpdate = 8
)

// Flags of frames.
const (
	HTTP2EndStream   = 1
	HTTP2Acknowledge = 1
	HTTP2EndHeaders  = 4
)

// Codes of errors: RFC 9113, section 7.
const (
	HTTP2NoError       = 0
	HTTP2ProtocolError = 1
	HTTP2InternalError = 2
	HTTP2RefusedStream = 7
	HTTP2Cancel        = 8
	HTTP2ErrorCodes    = 14 // how many there are, from 0 on
)

// HTTP2Server is a server of HTTP/2 whose answers a test makes frame by frame. It needs no
// port, so it also runs on the clock of testing/synctest. It does not read the headers of
// requests.
type HTTP2Server struct {
	// Handle is called with each request when its headers have come, in a goroutine of its
	// own.
	Handle func(*HTTP2Request)
	// Starves, if it is not nil, reports whether the server lets a request send no more of
	// its body than the 65,535 bytes that every request may send.
	Starves func(number int64) bool

	requests atomic.Int64
	conns    sync.Map // of *http2Conn
}

// HTTP2Request is a request to an [HTTP2Server].
type HTTP2Request struct {
	// Number counts the requests of the server, from 1.
	Number int64
	// Stream is the request's number on its connection.
	Stream uint32

	conn    *http2Conn
	starves bool
	body    bytes.Buffer
	whole   chan struct{} // closed when the body is there
}

// Requests returns the number of requests whose headers have come.
func (s *HTTP2Server) Requests() int64 { return s.requests.Load() }

// Close closes all connections.
func (s *HTTP2Server) Close() {
	for c := range s.conns.Range {
		_ = c.(*http2Conn).conn.Close()
	}
}

// Client returns net/http's own client with connections to the server, with TLS or without.
func (s *HTTP2Server) Client(secure bool) *http.Client {
	tr := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			if secure {
				server = tls.Server(server, tlsConfig().Clone())
			}
			go s.serve(server)
			return client, nil
		},
	}
	if secure {
		tr.TLSClientConfig, tr.ForceAttemptHTTP2 = &tls.Config{RootCAs: tlsConfig().ClientCAs}, true
	} else {
		tr.Protocols = new(http.Protocols)
		tr.Protocols.SetUnencryptedHTTP2(true)
	}
	return &http.Client{Transport: tr}
}

// Body waits until the body of the request is whole and returns it. It reports false if the
// connection ends before, or the body does not come within that time.
func (r *HTTP2Request) Body(within time.Duration) (body []byte, whole bool) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-r.whole:
		return r.body.Bytes(), true
	case <-r.conn.ended:
	case <-timer.C:
	}
	return nil, false
}

// Send sends frames on the connection of the request.
func (r *HTTP2Request) Send(frames ...[]byte) { r.conn.send(frames...) }

// Close closes the connection once everything was sent.
func (r *HTTP2Request) Close() { r.conn.send(nil) }

// Reset breaks off the stream of the request.
func (r *HTTP2Request) Reset(code uint32) {
	r.Send(HTTP2Frame(HTTP2Reset, 0, r.Stream, string(binary.BigEndian.AppendUint32(nil, code))))
}

// GoAway says that the server takes no further request on the connection, and did not look at
// those after the stream last.
func (r *HTTP2Request) GoAway(last, code uint32) {
	payload := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code)
	r.Send(HTTP2Frame(HTTP2GoAway, 0, 0, string(payload)))
}

// Answer sends a whole answer.
func (r *HTTP2Request) Answer(status int, body string, header ...string) {
	r.AnswerPart(status, body, len(body), header...)
	r.Send(HTTP2Frame(HTTP2Data, HTTP2EndStream, r.Stream, ""))
}

// AnswerPart sends the headers of an answer and n bytes of its body, and leaves the stream
// open. The headers are in the letters that HTTP/2 wants: small ones.
func (r *HTTP2Request) AnswerPart(status int, body string, n int, header ...string) {
	header = append([]string{"content-length", fmt.Sprint(len(body))}, header...)
	r.Send(HTTP2Frame(HTTP2Headers, HTTP2EndHeaders, r.Stream, HTTP2HeaderBlock(status, header...)))
	const most = 16 << 10
	for part := body[:n]; len(part) > 0; part = part[min(most, len(part)):] {
		r.Send(HTTP2Frame(HTTP2Data, 0, r.Stream, part[:min(most, len(part))]))
	}
}

// HTTP2Frame returns a frame.
func HTTP2Frame(kind, flags byte, stream uint32, payload string) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	head = append(head, flags)
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

// HTTP2HeaderBlock returns a header block in the simplest form of RFC 7541: literals that are
// in no table. header has names and values of at most 126 bytes.
func HTTP2HeaderBlock(status int, header ...string) string {
	const statusOfStaticTable = 8
	block := []byte{statusOfStaticTable}
	for i, text := range append([]string{fmt.Sprint(status)}, header...) {
		if len(text) > 126 {
			panic("too long for this encoding: " + text)
		}
		if i%2 == 1 {
			block = append(block, 0)
		}
		block = append(append(block, byte(len(text))), text...)
	}
	return string(block)
}

// http2Conn is the server's side of a connection.
type http2Conn struct {
	conn  net.Conn
	ended chan struct{} // closed when nothing more can be read

	mu    sync.Mutex
	queue [][]byte // a nil frame ends the connection
	wake  chan struct{}
}

// send never waits for the client, so that the connection is always read: otherwise both
// sides could wait for each other.
func (c *http2Conn) send(frames ...[]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, frames...)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *http2Conn) write() {
	for {
		c.mu.Lock()
		frames := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, frame := range frames {
			if frame == nil {
				_ = c.conn.Close()
				return
			}
			if _, err := c.conn.Write(frame); err != nil {
				return
			}
		}
		select {
		case <-c.wake:
		case <-c.ended:
			return
		}
	}
}

func (s *HTTP2Server) serve(conn net.Conn) {
	c := &http2Conn{conn: conn, ended: make(chan struct{}), wake: make(chan struct{}, 1)}
	s.conns.Store(c, nil)
	defer func() {
		s.conns.Delete(c)
		close(c.ended)
		_ = conn.Close()
	}()
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	if _, err := io.ReadFull(conn, make([]byte, len(preface))); err != nil {
		return
	}
	go c.write()
	c.send(HTTP2Frame(HTTP2Settings, 0, 0, ""))
	requests := make(map[uint32]*HTTP2Request)
	for {
		var head [9]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		payload := make([]byte, binary.BigEndian.Uint32(head[:4])>>8)
		if _, err := io.ReadFull(conn, payload); err != nil {
			return
		}
		switch kind {
		case HTTP2Settings, HTTP2Ping:
			if flags&HTTP2Acknowledge == 0 {
				if kind == HTTP2Settings {
					payload = nil
				}
				c.send(HTTP2Frame(kind, HTTP2Acknowledge, 0, string(payload)))
			}
		case HTTP2Headers:
			r := &HTTP2Request{Number: s.requests.Add(1), Stream: stream, conn: c, whole: make(chan struct{})}
			r.starves = s.Starves != nil && s.Starves(r.Number)
			requests[stream] = r
			go s.Handle(r)
		case HTTP2Data:
			c.allow(requests[stream], len(payload))
			requests[stream].body.Write(payload)
		}
		if kind <= HTTP2Headers && flags&HTTP2EndStream != 0 {
			close(requests[stream].whole)
		}
	}
}

// allow lets the client send as many bytes again as it has sent of a request.
func (c *http2Conn) allow(r *HTTP2Request, n int) {
	if n == 0 {
		return
	}
	more := string(binary.BigEndian.AppendUint32(nil, uint32(n)))
	c.send(HTTP2Frame(HTTP2WindowUpdate, 0, 0, more))
	if !r.starves {
		c.send(HTTP2Frame(HTTP2WindowUpdate, 0, r.Stream, more))
	}
}
