// Package table keeps Go structs in a table of DynamoDB. The tags of a struct say once which
// fields are keys and what is kept up to date, and every call follows them:
//
//	type Song struct {
//		Artist  string    `dynamoconn:"partition"`
//		Title   string    `dynamodbav:"SongTitle" dynamoconn:"sort"`
//		Label   string    `dynamoconn:"partition=ByLabel"`
//		Year    int       `dynamoconn:"sort=ByLabel"`
//		Version int64     `dynamoconn:"version"`
//		Mark    string    `dynamoconn:"mark"`
//		Updated time.Time `dynamoconn:"updated"`
//	}
//
//	songs, err := table.New[Song](client, "Music")
//
// The names and the options of dynamodbav are those of [dynamoconn.Marshal].
//
// # Tags
//
// A tag dynamoconn has one or more of these words, with commas between them:
//
//	partition, sort     the key of the table; each may be one field
//	partition=INDEX     the partition key of a global index, of up to four fields in their order
//	sort=INDEX          the sort key of an index; without partition=INDEX the index is a local one
//	version             an integer that counts the writes of an item; it is checked by each
//	mark                a string that names the last writes: a write whose answer is lost is found by it
//	created, updated    a time.Time: when the item was created and last written
//	ttl                 the time to live, in seconds since 1970; 0 or missing is for ever
//	kind=NAME           a string that is NAME in each item of this type, where a table has several
//	from=TEMPLATE       a key that is made from other fields, such as "ORDER#{ID}"; the last word
//
// A template has the names of Go fields in braces. They are strings or integers, and {Number:4} is
// an integer with zeros before it, so that text sorts as numbers do. A key of the table needs all of
// its fields. A key of an index that is empty, or is made from an empty field, is not stored: the
// item is not in that index.
package table
