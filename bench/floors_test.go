package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
)

// The floor of memory makes whole items.
func TestSlabsCopyItems(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(int) dynamoconn.Item{"city": city, "rotated": rotatedCity, "shop": shop, "article": article} {
		want := list(700, make)
		assert.NoError(t, equalItems(newSlabs(want).items(want), want), name)
	}
}

func TestQuotesAreCounted(t *testing.T) {
	t.Parallel()
	text := `{"A":{"S":"é\"!#\u0022"}}` + "\xa2\xff\x00\x80\"" // a2 is a quote with its highest bit
	for i := range text {
		for j := i; j <= len(text); j++ {
			assert.Equal(t, strings.Count(text[i:j], `"`), countQuotes([]byte(text[i:j])), "%q", text[i:j])
		}
	}
}
