package dynamoconn_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// A new release of the SDK that knows another value turns this test red.
func TestEnumsHaveEveryValueOfTheSDK(t *testing.T) {
	t.Parallel()
	t.Run("TableStatus", sameValues(dynamoconn.TableStatuses(), types.TableStatus("").Values()))
	t.Run("AttributeType", sameValues(dynamoconn.AttributeTypes(), types.ScalarAttributeType("").Values()))
	t.Run("ComparisonOperator", sameValues(dynamoconn.ComparisonOperators(), types.ComparisonOperator("").Values()))
	t.Run("KeyType", sameValues(dynamoconn.KeyTypes(),
		append(types.KeyType("").Values(), types.KeyType(dynamoconn.KeyTypeUnknownToSDKVersion))))

	t.Run("IndexStatus", sameValues([]dynamoconn.IndexStatus{
		dynamoconn.IndexStatusCreating, dynamoconn.IndexStatusUpdating, dynamoconn.IndexStatusDeleting, dynamoconn.IndexStatusActive,
	}, types.IndexStatus("").Values()))
	t.Run("ReplicaStatus", sameValues([]dynamoconn.ReplicaStatus{
		dynamoconn.ReplicaStatusCreating, dynamoconn.ReplicaStatusCreationFailed, dynamoconn.ReplicaStatusUpdating,
		dynamoconn.ReplicaStatusDeleting, dynamoconn.ReplicaStatusActive, dynamoconn.ReplicaStatusRegionDisabled,
		dynamoconn.ReplicaStatusInaccessibleEncryptionCredentials, dynamoconn.ReplicaStatusArchiving,
		dynamoconn.ReplicaStatusArchived, dynamoconn.ReplicaStatusReplicationNotAuthorized,
	}, types.ReplicaStatus("").Values()))
	t.Run("ProjectionType", sameValues([]dynamoconn.ProjectionType{
		dynamoconn.ProjectionTypeAll, dynamoconn.ProjectionTypeKeysOnly, dynamoconn.ProjectionTypeInclude,
	}, types.ProjectionType("").Values()))
	t.Run("BillingMode", sameValues([]dynamoconn.BillingMode{
		dynamoconn.BillingModeProvisioned, dynamoconn.BillingModePayPerRequest,
	}, types.BillingMode("").Values()))
	t.Run("TableClass", sameValues([]dynamoconn.TableClass{
		dynamoconn.TableClassStandard, dynamoconn.TableClassStandardInfrequentAccess,
	}, types.TableClass("").Values()))
	t.Run("StreamViewType", sameValues([]dynamoconn.StreamViewType{
		dynamoconn.StreamViewTypeNewImage, dynamoconn.StreamViewTypeOldImage,
		dynamoconn.StreamViewTypeNewAndOldImages, dynamoconn.StreamViewTypeKeysOnly,
	}, types.StreamViewType("").Values()))
}

func sameValues[Ours, Theirs ~string](ours []Ours, theirs []Theirs) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		converted := make([]Ours, len(theirs))
		for i, v := range theirs {
			converted[i] = Ours(v)
		}
		assert.ElementsMatch(t, converted, ours)
		for _, v := range append(ours, "", "BRAND_NEW", "brand new ", "ÅNGSTRÖM", "<&>") {
			assert.Equal(t, string(v), fmt.Sprint(v))
			data, err := json.Marshal(map[Ours]Ours{v: v})
			require.NoError(t, err)
			var read map[Ours]Ours
			require.NoError(t, json.Unmarshal(data, &read))
			assert.Equal(t, map[Ours]Ours{v: v}, read, "also what DynamoDB adds later is kept as it came")
		}
	}
}
