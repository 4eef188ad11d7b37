package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/logging"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
	"github.com/dynamoconn/dynamoconn/internal/transport"
)

const (
	// deleteTimeout limits the deletion of a table when the program ends.
	deleteTimeout = 30 * time.Second
	// credentialsTimeout limits the search for credentials for a server on this
	// machine. Outside a cloud the SDK would wait long for a metadata service.
	credentialsTimeout = time.Second
)

// Flags are the command-line flags that say which DynamoDB to use.
type Flags struct {
	Endpoint string
	Region   string
}

// NewFlagSet returns a set of command-line flags for a program, and in it the Flags
// that every example has. It reports errors and help on stderr.
func NewFlagSet(program string, stderr io.Writer) (*flag.FlagSet, *Flags) {
	set := flag.NewFlagSet(program, flag.ContinueOnError)
	set.SetOutput(stderr)
	f := new(Flags)
	set.StringVar(&f.Endpoint, "endpoint", "",
		"the DynamoDB to use: a `URL`, or the word local to start a DynamoDB Local,\nor the word aws for the DynamoDB of AWS (default: a DynamoDB in memory)")
	set.StringVar(&f.Region, "region", "",
		"the `region`, such as eu-central-1 (default: the region that the AWS SDK finds,\nor us-east-1 for a DynamoDB on this machine)")
	return set, f
}

// Database is a DynamoDB that a program may use.
type Database struct {
	// Config has the credentials, the region and the endpoint.
	Config aws.Config
	// Own reports whether the database belongs to this program and ends with it: a
	// DynamoDB in memory, or a DynamoDB Local that Open started.
	Own bool

	name string // such as "DynamoDB in memory"; empty for the DynamoDB of AWS
	stop func() error
}

// Open returns the DynamoDB that the flags name. Without an endpoint it is in memory
// and empty. If Open starts a DynamoDB Local, it writes to progress before each step
// that takes long, and Close stops the server.
//
// Credentials and region come from the SDK's default chain. For an endpoint on this
// machine Open uses example credentials if the chain has none. A database that
// belongs to the program always gets example credentials, so that real ones are never
// sent to it.
func (f *Flags) Open(ctx context.Context, progress io.Writer) (*Database, error) {
	if f.Region != "" {
		region, err := dynamoconn.ParseRegion(f.Region)
		if err != nil {
			return nil, fmt.Errorf("-region: %w", err)
		}
		f.Region = region.String()
	}
	switch f.Endpoint {
	case "":
		return f.inMemory(), nil
	case "local":
		return f.startLocal(ctx, progress)
	default:
		return f.connect(ctx)
	}
}

// inMemory returns a DynamoDB that is the HTTP client of its Config, so that it needs
// no port.
func (f *Flags) inMemory() *Database {
	config := aws.Config{
		Region:      regionOrDefault(f.Region),
		Credentials: exampleCredentials,
		HTTPClient:  dynamoconntest.New(dynamoconntest.WithJournalSize(0)).HTTPClient(),
	}
	return &Database{Config: config, Own: true, name: "DynamoDB in memory", stop: func() error { return nil }}
}

func (f *Flags) startLocal(ctx context.Context, progress io.Writer) (*Database, error) {
	server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
	if err != nil {
		return nil, err
	}
	config := aws.Config{
		Region:       regionOrDefault(f.Region),
		BaseEndpoint: aws.String(server.Endpoint()),
		Credentials:  exampleCredentials,
	}
	return &Database{Config: config, Own: true, name: "DynamoDB Local at " + server.Endpoint(), stop: server.Stop}, nil
}

var exampleCredentials = credentials.NewStaticCredentialsProvider("example", "example", "")

func (f *Flags) connect(ctx context.Context) (*Database, error) {
	address, err := url.Parse(f.Endpoint)
	if f.Endpoint != "aws" && (err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https") {
		return nil, errors.New("-endpoint must be a URL such as http://localhost:8000, or the word local or aws")
	}
	isLocal := transport.IsLoopback(address.Hostname())
	var options []func(*awsconfig.LoadOptions) error
	if f.Region != "" {
		options = append(options, awsconfig.WithRegion(f.Region))
	}
	if isLocal {
		options = append(options, awsconfig.WithLogger(logging.Nop{})) // no warnings about missing credentials
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if f.Endpoint != "aws" {
		config.BaseEndpoint = aws.String(f.Endpoint)
	}
	if isLocal {
		config.Region = regionOrDefault(config.Region)
		search, cancel := context.WithTimeout(ctx, credentialsTimeout)
		defer cancel()
		if _, err := config.Credentials.Retrieve(search); err != nil {
			config.Credentials = exampleCredentials
		}
	}
	if config.Region == "" {
		return nil, errors.New("no region: give -region or set AWS_REGION")
	}
	db := &Database{Config: config, stop: func() error { return nil }}
	if f.Endpoint != "aws" {
		db.name = "DynamoDB at " + f.Endpoint
	}
	return db, nil
}

func regionOrDefault(region string) string {
	if region == "" {
		return dynamoconn.RegionUSEast1.String()
	}
	return region
}

// Close stops the server if Open started one.
func (d *Database) Close() error { return d.stop() }

// String returns where the database is: "DynamoDB in memory, region us-east-1".
func (d *Database) String() string {
	if d.name == "" {
		return fmt.Sprintf("DynamoDB in %s (%s)", d.Config.Region, dynamoconn.Region(d.Config.Region).Caption())
	}
	return d.name + ", region " + d.Config.Region
}

// CreateTable creates a table and waits until it can be used. It uses the AWS SDK,
// because dynamoconn does not create tables.
func (d *Database) CreateTable(ctx context.Context, input *dynamodb.CreateTableInput) error {
	sdk := dynamodb.NewFromConfig(d.Config)
	if _, err := sdk.CreateTable(ctx, input); err != nil {
		return fmt.Errorf("create the table %s: %w", aws.ToString(input.TableName), err)
	}
	waiter := dynamodb.NewTableExistsWaiter(sdk, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay = 200 * time.Millisecond
		o.MaxDelay = 5 * time.Second
	})
	err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: input.TableName}, 5*time.Minute)
	if err != nil {
		return errors.Join(fmt.Errorf("wait for the table %s: %w", aws.ToString(input.TableName), err),
			d.DeleteTable(ctx, aws.ToString(input.TableName)))
	}
	return nil
}

// CreateTableWithID creates a table whose partition key is a number with the name ID.
func (d *Database) CreateTableWithID(ctx context.Context, name string) error {
	return d.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeN}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("ID"), KeyType: types.KeyTypeHash}},
	})
}

// DeleteTable deletes a table with the AWS SDK, even if ctx has ended.
func (d *Database) DeleteTable(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	_, err := dynamodb.NewFromConfig(d.Config).DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	if err != nil {
		return fmt.Errorf("delete the table %s: %w", name, err)
	}
	return nil
}
