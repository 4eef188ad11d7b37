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

// badProxy passes TCP connections on to a server, on this machine only, and breaks them
// in the ways in which networks do. What happens to a connection is drawn when it is
// accepted.
type badProxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	rand  *rand.Rand
	drawn int
	conns map[net.Conn]bool
	ended bool

	all  sync.WaitGroup
	hits [troubles]atomic.Int64
}

// trouble is what happens to a connection.
type trouble int

const (
	troubleNone         trouble = iota
	troubleResetRequest         // a reset when so many bytes of requests have gone by
	troubleResetAnswer          // a reset when so many bytes of answers have
	troubleHang                 // answers stop, and the connection stays open
	troubleDrip                 // answers come a few bytes at a time
	troubleCloseIdle            // the connection is closed just as a request begins
	troubleNarrow               // few bytes a second, both ways
	troubles
)

var troubleNames = [troubles]string{
	"none", "reset in a request", "reset in an answer", "half-open", "slow drip", "closed when idle", "narrow",
}

// longestConnection is after how many bytes of answers any connection is closed, so that
// the requests do not all end up on those that have no trouble.
const longestConnection = 20_000

// troublePlan is a trouble and when it comes.
type troublePlan struct {
	kind  trouble
	after int // bytes, or answers for troubleCloseIdle
}

// newBadProxy starts a proxy for the server at target, host:port.
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

// close breaks all connections and waits until nothing of the proxy runs.
func (p *badProxy) close() {
	p.mu.Lock()
	p.ended = true
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
		if !p.keep(client) {
			return
		}
		plan := p.draw()
		p.hits[plan.kind].Add(1)
		p.all.Add(1)
		go func() {
			defer p.all.Done()
			defer p.drop(client)
			p.serve(client, plan)
		}()
	}
}

// draw makes a plan. Most connections see several requests before it comes true.
func (p *badProxy) draw() troublePlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	plan := troublePlan{kind: trouble(p.drawn) % troubles} // so that each comes
	p.drawn++
	switch plan.kind {
	case troubleCloseIdle:
		plan.after = 1 + p.rand.IntN(8)
	case troubleResetRequest:
		plan.after = p.rand.IntN(10_000)
	default:
		plan.after = p.rand.IntN(4_000)
	}
	return plan
}

func (p *badProxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		_ = conn.Close()
		return false
	}
	p.conns[conn] = true
	return true
}

func (p *badProxy) drop(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close()
}

var errTrouble = errors.New("the plan has come true")

// serve passes bytes both ways until the plan comes true or either side closes.
func (p *badProxy) serve(client net.Conn, plan troublePlan) {
	server, err := net.Dial("tcp", p.target)
	if err != nil || !p.keep(server) {
		return
	}
	defer p.drop(server)
	var answers atomic.Int64 // that have begun to come
	requests := make(chan error, 1)
	go func() {
		err := p.requests(server, client, plan, &answers)
		if errors.Is(err, errTrouble) {
			reset(client)
		}
		_ = server.Close() // what has come of a request is not carried out unless it was whole
		requests <- err
	}()
	err = p.answers(client, server, plan, &answers)
	if errors.Is(err, errTrouble) {
		reset(client)
	}
	_ = client.Close()
	<-requests
}

// reset makes the end of a connection a reset and not an orderly close.
func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// requests passes on what the client sends.
func (p *badProxy) requests(server, client net.Conn, plan troublePlan, answers *atomic.Int64) error {
	buf := make([]byte, 4096)
	for passed := 0; ; {
		n, err := client.Read(buf)
		if n > 0 {
			part := buf[:n]
			switch {
			case plan.kind == troubleResetRequest && passed+n > plan.after:
				_, _ = server.Write(part[:plan.after-passed])
				return errTrouble
			case plan.kind == troubleCloseIdle && int(answers.Load()) >= plan.after:
				return io.EOF
			case plan.kind == troubleNarrow:
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

// answers passes on what the server sends.
func (p *badProxy) answers(client, server net.Conn, plan troublePlan, answers *atomic.Int64) error {
	buf := make([]byte, 4096)
	for passed := 0; ; {
		n, err := server.Read(buf)
		if n > 0 {
			answers.Add(1)
			part := buf[:n]
			var wrote error
			switch {
			case plan.kind == troubleResetAnswer && passed+n > plan.after:
				_, _ = client.Write(part[:plan.after-passed])
				return errTrouble
			case plan.kind == troubleHang && passed+n > plan.after:
				_, _ = client.Write(part[:plan.after-passed])
				_, _ = io.Copy(io.Discard, server) // until the client has had enough
				return io.EOF
			case plan.kind == troubleDrip && passed < plan.after:
				wrote = drip(client, part, 16, 200*time.Microsecond)
			case plan.kind == troubleNarrow:
				wrote = drip(client, part, 256, time.Millisecond)
			default:
				_, wrote = client.Write(part)
			}
			if wrote != nil {
				return wrote
			}
			if passed += n; passed > longestConnection {
				return io.EOF
			}
		}
		if err != nil {
			return err
		}
	}
}

// drip writes a few bytes at a time.
func drip(to io.Writer, part []byte, size int, pause time.Duration) error {
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

// log prints how many connections met with what.
func (p *badProxy) log(t *testing.T) {
	t.Helper()
	var b strings.Builder
	b.WriteString("connections:")
	for kind := range troubles {
		fmt.Fprintf(&b, " %s %d;", troubleNames[kind], p.hits[kind].Load())
	}
	t.Log(b.String())
}

// quietLog takes what a server says of connections that were broken on purpose.
var quietLog = log.New(io.Discard, "", 0)
