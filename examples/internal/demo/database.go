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
	"github.com/aws/smithy-go/logging"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
	"github.com/dynamoconn/dynamoconn/internal/transport"
)

const (
	// cleanUpTime limits the deletion of a table when the program ends.
	cleanUpTime = 30 * time.Second
	// chainTime limits the search for credentials for a server on this machine: the
	// SDK would wait long for the metadata service of a cloud that this is not.
	chainTime = time.Second
)

// Flags are the command-line flags that say which DynamoDB to use.
type Flags struct {
	Endpoint string
	Region   string
}

// Define adds the flags to set.
func (f *Flags) Define(set *flag.FlagSet) {
	set.StringVar(&f.Endpoint, "endpoint", "",
		"use the DynamoDB at `URL`; with the word local, a DynamoDB Local that is started\nfor it; with the word aws, that of AWS (default: one in memory)")
	set.StringVar(&f.Region, "region", "",
		"the `region`, such as eu-central-1 (default: the SDK's, or else us-east-1\nfor a DynamoDB on this machine)")
}

// Database is a DynamoDB that a program may use.
type Database struct {
	// Config has the credentials, the region and the endpoint.
	Config aws.Config
	// Own tells whether it is there for this program only, and ends with it: one in
	// memory, or a DynamoDB Local that Open started.
	Own bool

	name string // "DynamoDB in memory"; empty for that of AWS
	stop func() error
}

// Open returns the DynamoDB that the flags name; without an endpoint, an empty one in
// memory. progress is told what takes long when a DynamoDB Local is started, which
// Close ends.
//
// Credentials and region are those of the SDK's default chain. For an endpoint on
// this machine for which there are no credentials, made-up ones do; a DynamoDB of the
// program's own always has these, so that real ones are never sent to it.
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

// inMemory needs no port: the requests go to it through the HTTP client.
func (f *Flags) inMemory() *Database {
	config := aws.Config{
		Region:      orDefault(f.Region),
		Credentials: madeUp,
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
		Region:       orDefault(f.Region),
		BaseEndpoint: aws.String(server.Endpoint()),
		Credentials:  madeUp,
	}
	return &Database{Config: config, Own: true, name: "DynamoDB Local at " + server.Endpoint(), stop: server.Stop}, nil
}

var madeUp = credentials.NewStaticCredentialsProvider("example", "example", "")

func (f *Flags) connect(ctx context.Context) (*Database, error) {
	address, err := url.Parse(f.Endpoint)
	if f.Endpoint != "aws" && (err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https") {
		return nil, errors.New("-endpoint: must be a URL such as http://localhost:8000, or the word local or aws")
	}
	here := transport.IsLoopback(address.Hostname())
	var load []func(*awsconfig.LoadOptions) error
	if f.Region != "" {
		load = append(load, awsconfig.WithRegion(f.Region))
	}
	if here {
		load = append(load, awsconfig.WithLogger(logging.Nop{})) // what is not found is no news
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if f.Endpoint != "aws" {
		config.BaseEndpoint = aws.String(f.Endpoint)
	}
	if here {
		config.Region = orDefault(config.Region)
		search, cancel := context.WithTimeout(ctx, chainTime)
		defer cancel()
		if _, err := config.Credentials.Retrieve(search); err != nil {
			config.Credentials = madeUp
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

func orDefault(region string) string {
	if region == "" {
		return dynamoconn.RegionUSEast1.String()
	}
	return region
}

// Close stops the server if Open started it.
func (d *Database) Close() error { return d.stop() }

// String says where the database is: "DynamoDB in memory, region us-east-1".
func (d *Database) String() string {
	if d.name == "" {
		return fmt.Sprintf("DynamoDB in %s (%s)", d.Config.Region, dynamoconn.Region(d.Config.Region).Caption())
	}
	return d.name + ", region " + d.Config.Region
}

// CreateTable creates a table with the AWS SDK, since dynamoconn reads and writes
// tables and does not make them, and waits until it can be used.
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

// DeleteTable deletes a table with the AWS SDK, even if ctx has ended.
func (d *Database) DeleteTable(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	_, err := dynamodb.NewFromConfig(d.Config).DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	if err != nil {
		return fmt.Errorf("delete the table %s: %w", name, err)
	}
	return nil
}
