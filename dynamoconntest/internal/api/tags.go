package api

import (
	"sort"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

const maxTags = 50

// tagged is the table that the request's ResourceArn names. Within Read or
// Write.
func (c *call) tagged() (*store.Table, *Error) {
	arn := c.Input.Get("ResourceArn").Str()
	if !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":table/") {
		return nil, invalid("Invalid TableArn: Invalid ResourceArn provided as input %s", arn)
	}
	t := c.DB.Table(c.Region, tableName(arn), c.now)
	if t == nil {
		return nil, ServiceError("ResourceNotFoundException", "Requested resource not found: ResourcArn: %s not found", arn)
	}
	return t, nil
}

func (c *call) tagResource() *Error {
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.tagged()
		if err != nil {
			failed = err
			return
		}
		next := map[string]string{}
		for k, v := range t.Tags {
			next[k] = v
		}
		tags := c.Input.Get("Tags")
		for i := range tags.Elems {
			next[tags.Elems[i].Get("Key").Str()] = tags.Elems[i].Get("Value").Str()
		}
		if len(next) > maxTags {
			failed = invalid("Too many tags: a resource can have at most %d", maxTags)
			return
		}
		t.Tags = next
	})
	return failed
}

func (c *call) untagResource() *Error {
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.tagged()
		if err != nil {
			failed = err
			return
		}
		for _, k := range c.Input.Get("TagKeys").Elems {
			delete(t.Tags, k.Text)
		}
	})
	return failed
}

func (c *call) listTagsOfResource() *Error {
	var failed *Error
	c.DB.Read(c.now, func() {
		t, err := c.tagged()
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
