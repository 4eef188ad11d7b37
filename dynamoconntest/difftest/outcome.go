package difftest

import (
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The aspects of an answer. Each is one text; two answers agree in an aspect
// if the texts are equal.
const (
	aspectOutcome       = "outcome"    // "ok", the error's type, or "no answer"
	aspectStatus        = "status"     // the HTTP status
	aspectConstraint    = "constraint" // which rule the message says was broken; "" if it does not say
	aspectField         = "field"      // which parameter or attribute it names; "" if none
	aspectNamespace     = "namespace"  // what stands before # in __type
	aspectMember        = "message"    // the name of the member that holds the message
	aspectChecksum      = "checksum"   // whether X-Amz-Crc32 fits the body
	aspectReasons       = "reasons"    // the codes of a cancelled transaction
	aspectOldItem       = "old item"   // what a failed condition gave back
	aspectData          = "data"       // items, attributes, responses
	aspectOrder         = "order"      // the items in the order they came, one partition at a time
	aspectCount         = "count"
	aspectScanned       = "scanned"
	aspectPages         = "pages"    // how many pages, and whether the last one was the end
	aspectLastKey       = "last key" // of a query whose order is fully defined
	aspectCapacity      = "capacity"
	aspectIndexCapacity = "capacity with indexes" // of a transaction
	aspectMetrics       = "metrics"               // item collection metrics, without the sizes
	aspectLeftOver      = "unprocessed"           // of a batch
	aspectTable         = "table"                 // the description of a table
	aspectState         = "state"                 // the status of a table and its indexes
	aspectMembers       = "members"               // the other members of a successful answer
)

const (
	outcomeOK       = "ok"
	outcomeNoAnswer = "no answer"
)

// An Outcome is what one target made of one request.
type Outcome struct {
	Aspects map[string]string // by name; what an answer has not is not in it
	Replies []Reply           // as received; one for each page
}

func (o *Outcome) kind() string { return o.Aspects[aspectOutcome] }

// noAnswerOutcome is the outcome of a request that a target did not survive.
func noAnswerOutcome(err error) *Outcome {
	return &Outcome{Aspects: map[string]string{aspectOutcome: outcomeNoAnswer, aspectData: err.Error()}}
}

// readError reduces an error answer.
func readError(reply Reply) *Outcome {
	a := map[string]string{aspectStatus: strconv.Itoa(reply.Status), aspectChecksum: checksumState(reply)}
	out := &Outcome{Aspects: a, Replies: []Reply{reply}}
	v, err := decodeJSON(reply.Body)
	body := asObject(v)
	if err != nil || body == nil {
		a[aspectOutcome] = "not JSON"
		return out
	}
	namespace, name, ok := strings.Cut(asString(body["__type"]), "#")
	if !ok {
		namespace, name = "", namespace
	}
	a[aspectNamespace], a[aspectOutcome] = namespace, name
	message := ""
	for _, member := range []string{"message", "Message"} {
		if m, ok := body[member]; ok {
			a[aspectMember], message = member, asString(m)
		}
	}
	s := readMessage(message)
	a[aspectConstraint], a[aspectField] = s.constraint, s.field
	if item, ok := body["Item"]; ok {
		a[aspectOldItem] = canonicalJSON(canonicalItem(item))
	}
	if reasons := asArray(body["CancellationReasons"]); reasons != nil {
		codes := make([]string, len(reasons))
		items := make([]any, len(reasons))
		for i, r := range reasons {
			reason := asObject(r)
			codes[i] = asString(reason["Code"])
			if codes[i] == "ValidationError" {
				s := readMessage(asString(reason["Message"]))
				codes[i] += "(" + s.constraint + ")"
			}
			if reason["Item"] != nil {
				items[i] = canonicalItem(reason["Item"])
			}
		}
		a[aspectReasons] = strings.Join(codes, ",")
		a[aspectOldItem] = canonicalJSON(items)
	}
	return out
}

// checksumState says whether the CRC that an answer carries fits it.
func checksumState(reply Reply) string {
	h := reply.Header.Get("X-Amz-Crc32")
	if h == "" {
		return "absent"
	}
	if h == strconv.FormatUint(uint64(crc32.ChecksumIEEE(reply.Body)), 10) {
		return "right"
	}
	return "wrong"
}

// readOK reduces the pages of a successful answer to one outcome.
func readOK(r Request, replies []Reply) *Outcome {
	a := map[string]string{aspectOutcome: outcomeOK, aspectStatus: "200", aspectChecksum: checksumState(replies[0])}
	out := &Outcome{Aspects: a, Replies: replies}
	sum := pagesSum{aspects: a, counts: map[string]int{}, unknown: map[string]bool{}}
	for _, reply := range replies {
		v, err := decodeJSON(reply.Body)
		body := asObject(v)
		if err != nil || body == nil {
			a[aspectOutcome] = "not JSON"
			return out
		}
		sum.last = "end"
		if body["LastEvaluatedKey"] != nil {
			sum.last = "more"
		}
		for _, name := range slices.Sorted(maps.Keys(body)) {
			sum.add(name, body[name])
		}
	}
	if r.isRead() {
		a[aspectCount] = strconv.Itoa(sum.counts["Count"])
		a[aspectScanned] = strconv.Itoa(sum.counts["ScannedCount"])
		a[aspectPages] = strconv.Itoa(len(replies)) + ", " + sum.last
		readItems(r, sum.items, a)
	}
	if sum.capacity != nil {
		a[aspectCapacity] = readCapacity(sum.capacity)
	}
	if r.Segments > 1 {
		// Which items are in which segment is each server's own business.
		delete(a, aspectPages)
	}
	if r.Operation == "Scan" && (len(replies) > 1 || sum.last == "more") {
		delete(a, aspectCapacity) // so is which items are on a page
	}
	if r.Operation == "TransactWriteItems" && sum.capacity != nil {
		a[aspectIndexCapacity], a[aspectCapacity] = a[aspectCapacity], tableCapacity(sum.capacity[0])
	}
	if len(sum.unknown) > 0 {
		a[aspectMembers] = strings.Join(slices.Sorted(maps.Keys(sum.unknown)), ",")
	}
	return out
}

// pagesSum adds up the members of the pages of one answer.
type pagesSum struct {
	aspects  map[string]string
	items    []any
	capacity []any
	counts   map[string]int
	unknown  map[string]bool // the members that no aspect is made of
	last     string          // whether the last page said that there are more
}

func (s *pagesSum) add(name string, value any) {
	switch name {
	case "Item", "Attributes":
		s.aspects[aspectData] = canonicalJSON(canonicalItem(value))
	case "Items":
		for _, item := range asArray(value) {
			s.items = append(s.items, canonicalItem(item))
		}
	case "LastEvaluatedKey":
		s.aspects[aspectLastKey] = canonicalJSON(canonicalItem(value))
	case "Count", "ScannedCount":
		n, _ := strconv.Atoi(asString(value))
		s.counts[name] += n
	case "Responses":
		s.aspects[aspectData] = batchResponses(value)
	case "ConsumedCapacity":
		s.capacity = append(s.capacity, value)
	case "ItemCollectionMetrics":
		s.aspects[aspectMetrics] = collectionMetrics(value)
	case "UnprocessedItems", "UnprocessedKeys":
		s.aspects[aspectLeftOver] = canonicalJSON(value)
	case "TableDescription", "Table":
		s.aspects[aspectTable], s.aspects[aspectState] = describeTable(asObject(value))
	case "TimeToLiveSpecification", "TimeToLiveDescription", "TableNames", "LastEvaluatedTableName":
		s.aspects[aspectData] += name + canonicalJSON(value)
	default:
		s.unknown[name] = true
	}
}

// readItems keeps the items of a query as they are. Those of a scan are a
// multiset, and within a partition a sequence; a scan that stopped half-way
// may have met any of them.
func readItems(r Request, items []any, a map[string]string) {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = canonicalJSON(item)
	}
	if r.Operation == "Query" {
		// Items that share an index key come in no defined order.
		if !r.UniqueOrder {
			slices.Sort(texts)
			delete(a, aspectLastKey)
			if strings.HasSuffix(a[aspectPages], "more") {
				delete(a, aspectCount)
				return
			}
		}
		a[aspectData] = strings.Join(texts, "\n")
		return
	}
	delete(a, aspectLastKey)
	if strings.HasSuffix(a[aspectPages], "more") {
		// Which items were met is open, and so is how many passed a filter.
		delete(a, aspectCount)
		return
	}
	if r.OrderBy[0] != "" {
		partitions := map[string][]string{}
		for _, item := range items {
			m := asObject(item)
			partitions[canonicalJSON(m[r.OrderBy[0]])] = append(partitions[canonicalJSON(m[r.OrderBy[0]])], canonicalJSON(m[r.OrderBy[1]]))
		}
		lines := make([]string, 0, len(partitions))
		for hash, ranges := range partitions {
			lines = append(lines, hash+": "+strings.Join(ranges, " "))
		}
		slices.Sort(lines)
		a[aspectOrder] = strings.Join(lines, "\n")
	}
	slices.Sort(texts)
	a[aspectData] = strings.Join(texts, "\n")
}

// batchResponses reduces the answers of a batch (a map of tables, each in any
// order) or of a transaction (a list, in order).
func batchResponses(v any) string {
	if list := asArray(v); list != nil {
		out := make([]any, len(list))
		for i, e := range list {
			if item, ok := asObject(e)["Item"]; ok {
				out[i] = canonicalItem(item)
			}
		}
		return canonicalJSON(out)
	}
	out := map[string][]string{}
	for table, items := range asObject(v) {
		texts := []string{}
		for _, item := range asArray(items) {
			texts = append(texts, canonicalJSON(canonicalItem(item)))
		}
		slices.Sort(texts)
		out[table] = texts
	}
	return canonicalJSON(out)
}

// collectionMetrics reduces item collection metrics to the keys they are about.
func collectionMetrics(v any) string {
	one := func(v any) string {
		m := asObject(v)
		return canonicalJSON(canonicalItem(m["ItemCollectionKey"])) + " " + strconv.Itoa(len(asArray(m["SizeEstimateRangeGB"])))
	}
	m := asObject(v)
	if m["ItemCollectionKey"] != nil {
		return one(v)
	}
	lines := []string{}
	for table, list := range m {
		for _, e := range asArray(list) {
			lines = append(lines, table+" "+one(e))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// tableCapacity leaves the indexes out; "" if the answer does not tell them apart.
func tableCapacity(v any) string {
	var lines []string
	for _, e := range asArray(v) {
		if t := asObject(e)["Table"]; t != nil {
			lines = append(lines, asString(asObject(e)["TableName"])+" "+readCapacity([]any{t}))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// readCapacity reduces the consumed capacity of each page: units to a number,
// lists by table.
func readCapacity(pages []any) string {
	var units func(v any) any
	units = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			out := map[string]any{}
			for name, value := range v {
				out[name] = units(value)
			}
			return out
		default:
			if f, err := strconv.ParseFloat(asString(v), 64); err == nil {
				return f
			}
			return v
		}
	}
	lines := []string{}
	for i, page := range pages {
		if list := asArray(page); list != nil {
			for _, e := range list {
				lines = append(lines, canonicalJSON(units(e)))
			}
			slices.Sort(lines)
			continue
		}
		lines = append(lines, fmt.Sprintf("%d %s", i, canonicalJSON(units(page))))
	}
	return strings.Join(lines, "\n")
}
