package dynamoconn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegionValidateAcceptsWireForm(t *testing.T) {
	t.Parallel()
	for _, r := range append(Regions(), "xx-newplace-7", "local") {
		assert.NoError(t, r.validate())
	}
}

func TestRegionValidateRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, r := range []Region{"", "us_east_1", "US-EAST-1", "US East (Ohio)", "us-east-1.evil.com", "us-east-1\n", "Local", Region(strings.Repeat("a-", 1<<20) + "1")} {
		err := r.validate()
		require.ErrorIs(t, err, ErrInvalidRequest, "%.40q", string(r))
		assert.Less(t, len(err.Error()), 512)
	}
}

func TestRegionValidateNamesTheWireForm(t *testing.T) {
	t.Parallel()
	for _, r := range []Region{"us_east_1", "US-EAST-1", "US East (N. Virginia)"} {
		assert.ErrorContains(t, r.validate(), `"us-east-1"`)
	}
}
