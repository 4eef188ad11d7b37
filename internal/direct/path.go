package direct

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
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
	sdk       *dynamodb.Client
	exchange  *transport.Exchange
	retryer   retry.Retryer
	signer    dynamodb.HTTPSignerV4
	keepsTime bool // whether a difference between the clocks is corrected
	supported bool

	templates templates
	skew      atomic.Int64 // how far the server's clock is ahead of this machine's
	heard     atomic.Bool  // whether an answer has said the time
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

// Beside enters the client whose HTTP client the path is. It must be called before Send.
func (p *Path) Beside(sdk *dynamodb.Client) { p.sdk = sdk }

// IsSupported reports whether the direct way carries the settings of the client.
func (p *Path) IsSupported() bool { return p.supported }

// Request is a request of an API action.
type Request struct {
	Action string
	// Tables are its tables, by name or ARN.
	Tables []string
	// Body is the body, encoded.
	Body []byte
	// Credentials sign it.
	Credentials aws.CredentialsProvider
}

// arn returns the table if it is given by its ARN, on which the address may depend, and
// otherwise "". Of several tables with an ARN among them the SDK goes by any one, so it does
// not carry those.
func (r *Request) arn() (arn string, carried bool) {
	for _, table := range r.Tables {
		if strings.HasPrefix(table, "arn:") {
			arn = table
		}
	}
	return arn, arn == "" || len(r.Tables) == 1
}

// Send makes the first attempt at a request whose record is in ctx. It reports whether the
// reader has read its answer. If not, the caller must make the request with the SDK's client
// under the context that is returned, whether or not an attempt was made.
func (p *Path) Send(ctx context.Context, r *Request, reader transport.Reader) (ordinary context.Context, done bool) {
	if !p.supported || ctx.Err() != nil {
		return ctx, false
	}
	template, credentials := p.templateOf(ctx, r)
	if template == nil {
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
	skew := p.corrected()
	first := attempt{
		body:        r.Body,
		credentials: credentials,
		signedAt:    time.Now().Add(skew),
		invocation:  invocation,
		number:      template.firstAttempt(ctx, skew),
	}
	took, built := &taken{Reader: reader}, false
	//nolint:bodyclose // the exchange has read the body, and closed it
	resp, body, err := p.exchange.Send(ctx, r.Action, r.Body, took, func(ctx context.Context) (*http.Request, error) {
		req, err := template.request(ctx, p.signer, &first)
		built = err == nil
		return req, err
	})
	if !built {
		return ctx, false
	}
	p.noteTime(resp)
	if took.ok {
		_ = release(nil)
		return nil, true
	}
	if resp != nil {
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	record := retry.From(ctx)
	record.KeepCredentials(credentials, nil)
	record.KeepPermit(release)
	return &playback{Context: ctx, resp: resp, err: err, invocation: first.invocation}, false
}

// templateOf returns the template of a request, or nil if the request must go the ordinary
// way, and the credentials that sign it.
func (p *Path) templateOf(ctx context.Context, r *Request) (*template, aws.Credentials) {
	arn, carried := r.arn()
	if !carried {
		return nil, aws.Credentials{}
	}
	credentials, err := r.Credentials.Retrieve(ctx)
	if err != nil {
		retry.From(ctx).KeepCredentials(credentials, err)
		return nil, credentials
	}
	key := templateKey{action: r.Action, arn: arn, account: credentials.AccountID, sources: sourcesOf(r.Credentials)}
	template, known := p.templates.find(key)
	if !known {
		template = p.learn(ctx, key, r, credentials)
	}
	return template, credentials
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

// playback is the context under which the SDK's client goes on from an attempt that was made
// on the direct way. It does not end before that attempt has been played back: the SDK's client
// would not look at an attempt under a context that has ended.
type playback struct {
	context.Context
	played     atomic.Bool
	resp       *http.Response
	err        error
	invocation string // the ID of the call
}

// Done returns nil until the attempt has been played back.
func (p *playback) Done() <-chan struct{} {
	if !p.played.Load() {
		return nil
	}
	return p.Context.Done()
}

// Err returns nil until the attempt has been played back.
func (p *playback) Err() error {
	if !p.played.Load() {
		return nil
	}
	return p.Context.Err()
}

// Value returns the playback itself, and what the caller's context has.
func (p *playback) Value(key any) any {
	if key == (playbackKey{}) {
		return p
	}
	return p.Context.Value(key)
}

type (
	playbackKey struct{}
	lessonKey   struct{}
)

// Do makes an attempt of the SDK's client: it is the client's HTTP client.
func (p *Path) Do(req *http.Request) (*http.Response, error) {
	if l, ok := req.Context().Value(lessonKey{}).(*lesson); ok {
		l.of(req)
		return nil, errLesson{}
	}
	if first, ok := req.Context().Value(playbackKey{}).(*playback); ok && first.played.CompareAndSwap(false, true) {
		return first.resp, first.err
	}
	resp, err := p.exchange.Do(req)
	p.noteTime(resp)
	return resp, err
}

// noteTime enters how far the server's clock is ahead, as the SDK's client does for itself.
func (p *Path) noteTime(resp *http.Response) {
	if resp == nil || resp.Header.Get("Age") != "" {
		return
	}
	date := resp.Header.Get("Date")
	if date == "" {
		return
	}
	if server, err := smithyhttp.ParseTime(date); err == nil {
		p.skew.Store(int64(time.Until(server)))
		p.heard.Store(true)
	}
}

// corrected returns by how much requests are signed ahead of this machine's clock.
func (p *Path) corrected() time.Duration {
	if !p.keepsTime {
		return 0
	}
	return time.Duration(p.skew.Load())
}

// Skew returns how far the server's clock was ahead of this machine's at the last answer, to a
// second, and false if no answer has said the time.
func (p *Path) Skew() (time.Duration, bool) { return time.Duration(p.skew.Load()), p.heard.Load() }

// AddTo adds to the stack of an operation what the direct way needs there: all attempts of
// a call have the same ID.
func AddTo(stack *middleware.Stack) error {
	return stack.Build.Insert(middleware.BuildMiddlewareFunc("dynamoconn.Invocation",
		func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			first, made := ctx.Value(playbackKey{}).(*playback)
			if req, ok := in.Request.(*smithyhttp.Request); ok && made {
				req.Header.Set(invocationHeader, first.invocation)
			}
			return next.HandleBuild(ctx, in)
		}), "ClientRequestID", middleware.After)
}
