package dynamoconn

import (
	"crypto/rand"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// CallOption changes one call of an activity: [InRegion], [UsingCredentials],
// [WithConsumedCapacity], [SendOnce] and [ExactlyOnce] make one. [New] does not take it.
type CallOption interface {
	applyCall(*callConfig)
}

// callConfig is what the options of a call ask for.
type callConfig struct {
	region      Region
	credentials aws.CredentialsProvider
	capacity    bool
	sendOnce    bool
	token       string // of ExactlyOnce
	fault       error  // the first option that cannot work
}

// newCallConfig applies the options of a call.
func newCallConfig(opts []CallOption) (callConfig, error) {
	if len(opts) == 0 {
		return callConfig{}, nil
	}
	config := &callConfig{}
	for _, opt := range opts {
		if opt == nil {
			return callConfig{}, invalid("CallOption", "must not be nil")
		}
		opt.applyCall(config)
		if config.fault != nil {
			return callConfig{}, config.fault
		}
	}
	return *config, nil
}

type callOption func(*callConfig)

func (o callOption) applyCall(c *callConfig) { o(c) }

// InRegion sends the call to another region than the client's own.
func InRegion(region Region) CallOption {
	return callOption(func(c *callConfig) {
		if rule := region.brokenRule(); rule != "" {
			c.fault = invalid("InRegion", rule)
			return
		}
		c.region = region
	})
}

// UsingCredentials signs the call with other credentials than the client's own. Nothing is
// kept from one call to the next: if provider is slow, wrap it in an aws.CredentialsCache
// of your own, and give that each time.
func UsingCredentials(provider aws.CredentialsProvider) CallOption {
	return callOption(func(c *callConfig) {
		if provider == nil {
			c.fault = invalid("UsingCredentials", "the provider must not be nil")
			return
		}
		c.credentials = provider
	})
}

// WithConsumedCapacity asks DynamoDB how much capacity the call used:
// [ResponseMetadata.ConsumedCapacity]. It costs nothing.
func WithConsumedCapacity() CallOption {
	return callOption(func(c *callConfig) { c.capacity = true })
}

// SendOnce keeps a write from being sent again after an attempt that may have been applied:
// the error is then [ErrAmbiguous]. An attempt that certainly did nothing, because it was
// throttled, refused or never sent, is still repeated.
//
// It is for [Client.PutItem], [Client.UpdateItem], [Client.DeleteItem] and
// [Client.BatchWrite], where another writer may change the item between two attempts: the
// second would undo that change. A condition or [ExactlyOnce] prevents that too. An update
// that may not be applied twice is sent so without the option. SendOnce is also for the
// activities that create, change and delete tables. It costs nothing, and has no effect
// on an activity that only reads. See Retries in the package comment.
func SendOnce() CallOption {
	return callOption(func(c *callConfig) { c.sendOnce = true })
}

// ExactlyOnce lets DynamoDB apply a [Client.PutItem], [Client.UpdateItem] or
// [Client.DeleteItem] at most once, however often it is sent: it goes as a transaction (dynamodb:TransactWriteItems) with
// token, which DynamoDB remembers for 10 minutes. It costs twice the write capacity. See
// Exactly once in the package comment.
//
// The token has 1 to 36 bytes. Do not give the same one with another write within 10
// minutes: the error is [ErrValidation]. If token is empty, the client makes a random one
// for each call, which [Error.Token] returns.
//
// [Client.TransactWrite] always goes with a token, and costs no more with ExactlyOnce, which
// names that token.
//
// ExactlyOnce cannot return an item, so ReturnOldItem and Return are refused with it, and
// every other activity refuses it.
func ExactlyOnce(token string) CallOption {
	return callOption(func(c *callConfig) {
		switch {
		case len(token) > longestToken:
			c.fault = invalid("ExactlyOnce", "the token must have at most 36 bytes")
		case !utf8.ValidString(token):
			c.fault = invalid("ExactlyOnce", "the token must be valid UTF-8")
		case token == "":
			c.token = newToken()
		default:
			c.token = token
		}
	})
}

// newToken returns a token that nobody else has.
func newToken() string { return rand.Text() }

// longestToken is the most bytes of a ClientRequestToken.
const longestToken = 36
