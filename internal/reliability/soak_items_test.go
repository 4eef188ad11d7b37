package reliability

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

const (
	soakTables   = 4
	soakKeys     = 256 // in each table
	sortedTable  = 2   // the table that has a sort key
	soakSortKeys = 8   // in each partition of the sorted table
)

// soakID identifies a write: its operation and its place in a batch. Every item holds the
// ID of the write that put it, and its whole content follows from that ID.
type soakID uint64

const soakPlaces = 64 // more than the writes of any batch

func (o *soakOp) id(place int) soakID { return soakID(o.number*soakPlaces + uint64(place)) }

func soakTableName(table int) string { return "soak-" + strconv.Itoa(table) }

// soakTableOf returns the number of a table, or -1 if the soak has no such table.
func soakTableOf(name string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "soak-"))
	if err != nil || n < 0 || n >= soakTables || name != soakTableName(n) {
		return -1
	}
	return n
}

func soakSchema() []dynamoconntest.Table {
	tables := make([]dynamoconntest.Table, soakTables)
	for i := range tables {
		tables[i] = dynamoconntest.Table{Name: soakTableName(i), PartitionKey: "p"}
	}
	tables[sortedTable].SortKey = "s:N"
	return tables
}

func soakKeyNames(table int) []string {
	if table == sortedTable {
		return []string{"p", "s"}
	}
	return []string{"p"}
}

// soakPartition returns the partition key of a key's number.
func soakPartition(table, key int) string {
	if table == sortedTable {
		key /= soakSortKeys
	}
	return "key-" + strconv.Itoa(key)
}

func soakKey(table, key int) dynamoconn.Item {
	item := make(dynamoconn.Item, 0, 8)
	item = append(item, dynamoconn.String("p", soakPartition(table, key)))
	if table == sortedTable {
		item = append(item, dynamoconn.Long("s", int64(key%soakSortKeys)))
	}
	return item
}

// soakKeyOf returns the number of a key, or -1 if the soak has no such key.
func soakKeyOf(table int, partition, sort string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(partition, "key-"))
	if err != nil {
		return -1
	}
	if table == sortedTable {
		s, err := strconv.Atoi(sort)
		if err != nil || s < 0 || s >= soakSortKeys {
			return -1
		}
		n = n*soakSortKeys + s
	} else if sort != "" {
		return -1
	}
	if n < 0 || n >= soakKeys || partition != soakPartition(table, n) {
		return -1
	}
	return n
}

func soakKeyOfItem(table int, item dynamoconn.Item) int {
	p, err := dynamoconn.Value[string](item, "p")
	if err != nil {
		return -1
	}
	s, err := dynamoconn.Value[int64](item, "s")
	if err != nil {
		return soakKeyOf(table, p, "")
	}
	return soakKeyOf(table, p, strconv.FormatInt(s, 10))
}

// soakText is the text that the values are cut from.
var soakText = strings.Repeat("the quick brown fox – “jumps” over\t\\the lazy dog / größer € 𝄞 ", 80)

// soakItem returns the item that the write with that ID puts. Each attribute follows from
// the ID, so that a mixture of two items is recognized.
func soakItem(table, key int, id soakID) dynamoconn.Item {
	h := soakMix(uint64(id))
	item := soakKey(table, key)
	item = append(item, dynamoconn.Long("id", int64(id)), dynamoconn.Long("n", int64(h)))
	size := int((h >> 8) % 60)
	if h%199 == 0 {
		size = 4000
	}
	from := int((h >> 20) % uint64(len(soakText)-size))
	item = append(item, dynamoconn.String("v", strings.ToValidUTF8(soakText[from:from+size], "")))
	if h&1 != 0 {
		item = append(item, dynamoconn.Binary("b", []byte{byte(h >> 40), byte(h >> 48), byte(h >> 56)}))
	}
	if h&2 != 0 {
		item = append(item, dynamoconn.StringSet("tags", "a"+strconv.Itoa(int((h>>33)%100)), "b"+strconv.Itoa(int((h>>43)%100))))
	}
	if h&12 == 12 {
		item = append(item, dynamoconn.Map("m",
			dynamoconn.Boolean("t", h&16 != 0), dynamoconn.Null("z"),
			dynamoconn.List("l", dynamoconn.Long("", int64(h>>50)), dynamoconn.String("", "x"))))
	}
	return item
}

// soakRead returns the key of an item and the ID of the write that put it, or why no write
// can have put it.
func soakRead(table int, item dynamoconn.Item) (key int, id soakID, problem string) {
	key = soakKeyOfItem(table, item)
	n, err := dynamoconn.Value[int64](item, "id")
	if key < 0 || err != nil {
		return key, 0, fmt.Sprintf("an item that no write put: %v", item)
	}
	id = soakID(n)
	if want := soakItem(table, key, id); !item.Equal(want) {
		return key, id, fmt.Sprintf("an item that is not what write %v put: %v and not %v", id, item, want)
	}
	return key, id, ""
}

// String shows a write as goroutine/operation/place.
func (id soakID) String() string {
	return fmt.Sprintf("%v/%d", soakNumber(id/soakPlaces), id%soakPlaces)
}
