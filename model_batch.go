package dynamoconn

// BatchGetItemRequest is the input of [Client.BatchGet].
type BatchGetItemRequest struct {
	// RequestTables are the tables to read, each named once.
	RequestTables []RequestTable
	// IsConsistentRead asks for consistent reads of every table, at twice the capacity.
	// [RequestTable.IsConsistentRead] asks for those of one table.
	IsConsistentRead bool
}

// RequestTable is one table of a [BatchGetItemRequest].
type RequestTable struct {
	// Name is the name or the ARN of the table.
	Name string
	// Keys are the keys of the items to read: any number of them, in any order. A key may
	// occur more than once. All have the same attributes.
	Keys []Item
	// IsConsistentRead asks for reads that see every write that was acknowledged before, at
	// twice the capacity.
	IsConsistentRead bool
	// Attributes are the names of the attributes to return. Any name works, also a reserved
	// one, or one with dots or spaces. Empty returns them all.
	Attributes []string
	// ProjectionExpression says which parts to return if names are not enough, such as
	// "Address.City, Tags[0]". It cannot be given together with Attributes.
	ProjectionExpression string
	// ExpressionAttributeNames are the names that the placeholders of ProjectionExpression
	// stand for, such as "#c": "Comment".
	ExpressionAttributeNames map[string]string
}

// BatchGetItemResponse is the output of [Client.BatchGet].
type BatchGetItemResponse struct {
	// ResponseTables are the tables of the request, in its order.
	ResponseTables []ResponseTable
	ResponseMetadata
}

// ResponseTable is the items of one table.
type ResponseTable struct {
	Table
	// Items are in the order of the keys in the request: Items[i] is the item of Keys[i],
	// and nil if there is none. The same key twice gives two equal items.
	Items []Item
	// MissingKeys are the keys without an item, each once, in the order of the request.
	MissingKeys []Item
}

// BatchWriteItemRequest is the input of [Client.BatchWrite].
type BatchWriteItemRequest struct {
	// Tables are the tables to write to. A table may be named more than once: its writes
	// are then applied in the order of the entries.
	Tables []WriteTable
}

// WriteTable is the writes to one table. [TableWithItemsToAdd] and [TableWithItemsToDelete]
// make the usual ones.
type WriteTable struct {
	// Name is the name or the ARN of the table. Do not use both for one table in a request:
	// they would be taken for two tables, and the order of their writes would not be kept.
	Name string
	// Writes are the puts and deletes, any number of them. Writes of the same key are
	// applied in this order.
	Writes []Write
	// KeyNames are the names of the table's key attributes, as [TableDescription.KeyNames]
	// returns them. With them, or if Writes holds a delete, several requests for the table
	// are sent at the same time. Without either, the client cannot know which puts have the
	// same key, and sends one request after the other.
	KeyNames []string
}

// Write is one put or one delete. Exactly one of its fields must be set.
type Write struct {
	// ItemToAdd is the whole item to put, with its key.
	ItemToAdd Item
	// ItemToDelete is the key of the item to delete.
	ItemToDelete Item
}

// TableWithItemsToAdd returns a [WriteTable] that puts the items into the table.
func TableWithItemsToAdd(name string, items ...Item) WriteTable {
	table := WriteTable{Name: name, Writes: make([]Write, len(items))}
	for i, item := range items {
		table.Writes[i].ItemToAdd = item
	}
	return table
}

// TableWithItemsToDelete returns a [WriteTable] that deletes the items with those keys from
// the table.
func TableWithItemsToDelete(name string, keys ...Item) WriteTable {
	table := WriteTable{Name: name, Writes: make([]Write, len(keys))}
	for i, key := range keys {
		table.Writes[i].ItemToDelete = key
	}
	return table
}

// BatchWriteItemResponse is the output of [Client.BatchWrite]. Without an error, every
// write of the request was applied.
type BatchWriteItemResponse struct {
	// Written is the number of puts and deletes that were applied.
	Written int
	ResponseMetadata
}
