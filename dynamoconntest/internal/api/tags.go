package api

import (
	"regexp"
	"sort"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

const maxTags = 50

var tagPattern = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// checkARN checks the request's ResourceArn. If list is not "" it also checks that
// the parameter with this name has an element.
func (c *call) checkARN(list, missing string) *Error {
	arn := c.Input.Get("ResourceArn")
	if arn == nil {
		return validationError("Invalid TableArn")
	}
	if !strings.HasPrefix(arn.Str(), "arn:") {
		return validationError(invalidParameter+"ARNs must start with 'arn:': %s", arn.Str())
	}
	elems := c.Input.Get(list)
	if list != "" && elems == nil {
		return validationError("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
			strings.ToLower(list[:1])+list[1:])
	}
	if err := c.checkResourceARN(arn.Str()); err != nil {
		return err
	}
	if list != "" && len(elems.Elems) == 0 {
		return validationError("Atleast one %s needs to be provided as Input.", missing)
	}
	return nil
}

// taggedTable returns the table that the request's ResourceArn names. It needs a
// lock.
func (c *call) taggedTable() (*store.Table, *Error) {
	arn := c.Input.Get("ResourceArn").Str()
	t := c.DB.Table(c.Region, tableName(arn), c.now)
	if t == nil {
		return nil, ServiceError("ResourceNotFoundException", "Requested resource not found: ResourcArn: %s not found", arn)
	}
	return t, nil
}

// addTags adds the tags in list, which may be nil.
func addTags(to map[string]string, list *protocol.Node) *Error {
	if list == nil {
		return nil
	}
	for i := range list.Elems {
		k, v := list.Elems[i].Get("Key").Str(), list.Elems[i].Get("Value").Str()
		if !tagPattern.MatchString(k) || !tagPattern.MatchString(v) {
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
	return c.lockForWriting(func() *Error {
		t, err := c.taggedTable()
		if err != nil {
			return err
		}
		next := map[string]string{}
		for k, v := range t.Tags {
			next[k] = v
		}
		if err := addTags(next, c.Input.Get("Tags")); err != nil {
			return err
		}
		t.Tags = next
		return nil
	})
}

func (c *call) untagResource() *Error {
	if err := c.checkARN("TagKeys", "Tag Key"); err != nil {
		return err
	}
	return c.lockForWriting(func() *Error {
		t, err := c.taggedTable()
		if err != nil {
			return notFoundError() // unlike the other two operations
		}
		for _, k := range c.Input.Get("TagKeys").Elems {
			delete(t.Tags, k.Text)
		}
		return nil
	})
}

func (c *call) listTagsOfResource() *Error {
	if err := c.checkARN("", ""); err != nil {
		return err
	}
	return c.lockForReading(func() *Error {
		t, err := c.taggedTable()
		if err != nil {
			return err
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
		return nil
	})
}
