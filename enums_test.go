package dynamoconn_test

import (
	"encoding"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// enumeration is what every enumeration type of the package can do.
type enumeration interface {
	~string
	fmt.Stringer
	Name() string
	Caption() string
	encoding.TextMarshaler
}

// enumCase is one row of the connector's documentation, with its wire form.
type enumCase[T enumeration] struct {
	value               T
	wire, name, caption string
}

// testEnum checks that rows, written by hand, are all the values there are, in
// order, each with its three spellings.
func testEnum[T enumeration](t *testing.T, parse func(string) (T, error), values func() []T, rows []enumCase[T]) {
	t.Helper()

	var want []T
	for _, row := range rows {
		want = append(want, row.value)
	}
	require.Equal(t, want, values())

	for _, row := range rows {
		t.Run(row.wire, func(t *testing.T) {
			t.Parallel()
			got := enumCase[T]{row.value, row.value.String(), row.value.Name(), row.value.Caption()}
			assert.Equal(t, row, got)
			assert.Equal(t, row.wire, string(row.value))
			assert.Equal(t, row.wire, fmt.Sprint(row.value))
			for _, spelling := range []string{row.wire, row.name, row.caption} {
				for _, s := range []string{spelling, strings.ToLower(spelling), strings.ToUpper(spelling)} {
					parsed, err := parse(s)
					require.NoError(t, err, s)
					assert.Equal(t, row.value, parsed, s)

					var read T
					require.NoError(t, json.Unmarshal(quoted(t, s), &read), s)
					assert.Equal(t, row.value, read, s)
				}
			}
		})
	}

	t.Run("no two values share a spelling", func(t *testing.T) {
		t.Parallel()
		owner := map[string]T{}
		for _, row := range rows {
			for _, spelling := range []string{row.wire, row.name, row.caption} {
				key := strings.ToLower(spelling)
				if other, taken := owner[key]; taken {
					assert.Equal(t, other, row.value, "%q", spelling)
				}
				owner[key] = row.value
			}
		}
	})
	t.Run("text that is no value is refused", func(t *testing.T) {
		t.Parallel()
		for _, s := range []string{"", " ", "NOPE", " " + rows[0].wire, rows[0].wire + "\n", rows[0].wire + "\x00", "\xff", strings.Repeat("A", 1<<20)} {
			parsed, err := parse(s)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%.20q", s)
			assert.Zero(t, parsed)
			assert.Less(t, len(err.Error()), 512, "the error grows with what it refuses")
			assert.Contains(t, err.Error(), strings.TrimPrefix(fmt.Sprintf("%T", parsed), "dynamoconn."))
		}
	})
	t.Run("zero value is empty", func(t *testing.T) {
		t.Parallel()
		var zero T
		assert.Equal(t, enumCase[T]{}, enumCase[T]{zero, zero.String(), zero.Name(), zero.Caption()})
	})
	t.Run("empty text is the zero value", func(t *testing.T) {
		t.Parallel()
		v := rows[0].value
		require.NoError(t, json.Unmarshal([]byte(`""`), &v))
		assert.Zero(t, v)
	})
	t.Run("json keeps values and map keys", func(t *testing.T) {
		t.Parallel()
		type document struct {
			One  T
			Many []T
			Keys map[T]int
		}
		in := document{Many: append(want, ""), Keys: map[T]int{"": -1}}
		for i, v := range want {
			in.Keys[v] = i
		}
		data, err := json.Marshal(in)
		require.NoError(t, err)
		for _, row := range rows {
			assert.Contains(t, string(data), string(quoted(t, row.wire)))
		}
		var out document
		require.NoError(t, json.Unmarshal(data, &out))
		assert.Equal(t, in, out)
	})
	t.Run("json map keys are read in every spelling", func(t *testing.T) {
		t.Parallel()
		for i, row := range rows {
			for _, spelling := range []string{row.wire, row.name, row.caption} {
				var got map[T]int
				require.NoError(t, json.Unmarshal(fmt.Appendf(nil, "{%s:%d}", quoted(t, spelling), i), &got))
				assert.Equal(t, map[T]int{row.value: i}, got)
			}
		}
	})
	t.Run("values are the caller's to change", func(t *testing.T) {
		t.Parallel()
		mine := values()
		clear(mine)
		assert.Equal(t, want, values())
	})
}

// testOpenEnum adds what holds for enumerations that DynamoDB may extend.
func testOpenEnum[T enumeration](t *testing.T, parse func(string) (T, error), values func() []T, rows []enumCase[T]) {
	t.Helper()
	testEnum(t, parse, values, rows)

	t.Run("unknown value is kept as it came", func(t *testing.T) {
		t.Parallel()
		for _, s := range []string{"BRAND_NEW", "brand new ", "ÅNGSTRÖM", "<&>"} {
			v := T(s)
			assert.Equal(t, enumCase[T]{v, s, s, s}, enumCase[T]{v, v.String(), v.Name(), v.Caption()})

			data, err := json.Marshal(map[T]T{v: v})
			require.NoError(t, err)
			var out map[T]T
			require.NoError(t, json.Unmarshal(data, &out))
			assert.Equal(t, map[T]T{v: v}, out)
		}
	})
}

func quoted(t *testing.T, s string) []byte {
	t.Helper()
	data, err := json.Marshal(s)
	require.NoError(t, err)
	return data
}

func TestBooleanValue(t *testing.T) {
	t.Parallel()
	testEnum(t, dynamoconn.ParseBooleanValue, dynamoconn.BooleanValues, []enumCase[dynamoconn.BooleanValue]{
		{dynamoconn.BooleanValueTrue, "true", "_TRUE", "TRUE"},
		{dynamoconn.BooleanValueFalse, "false", "_FALSE", "FALSE"},
	})
}

func TestBooleanValueBool(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in        dynamoconn.BooleanValue
		value, ok bool
	}{
		{dynamoconn.BooleanValueOf(true), true, true},
		{dynamoconn.BooleanValueOf(false), false, true},
		{"", false, false},
		{"_TRUE", false, false},
		{"1", false, false},
	} {
		value, ok := tc.in.Bool()
		assert.Equal(t, tc.value, value, "%q", tc.in)
		assert.Equal(t, tc.ok, ok, "%q", tc.in)
	}
	assert.Equal(t, dynamoconn.BooleanValueTrue, dynamoconn.BooleanValueOf(true))
	assert.Equal(t, dynamoconn.BooleanValueFalse, dynamoconn.BooleanValueOf(false))
}

func TestBooleanValueRefusesOtherText(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`"yes"`, `"1"`, `" true"`} {
		v := dynamoconn.BooleanValueTrue
		err := json.Unmarshal([]byte(data), &v)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, data)
		assert.Equal(t, dynamoconn.BooleanValueTrue, v, "changed by %s", data)
	}
}

func TestBooleanValueErrorDoesNotQuoteTheText(t *testing.T) {
	t.Parallel()
	_, err := dynamoconn.ParseBooleanValue("hunter2")
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestTableStatus(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseTableStatus, dynamoconn.TableStatuses, []enumCase[dynamoconn.TableStatus]{
		{dynamoconn.TableStatusCreating, "CREATING", "CREATING", "CREATING"},
		{dynamoconn.TableStatusUpdating, "UPDATING", "UPDATING", "UPDATING"},
		{dynamoconn.TableStatusDeleting, "DELETING", "DELETING", "DELETING"},
		{dynamoconn.TableStatusActive, "ACTIVE", "ACTIVE", "ACTIVE"},
		{dynamoconn.TableStatusInaccessibleEncryptionCredentials, "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
		{dynamoconn.TableStatusArchiving, "ARCHIVING", "ARCHIVING", "ARCHIVING"},
		{dynamoconn.TableStatusArchived, "ARCHIVED", "ARCHIVED", "ARCHIVED"},
		{dynamoconn.TableStatusReplicationNotAuthorized, "REPLICATION_NOT_AUTHORIZED", "REPLICATION_NOT_AUTHORIZED", "REPLICATION_NOT_AUTHORIZED"},
	})
}

func TestKeyType(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseKeyType, dynamoconn.KeyTypes, []enumCase[dynamoconn.KeyType]{
		{dynamoconn.KeyTypeHash, "HASH", "HASH", "HASH (partition)"},
		{dynamoconn.KeyTypeRange, "RANGE", "RANGE", "RANGE (sort)"},
		{dynamoconn.KeyTypeUnknownToSDKVersion, "UNKNOWN_TO_SDK_VERSION", "UNKNOWN_TO_SDK_VERSION", "UNKNOWN_TO_SDK_VERSION"},
	})
}

func TestAttributeType(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseAttributeType, dynamoconn.AttributeTypes, []enumCase[dynamoconn.AttributeType]{
		{dynamoconn.AttributeTypeString, "S", "String", "String"},
		{dynamoconn.AttributeTypeNumber, "N", "Number", "Number"},
		{dynamoconn.AttributeTypeBinary, "B", "Binary", "Binary"},
	})
}

func TestComparisonOperator(t *testing.T) {
	t.Parallel()
	testOpenEnum(t, dynamoconn.ParseComparisonOperator, dynamoconn.ComparisonOperators, []enumCase[dynamoconn.ComparisonOperator]{
		{dynamoconn.ComparisonOperatorBeginsWith, "BEGINS_WITH", "BEGINS_WITH", "BEGINS_WITH"},
		{dynamoconn.ComparisonOperatorBetween, "BETWEEN", "BETWEEN", "BETWEEN"},
		{dynamoconn.ComparisonOperatorContains, "CONTAINS", "CONTAINS", "CONTAINS"},
		{dynamoconn.ComparisonOperatorEQ, "EQ", "EQ", "EQUAL"},
		{dynamoconn.ComparisonOperatorGE, "GE", "GE", "GREATER_THAN_OR_EQUAL"},
		{dynamoconn.ComparisonOperatorGT, "GT", "GT", "GREATER_THAN"},
		{dynamoconn.ComparisonOperatorIn, "IN", "IN", "IN"},
		{dynamoconn.ComparisonOperatorLE, "LE", "LE", "LESS_THAN_OR_EQUAL"},
		{dynamoconn.ComparisonOperatorLT, "LT", "LT", "LESS_THAN"},
		{dynamoconn.ComparisonOperatorNE, "NE", "NE", "NOT_EQUAL"},
		{dynamoconn.ComparisonOperatorNotContains, "NOT_CONTAINS", "NOT_CONTAINS", "NOT_CONTAINS"},
		{dynamoconn.ComparisonOperatorNotNull, "NOT_NULL", "NOT_NULL", "NOT_NULL"},
		{dynamoconn.ComparisonOperatorNull, "NULL", "_NULL", "NULL"},
	})
}

func TestEnumIsReadFromAFlag(t *testing.T) {
	t.Parallel()
	var status dynamoconn.TableStatus
	var region dynamoconn.Region
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.TextVar(&status, "status", dynamoconn.TableStatusActive, "")
	flags.TextVar(&region, "region", dynamoconn.RegionEUCentral1, "")

	require.NoError(t, flags.Parse(nil))
	assert.Equal(t, dynamoconn.TableStatusActive, status)
	assert.Equal(t, dynamoconn.RegionEUCentral1, region)

	require.NoError(t, flags.Parse([]string{"-status=creating", "-region=Europe (Paris)"}))
	assert.Equal(t, dynamoconn.TableStatusCreating, status)
	assert.Equal(t, dynamoconn.RegionEUWest3, region)

	require.Error(t, flags.Parse([]string{"-region=Europe"}))
}

// Allocations cannot be counted while another test runs, so this one does not
// call t.Parallel.
func TestEnumLookupsDoNotAllocate(t *testing.T) {
	regions := dynamoconn.Regions()
	last := regions[len(regions)-1]
	text := []byte("sa_east_1")
	allocations := testing.AllocsPerRun(100, func() {
		_ = last.Name()
		_ = last.Caption()
		_ = dynamoconn.AttributeTypeBinary.Name()
		_, _ = dynamoconn.ParseRegion("South America (São Paulo)")
		_, _ = dynamoconn.ParseRegion("xx-newplace-7")
		_, _ = dynamoconn.ParseComparisonOperator("less_than_or_equal")
		var status dynamoconn.TableStatus
		_ = status.UnmarshalText([]byte("ACTIVE"))
		var read dynamoconn.Region
		_ = read.UnmarshalText(text)
	})
	assert.Zero(t, allocations)
}

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
	t.Run("EncryptionStatus", sameValues([]dynamoconn.EncryptionStatus{
		dynamoconn.EncryptionStatusEnabling, dynamoconn.EncryptionStatusEnabled, dynamoconn.EncryptionStatusDisabling,
		dynamoconn.EncryptionStatusDisabled, dynamoconn.EncryptionStatusUpdating,
	}, types.SSEStatus("").Values()))
	t.Run("MultiRegionConsistency", sameValues([]dynamoconn.MultiRegionConsistency{
		dynamoconn.MultiRegionConsistencyEventual, dynamoconn.MultiRegionConsistencyStrong,
	}, types.MultiRegionConsistency("").Values()))
	t.Run("GlobalTableSettingsReplicationMode", sameValues([]dynamoconn.GlobalTableSettingsReplicationMode{
		dynamoconn.GlobalTableSettingsReplicationModeEnabled, dynamoconn.GlobalTableSettingsReplicationModeDisabled,
		dynamoconn.GlobalTableSettingsReplicationModeEnabledWithOverrides,
	}, types.GlobalTableSettingsReplicationMode("").Values()))
	t.Run("VectorDistanceFunction", sameValues([]dynamoconn.VectorDistanceFunction{
		dynamoconn.VectorDistanceFunctionCosine, dynamoconn.VectorDistanceFunctionDotProduct, dynamoconn.VectorDistanceFunctionEuclidean,
	}, types.VectorDistanceFunction("").Values()))
	t.Run("TimeToLiveStatus", sameValues([]dynamoconn.TimeToLiveStatus{
		dynamoconn.TimeToLiveStatusEnabling, dynamoconn.TimeToLiveStatusEnabled,
		dynamoconn.TimeToLiveStatusDisabling, dynamoconn.TimeToLiveStatusDisabled,
	}, types.TimeToLiveStatus("").Values()))
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
