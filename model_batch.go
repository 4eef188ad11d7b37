package dynamoconn

// BatchGetItemRequest is the input of [Client.BatchGet].
type BatchGetItemRequest struct {
	// RequestTables are the tables to read, each named once.
	RequestTables []RequestTable
	// IsConsistentRead asks for consistent reads of every table, at twice the
	// capacity. [RequestTable] has it for one table.
	IsConsistentRead bool
}

// RequestTable is one table of a [BatchGetItemRequest].
type RequestTable struct {
	// Name is the name or the ARN of the table.
	Name string
	// Keys are the keys of the items to read, any number of them, in any order, and
	// the same one as often as you like. All have the same attributes.
	Keys []Item
	// IsConsistentRead asks for reads that see every write that was acknowledged
	// before, at twice the capacity.
	IsConsistentRead bool
	// Attributes are the names of the attributes to return; any name works, reserved,
	// dotted or with spaces. Empty returns them all.
	Attributes []string
	// ProjectionExpression says which parts to return where names are not enough:
	// "Address.City, Tags[0]". It excludes Attributes.
	ProjectionExpression string
	// ExpressionAttributeNames are the names behind the placeholders of
	// ProjectionExpression: "#c": "Comment".
	ExpressionAttributeNames map[string]string
}

// BatchGetItemResponse is the output of [Client.BatchGet].
type BatchGetItemResponse struct {
	// ResponseTables are the tables of the request, in its order.
	ResponseTables []ResponseTable
	ResponseMetadata
}

// ResponseTable is what was read of one table.
type ResponseTable struct {
	Table
	// Items holds at each place the item of the key at that place in the request,
	// and nil if there is none. The same key twice gives two equal items.
	Items []Item
	// MissingKeys are the keys of which there is no item, each once, in the order of
	// the request.
	MissingKeys []Item
}

// BatchWriteItemRequest is the input of [Client.BatchWrite].
type BatchWriteItemRequest struct {
	// Tables are the tables to write to. A table may be named more than once: its
	// writes are then applied in the order of the entries.
	Tables []WriteTable
}

// WriteTable is what to write to one table. [TableWithItemsToAdd] and
// [TableWithItemsToDelete] make the usual ones.
type WriteTable struct {
	// Name is the name or the ARN of the table: the same for all of its entries, or
	// nothing tells that they are of one table, and their order is not kept.
	Name string
	// Writes are the puts and deletes, any number of them. Those of the same key are
	// applied in this order.
	Writes []Write
	// KeyNames are the names of the table's key attributes, as
	// [TableDescription.KeyNames] gives them. With them, or if Writes holds a delete,
	// several requests for the table are under way at once. Without either
	// nothing tells which puts have the same key, and one request goes after the
	// other.
	KeyNames []string
}

// Write is one put or one delete: exactly one of its fields is set.
type Write struct {
	// ItemToAdd is the whole item to put, with its key.
	ItemToAdd Item
	// ItemToDelete is the key of the item to delete.
	ItemToDelete Item
}

// TableWithItemsToAdd returns what puts items into a table.
func TableWithItemsToAdd(name string, items ...Item) WriteTable {
	table := WriteTable{Name: name, Writes: make([]Write, len(items))}
	for i, item := range items {
		table.Writes[i].ItemToAdd = item
	}
	return table
}

// TableWithItemsToDelete returns what deletes the items of those keys from a table.
func TableWithItemsToDelete(name string, keys ...Item) WriteTable {
	table := WriteTable{Name: name, Writes: make([]Write, len(keys))}
	for i, key := range keys {
		table.Writes[i].ItemToDelete = key
	}
	return table
}

// BatchWriteItemResponse is the output of [Client.BatchWrite]. Every write of the
// request was applied, unless there is an error beside it.
type BatchWriteItemResponse struct {
	// Written is the number of puts and deletes that were applied.
	Written int
	ResponseMetadata
}
