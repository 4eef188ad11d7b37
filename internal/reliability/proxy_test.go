package reliability

import (
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// badProxy forwards TCP connections of this machine to a server and breaks them as
// networks do. It decides what happens to a connection when it accepts it.
type badProxy struct {
	listener net.Listener
	target   string // host and port of the server

	mu      sync.Mutex
	rand    *rand.Rand
	planned int
	conns   map[net.Conn]bool
	closed  bool

	all  sync.WaitGroup
	hits [connFaults]atomic.Int64
}

// connFault is what happens to a connection.
type connFault int

const (
	connFaultNone         connFault = iota
	connFaultResetRequest           // a reset after so many bytes of requests
	connFaultResetAnswer            // a reset after so many bytes of answers
	connFaultHang                   // answers stop, and the connection stays open
	connFaultSlow                   // the first answers come a few bytes at a time
	connFaultCloseIdle              // the connection is closed just as a request begins
	connFaultNarrow                 // few bytes a second in both directions
	connFaults
)

var connFaultNames = [connFaults]string{
	"none", "reset in a request", "reset in an answer", "half-open", "slow drip", "closed when idle", "narrow",
}

// maxConnectionBytes is the number of bytes of answers after which any connection is
// closed. Otherwise all requests would end up on connections without a fault.
const maxConnectionBytes = 20_000

// connPlan says what happens to a connection, and when.
type connPlan struct {
	kind  connFault
	after int // bytes; for connFaultCloseIdle, answers
}

// newBadProxy starts a proxy for the server at target, which is host:port.
func newBadProxy(t *testing.T, target string, seed uint64) *badProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &badProxy{
		listener: listener, target: target,
		rand: rand.New(rand.NewPCG(seed, 1)), conns: make(map[net.Conn]bool),
	}
	p.all.Add(1)
	go p.accept()
	return p
}

func (p *badProxy) url() string { return "http://" + p.listener.Addr().String() }

// close breaks all connections and waits until all goroutines of the proxy have ended.
func (p *badProxy) close() {
	p.mu.Lock()
	p.closed = true
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.mu.Unlock()
	_ = p.listener.Close()
	p.all.Wait()
}

func (p *badProxy) accept() {
	defer p.all.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if !p.track(client) {
			return
		}
		plan := p.newPlan()
		p.hits[plan.kind].Add(1)
		p.all.Add(1)
		go func() {
			defer p.all.Done()
			defer p.untrack(client)
			p.serve(client, plan)
		}()
	}
}

// newPlan returns the plan for the next connection. Most connections carry several
// requests before their fault occurs.
func (p *badProxy) newPlan() connPlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	plan := connPlan{kind: connFault(p.planned) % connFaults} // each fault in turn
	p.planned++
	switch plan.kind {
	case connFaultCloseIdle:
		plan.after = 1 + p.rand.IntN(8)
	case connFaultResetRequest:
		plan.after = p.rand.IntN(10_000)
	default:
		plan.after = p.rand.IntN(4_000)
	}
	return plan
}

func (p *badProxy) track(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = conn.Close()
		return false
	}
	p.conns[conn] = true
	return true
}

func (p *badProxy) untrack(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close()
}

var errPlanned = errors.New("the planned fault occurred")

// serve forwards bytes in both directions until the planned fault occurs or either side
// closes the connection.
func (p *badProxy) serve(client net.Conn, plan connPlan) {
	server, err := net.Dial("tcp", p.target)
	if err != nil || !p.track(server) {
		return
	}
	defer p.untrack(server)
	var answers atomic.Int64 // the number of answers that have begun
	requests := make(chan error, 1)
	go func() {
		err := p.forwardRequests(server, client, plan, &answers)
		if errors.Is(err, errPlanned) {
			resetConnection(client)
		}
		_ = server.Close() // the server does not carry out an incomplete request
		requests <- err
	}()
	err = p.forwardAnswers(client, server, plan, &answers)
	if errors.Is(err, errPlanned) {
		resetConnection(client)
	}
	_ = client.Close()
	<-requests
}

// resetConnection ends a connection with a reset instead of an orderly close.
func resetConnection(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// forwardRequests forwards what the client sends.
func (p *badProxy) forwardRequests(server, client net.Conn, plan connPlan, answers *atomic.Int64) error {
	buf := make([]byte, 4096)
	for passed := 0; ; {
		n, err := client.Read(buf)
		if n > 0 {
			part := buf[:n]
			switch {
			case plan.kind == connFaultResetRequest && passed+n > plan.after:
				_, _ = server.Write(part[:plan.after-passed])
				return errPlanned
			case plan.kind == connFaultCloseIdle && int(answers.Load()) >= plan.after:
				return io.EOF
			case plan.kind == connFaultNarrow:
				time.Sleep(time.Duration(n) * time.Microsecond) // 1 MB/s
			}
			if _, err := server.Write(part); err != nil {
				return err
			}
			passed += n
		}
		if err != nil {
			return err
		}
	}
}

// forwardAnswers forwards what the server sends.
func (p *badProxy) forwardAnswers(client, server net.Conn, plan connPlan, answers *atomic.Int64) error {
	buf := make([]byte, 4096)
	for passed := 0; ; {
		n, err := server.Read(buf)
		if n > 0 {
			answers.Add(1)
			part := buf[:n]
			var writeErr error
			switch {
			case plan.kind == connFaultResetAnswer && passed+n > plan.after:
				_, _ = client.Write(part[:plan.after-passed])
				return errPlanned
			case plan.kind == connFaultHang && passed+n > plan.after:
				_, _ = client.Write(part[:plan.after-passed])
				_, _ = io.Copy(io.Discard, server) // until the client closes the connection
				return io.EOF
			case plan.kind == connFaultSlow && passed < plan.after:
				writeErr = writeSlowly(client, part, 16, 200*time.Microsecond)
			case plan.kind == connFaultNarrow:
				writeErr = writeSlowly(client, part, 256, time.Millisecond)
			default:
				_, writeErr = client.Write(part)
			}
			if writeErr != nil {
				return writeErr
			}
			if passed += n; passed > maxConnectionBytes {
				return io.EOF
			}
		}
		if err != nil {
			return err
		}
	}
}

// writeSlowly writes size bytes at a time, with pauses.
func writeSlowly(to io.Writer, part []byte, size int, pause time.Duration) error {
	for len(part) > 0 {
		n := min(size, len(part))
		if _, err := to.Write(part[:n]); err != nil {
			return err
		}
		part = part[n:]
		time.Sleep(pause)
	}
	return nil
}

// log prints the number of connections for each fault.
func (p *badProxy) log(t *testing.T) {
	t.Helper()
	var b strings.Builder
	b.WriteString("connections:")
	for kind := range connFaults {
		fmt.Fprintf(&b, " %s %d;", connFaultNames[kind], p.hits[kind].Load())
	}
	t.Log(b.String())
}

// discardLog discards what a server logs about connections that were broken on purpose.
var discardLog = log.New(io.Discard, "", 0)
