//go:build !dynamoconn_nodirect

package direct

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdkretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	smithyauth "github.com/aws/smithy-go/auth"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/middleware"
	"github.com/aws/smithy-go/tracing"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

type (
	ownInterceptor struct{}
	ownTracer      struct{ tracing.NopTracerProvider }
	ownMeter       struct{ metrics.NopMeterProvider }
	ownSigner      struct{ *v4.Signer }
	ownSchemes     struct{ dynamodb.AuthSchemeResolver }
	ownEndpoints   struct{ dynamodb.EndpointResolverV2 }
	ownRetryer     struct{ aws.RetryerV2 }
)

func (ownInterceptor) BeforeExecution(context.Context, *smithyhttp.InterceptorContext) error {
	return nil
}

func (o ownSigner) SignHTTP(ctx context.Context, keys aws.Credentials, r *http.Request, hash, service, region string, at time.Time, f ...func(*v4.SignerOptions)) error {
	return o.Signer.SignHTTP(ctx, keys, r, hash, service, region, at, f...)
}

func (o ownEndpoints) ResolveEndpoint(ctx context.Context, p dynamodb.EndpointParameters) (smithyendpoints.Endpoint, error) {
	return o.EndpointResolverV2.ResolveEndpoint(ctx, p)
}

func (o ownSchemes) ResolveAuthSchemes(ctx context.Context, p *dynamodb.AuthResolverParameters) ([]*smithyauth.Option, error) {
	return o.AuthSchemeResolver.ResolveAuthSchemes(ctx, p)
}

// ordinarySettings are those that the direct way does not carry, by the name that Unsupported
// gives them.
var ordinarySettings = map[string]func(*dynamodb.Options){
	"APIOptions": func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(*middleware.Stack) error { return nil })
	},
	"Interceptors":         func(o *dynamodb.Options) { o.Interceptors.AddBeforeExecution(ownInterceptor{}) },
	"Protocol":             func(o *dynamodb.Options) { o.Protocol = awsjson.New11(schemas.DynamoDB_20120810) },
	"TracerProvider":       func(o *dynamodb.Options) { o.TracerProvider = ownTracer{} },
	"MeterProvider":        func(o *dynamodb.Options) { o.MeterProvider = ownMeter{} },
	"HTTPSignerV4":         func(o *dynamodb.Options) { o.HTTPSignerV4 = ownSigner{v4.NewSigner()} },
	"AuthSchemeResolver":   func(o *dynamodb.Options) { o.AuthSchemeResolver = ownSchemes{o.AuthSchemeResolver} },
	"AuthSchemes":          func(o *dynamodb.Options) { o.AuthSchemes = dynamodb.New(dynamodb.Options{}).Options().AuthSchemes },
	"AuthSchemePreference": func(o *dynamodb.Options) { o.AuthSchemePreference = []string{"sigv4"} },
	"EndpointResolver": func(o *dynamodb.Options) {
		o.EndpointResolver = dynamodb.EndpointResolverFromURL("https://localhost") //nolint:staticcheck // it still works
	},
	"EndpointResolverV2":       func(o *dynamodb.Options) { o.EndpointResolverV2 = ownEndpoints{o.EndpointResolverV2} },
	"EndpointDiscovery":        func(o *dynamodb.Options) { o.EndpointDiscovery.EnableEndpointDiscovery = aws.EndpointDiscoveryEnabled },
	"ClientLogMode":            func(o *dynamodb.Options) { o.ClientLogMode = aws.LogRetries },
	"EnableAcceptEncodingGzip": func(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = true },
	"Retryer":                  func(o *dynamodb.Options) { o.Retryer = ownRetryer{sdkretry.NewStandard()} },
}

func TestSettingThatIsNotCarriedGoesTheOrdinaryWay(t *testing.T) {
	t.Parallel()

	for name, setting := range ordinarySettings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			dynamodb.New(dynamodb.Options{Retryer: sdkretry.NewStandard()}, setting, func(o *dynamodb.Options) { got = Unsupported(*o) })
			assert.Equal(t, name, got)
			if name == "EndpointDiscovery" || name == "EndpointResolver" {
				return // they look for endpoints elsewhere
			}
			h := newHouse(t, wiretest.New(), setting)
			for range 3 {
				done, err := h.get(t.Context(), &body{})
				require.NoError(t, err)
				assert.False(t, done)
			}
		})
	}
}

// A setting that a newer SDK adds must be looked at: either the direct way carries it, or
// Unsupported names it.
func TestEverySettingOfTheSDKIsKnown(t *testing.T) {
	t.Parallel()

	known := map[string]bool{
		// The template has what follows from these.
		"AccountIDEndpointMode": true, "AppID": true, "BaseEndpoint": true, "EndpointOptions": true, "Region": true,
		"RetryMaxAttempts": true, "RetryMode": true,
		// The direct way uses them.
		"Credentials": true, "DisableClockSkewCorrection": true, "HTTPClient": true,
		// They change nothing in a request on items, beside what Unsupported looks at.
		"DefaultsMode": true, "DisableValidateResponseChecksum": true, "IdempotencyTokenProvider": true, "Logger": true,
		"RuntimeEnvironment": true, "resolvedDefaultsMode": true,
	}
	for name := range ordinarySettings {
		known[name] = true
	}
	for name := range fieldsOf(dynamodb.Options{}) {
		assert.True(t, known[name], name)
	}
}
