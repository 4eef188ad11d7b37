package direct

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
)

// Path is the HTTP client of an SDK client, and the direct way beside that client. It may be
// used by several goroutines.
type Path struct {
	exchange  *transport.Exchange
	retryer   retry.Retryer
	signer    dynamodb.HTTPSignerV4
	keepsTime bool // whether a difference between the clocks is corrected
	supported bool

	templates templates
	skew      atomic.Int64 // how far the server's clock is ahead of this machine's
}

// NewPath returns the path of the SDK client that o becomes the options of. Those of the
// caller's settings that it does not carry are looked up in o, so o must not have the
// parts of this library yet. retryer is the one that the client will have.
func NewPath(o dynamodb.Options, exchange *transport.Exchange, retryer retry.Retryer) *Path {
	return &Path{
		exchange:  exchange,
		retryer:   retryer,
		signer:    o.HTTPSignerV4,
		keepsTime: !o.DisableClockSkewCorrection,
		supported: Unsupported(o) == "",
	}
}

// Request is a request of an API action.
type Request struct {
	Action string
	// ARN is the table if it is given by its ARN, which the address may depend on.
	ARN string
	// Body is the body, encoded.
	Body []byte
	// Credentials sign it.
	Credentials aws.CredentialsProvider
}

// Send makes the first attempt at a request whose record is in ctx. It reports whether the
// reader has read its answer. If not, the caller must make the request with the SDK's client
// under the context that is returned, whether or not an attempt was made.
func (p *Path) Send(ctx context.Context, r *Request, reader transport.Reader) (ordinary context.Context, done bool) {
	if !p.supported || ctx.Err() != nil {
		return ctx, false
	}
	credentials, err := r.Credentials.Retrieve(ctx)
	if err != nil {
		retry.From(ctx).KeepSignerError(err)
		return ctx, false
	}
	key := templateKey{action: r.Action, arn: r.ARN, account: credentials.AccountID, sources: sourcesOf(r.Credentials)}
	template, known := p.templates.find(key)
	switch {
	case !known:
		return withTurn(ctx, &turn{lesson: &lesson{key, r.Credentials}}), false
	case template == nil:
		return ctx, false
	}
	release, err := p.retryer.GetAttemptToken(ctx)
	if err != nil {
		return ctx, false // the SDK gets the same answer
	}
	invocation, err := newInvocation()
	if err != nil {
		return ctx, false
	}
	skew := time.Duration(p.skew.Load())
	first := attempt{
		body:        r.Body,
		credentials: credentials,
		signedAt:    time.Now().Add(skew),
		invocation:  invocation,
		number:      template.firstAttempt(ctx, skew),
	}
	req, err := template.request(ctx, p.signer, &first)
	if err != nil {
		return ctx, false
	}
	took := &taken{Reader: reader}
	resp, body, err := p.exchange.Send(req, r.Body, took)
	p.noteTime(resp)
	if took.ok {
		_ = release(nil)
		return nil, true
	}
	if resp != nil {
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return withTurn(ctx, &turn{attempt: &result{resp, err}, invocation: first.invocation}), false
}

// taken remembers whether a reader took the body.
type taken struct {
	transport.Reader
	ok bool
}

// Read lets the reader read.
func (t *taken) Read(body []byte) bool {
	t.ok = t.Reader.Read(body)
	return t.ok
}

// turn is what the SDK's client is told about the request that it makes.
type turn struct {
	lesson     *lesson // what can be learnt from its next attempt, or nil
	attempt    *result // what its next attempt comes to, because it was made already, or nil
	invocation string  // the ID of the call, if an attempt was made with it
}

type result struct {
	resp *http.Response
	err  error
}

type turnKey struct{}

func withTurn(ctx context.Context, t *turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// Do makes an attempt of the SDK's client: it is the client's HTTP client.
func (p *Path) Do(req *http.Request) (*http.Response, error) {
	if t, ok := req.Context().Value(turnKey{}).(*turn); ok {
		if made := t.attempt; made != nil {
			t.attempt = nil
			return made.resp, made.err
		}
		if learn := t.lesson; learn != nil {
			t.lesson = nil
			p.templates.learn(learn, req, p.signer)
		}
	}
	resp, err := p.exchange.Do(req)
	p.noteTime(resp)
	return resp, err
}

// noteTime enters how far the server's clock is ahead, as the SDK's client does for itself.
func (p *Path) noteTime(resp *http.Response) {
	if !p.keepsTime || resp == nil || resp.Header.Get("Age") != "" {
		return
	}
	date := resp.Header.Get("Date")
	if date == "" {
		return
	}
	if server, err := smithyhttp.ParseTime(date); err == nil {
		p.skew.Store(int64(time.Until(server)))
	}
}

// AddTo adds to the stack of an operation what the direct way needs there: all attempts of
// a call have the same ID.
func AddTo(stack *middleware.Stack) error {
	return stack.Build.Insert(middleware.BuildMiddlewareFunc("dynamoconn.Invocation",
		func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			if t, ok := ctx.Value(turnKey{}).(*turn); ok && t.invocation != "" {
				if req, ok := in.Request.(*smithyhttp.Request); ok {
					req.Header.Set(invocationHeader, t.invocation)
				}
			}
			return next.HandleBuild(ctx, in)
		}), "ClientRequestID", middleware.After)
}
