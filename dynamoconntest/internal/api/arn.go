package api

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// arnParts holds the parts of an ARN: arn:partition:service:region:account:resource.
type arnParts struct {
	partition, service, region, account string
	resource                            string // for example table/Music/index/byYear
}

var accountPattern = regexp.MustCompile(`^[0-9]{12}$`)

// parseARN splits an ARN. It returns false if the text has not the form of one.
func parseARN(s string) (arnParts, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || !accountPattern.MatchString(p[4]) || p[5] == "" {
		return arnParts{}, false
	}
	return arnParts{partition: p[1], service: p[2], region: p[3], account: p[4], resource: p[5]}, true
}

// table returns the name in a table's ARN. It returns false for all other resources.
func (a arnParts) table() (string, bool) {
	name, ok := strings.CutPrefix(a.resource, "table/")
	return name, ok && arnNamePattern.MatchString(name)
}

// tableName returns the name of a table that is given by its name or ARN.
// [call.checkTableNames] has checked the ARN.
func tableName(s string) string {
	if a, ok := parseARN(s); ok {
		if name, ok := a.table(); ok {
			return name
		}
	}
	return s
}

// checkTableNames returns an error if the request names a table by an ARN that is not
// the ARN of a table in this account and region.
func (c *call) checkTableNames() *Error {
	if err := c.checkTableARN("tableName", c.Input.Get("TableName").Str()); err != nil {
		return err
	}
	if items := c.Input.Get("RequestItems"); items != nil {
		for _, m := range items.Members {
			if err := c.checkTableARN("requestItems", m.Name); err != nil {
				return err
			}
		}
	}
	if items := c.Input.Get("TransactItems"); items != nil {
		for i := range items.Elems {
			for k := range items.Elems[i].Members {
				m := &items.Elems[i].Members[k]
				at := fmt.Sprintf("transactItems.%d.member.%s.tableName", i+1, m.Name)
				if err := c.checkTableARN(at, m.Value.Get("TableName").Str()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// The service's messages about ARNs in the place of a table's name.
const (
	arnFormat = "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where " +
		"Resource name must have length less than or equal to 255, Resource name must have length greater than or equal to 3, " +
		"Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
	shortARNName = "Table name of ARN must have length greater than or equal to 3"
)

var arnNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// checkTableARN checks the name of a table at a place in the request. A text that is no
// ARN has been checked already.
func (c *call) checkTableARN(at, s string) *Error {
	if !strings.HasPrefix(s, "arn:") {
		return nil
	}
	constraint := func(text string) *Error {
		return validationError("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", s, at, text)
	}
	a, ok := parseARN(s)
	kind, name, hasName := strings.Cut(a.resource, "/")
	switch {
	case !ok, a.service != "dynamodb", !hasName:
		return constraint(arnFormat)
	case a.partition != "aws":
		return validationError("1 validation error detected: Invalid AWS partition in '%s'", s)
	case kind != "table":
		return validationError("1 validation error detected: Invalid resource type in '%s'", s)
	case len(name) < 3:
		return constraint(shortARNName)
	case !arnNamePattern.MatchString(name): // an index or stream of a table, too
		return constraint(arnFormat)
	case a.account != c.Account:
		return c.accessDenied(s)
	case a.region != c.ARNRegion:
		return validationError("1 validation error detected: Invalid AWS region in '%s'", s)
	}
	return nil
}

// accessDenied returns the error for a resource of another account: no policy of its
// owner allows the operation.
func (c *call) accessDenied(arn string) *Error {
	return CoralError("AccessDeniedException", "User: arn:aws:iam::"+c.Account+":root is not authorized to perform: dynamodb:"+c.Operation+
		" on resource: "+arn+" because no resource-based policy allows the dynamodb:"+c.Operation+" action")
}

// checkResourceARN checks the ResourceArn of an operation on tags.
func (c *call) checkResourceARN(s string) *Error {
	a, ok := parseARN(s)
	if ok && a.service != "dynamodb" {
		return c.accessDenied(s)
	}
	rest, isTable := strings.CutPrefix(a.resource, "table/")
	if !ok || !isTable || strings.Contains(rest, "/backup/") {
		return validationError(invalidParameter+"Provided Arn is not a DynamoDB resource arn: %s", s)
	}
	_, isName := a.table()
	switch {
	case a.account != c.Account:
		return c.accessDenied(s)
	case strings.Contains(rest, "/index/"):
		return validationError(invalidParameter+"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: %s", s)
	case a.partition != "aws", a.region != c.ARNRegion, !isName:
		return validationError("Invalid TableArn: Invalid ResourceArn provided as input %s", s)
	}
	return nil
}

func (c *call) arn(t *store.Table) string {
	return "arn:aws:dynamodb:" + c.ARNRegion + ":" + c.Account + ":table/" + t.Name
}
