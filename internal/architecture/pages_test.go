package architecture_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheRepositoryIntroducesItself(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE"} {
		assert.NotEmpty(t, strings.TrimSpace(readFile(t, name)), name)
	}
}
