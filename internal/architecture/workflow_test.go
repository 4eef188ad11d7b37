package architecture_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// makeTargets returns the targets of the Makefile, each with its line of help.
func makeTargets(t *testing.T) map[string]string {
	t.Helper()
	targets := map[string]string{}
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):[^=\n]*?(?:## (.*))?$`).FindAllStringSubmatch(readFile(t, "Makefile"), -1) {
		targets[match[1]] = match[2]
	}
	return targets
}

func TestHelpIsShort(t *testing.T) {
	t.Parallel()
	helped := 0
	for _, help := range makeTargets(t) {
		if help != "" {
			helped++
		}
	}
	assert.LessOrEqual(t, helped, 12)
	assert.Greater(t, helped, 8)
}

// CI can be repeated on any machine, and runs no action that changes by itself.
func TestWorkflowCallsMakeTargetsOnly(t *testing.T) {
	t.Parallel()
	const page = ".github/workflows/ci.yml"
	targets := makeTargets(t)
	runs, uses := 0, 0
	for line := range strings.Lines(readFile(t, page)) {
		line = strings.TrimLeft(strings.TrimSpace(line), "- ")
		if command, ok := strings.CutPrefix(line, "run: "); ok {
			runs++
			target, ok := strings.CutPrefix(command, "make ")
			assert.True(t, ok, command)
			assert.Contains(t, targets, target)
		}
		if action, ok := strings.CutPrefix(line, "uses: "); ok {
			uses++
			assert.Regexp(t, `^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`, action)
		}
	}
	assert.Positive(t, runs)
	assert.Positive(t, uses)
}
