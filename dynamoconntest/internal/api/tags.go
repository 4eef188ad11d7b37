package api

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

const maxTags = 50

var (
	anyARN   = regexp.MustCompile(`^.+:.+:.+:.+:.+:.+/.+$`)
	tableARN = regexp.MustCompile(`^arn:[^:]+:dynamodb:[^:]+:\d+:table/[^/]{3,}$`)
	tagText  = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
)

// checkARN checks the request's ResourceArn and, if list is not "", that this
// parameter has an element.
func (c *call) checkARN(list, missing string) *Error {
	arn := c.Input.Get("ResourceArn")
	if arn == nil {
		return validationError("Invalid TableArn")
	}
	if !anyARN.MatchString(arn.Str()) {
		// No policy allows what has no name.
		shown := arn.Str()
		if shown == "" {
			shown = "*"
		}
		return CoralError("AccessDeniedException", fmt.Sprintf("User: arn:aws:iam::%s:root is not authorized to perform: dynamodb:%s on resource: %s",
			c.Account, c.Operation, shown))
	}
	elems := c.Input.Get(list)
	if list != "" && elems == nil {
		return validationError("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
			strings.ToLower(list[:1])+list[1:])
	}
	if !tableARN.MatchString(arn.Str()) {
		return validationError("Invalid TableArn: Invalid ResourceArn provided as input %s", arn.Str())
	}
	if list != "" && len(elems.Elems) == 0 {
		return validationError("Atleast one %s needs to be provided as Input.", missing)
	}
	return nil
}

// taggedTable is the table that the request's ResourceArn names. Within Read or
// Write.
func (c *call) taggedTable() (*store.Table, *Error) {
	arn := c.Input.Get("ResourceArn").Str()
	t := c.DB.Table(c.Region, tableName(arn), c.now)
	if t == nil {
		return nil, ServiceError("ResourceNotFoundException", "Requested resource not found: ResourcArn: %s not found", arn)
	}
	return t, nil
}

// addTags adds the tags of a list, which may be absent, to others.
func addTags(to map[string]string, list *wire.Node) *Error {
	if list == nil {
		return nil
	}
	for i := range list.Elems {
		k, v := list.Elems[i].Get("Key").Str(), list.Elems[i].Get("Value").Str()
		if !tagText.MatchString(k) || !tagText.MatchString(v) {
			return validationError("Invalid tag: keys and values may have letters, digits, spaces and _.:/=+-@")
		}
		to[k] = v
	}
	if len(to) > maxTags {
		return validationError("Too many tags: a resource can have at most %d", maxTags)
	}
	return nil
}

func (c *call) tagResource() *Error {
	if err := c.checkARN("Tags", "Tag"); err != nil {
		return err
	}
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.taggedTable()
		if err != nil {
			failed = err
			return
		}
		next := map[string]string{}
		for k, v := range t.Tags {
			next[k] = v
		}
		if failed = addTags(next, c.Input.Get("Tags")); failed != nil {
			return
		}
		t.Tags = next
	})
	return failed
}

func (c *call) untagResource() *Error {
	if err := c.checkARN("TagKeys", "Tag Key"); err != nil {
		return err
	}
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.taggedTable()
		if err != nil {
			failed = notFoundError()
			return
		}
		for _, k := range c.Input.Get("TagKeys").Elems {
			delete(t.Tags, k.Text)
		}
	})
	return failed
}

func (c *call) listTagsOfResource() *Error {
	if err := c.checkARN("", ""); err != nil {
		return err
	}
	var failed *Error
	c.DB.Read(c.now, func() {
		t, err := c.taggedTable()
		if err != nil {
			failed = err
			return
		}
		keys := make([]string, 0, len(t.Tags))
		for k := range t.Tags {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		c.Key("Tags")
		c.Open('[')
		for _, k := range keys {
			c.Open('{')
			c.Key("Key")
			c.Str(k)
			c.Key("Value")
			c.Str(t.Tags[k])
			c.Close('}')
		}
		c.Close(']')
	})
	return failed
}
