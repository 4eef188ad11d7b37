package table_test

import (
	"context"
	"errors"
	"strings"
)

// hookedText has both hooks.
type hookedText struct {
	ID   string `dynamoconn:"partition"`
	Text string
}

var errNoText = errors.New("no text")

func (h *hookedText) BeforeWrite(context.Context) error {
	if h.Text == "" {
		return errNoText
	}
	h.Text = strings.ToUpper(h.Text)
	return nil
}

func (h *hookedText) AfterRead(context.Context) error {
	h.Text = "read " + h.Text
	return nil
}
