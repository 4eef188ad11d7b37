package dynamoconn

import (
	"context"
)

// request is a request of an API action on items, which has been checked. It can be sent in
// two ways, which come to the same answer: see [call.do].
type request interface {
	// action is the name of the API action.
	action() string
	// ordinary sends the request with the SDK's client.
	ordinary(ctx context.Context, k *call) (*answer, error)
}

// do sends a request and returns the answer.
func (k *call) do(ctx context.Context, r request) (*answer, error) {
	return r.ordinary(ctx, k)
}
