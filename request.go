package dynamoconn

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/direct"
)

// request is a request of an API action on items, which has been checked. It can be sent in
// two ways, which come to the same answer: see [call.do].
type request interface {
	// action is the name of the API action.
	action() string
	// tableNames are the names or ARNs of its tables.
	tableNames() []string
	// body returns the body of the request.
	body(capacity types.ReturnConsumedCapacity) []byte
	// ordinary sends the request with the SDK's client.
	ordinary(ctx context.Context, k *call) (*answer, error)
}

// usualBody is what most bodies of requests take, beside items, keys and expressions.
const usualBody = 160

// do sends a request the direct way where that is possible, and otherwise with the SDK's
// client. The direct way ends only in answers, so every error is one that the SDK's client
// returns.
func (k *call) do(ctx context.Context, r request) (*answer, error) {
	if !k.path.IsSupported() {
		return k.ordinary(ctx, r)
	}
	reader := &answerBody{action: r.action(), into: k.into}
	ordinary, done := k.path.Send(ctx, &direct.Request{
		Action:      reader.action,
		Tables:      r.tableNames(),
		Body:        r.body(k.capacity),
		Credentials: k.signer,
	}, reader)
	if !done {
		return k.ordinary(ordinary, r)
	}
	reader.release()
	return &reader.answer, nil
}

// ordinary sends a request with the SDK's client.
func (k *call) ordinary(ctx context.Context, r request) (*answer, error) {
	a, err := r.ordinary(ctx, k)
	if err == nil && k.into != nil {
		a.readInto(k.into)
	}
	return a, err
}

// fromMaps returns items of the SDK's type as Items.
func fromMaps(list []map[string]types.AttributeValue) ([]Item, error) {
	items := make([]Item, len(list))
	for i, attributes := range list {
		var err error
		if items[i], err = FromAttributeValues(attributes); err != nil {
			return nil, underElement(i, err)
		}
	}
	return items, nil
}

// answerBody decodes the body of an answer.
type answerBody struct {
	action string
	into   itemTarget
	buffer *[]byte
	answer answer
}

// largestKept is the most bytes of a buffer that is kept for other answers: a page of 1 MB
// has about as many in DynamoDB's JSON.
const largestKept = 4 << 20

// buffers has buffers for the bodies of answers. Nothing that is decoded refers to them.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Buffer returns a buffer that was used before, or an empty one.
func (r *answerBody) Buffer() []byte {
	r.buffer, _ = buffers.Get().(*[]byte)
	return *r.buffer
}

// Read decodes the body.
func (r *answerBody) Read(body []byte) bool {
	if cap(body) <= largestKept {
		*r.buffer = body
	}
	return r.answer.decode(r.action, body, r.into) == nil
}

// release lets the buffer be used again.
func (r *answerBody) release() {
	buffers.Put(r.buffer)
	r.buffer = nil
}
