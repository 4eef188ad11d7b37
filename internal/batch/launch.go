package batch

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// answered is a request that has ended, with its operations.
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
		// Nothing else can be sent meanwhile, so no goroutine is needed.
		r.take(answered{ops: ops, Answer: r.Send(ctx, ops)})
		return
	}
	if r.answers == nil {
		r.answers = make(chan answered, r.MaxInFlight)
		r.sending, r.cancel = context.WithCancel(ctx)
	}
	go r.send(r.sending, ops)
}

// send is the goroutine of one request. It always answers: otherwise Run would wait for ever.
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

// Panic is the panic of a Send in a goroutine of its own. Run panics with it.
type Panic struct {
	// Value is the argument of the panic.
	Value any
	// Stack is the stack of the goroutine that panicked.
	Stack []byte

	exit bool // it was not a panic but runtime.Goexit
}

// Error returns the value and the stack.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// raise ends this goroutine as the other one ended. A nil Panic does nothing.
func (p *Panic) raise() {
	switch {
	case p == nil:
	case p.exit:
		runtime.Goexit()
	default:
		panic(p)
	}
}
