package dynamoconn_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// noEnvironment hides what the machine has of AWS: variables, files, metadata. A test
// that calls it cannot be parallel.
func noEnvironment(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	empty := t.TempDir()
	t.Setenv("HOME", empty)
	t.Setenv("USERPROFILE", empty)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

var provider = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "SECRETEXAMPLE", "")

func TestOptionsThatCannotWork(t *testing.T) {
	t.Parallel()

	role := func(role dynamoconn.AssumedRole) []dynamoconn.Option {
		return []dynamoconn.Option{dynamoconn.WithAssumedRole(role)}
	}
	one := func(opt dynamoconn.Option) []dynamoconn.Option { return []dynamoconn.Option{opt} }
	const arn = "arn:aws:iam::123456789012:role/reader"
	tests := map[string][]dynamoconn.Option{
		"nil":                          one(nil),
		"no region":                    one(dynamoconn.WithRegion("")),
		"region as the connector's":    one(dynamoconn.WithRegion("us_east_1")),
		"region that is a host":        one(dynamoconn.WithRegion("us-east-1.example.com")),
		"no endpoint":                  one(dynamoconn.WithEndpoint("")),
		"endpoint without scheme":      one(dynamoconn.WithEndpoint("localhost:8000")),
		"endpoint with no host":        one(dynamoconn.WithEndpoint("http://")),
		"endpoint with a port only":    one(dynamoconn.WithEndpoint("http://:8000")),
		"endpoint of another protocol": one(dynamoconn.WithEndpoint("ftp://localhost")),
		"endpoint that is no URL":      one(dynamoconn.WithEndpoint("http://[::1")),
		"endpoint with a user":         one(dynamoconn.WithEndpoint("https://user:SECRET@example.com")),
		"endpoint with a query":        one(dynamoconn.WithEndpoint("https://example.com/?a=b")),
		"endpoint with a fragment":     one(dynamoconn.WithEndpoint("https://example.com/#a")),
		"plain endpoint elsewhere":     one(dynamoconn.WithEndpoint("http://example.com")),
		"plain host not the same":      {dynamoconn.WithPlainHTTP("example.com"), dynamoconn.WithEndpoint("http://www.example.com")},
		"plain host with port":         one(dynamoconn.WithPlainHTTP("dynamodb:8000")),
		"plain host as URL":            one(dynamoconn.WithPlainHTTP("http://dynamodb")),
		"plain URL of an address":      one(dynamoconn.WithPlainHTTP("http://[fd00::1]/")),
		"plain host in brackets":       one(dynamoconn.WithPlainHTTP("[fd00::1]")),
		"plain host empty":             one(dynamoconn.WithPlainHTTP("a", "")),
		"every plain host":             one(dynamoconn.WithPlainHTTP("*")),
		"no access key":                one(dynamoconn.WithStaticCredentials("", "SECRET", "")),
		"no secret key":                one(dynamoconn.WithStaticCredentials("AKID", "", "TOKEN")),
		"access key with a line end":   one(dynamoconn.WithStaticCredentials("AKID\n", "SECRET", "")),
		"secret key with a line end":   one(dynamoconn.WithStaticCredentials("AKID", "SECRET\r\n", "")),
		"token with a NUL":             one(dynamoconn.WithStaticCredentials("AKID", "SECRET", "TOKEN\x00")),
		"no profile":                   one(dynamoconn.WithProfile("")),
		"no role":                      role(dynamoconn.AssumedRole{}),
		"role by name":                 role(dynamoconn.AssumedRole{RoleARN: "reader"}),
		"role for a moment":            role(dynamoconn.AssumedRole{RoleARN: arn, Duration: 15*time.Minute - 1}),
		"role for ever":                role(dynamoconn.AssumedRole{RoleARN: arn, Duration: 12*time.Hour + 1}),
		"role for less than nothing":   role(dynamoconn.AssumedRole{RoleARN: arn, Duration: -time.Hour}),
		"no provider":                  one(dynamoconn.WithCredentials(nil)),
		"no HTTP client":               one(dynamoconn.WithHTTPClient(nil)),
		"no logger":                    one(dynamoconn.WithLogger(nil)),
		"nil SDK option":               one(dynamoconn.WithSDKOptions(func(*dynamodb.Options) {}, nil)),
		"nothing in flight":            one(dynamoconn.WithMaxInFlight(0)),
		"too much in flight":           one(dynamoconn.WithMaxInFlight(257)),
		"no attempt":                   one(dynamoconn.WithMaxAttempts(0)),
		"too many attempts":            one(dynamoconn.WithMaxAttempts(1001)),
		"no budget":                    one(dynamoconn.WithRetryBudget(0)),
		"negative budget":              one(dynamoconn.WithRetryBudget(-time.Hour)),
		"budget without a unit":        one(dynamoconn.WithRetryBudget(30)),
		"no time for an attempt":       one(dynamoconn.WithAttemptTimeout(0)),
		"negative time":                one(dynamoconn.WithAttemptTimeout(-time.Second)),
		"time without a unit":          one(dynamoconn.WithAttemptTimeout(10)),
		"too much time":                one(dynamoconn.WithAttemptTimeout(24*time.Hour + 1)),
		"small answers":                one(dynamoconn.WithLargestAnswer(1<<20 - 1)),
		"static and provider":          {dynamoconn.WithStaticCredentials("AKID", "SECRET", ""), dynamoconn.WithCredentials(provider)},
		"static and profile":           {dynamoconn.WithStaticCredentials("AKID", "SECRET", ""), dynamoconn.WithProfile("p")},
		"provider and profile":         {dynamoconn.WithCredentials(provider), dynamoconn.WithProfile("p")},
		"configuration and profile":    {dynamoconn.WithAWSConfig(aws.Config{Region: "us-east-1"}), dynamoconn.WithProfile("p")},
	}
	for name, opts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sound := []dynamoconn.Option{dynamoconn.WithRegion("us-east-1")}
			client, err := dynamoconn.New(t.Context(), append(sound, opts...)...)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
			assert.Nil(t, client)
			for _, secret := range []string{"SECRET", "TOKEN", "AKID"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestOptionsAtTheirLimits(t *testing.T) {
	t.Parallel()

	const arn = "arn:aws:iam::123456789012:role/reader"
	for name, opt := range map[string]dynamoconn.Option{
		"one in flight":      dynamoconn.WithMaxInFlight(1),
		"256 in flight":      dynamoconn.WithMaxInFlight(256),
		"one attempt":        dynamoconn.WithMaxAttempts(1),
		"1000 attempts":      dynamoconn.WithMaxAttempts(1000),
		"smallest budget":    dynamoconn.WithRetryBudget(time.Millisecond),
		"largest budget":     dynamoconn.WithRetryBudget(1<<63 - 1),
		"shortest attempt":   dynamoconn.WithAttemptTimeout(10 * time.Millisecond),
		"longest attempt":    dynamoconn.WithAttemptTimeout(24 * time.Hour),
		"smallest answer":    dynamoconn.WithLargestAnswer(1 << 20),
		"largest answer":     dynamoconn.WithLargestAnswer(1<<63 - 1),
		"shortest role":      dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: arn, Duration: 15 * time.Minute}),
		"longest role":       dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: arn, Duration: 12 * time.Hour}),
		"no plain host":      dynamoconn.WithPlainHTTP(),
		"no SDK option":      dynamoconn.WithSDKOptions(),
		"plain IPv6 host":    dynamoconn.WithPlainHTTP("2001:db8:0:0:1:2:3:4"),
		"plain IPv6 address": dynamoconn.WithPlainHTTP("fd00::1"),
		"plain link-local":   dynamoconn.WithPlainHTTP("fe80::1%eth0"),
	} {
		_, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(wireConfig()), opt)
		assert.NoError(t, err, name)
	}
}

// It was once accepted, and each call failed.
func TestEndpointOfTheEnvironmentIsCheckedByNew(t *testing.T) {
	noEnvironment(t)
	for _, variable := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"} {
		for _, endpoint := range []string{"http://db.example.com:8000", "db.example.com:8000", "https://", "ftp://db.example.com", "https://a:b@db.example.com"} {
			t.Setenv(variable, endpoint)
			_, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"))
			require.ErrorIs(t, err, dynamoconn.ErrInvalidOption, endpoint)
			assert.ErrorContains(t, err, variable+": ")
			_, err = dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithEndpoint("https://localhost"))
			assert.NoError(t, err, "another endpoint is used")
			_, err = dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
				o.BaseEndpoint = aws.String("https://localhost")
			}))
			assert.NoError(t, err, "another endpoint is used")
		}
		t.Setenv(variable, "http://db.example.com:8000")
		_, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"))
		assert.ErrorContains(t, err, `db.example.com; allow it with WithPlainHTTP("db.example.com")`)
		_, err = dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithPlainHTTP("db.example.com"))
		assert.NoError(t, err)
		t.Setenv(variable, "")
	}
	_, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://db.example.com")}))
	assert.ErrorContains(t, err, "the endpoint of the configuration: ")
}

// The endpoint of the caller's SDK options is theirs, and checked before anything is sent.
func TestNothingIsSentInTheClear(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w, dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.BaseEndpoint = aws.String("http://db.example.com") }))
	_, err := client.PutItem(t.Context(), putMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.NotErrorIs(t, err, dynamoconn.ErrUnavailable)
	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	assert.Zero(t, e.Attempts)
	assert.Empty(t, w.Requests())
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()

	_, err := dynamoconn.New(t.Context(),
		nil,
		dynamoconn.WithRegion("us_east_1"),
		dynamoconn.WithEndpoint("http://example.com"),
		dynamoconn.WithMaxAttempts(-1),
		dynamoconn.WithMaxInFlight(1000),
		dynamoconn.WithHTTPClient(nil),
		dynamoconn.WithStaticCredentials("AKID", "SECRET", ""),
		dynamoconn.WithCredentials(provider),
	)
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok)
	assert.Len(t, joined.Unwrap(), 7)
	for _, fault := range joined.Unwrap() {
		assert.ErrorIs(t, fault, dynamoconn.ErrInvalidOption)
	}
	for _, name := range []string{"WithRegion", "WithEndpoint", "WithMaxAttempts", "WithMaxInFlight", "WithHTTPClient", "WithStaticCredentials, WithCredentials"} {
		assert.ErrorContains(t, err, name)
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		endpoint, url string
		plain         []string
	}{
		"localhost":             {"http://localhost:8000", "http://localhost:8000/", nil},
		"localhost in capitals": {"http://LOCALHOST:8000", "http://LOCALHOST:8000/", nil},
		"IPv4 loopback":         {"http://127.0.0.1:8000", "http://127.0.0.1:8000/", nil},
		"another of them":       {"http://127.8.9.10", "http://127.8.9.10/", nil},
		"IPv6 loopback":         {"http://[::1]:8000", "http://[::1]:8000/", nil},
		"TLS to any host":       {"https://example.com", "https://example.com/", nil},
		"with a path":           {"https://example.com/dynamodb/", "https://example.com/dynamodb/", nil},
		"allowed by name":       {"http://dynamodb:8000", "http://dynamodb:8000/", []string{"other", "DynamoDB"}},
		"allowed by address":    {"http://[fd00::1]:8000", "http://[fd00::1]:8000/", []string{"fd00::1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.New()
			client := wireClient(t, w, dynamoconn.WithEndpoint(test.endpoint), dynamoconn.WithPlainHTTP(test.plain...))
			_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.InRegion("eu-west-1"))
			require.NoError(t, err)
			require.Len(t, w.Requests(), 1)
			assert.Equal(t, test.url, w.Requests()[0].URL)
			assert.Contains(t, w.Requests()[0].Header.Get("Authorization"), "/eu-west-1/dynamodb/")
		})
	}
}

func TestEndpointOfTheEnvironment(t *testing.T) {
	noEnvironment(t)
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://db.example.com:8000")
	t.Setenv("AWS_REGION", "eu-west-3")
	w := wiretest.New()
	open := func(opts ...dynamoconn.Option) *dynamoconn.Client {
		t.Helper()
		client, err := dynamoconn.New(t.Context(), append(opts, dynamoconn.WithHTTPClient(w), dynamoconn.WithCredentials(provider))...)
		require.NoError(t, err)
		return client
	}

	_, err := open(dynamoconn.WithPlainHTTP("db.example.com")).GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	_, err = open(dynamoconn.WithEndpoint("https://example.org")).GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, w.Requests(), 2)
	assert.Equal(t, "http://db.example.com:8000/", w.Requests()[0].URL)
	assert.Contains(t, w.Requests()[0].Header.Get("Authorization"), "/eu-west-3/dynamodb/")
	assert.Equal(t, "https://example.org/", w.Requests()[1].URL, "the option goes before the environment")
}

func TestNoRegionAnywhere(t *testing.T) {
	noEnvironment(t)
	_, err := dynamoconn.New(t.Context(), dynamoconn.WithCredentials(provider))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidOption)

	t.Setenv("AWS_REGION", "not a region")
	_, err = dynamoconn.New(t.Context(), dynamoconn.WithCredentials(provider))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidOption)

	t.Setenv("AWS_REGION", "us-west-2")
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithCredentials(provider))
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.RegionUSWest2, client.Region())

	client, err = dynamoconn.New(t.Context(), dynamoconn.WithCredentials(provider), dynamoconn.WithRegion("ap-south-1"))
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.RegionAPSouth1, client.Region(), "the option goes before the environment")
}

func TestRegionOfTheConfiguration(t *testing.T) {
	t.Parallel()

	cfg := wireConfig()
	cfg.Region = "sa-east-1"
	assert.Equal(t, dynamoconn.RegionSAEast1, wireClient(t, wiretest.New(), dynamoconn.WithAWSConfig(cfg)).Region())
	assert.Equal(t, dynamoconn.RegionEUNorth1,
		wireClient(t, wiretest.New(), dynamoconn.WithAWSConfig(cfg), dynamoconn.WithRegion("eu-north-1")).Region())
	assert.Equal(t, "sa-east-1", cfg.Region)

	for _, region := range []string{"", "us_east_1", "us-east-1.example.com"} {
		cfg.Region = region
		_, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(cfg))
		assert.ErrorIs(t, err, dynamoconn.ErrInvalidOption, "%q", region)
	}
}

func TestProfile(t *testing.T) {
	noEnvironment(t)
	path := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(path, []byte(`[default]
region = us-east-1
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = SECRETDEFAULT

[profile music]
region = eu-south-1
aws_access_key_id = AKIDMUSIC
aws_secret_access_key = SECRETMUSIC
aws_session_token = TOKENMUSIC
`), 0o600))
	t.Setenv("AWS_CONFIG_FILE", path)

	w := wiretest.New()
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithProfile("music"), dynamoconn.WithHTTPClient(w))
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, w.Requests(), 1)
	assert.Equal(t, "https://dynamodb.eu-south-1.amazonaws.com/", w.Requests()[0].URL)
	assert.Contains(t, w.Requests()[0].Header.Get("Authorization"), "Credential=AKIDMUSIC/")
	assert.Equal(t, "TOKENMUSIC", w.Requests()[0].Header.Get("X-Amz-Security-Token"))

	client, err = dynamoconn.New(t.Context(), dynamoconn.WithHTTPClient(w))
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.RegionUSEast1, client.Region(), "without it, the default profile")

	_, err = dynamoconn.New(t.Context(), dynamoconn.WithProfile("absent"))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
}

// attemptsOf counts the attempts of one call that is throttled for ever.
func attemptsOf(t *testing.T, opts ...dynamoconn.Option) int {
	t.Helper()
	w := wiretest.New(wiretest.Refuse(400, "ThrottlingException", "slow down", "R"))
	opts = append([]dynamoconn.Option{dynamoconn.WithHTTPClient(w)}, opts...)
	client, err := dynamoconn.New(t.Context(), opts...)
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrThrottled)
	return len(w.Requests())
}

// withoutPauses is a retryer of the caller's own that does not wait.
func withoutPauses(attempts int) func() aws.Retryer {
	return func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	}
}

func TestRetryerOfTheConfigurationIsKept(t *testing.T) {
	t.Parallel()

	cfg := wireConfig()
	cfg.Retryer = withoutPauses(4)
	assert.Equal(t, 4, attemptsOf(t, dynamoconn.WithAWSConfig(cfg)))
	assert.Equal(t, 2, attemptsOf(t, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithMaxAttempts(2)),
		"only its attempts are replaced")
	assert.Equal(t, 6, attemptsOf(t, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithMaxAttempts(6)))
}

func TestMaxAttempts(t *testing.T) {
	noEnvironment(t)
	for _, attempts := range []int{1, 3} {
		assert.Equal(t, attempts, attemptsOf(t, dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithMaxAttempts(attempts)))
	}
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	t.Setenv("AWS_REGION", "us-east-1")
	assert.Equal(t, 2, attemptsOf(t, dynamoconn.WithCredentials(provider)), "the SDK's variable holds")
	assert.Equal(t, 3, attemptsOf(t, dynamoconn.WithCredentials(provider), dynamoconn.WithMaxAttempts(3)), "and the option goes before it")
}

func TestConfigurationIsCopied(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	cfg := wireConfig()
	cfg.AppID = "before"
	cfg.HTTPClient = w
	opt := dynamoconn.WithAWSConfig(cfg)
	cfg.AppID, cfg.Region = "after", "eu-west-1"
	client, err := dynamoconn.New(t.Context(), opt)
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, w.Requests(), 1, "the HTTP client of the configuration is used")
	assert.Contains(t, w.Requests()[0].Header.Get("User-Agent"), "before")
	assert.Equal(t, "https://dynamodb.us-east-1.amazonaws.com/", w.Requests()[0].URL)
}

// One Option may make several clients.
func TestOptionsCanBeUsedAgain(t *testing.T) {
	t.Parallel()

	opts := []dynamoconn.Option{dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithPlainHTTP("a"), dynamoconn.WithEndpoint("http://a"), dynamoconn.WithHTTPClient(wiretest.New())}
	first, err := dynamoconn.New(t.Context(), opts...)
	require.NoError(t, err)
	second, err := dynamoconn.New(t.Context(), opts...)
	require.NoError(t, err)
	assert.NotSame(t, first, second)
	assert.Equal(t, first.String(), second.String())
}
