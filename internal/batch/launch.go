package batch

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// answered is a request that has ended.
type answered struct {
	ops []int
	Answer
	crash *Panic
}

// launch sends a request.
func (r *runner) launch(ctx context.Context, ops []int) {
	r.inFlight++
	r.eachTable(ops, func(t *table) { t.inFlight++ })
	if r.inFlight == 1 && !r.waiting() {
		// Nothing can be sent beside it, so no goroutine is needed.
		r.take(answered{ops: ops, Answer: r.Send(ctx, ops)})
		return
	}
	go r.send(ctx, ops)
}

// send is the goroutine of one request. It always answers, lest Run wait for ever.
func (r *runner) send(ctx context.Context, ops []int) {
	a := answered{ops: ops}
	returned := false
	defer func() {
		if !returned {
			value := recover() // nil if the goroutine was ended
			a.crash = &Panic{Value: value, Stack: debug.Stack(), exit: value == nil}
		}
		r.answers <- a
	}()
	a.Answer = r.Send(ctx, ops)
	returned = true
}

// Panic is the panic of a Send in a goroutine of its own, which Run passes on.
type Panic struct {
	// Value is what the panic was called with.
	Value any
	// Stack is where.
	Stack []byte

	exit bool // it was no panic: the goroutine was ended
}

// Error returns the value and the stack.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// raise does to this goroutine what was done to the other. A nil Panic does nothing.
func (p *Panic) raise() {
	switch {
	case p == nil:
	case p.exit:
		runtime.Goexit()
	default:
		panic(p)
	}
}
