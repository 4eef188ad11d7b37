package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// In each contest both sides do their task and get the right result.
func TestContests(t *testing.T) {
	all, err := contests(t.Context())
	require.NoError(t, err)
	assert.Len(t, all, 6)
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.ours())
			require.NoError(t, c.rivalTask())
		})
	}
}

func BenchmarkContests(b *testing.B) {
	all, err := contests(b.Context())
	require.NoError(b, err)
	for _, c := range all {
		for name, task := range map[string]func() error{"ours": c.ours, c.rival: c.rivalTask} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := task(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
