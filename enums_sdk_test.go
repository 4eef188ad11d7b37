package dynamoconn_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
)

func TestIndexStatus(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseIndexStatus, dynamoconn.IndexStatuses, []enumCase[dynamoconn.IndexStatus]{
		{dynamoconn.IndexStatusCreating, "CREATING", "CREATING", "Creating"},
		{dynamoconn.IndexStatusUpdating, "UPDATING", "UPDATING", "Updating"},
		{dynamoconn.IndexStatusDeleting, "DELETING", "DELETING", "Deleting"},
		{dynamoconn.IndexStatusActive, "ACTIVE", "ACTIVE", "Active"},
	})
}

func TestReplicaStatus(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseReplicaStatus, dynamoconn.ReplicaStatuses, []enumCase[dynamoconn.ReplicaStatus]{
		{dynamoconn.ReplicaStatusCreating, "CREATING", "CREATING", "Creating"},
		{dynamoconn.ReplicaStatusCreationFailed, "CREATION_FAILED", "CREATION_FAILED", "Creation failed"},
		{dynamoconn.ReplicaStatusUpdating, "UPDATING", "UPDATING", "Updating"},
		{dynamoconn.ReplicaStatusDeleting, "DELETING", "DELETING", "Deleting"},
		{dynamoconn.ReplicaStatusActive, "ACTIVE", "ACTIVE", "Active"},
		{dynamoconn.ReplicaStatusRegionDisabled, "REGION_DISABLED", "REGION_DISABLED", "Region disabled"},
		{dynamoconn.ReplicaStatusInaccessibleEncryptionCredentials, "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "Inaccessible encryption credentials"},
		{dynamoconn.ReplicaStatusArchiving, "ARCHIVING", "ARCHIVING", "Archiving"},
		{dynamoconn.ReplicaStatusArchived, "ARCHIVED", "ARCHIVED", "Archived"},
		{dynamoconn.ReplicaStatusReplicationNotAuthorized, "REPLICATION_NOT_AUTHORIZED", "REPLICATION_NOT_AUTHORIZED", "Replication not authorized"},
	})
}

func TestProjectionType(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseProjectionType, dynamoconn.ProjectionTypes, []enumCase[dynamoconn.ProjectionType]{
		{dynamoconn.ProjectionTypeAll, "ALL", "ALL", "All"},
		{dynamoconn.ProjectionTypeKeysOnly, "KEYS_ONLY", "KEYS_ONLY", "Keys only"},
		{dynamoconn.ProjectionTypeInclude, "INCLUDE", "INCLUDE", "Include"},
	})
}

func TestBillingMode(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseBillingMode, dynamoconn.BillingModes, []enumCase[dynamoconn.BillingMode]{
		{dynamoconn.BillingModeProvisioned, "PROVISIONED", "PROVISIONED", "Provisioned"},
		{dynamoconn.BillingModePayPerRequest, "PAY_PER_REQUEST", "PAY_PER_REQUEST", "Pay per request"},
	})
}

func TestTableClass(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseTableClass, dynamoconn.TableClasses, []enumCase[dynamoconn.TableClass]{
		{dynamoconn.TableClassStandard, "STANDARD", "STANDARD", "Standard"},
		{dynamoconn.TableClassStandardInfrequentAccess, "STANDARD_INFREQUENT_ACCESS", "STANDARD_INFREQUENT_ACCESS", "Standard infrequent access"},
	})
}

func TestStreamViewType(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseStreamViewType, dynamoconn.StreamViewTypes, []enumCase[dynamoconn.StreamViewType]{
		{dynamoconn.StreamViewTypeNewImage, "NEW_IMAGE", "NEW_IMAGE", "New image"},
		{dynamoconn.StreamViewTypeOldImage, "OLD_IMAGE", "OLD_IMAGE", "Old image"},
		{dynamoconn.StreamViewTypeNewAndOldImages, "NEW_AND_OLD_IMAGES", "NEW_AND_OLD_IMAGES", "New and old images"},
		{dynamoconn.StreamViewTypeKeysOnly, "KEYS_ONLY", "KEYS_ONLY", "Keys only"},
	})
}

// A new release of the SDK that knows another value turns this test red.
func TestEnumsHaveEveryValueOfTheSDK(t *testing.T) {
	t.Parallel()
	t.Run("TableStatus", sameValues(dynamoconn.TableStatuses(), types.TableStatus("").Values()))
	t.Run("IndexStatus", sameValues(dynamoconn.IndexStatuses(), types.IndexStatus("").Values()))
	t.Run("ReplicaStatus", sameValues(dynamoconn.ReplicaStatuses(), types.ReplicaStatus("").Values()))
	t.Run("AttributeType", sameValues(dynamoconn.AttributeTypes(), types.ScalarAttributeType("").Values()))
	t.Run("ComparisonOperator", sameValues(dynamoconn.ComparisonOperators(), types.ComparisonOperator("").Values()))
	t.Run("ProjectionType", sameValues(dynamoconn.ProjectionTypes(), types.ProjectionType("").Values()))
	t.Run("BillingMode", sameValues(dynamoconn.BillingModes(), types.BillingMode("").Values()))
	t.Run("TableClass", sameValues(dynamoconn.TableClasses(), types.TableClass("").Values()))
	t.Run("StreamViewType", sameValues(dynamoconn.StreamViewTypes(), types.StreamViewType("").Values()))
	t.Run("KeyType", sameValues(dynamoconn.KeyTypes(),
		append(types.KeyType("").Values(), types.KeyType(dynamoconn.KeyTypeUnknownToSDKVersion))))
}

func sameValues[Ours, Theirs ~string](ours []Ours, theirs []Theirs) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		converted := make([]Ours, len(theirs))
		for i, v := range theirs {
			converted[i] = Ours(v)
		}
		assert.ElementsMatch(t, converted, ours)
	}
}
