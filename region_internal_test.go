package dynamoconn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegionInWireFormBreaksNoRule(t *testing.T) {
	t.Parallel()
	for _, r := range append(Regions(), "xx-newplace-7", "local") {
		assert.Empty(t, r.brokenRule())
	}
}

func TestRegionInAnyOtherFormBreaksARule(t *testing.T) {
	t.Parallel()
	for _, r := range []Region{"", "us_east_1", "US-EAST-1", "US East (Ohio)", "us-east-1.evil.com", "us-east-1\n", "Local", Region(strings.Repeat("a-", 1<<20) + "1")} {
		rule := r.brokenRule()
		require.NotEmpty(t, rule, "%.40q", string(r))
		assert.Less(t, len(rule), 512)
	}
}

func TestRegionsRuleNamesTheWireForm(t *testing.T) {
	t.Parallel()
	for _, r := range []Region{"us_east_1", "US-EAST-1", "US East (N. Virginia)"} {
		assert.Contains(t, r.brokenRule(), `"us-east-1"`)
	}
}
