package dynamoconn

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn/internal/direct"
)

// Client calls DynamoDB in any region. Make one with [New] and share it: it is safe for
// concurrent use and never changes. It need not be closed. Printing, logging or marshalling
// it shows no credentials.
type Client struct {
	config *config
	aws    *aws.Config // a pointer, so that no verb of fmt prints it

	mu      sync.RWMutex
	regions map[Region]*regional
}

// regional is what the calls to one region have in common.
type regional struct {
	sdk         *dynamodb.Client
	path        *direct.Path            // the direct way beside the SDK's client
	credentials aws.CredentialsProvider // without UsingCredentials
}

// New returns a client. Without options it finds region and credentials where the SDK does:
// the environment, the shared configuration files, SSO, web identity, containers, the
// machine's role.
//
// If options cannot work, the error is [ErrInvalidOption] and names all that is wrong. New
// reads files, and may ask the machine's metadata service for the region, until ctx ends.
// It does not call DynamoDB and does not ask for credentials; the first activity does.
func New(ctx context.Context, opts ...Option) (*Client, error) {
	config, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	cfg, err := config.sdkConfig(ctx)
	if err != nil {
		return nil, err
	}
	if err := config.checkFoundEndpoint(cfg); err != nil {
		return nil, err
	}
	return &Client{config: config, aws: &cfg, regions: make(map[Region]*regional)}, nil
}

// Region returns the region of calls without [InRegion]. It is empty if [New] did not make
// the client.
func (c *Client) Region() Region {
	if c == nil || c.aws == nil {
		return ""
	}
	return Region(c.aws.Region)
}

// CloseIdleConnections closes the connections that are not in use. The client can still be
// used. It does nothing if the HTTP client has no such method.
func (c *Client) CloseIdleConnections() {
	if c == nil || c.aws == nil {
		return
	}
	if idle, ok := c.aws.HTTPClient.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
}

// String returns the region and the endpoint of the client.
func (c *Client) String() string {
	if c == nil || c.aws == nil {
		return "dynamoconn.Client(nil)"
	}
	if c.config.endpoint != "" {
		return fmt.Sprintf("dynamoconn.Client(%s, %s)", c.aws.Region, c.config.endpoint)
	}
	return fmt.Sprintf("dynamoconn.Client(%s)", c.aws.Region)
}

// Format writes the text of [Client.String] for every verb, so that no verb shows what the
// client holds.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, c.String())
}

// MarshalText returns the text of [Client.String].
func (c *Client) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue returns the text of [Client.String].
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// in returns what calls to a region have in common. It makes it at its first use.
func (c *Client) in(region Region) *regional {
	c.mu.RLock()
	known := c.regions[region]
	c.mu.RUnlock()
	if known != nil {
		return known
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.regions[region]; known != nil {
		return known
	}
	cfg := c.aws.Copy()
	cfg.Region = string(region)
	made := &regional{}
	options := []func(*dynamodb.Options){c.config.setDefaults}
	options = append(options, c.config.sdkOptions...)
	options = append(options, func(o *dynamodb.Options) {
		made.path = c.config.wrapParts(o)
		made.credentials = o.Credentials
		o.APIOptions = append(o.APIOptions, c.tellCalls(region))
	})
	made.sdk = dynamodb.NewFromConfig(cfg, options...)
	made.path.Beside(made.sdk)
	c.regions[region] = made
	return made
}
