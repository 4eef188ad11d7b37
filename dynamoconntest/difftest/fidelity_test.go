package difftest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	tableBegin = "<!-- The table is written by `go test -C dynamoconntest/difftest -run TestPageListsEveryRule -write`. -->\n"
	tableEnd   = "<!-- End of the table. -->\n"
)

// The table in docs/fidelity.md must be the one that the rules make.
func TestPageListsEveryRule(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "fidelity.md")
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(page), tableBegin)
	require.True(t, ok, "no begin of the table")
	old, after, ok := strings.Cut(rest, tableEnd)
	require.True(t, ok, "no end of the table")
	table := rulesTable(Rules)
	if *writeTable {
		require.NoError(t, os.WriteFile(path, []byte(before+tableBegin+table+tableEnd+after), 0o644))
		return
	}
	require.Equal(t, table, old, "run this test with -write")
}

// rulesTable returns a table of the rules. A rule whose What begins with "as " is not
// in it: it says the same as another rule about another aspect.
func rulesTable(rules []Rule) string {
	var b strings.Builder
	b.WriteString("\n| Rule | What differs | Right | Why |\n|---|---|---|---|\n")
	seen := map[string]bool{}
	for _, r := range rules {
		row := fmt.Sprintf("| `%s` | %s | %s | %s |\n", r.ID, r.What, r.rightSide(), r.Why)
		if strings.HasPrefix(r.What, "as ") || seen[row] {
			continue
		}
		seen[row] = true
		b.WriteString(row)
	}
	b.WriteString("\n")
	return b.String()
}

func (r Rule) rightSide() string {
	switch r.Right {
	case Local:
		return "DynamoDB Local"
	case Dynoxide:
		return "dynoxide"
	case Either:
		return "either"
	}
	if r.Want == nil && r.Holds == nil {
		return "not compared"
	}
	return "the service"
}
