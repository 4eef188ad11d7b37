package dynamoconn

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A web identity is changed for credentials by STS, through a client that the SDK's
// configuration makes: one that never answered held every call for ever.
func TestSTSOfTheConfigurationThatHangs(t *testing.T) { //nolint:paralleltest // it sets the environment
	listener, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, and nobody answers
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("token"), 0o600))
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
		"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/reader",
		"AWS_ENDPOINT_URL_STS": "http://" + listener.Addr().String(), "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	client, err := New(t.Context(), WithRegion(RegionUSEast1), option(func(c *config) { c.stsTimeout = 50 * time.Millisecond }))
	require.NoError(t, err)
	began := time.Now()
	_, err = client.GetItem(t.Context(), GetItemRequest{TableName: "Music", Item: Item{Long("ID", 1)}})
	require.ErrorIs(t, err, ErrCredentials)
	assert.Less(t, time.Since(began), 20*time.Second)

	dynamo, ok := client.aws.HTTPClient.(*http.Client)
	require.True(t, ok)
	assert.Zero(t, dynamo.Timeout, "the limit of an attempt at DynamoDB is another")
	_, ok = dynamo.Transport.(*http.Transport)
	assert.True(t, ok)
	assert.Equal(t, 10*time.Second, defaultSTSTimeout)
	assert.Zero(t, awshttp.NewBuildableClient().GetTimeout(), "the SDK's own has none")
}
