package dynamoconn

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CheckTableRequest is the input of [Client.CheckTable].
type CheckTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Actions are the API actions that the program needs the right to, apart from
	// DescribeTable: GetItem, Query, Scan, BatchGetItem, PutItem, UpdateItem, DeleteItem and
	// BatchWriteItem. Nil is all of them. An empty list that is not nil is none.
	Actions []string
}

// TableCheck is the output of [Client.CheckTable]: what it found, one Finding for each
// question.
type TableCheck struct {
	// TableName and Region are those that were checked.
	TableName string
	Region    Region
	// Findings are the answers, in the order of the questions. A question that an earlier
	// answer leaves without sense is not asked.
	Findings []Finding
	// Table is the table, and nil if it was not described.
	Table *TableDescription
	// ClockSkew is how far DynamoDB's clock is ahead of this machine's, to a second or so. It
	// is zero if DynamoDB did not say its time.
	ClockSkew time.Duration
	ResponseMetadata
}

// Finding is the answer to one question of a [Client.CheckTable].
type Finding struct {
	// Subject is what the question is about: "connection", "credentials", "table", "clock", or
	// the API action to which the program needs the right, such as "PutItem".
	Subject string
	// Err is what is wrong, and nil if nothing is. Test it with errors.Is.
	Err error
	// Note is a remark for a person, and may be empty.
	Note string
}

// ErrClock means that the clock of this machine differs from DynamoDB's by over a minute.
// Requests are signed with DynamoDB's time, but what the program itself takes from the clock,
// such as a time to live, is wrong.
var ErrClock = errors.New("clock wrong")

const largestSkew = time.Minute

// Err returns what is wrong, and nil if nothing is. errors.Is finds the cause of each finding.
func (c *TableCheck) Err() error {
	var wrong wrongFindings
	for _, finding := range c.Findings {
		if finding.Err != nil {
			wrong = append(wrong, finding)
		}
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

// String returns a line for the table and one for each finding, to be read by a person.
func (c *TableCheck) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %q in %s\n", clean(c.TableName), c.Region)
	for _, finding := range c.Findings {
		state, says := "ok", finding.Note
		if finding.Err != nil {
			state, says = "FAILED", finding.Err.Error()
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-6s  %-14s  %s", state, finding.Subject, says), " ") + "\n")
	}
	return b.String()
}

// wrongFindings is the error of a check.
type wrongFindings []Finding

// Error returns the subjects with what is wrong.
func (w wrongFindings) Error() string {
	parts := make([]string, len(w))
	for i, finding := range w {
		parts[i] = finding.Subject + ": " + finding.Err.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap returns the errors of the findings.
func (w wrongFindings) Unwrap() []error {
	errs := make([]error, len(w))
	for i, finding := range w {
		errs[i] = finding.Err
	}
	return errs
}

// CheckTable finds out whether a program can work with a table: whether DynamoDB can be
// reached, whether it takes the credentials, whether the table is there and ready, which
// rights the credentials have, and whether this machine's clock is right. If anything is wrong,
// it returns what it found together with an error, which matches the cause of each finding:
// [ErrUnavailable], [ErrCredentials], [ErrTableNotFound], [ErrTableNotReady],
// [ErrAccessDenied], [ErrClock] and the others.
//
// Nothing is written or read. CheckTable calls dynamodb:DescribeTable, and then each action of
// the request once, with one key attribute of a random name that no table has. DynamoDB cannot
// carry out such a request, and refuses it with a ValidationException. It does so only after it
// has found that the credentials have the right, since it must look up the table for it. So a
// ValidationException is the answer that is wanted here. It uses no capacity. Hooks and DynamoDB's
// metrics show these refusals.
//
// A right that a policy gives for some keys or attributes only is told to be missing.
func (c *Client) CheckTable(ctx context.Context, req CheckTableRequest, opts ...CallOption) (_ *TableCheck, err error) {
	k, err := c.newCall("CheckTable", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	if err := req.check(); err != nil {
		return nil, k.refuse(err)
	}
	check := &TableCheck{TableName: req.TableName, Region: k.region}
	if check.lookAt(ctx, k) {
		actions := req.Actions
		if actions == nil {
			actions = checkedActions
		}
		check.rights(ctx, k, actions)
	}
	check.clock(k)
	check.ResponseMetadata = k.metadata()
	if wrong := check.Err(); wrong != nil {
		e := k.errorSoFar()
		e.err = hide(wrong)
		return check, e
	}
	return check, nil
}

// checkedActions are the actions whose right is checked, in their order.
var checkedActions = []string{"GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}

func (r *CheckTableRequest) check() error {
	if err := checkTableName("TableName", r.TableName); err != nil {
		return err
	}
	for i, action := range r.Actions {
		if probes[action] == nil {
			return under("Actions", underElement(i, broken("must be one of "+strings.Join(checkedActions, ", "))))
		}
	}
	return nil
}

func (c *TableCheck) add(subject string, err error, note string) {
	c.Findings = append(c.Findings, Finding{subject, err, note})
}

// lookAt describes the table. It reports whether there is a point in asking for rights.
func (c *TableCheck) lookAt(ctx context.Context, k *call) bool {
	table, err := k.describe(ctx, c.TableName)
	isDenied, isUnknown := errors.Is(err, ErrAccessDenied), errors.Is(err, ErrTableNotFound)
	isRefused := errors.Is(err, ErrCredentials)
	switch {
	case err != nil && !isDenied && !isUnknown && !isRefused:
		c.add("connection", err, "")
		return false
	case isRefused:
		c.add("credentials", err, "")
		return false
	}
	c.add("connection", nil, "")
	c.add("credentials", nil, "")
	switch {
	case isUnknown:
		c.add("table", err, "")
		return false
	case isDenied:
		c.add("DescribeTable", err, "")
		return true
	}
	c.Table = table
	c.add("DescribeTable", nil, "")
	if why := table.notReady(); why != "" {
		c.add("table", fmt.Errorf("%w: %s", ErrTableNotReady, why), "")
	} else {
		c.add("table", nil, fmt.Sprintf("%s, key %s", table.TableStatus, strings.Join(table.KeyNames(), ", ")))
	}
	return true
}

// rights finds out to which of the actions the credentials have the right.
func (c *TableCheck) rights(ctx context.Context, k *call, actions []string) {
	for _, action := range actions {
		if ctx.Err() != nil {
			c.add(action, fmt.Errorf("not checked: %w", ctx.Err()), "")
			continue
		}
		p := probe{k: k, table: c.TableName, name: "dynamoconn-check-" + rand.Text()}
		_, err := k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
			return nil, probes[action](ctx, p)
		})
		if errors.Is(err, ErrValidation) {
			err = nil // it got as far as the table
		}
		c.add(action, err, "")
	}
}

// clock compares the clocks.
func (c *TableCheck) clock(k *call) {
	skew, isKnown := k.path.Skew()
	if !isKnown {
		return
	}
	c.ClockSkew = skew.Round(time.Second)
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	says := fmt.Sprintf("DynamoDB's clock is %v %s this machine's", c.ClockSkew.Abs(), direction)
	if skew.Abs() > largestSkew {
		c.add("clock", fmt.Errorf("%w: %s", ErrClock, says), "")
		return
	}
	c.add("clock", nil, says)
}

// probe is a request that no table can carry out: its key is an attribute of a random name.
type probe struct {
	k           *call
	table, name string
}

func (p probe) key() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{p.name: &types.AttributeValueMemberS{Value: "x"}}
}

// probes has the request of each action.
var probes = map[string]func(context.Context, probe) error{
	"GetItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.GetItem(ctx, &dynamodb.GetItemInput{TableName: &p.table, Key: p.key()}, p.k.options...)
		return err
	},
	"Query": func(ctx context.Context, p probe) error {
		condition := "#k = :k"
		_, err := p.k.sdk.Query(ctx, &dynamodb.QueryInput{
			TableName: &p.table, KeyConditionExpression: &condition, ExpressionAttributeNames: map[string]string{"#k": p.name},
			ExpressionAttributeValues: map[string]types.AttributeValue{":k": &types.AttributeValueMemberS{Value: "x"}},
		}, p.k.options...)
		return err
	},
	"Scan": func(ctx context.Context, p probe) error {
		one := int32(1)
		_, err := p.k.sdk.Scan(ctx, &dynamodb.ScanInput{TableName: &p.table, Limit: &one, ExclusiveStartKey: p.key()}, p.k.options...)
		return err
	},
	"BatchGetItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			p.table: {Keys: []map[string]types.AttributeValue{p.key()}},
		}}, p.k.options...)
		return err
	},
	"PutItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.PutItem(ctx, &dynamodb.PutItemInput{TableName: &p.table, Item: p.key()}, p.k.options...)
		return err
	},
	"UpdateItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &p.table, Key: p.key()}, p.k.options...)
		return err
	},
	"DeleteItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: p.key()}, p.k.options...)
		return err
	},
	"BatchWriteItem": func(ctx context.Context, p probe) error {
		_, err := p.k.sdk.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			p.table: {{DeleteRequest: &types.DeleteRequest{Key: p.key()}}},
		}}, p.k.options...)
		return err
	},
}
