package dynamoconn

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The limits of tables that are certain. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html. Those that
// AWS raises on request, such as 20 global indexes, are left to DynamoDB.
const (
	shortestResourceName  = 3
	longestResourceName   = 255
	longestTableAttribute = 255 // bytes of the name of a key attribute, a projected one or the time to live's
	mostKeyAttributes     = 4   // of a global index's partition key, and of its sort key
	mostLocalIndexes      = 5
	mostProjected         = 100
	mostTags              = 50
	longestTagKey         = 128
	longestTagValue       = 256
)

// keyDefinitions gathers the key attributes of a table and its indexes. Each has one type.
type keyDefinitions struct {
	all   []types.AttributeDefinition
	paths map[string]string // where each name was first
}

// add checks and enters the attribute at path.
func (k *keyDefinitions) add(path string, d AttributeDefinition) error {
	if err := checkTableAttribute(d.AttributeName); err != nil {
		return under(path+".AttributeName", err)
	}
	switch d.AttributeType {
	case AttributeTypeString, AttributeTypeNumber, AttributeTypeBinary:
	case "":
		return invalid(path+".AttributeType", "must be given: S, N or B")
	default:
		return invalid(path+".AttributeType", "must be S, N or B")
	}
	for _, known := range k.all {
		if deref(known.AttributeName) != d.AttributeName {
			continue
		}
		if known.AttributeType != types.ScalarAttributeType(d.AttributeType) {
			return invalid(path+".AttributeType", fmt.Sprintf("must be %s, as in %s", known.AttributeType, k.paths[d.AttributeName]))
		}
		return nil
	}
	if k.paths == nil {
		k.paths = make(map[string]string)
	}
	k.paths[d.AttributeName] = path
	k.all = append(k.all, types.AttributeDefinition{AttributeName: &d.AttributeName, AttributeType: types.ScalarAttributeType(d.AttributeType)})
	return nil
}

// schema is a key schema that is being made of its parts.
type schema struct {
	definitions *keyDefinitions
	elements    []types.KeySchemaElement
}

// add checks and enters one part of the key. path is that of the attribute with the index i.
func (s *schema) add(kind types.KeyType, path string, d AttributeDefinition) error {
	if err := s.definitions.add(path, d); err != nil {
		return err
	}
	for _, element := range s.elements {
		if deref(element.AttributeName) == d.AttributeName {
			return invalid(path+".AttributeName", "must not be in the key twice")
		}
	}
	s.elements = append(s.elements, types.KeySchemaElement{AttributeName: &d.AttributeName, KeyType: kind})
	return nil
}

// addAll checks and enters the attributes of one side of an index's key.
func (s *schema) addAll(kind types.KeyType, path string, attributes []AttributeDefinition) error {
	if len(attributes) > mostKeyAttributes {
		return invalid(path, "must have at most 4 attributes")
	}
	for i, d := range attributes {
		if err := s.add(kind, fmt.Sprintf("%s[%d]", path, i), d); err != nil {
			return err
		}
	}
	return nil
}

// checkTableAttribute refuses what cannot be the name of an attribute that a table knows.
func checkTableAttribute(name string) error {
	switch {
	case name == "":
		return broken("must not be empty")
	case len(name) > longestTableAttribute:
		return broken("must have at most 255 bytes")
	case !utf8.ValidString(name):
		return broken("must be valid UTF-8")
	}
	return nil
}

// checkNewName refuses what cannot be the name of a new table or of an index.
func checkNewName(field, name string) error {
	if err := checkResourceName(field, name, false); err != nil {
		return err
	}
	if len(name) < shortestResourceName || len(name) > longestResourceName {
		return invalid(field, "must have 3 to 255 characters")
	}
	return nil
}

// capacityRule says whether the capacity of a table or an index is given as it must be.
func capacityRule(path string, isProvisioned bool, provisioned *ProvisionedThroughput, onDemand *OnDemandThroughput) error {
	switch {
	case isProvisioned && provisioned == nil:
		return invalid(path+"ProvisionedThroughput", "must be given with the billing mode PROVISIONED")
	case !isProvisioned && provisioned != nil:
		return invalid(path+"ProvisionedThroughput", "must not be given with the billing mode PAY_PER_REQUEST")
	case isProvisioned && onDemand != nil:
		return invalid(path+"OnDemandThroughput", "must not be given with the billing mode PROVISIONED")
	}
	return checkUnits(path, provisioned, onDemand)
}

// checkUnits refuses numbers of units that cannot be.
func checkUnits(path string, provisioned *ProvisionedThroughput, onDemand *OnDemandThroughput) error {
	switch {
	case provisioned != nil && provisioned.ReadCapacityUnits < 1:
		return invalid(path+"ProvisionedThroughput.ReadCapacityUnits", "must be 1 or more")
	case provisioned != nil && provisioned.WriteCapacityUnits < 1:
		return invalid(path+"ProvisionedThroughput.WriteCapacityUnits", "must be 1 or more")
	case onDemand != nil && onDemand.MaxReadRequestUnits < -1:
		return invalid(path+"OnDemandThroughput.MaxReadRequestUnits", "must be 1 or more, or -1 for no limit")
	case onDemand != nil && onDemand.MaxWriteRequestUnits < -1:
		return invalid(path+"OnDemandThroughput.MaxWriteRequestUnits", "must be 1 or more, or -1 for no limit")
	}
	return nil
}

// input checks the request and returns it as the SDK's.
func (r *CreateTableRequest) input() (*dynamodb.CreateTableInput, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	definitions := &keyDefinitions{}
	key := &schema{definitions: definitions}
	if err := key.add(types.KeyTypeHash, "PartitionKey", r.PartitionKey); err != nil {
		return nil, err
	}
	if r.SortKey != (AttributeDefinition{}) {
		if err := key.add(types.KeyTypeRange, "SortKey", r.SortKey); err != nil {
			return nil, err
		}
	}
	in := &dynamodb.CreateTableInput{
		TableName:             &r.TableName,
		KeySchema:             key.elements,
		BillingMode:           types.BillingMode(r.billing()),
		ProvisionedThroughput: sdkProvisioned(r.ProvisionedThroughput),
		OnDemandThroughput:    sdkOnDemand(r.OnDemandThroughput),
		WarmThroughput:        sdkWarmth(r.WarmThroughput),
		StreamSpecification:   sdkStream(r.StreamViewType, false),
		TableClass:            types.TableClass(r.TableClass),
		SSESpecification:      sdkEncryption(r.KMSKey, false),
		Tags:                  sdkTags(r.Tags),
	}
	if r.DeletionProtectionEnabled {
		in.DeletionProtectionEnabled = &r.DeletionProtectionEnabled
	}
	if err := r.addIndexes(in, definitions); err != nil {
		return nil, err
	}
	in.AttributeDefinitions = definitions.all
	return in, nil
}

// addIndexes checks the indexes and enters them in the input.
func (r *CreateTableRequest) addIndexes(in *dynamodb.CreateTableInput, definitions *keyDefinitions) error {
	isProvisioned := r.billing() == BillingModeProvisioned
	names := make(map[string]bool)
	projectedNames := 0
	for i := range r.GlobalSecondaryIndexes {
		index := &r.GlobalSecondaryIndexes[i]
		path := fmt.Sprintf("GlobalSecondaryIndexes[%d].", i)
		made, err := index.action(path, definitions)
		if err == nil {
			err = capacityRule(path, isProvisioned, index.ProvisionedThroughput, index.OnDemandThroughput)
		}
		if err == nil {
			err = firstOfItsName(names, path, index.IndexName)
		}
		if err != nil {
			return err
		}
		projectedNames += len(index.NonKeyAttributes)
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex(*made))
	}
	for i := range r.LocalSecondaryIndexes {
		index := &r.LocalSecondaryIndexes[i]
		path := fmt.Sprintf("LocalSecondaryIndexes[%d].", i)
		made, err := index.sdk(path, r.PartitionKey, definitions)
		if err == nil {
			err = firstOfItsName(names, path, index.IndexName)
		}
		if err != nil {
			return err
		}
		projectedNames += len(index.NonKeyAttributes)
		in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, *made)
	}
	if projectedNames > mostProjected {
		return broken(fmt.Sprintf("the indexes have %d NonKeyAttributes together, and may have 100", projectedNames))
	}
	return nil
}

// billing returns the billing mode that the table gets.
func (r *CreateTableRequest) billing() BillingMode {
	switch {
	case r.BillingMode != "":
		return r.BillingMode
	case r.ProvisionedThroughput != nil:
		return BillingModeProvisioned
	}
	return BillingModePayPerRequest
}

// check refuses what is wrong apart from keys and indexes.
func (r *CreateTableRequest) check() error {
	if strings.HasPrefix(r.TableName, "arn:") {
		if err := checkTableName("TableName", r.TableName); err != nil {
			return err
		}
	} else if err := checkNewName("TableName", r.TableName); err != nil {
		return err
	}
	if err := capacityRule("", r.billing() == BillingModeProvisioned, r.ProvisionedThroughput, r.OnDemandThroughput); err != nil {
		return err
	}
	if r.TimeToLiveAttribute != "" {
		if err := checkTableAttribute(r.TimeToLiveAttribute); err != nil {
			return under("TimeToLiveAttribute", err)
		}
	}
	switch {
	case len(r.LocalSecondaryIndexes) > mostLocalIndexes:
		return invalid("LocalSecondaryIndexes", "must be at most 5")
	case len(r.LocalSecondaryIndexes) > 0 && r.SortKey == (AttributeDefinition{}):
		return invalid("LocalSecondaryIndexes", "need a table with a sort key")
	}
	return checkTags(r.Tags)
}

func firstOfItsName(names map[string]bool, path, name string) error {
	if names[name] {
		return invalid(path+"IndexName", "must not be the name of two indexes")
	}
	names[name] = true
	return nil
}

// action checks the index and returns it as the SDK's.
func (x *GlobalSecondaryIndex) action(path string, definitions *keyDefinitions) (*types.CreateGlobalSecondaryIndexAction, error) {
	if err := checkNewName(path+"IndexName", x.IndexName); err != nil {
		return nil, err
	}
	if len(x.PartitionKey) == 0 {
		return nil, invalid(path+"PartitionKey", "must have at least one attribute")
	}
	key := &schema{definitions: definitions}
	if err := key.addAll(types.KeyTypeHash, path+"PartitionKey", x.PartitionKey); err != nil {
		return nil, err
	}
	if err := key.addAll(types.KeyTypeRange, path+"SortKey", x.SortKey); err != nil {
		return nil, err
	}
	projection, err := sdkProjection(path, x.ProjectionType, x.NonKeyAttributes)
	if err != nil {
		return nil, err
	}
	if err := checkUnits(path, x.ProvisionedThroughput, x.OnDemandThroughput); err != nil {
		return nil, err
	}
	return &types.CreateGlobalSecondaryIndexAction{
		IndexName:             &x.IndexName,
		KeySchema:             key.elements,
		Projection:            projection,
		ProvisionedThroughput: sdkProvisioned(x.ProvisionedThroughput),
		OnDemandThroughput:    sdkOnDemand(x.OnDemandThroughput),
		WarmThroughput:        sdkWarmth(x.WarmThroughput),
	}, nil
}

// sdk checks the index and returns it as the SDK's.
func (x *LocalSecondaryIndex) sdk(path string, partitionKey AttributeDefinition, definitions *keyDefinitions) (*types.LocalSecondaryIndex, error) {
	if err := checkNewName(path+"IndexName", x.IndexName); err != nil {
		return nil, err
	}
	key := &schema{definitions: definitions}
	if err := key.add(types.KeyTypeHash, "PartitionKey", partitionKey); err != nil {
		return nil, err
	}
	if err := key.add(types.KeyTypeRange, path+"SortKey", x.SortKey); err != nil {
		return nil, err
	}
	projection, err := sdkProjection(path, x.ProjectionType, x.NonKeyAttributes)
	return &types.LocalSecondaryIndex{IndexName: &x.IndexName, KeySchema: key.elements, Projection: projection}, err
}

// sdkProjection checks a projection and returns it as the SDK's.
func sdkProjection(path string, kind ProjectionType, names []string) (*types.Projection, error) {
	switch {
	case kind == "" && len(names) > 0:
		kind = ProjectionTypeInclude
	case kind == "":
		kind = ProjectionTypeAll
	case kind == ProjectionTypeInclude && len(names) == 0:
		return nil, invalid(path+"NonKeyAttributes", "must be given with the projection INCLUDE")
	case kind != ProjectionTypeInclude && len(names) > 0:
		return nil, invalid(path+"NonKeyAttributes", "must not be given with another projection than INCLUDE")
	}
	for i, name := range names {
		err := checkTableAttribute(name)
		if err == nil && slices.Contains(names[:i], name) {
			err = broken("must not be there twice")
		}
		if err != nil {
			return nil, under(path+"NonKeyAttributes", underElement(i, err))
		}
	}
	return &types.Projection{ProjectionType: types.ProjectionType(kind), NonKeyAttributes: names}, nil
}

// input checks the request and returns it as the SDK's.
func (r *UpdateTableRequest) input() (*dynamodb.UpdateTableInput, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	in := &dynamodb.UpdateTableInput{
		TableName:             &r.TableName,
		BillingMode:           types.BillingMode(r.BillingMode),
		ProvisionedThroughput: sdkProvisioned(r.ProvisionedThroughput),
		OnDemandThroughput:    sdkOnDemand(r.OnDemandThroughput),
		WarmThroughput:        sdkWarmth(r.WarmThroughput),
		StreamSpecification:   sdkStream(r.StreamViewType, r.DisableStream),
		TableClass:            types.TableClass(r.TableClass),
		SSESpecification:      sdkEncryption(r.KMSKey, r.RemoveKMSKey),
	}
	if protected, ok := r.DeletionProtectionEnabled.Bool(); ok {
		in.DeletionProtectionEnabled = &protected
	}
	if r.CreateIndex != nil {
		definitions := &keyDefinitions{}
		made, err := r.CreateIndex.action("CreateIndex.", definitions)
		if err != nil {
			return nil, err
		}
		in.AttributeDefinitions = definitions.all
		in.GlobalSecondaryIndexUpdates = append(in.GlobalSecondaryIndexUpdates, types.GlobalSecondaryIndexUpdate{Create: made})
	}
	if r.DeleteIndex != "" {
		in.GlobalSecondaryIndexUpdates = append(in.GlobalSecondaryIndexUpdates, types.GlobalSecondaryIndexUpdate{
			Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: &r.DeleteIndex},
		})
	}
	for i := range r.UpdateIndexes {
		update := &r.UpdateIndexes[i]
		path := fmt.Sprintf("UpdateIndexes[%d].", i)
		err := checkNewName(path+"IndexName", update.IndexName)
		if err == nil {
			err = checkUnits(path, update.ProvisionedThroughput, update.OnDemandThroughput)
		}
		if err != nil {
			return nil, err
		}
		in.GlobalSecondaryIndexUpdates = append(in.GlobalSecondaryIndexUpdates, types.GlobalSecondaryIndexUpdate{
			Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName:             &update.IndexName,
				ProvisionedThroughput: sdkProvisioned(update.ProvisionedThroughput),
				OnDemandThroughput:    sdkOnDemand(update.OnDemandThroughput),
				WarmThroughput:        sdkWarmth(update.WarmThroughput),
			},
		})
	}
	return in, nil
}

// check refuses what is wrong apart from the indexes.
func (r *UpdateTableRequest) check() error {
	if err := checkTableName("TableName", r.TableName); err != nil {
		return err
	}
	_, given := r.DeletionProtectionEnabled.Bool()
	isEmpty := r.BillingMode == "" && r.ProvisionedThroughput == nil && r.OnDemandThroughput == nil && r.WarmThroughput == nil &&
		r.StreamViewType == "" && !r.DisableStream && r.TableClass == "" && r.KMSKey == "" && !r.RemoveKMSKey &&
		!given && r.CreateIndex == nil && r.DeleteIndex == "" && len(r.UpdateIndexes) == 0
	switch {
	case r.DeletionProtectionEnabled != "" && !given:
		return invalid("DeletionProtectionEnabled", "must be true, false or not given")
	case isEmpty:
		return broken("must change something")
	case r.BillingMode == BillingModeProvisioned && r.ProvisionedThroughput == nil:
		return invalid("ProvisionedThroughput", "must be given with the billing mode PROVISIONED")
	case r.BillingMode == BillingModePayPerRequest && r.ProvisionedThroughput != nil:
		return invalid("ProvisionedThroughput", "must not be given with the billing mode PAY_PER_REQUEST")
	case r.StreamViewType != "" && r.DisableStream:
		return invalid("DisableStream", "must not be given together with StreamViewType")
	case r.KMSKey != "" && r.RemoveKMSKey:
		return invalid("RemoveKMSKey", "must not be given together with KMSKey")
	case r.CreateIndex != nil && r.DeleteIndex != "":
		return invalid("DeleteIndex", "must not be given together with CreateIndex: DynamoDB does one at a time")
	case r.DeleteIndex != "":
		if err := checkNewName("DeleteIndex", r.DeleteIndex); err != nil {
			return err
		}
	}
	return checkUnits("", r.ProvisionedThroughput, r.OnDemandThroughput)
}

// sdkProvisioned and the functions after it return a setting of a table as the SDK's type, and
// nil if it is not given.
func sdkProvisioned(t *ProvisionedThroughput) *types.ProvisionedThroughput {
	if t == nil {
		return nil
	}
	return &types.ProvisionedThroughput{ReadCapacityUnits: &t.ReadCapacityUnits, WriteCapacityUnits: &t.WriteCapacityUnits}
}

func sdkOnDemand(t *OnDemandThroughput) *types.OnDemandThroughput {
	if t == nil {
		return nil
	}
	return &types.OnDemandThroughput{MaxReadRequestUnits: unlessZero(t.MaxReadRequestUnits), MaxWriteRequestUnits: unlessZero(t.MaxWriteRequestUnits)}
}

func sdkWarmth(t *WarmThroughput) *types.WarmThroughput {
	if t == nil {
		return nil
	}
	return &types.WarmThroughput{ReadUnitsPerSecond: unlessZero(t.ReadUnitsPerSecond), WriteUnitsPerSecond: unlessZero(t.WriteUnitsPerSecond)}
}

func unlessZero(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func sdkStream(view StreamViewType, disable bool) *types.StreamSpecification {
	if view == "" && !disable {
		return nil
	}
	enabled := !disable
	return &types.StreamSpecification{StreamEnabled: &enabled, StreamViewType: types.StreamViewType(view)}
}

// sdkEncryption returns the encryption with that key of AWS KMS, or with remove the one with
// the key that DynamoDB owns. DynamoDB refuses to be told the name of the default key.
func sdkEncryption(key string, remove bool) *types.SSESpecification {
	if key == "" && !remove {
		return nil
	}
	enabled := !remove
	s := &types.SSESpecification{Enabled: &enabled}
	if enabled {
		s.SSEType = types.SSETypeKms
	}
	if key != DefaultKMSKey {
		s.KMSMasterKeyId = optional(key)
	}
	return s
}
