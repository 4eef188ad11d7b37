//go:build dynamoconn_nodirect

package direct

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// The build tag takes the direct way from every client. What the ordinary way does then, the
// tests of the other packages say.
func TestTagTurnsTheDirectWayOff(t *testing.T) {
	t.Parallel()

	options := dynamodb.New(dynamodb.Options{}).Options()
	assert.Equal(t, "the build tag "+offTag, Unsupported(options))
	assert.False(t, NewPath(options, nil, retry.NewRetryer(options.Retryer)).IsSupported())
}
