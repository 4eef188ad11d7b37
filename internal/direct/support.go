package direct

import (
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// offTag is the build tag that turns the direct way off.
const offTag = "dynamoconn_nodirect"

// Unsupported returns the first setting of a client that the direct way does not carry, or
// "". The options are those that the caller's settings end in, before this library adds its
// own.
func Unsupported(o dynamodb.Options) string {
	usual := usualOptions()
	for _, setting := range []struct {
		name    string
		carried bool
	}{
		{"the build tag " + offTag, !off},
		{"APIOptions", len(o.APIOptions) == 0},
		{"Interceptors", !hasInterceptors(o)},
		{"Protocol", sameType(o.Protocol, usual.Protocol) && o.Protocol.ID() == usual.Protocol.ID()},
		{"TracerProvider", sameType(o.TracerProvider, usual.TracerProvider)},
		{"MeterProvider", sameType(o.MeterProvider, usual.MeterProvider)},
		{"HTTPSignerV4", sameType(o.HTTPSignerV4, usual.HTTPSignerV4)},
		{"AuthSchemeResolver", sameType(o.AuthSchemeResolver, usual.AuthSchemeResolver)},
		{"AuthSchemes", o.AuthSchemes == nil},
		{"AuthSchemePreference", len(o.AuthSchemePreference) == 0},
		{"EndpointResolver", o.EndpointResolver == nil}, //nolint:staticcheck // it is deprecated, and still works
		{"EndpointResolverV2", sameType(o.EndpointResolverV2, usual.EndpointResolverV2)},
		{"EndpointDiscovery", o.EndpointDiscovery.EnableEndpointDiscovery != aws.EndpointDiscoveryEnabled},
		{"ClientLogMode", o.ClientLogMode == 0},
		{"EnableAcceptEncodingGzip", !o.EnableAcceptEncodingGzip},
		{"Retryer", o.Retryer == nil || sameType(o.Retryer, (*retry.Standard)(nil))},
	} {
		if !setting.carried {
			return setting.name
		}
	}
	return ""
}

// usualOptions returns the options that a client without any setting has when its settings are
// applied.
var usualOptions = sync.OnceValue(func() (usual dynamodb.Options) {
	dynamodb.New(dynamodb.Options{}, func(o *dynamodb.Options) { usual = *o })
	return usual
})

func sameType(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// hasInterceptors reports whether any list of interceptors has one. A newer SDK may have
// more lists.
func hasInterceptors(o dynamodb.Options) bool {
	lists := reflect.ValueOf(o.Interceptors)
	for i := range lists.NumField() {
		if list := lists.Field(i); list.Kind() != reflect.Slice || list.Len() > 0 {
			return true
		}
	}
	return false
}
