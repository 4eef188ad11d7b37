package demo

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func TestThousandsAreGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 171075: "171,075", 1234567: "1,234,567", -999: "-999", -1000: "-1,000",
	} {
		assert.Equal(t, want, Thousands(n))
	}
}

func TestCountChoosesSingularOrPlural(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0 cities", Count(0, "city", "cities"))
	assert.Equal(t, "1 city", Count(1, "city", "cities"))
	assert.Equal(t, "1,000 cities", Count(1000, "city", "cities"))
}

func TestSizeUsesTheLargestUnit(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KB", 61_440 + 512: "60.5 KB", 1 << 20: "1.0 MB", 3 << 30: "3.0 GB",
		1 << 40: "1.0 TB", 1 << 50: "1024.0 TB",
	} {
		assert.Equal(t, want, Size(bytes))
	}
}

// clearAWSSettings makes sure that the SDK finds no credentials and no region.
func clearAWSSettings(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	} {
		t.Setenv(name, "")
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func parse(t *testing.T, args ...string) *Flags {
	t.Helper()
	set, flags := NewFlagSet("demo", io.Discard)
	require.NoError(t, set.Parse(args))
	return flags
}

func TestOpenWithoutAnEndpointIsInMemory(t *testing.T) {
	clearAWSSettings(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "mine") // must not be used for a DynamoDB in memory
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	flags := parse(t)
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "DynamoDB in memory, region us-east-1", db.String())
	assert.True(t, db.Own)
	key, err := db.Config.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "example", key.AccessKeyID)

	// Each Open returns a new database.
	require.NoError(t, db.CreateTableWithID(t.Context(), "Songs"))
	require.Error(t, db.CreateTableWithID(t.Context(), "Songs"))
	other, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	require.Error(t, other.DeleteTable(t.Context(), "Songs"))
	require.NoError(t, db.DeleteTable(t.Context(), "Songs"))
	assert.NoError(t, db.Close())
}

func TestOpenLocalStartsADynamoDBLocal(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	clearAWSSettings(t)
	flags := parse(t, "-endpoint", "local", "-region", "eu-west-1")
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "DynamoDB Local at "+aws.ToString(db.Config.BaseEndpoint)+", region eu-west-1", db.String())
	assert.True(t, db.Own)
	require.NoError(t, db.CreateTableWithID(t.Context(), "Songs"))
	require.NoError(t, db.DeleteTable(t.Context(), "Songs"))
	assert.NoError(t, db.Close())
}

func TestServerOnThisMachineNeedsNoCredentials(t *testing.T) {
	clearAWSSettings(t)
	flags := parse(t, "-endpoint", "http://localhost:8000")
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	key, err := db.Config.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "example", key.AccessKeyID)
	assert.Equal(t, "DynamoDB at http://localhost:8000, region us-east-1", db.String())
	assert.False(t, db.Own)
	assert.NoError(t, db.Close())
}

func TestServerOnThisMachineGetsTheCredentialsOfTheEnvironment(t *testing.T) {
	clearAWSSettings(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "mine")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	flags := parse(t, "-endpoint", "http://127.0.0.1:8000", "-region", "EU (Frankfurt)")
	_, err := flags.Open(t.Context(), io.Discard)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "no such caption")

	flags = parse(t, "-endpoint", "http://127.0.0.1:8000", "-region", "Europe (Frankfurt)")
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	key, err := db.Config.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "mine", key.AccessKeyID)
	assert.Equal(t, "eu-central-1", db.Config.Region)
}

func TestServerElsewhereGetsNoExampleCredentials(t *testing.T) {
	clearAWSSettings(t)
	flags := parse(t, "-endpoint", "aws")
	_, err := flags.Open(t.Context(), io.Discard)
	require.ErrorContains(t, err, "-region")

	flags = parse(t, "-endpoint", "aws", "-region", "eu-west-1")
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Nil(t, db.Config.BaseEndpoint)
	assert.Equal(t, "DynamoDB in eu-west-1 (Europe (Ireland))", db.String())
	_, err = db.Config.Credentials.Retrieve(t.Context())
	require.Error(t, err)

	flags = parse(t, "-endpoint", "https://dynamodb.example.com", "-region", "eu-west-1")
	db, err = flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "https://dynamodb.example.com", aws.ToString(db.Config.BaseEndpoint))
	_, err = db.Config.Credentials.Retrieve(t.Context())
	require.Error(t, err)
}

func TestEndpointIsAURLOrAWord(t *testing.T) {
	clearAWSSettings(t)
	for _, endpoint := range []string{"localhost:8000", "localhost", "AWS", "Local", "memory", "http://", "ftp://localhost", ":", "://"} {
		flags := parse(t, "-endpoint", endpoint, "-region", "eu-west-1")
		_, err := flags.Open(t.Context(), io.Discard)
		require.ErrorContains(t, err, "-endpoint", endpoint)
	}
}
