package dynamoconn

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueString) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueLong) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueDecimal) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBoolean) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBinary) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueNull) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueList) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueMap) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueStringSet) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueNumberSet) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBinarySet) String() string { return keyValueText(kv) }
