package dynamoconn

import (
	"crypto/rand"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// CallOption changes one call of an activity.
type CallOption interface {
	applyCall(*callConfig)
}

type callConfig struct {
	region      Region
	credentials aws.CredentialsProvider
	capacity    bool
	sendOnce    bool
	token       string // of ExactlyOnce
	fault       error
}

type callOption func(*callConfig)

func (o callOption) applyCall(c *callConfig) { o(c) }

// InRegion sends the call to another region than the client's own.
func InRegion(region Region) CallOption {
	return callOption(func(c *callConfig) {
		if err := region.validate(); err != nil {
			c.fault = under("InRegion", err)
			return
		}
		c.region = region
	})
}

// UsingCredentials signs the call with other credentials than the client's own. Wrap
// a provider that is slow in an aws.CredentialsCache of your own and give that each
// time, since nothing is kept from one call to the next.
func UsingCredentials(provider aws.CredentialsProvider) CallOption {
	return callOption(func(c *callConfig) {
		if provider == nil {
			c.fault = invalid("UsingCredentials", "the provider must not be nil")
			return
		}
		c.credentials = provider
	})
}

// WithConsumedCapacity asks DynamoDB to tell what the call used:
// [ResponseMetadata.ConsumedCapacity]. It costs nothing.
func WithConsumedCapacity() CallOption {
	return callOption(func(c *callConfig) { c.capacity = true })
}

// SendOnce keeps a write from being sent again once an attempt of it may have been
// applied: its error is then [ErrAmbiguous]. An attempt that certainly did nothing,
// because it was throttled, refused or never sent, is still repeated.
//
// Without it [Client.PutItem], [Client.DeleteItem] and [Client.BatchWrite] send a
// write again after an attempt in doubt, because a put or a delete that is applied
// twice leaves the same item as one that is applied once. If another writer changes
// the item between the two, however, the second undoes that change. SendOnce is for
// where that matters; so are a condition and [ExactlyOnce]. It costs nothing, and has
// no effect on an activity that only reads.
func SendOnce() CallOption {
	return callOption(func(c *callConfig) { c.sendOnce = true })
}

// ExactlyOnce makes a [Client.PutItem] or [Client.DeleteItem] one that DynamoDB
// applies at most once, however often it is sent: it goes as a transaction of this one
// write (dynamodb:TransactWriteItems) with token as its ClientRequestToken, which
// DynamoDB remembers for 10 minutes. It costs twice the write capacity, since DynamoDB
// writes each item of a transaction twice, to prepare and to commit:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html.
//
// With it a repetition changes nothing if an earlier attempt was applied, also where
// another writer has changed the item since, and a condition that is false is
// [ErrConditionFailed] even after an attempt whose answer was lost: DynamoDB would have
// known the token of a write that it had applied. (Only an attempt that DynamoDB has yet to
// look at could be applied after that, if the condition comes true first.)
//
// The token has 1 to 36 bytes; the same one must not be given with another write, which
// is [ErrValidation]. Empty draws a random one for each call. [Error.Token] tells it, and
// with it the same write may be sent again after an [ErrAmbiguous] and is still applied
// once, until 10 minutes after [Error.Began]. A program that wants to go on so after a
// restart makes the token itself and keeps it before it writes. What is sent later than
// that is a new write. Within one call no attempt is begun in the tenth minute or later.
//
// ReturnOldItem is refused with it: a transaction returns no items. It is for one item:
// every other activity is refused.
func ExactlyOnce(token string) CallOption {
	return callOption(func(c *callConfig) {
		switch {
		case len(token) > longestToken:
			c.fault = invalid("ExactlyOnce", "the token must have at most 36 bytes")
		case !utf8.ValidString(token):
			c.fault = invalid("ExactlyOnce", "the token must be valid UTF-8")
		case token == "":
			c.token = rand.Text()
		default:
			c.token = token
		}
	})
}

// longestToken is the most bytes of a ClientRequestToken.
const longestToken = 36
