package difftest

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

// The aspects of an answer. Each is a text. Two answers agree in an aspect if their
// texts are equal.
const (
	aspectOutcome       = "outcome"    // "ok", the error's type, or "no answer"
	aspectStatus        = "status"     // the HTTP status
	aspectConstraint    = "constraint" // the constraint that the message says was broken; "" if it does not say
	aspectField         = "field"      // the parameter or attribute that the message names; "" if none
	aspectNamespace     = "namespace"  // the part of __type before #
	aspectMember        = "message"    // the name of the member that holds the message
	aspectChecksum      = "checksum"   // whether X-Amz-Crc32 is right
	aspectReasons       = "reasons"    // the codes of a cancelled transaction
	aspectOldItem       = "old item"   // the item in the error of a failed condition
	aspectData          = "data"       // items, attributes, responses
	aspectOrder         = "order"      // the order of the items, for each partition
	aspectCount         = "count"
	aspectScanned       = "scanned"
	aspectPages         = "pages"    // the number of pages, and whether the last one was the end
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

// An Outcome is the answer of a target to a request, reduced to aspects.
type Outcome struct {
	Aspects map[string]string // by name, without those that the answer does not have
	Replies []Reply           // as received, one for each page
}

// kind returns "ok", the type of the error, or "no answer".
func (o *Outcome) kind() string { return o.Aspects[aspectOutcome] }

// noAnswerOutcome returns the outcome of a request without an answer.
func noAnswerOutcome(err error) *Outcome {
	return &Outcome{Aspects: map[string]string{aspectOutcome: outcomeNoAnswer, aspectData: err.Error()}}
}

// readError reduces an error to an outcome.
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

// checksumState says whether the checksum in an answer is right, wrong or absent.
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

// readOK reduces the pages of a successful answer to an outcome.
func readOK(r Request, replies []Reply) *Outcome {
	a := map[string]string{aspectOutcome: outcomeOK, aspectStatus: "200", aspectChecksum: checksumState(replies[0])}
	out := &Outcome{Aspects: a, Replies: replies}
	p := pageReader{aspects: a, counts: map[string]int{}, others: map[string]bool{}, last: "end"}
	for _, reply := range replies {
		v, err := decodeJSON(reply.Body)
		body := asObject(v)
		if err != nil || body == nil {
			a[aspectOutcome] = "not JSON"
			return out
		}
		p.readPage(body)
	}
	if r.isRead() {
		a[aspectCount] = strconv.Itoa(p.counts["Count"])
		a[aspectScanned] = strconv.Itoa(p.counts["ScannedCount"])
		a[aspectPages] = strconv.Itoa(len(replies)) + ", " + p.last
		readItems(r, p.items, a)
	}
	if p.capacity != nil {
		a[aspectCapacity] = readCapacity(p.capacity)
	}
	if r.Segments > 1 {
		delete(a, aspectPages) // each server decides which items are in which segment
	}
	if r.Operation == "Scan" && (len(replies) > 1 || p.last == "more") {
		delete(a, aspectCapacity) // each server decides which items are on which page
	}
	if r.Operation == "TransactWriteItems" && p.capacity != nil {
		a[aspectIndexCapacity], a[aspectCapacity] = a[aspectCapacity], tableCapacity(p.capacity[0])
	}
	if len(p.others) > 0 {
		a[aspectMembers] = strings.Join(sortedKeys(p.others), ",")
	}
	return out
}

// A pageReader collects the members of all pages of an answer.
type pageReader struct {
	aspects  map[string]string
	items    []any
	capacity []any
	counts   map[string]int
	others   map[string]bool // members without an aspect of their own
	last     string          // "more" if the page has a LastEvaluatedKey, otherwise "end"
}

func (p *pageReader) readPage(body map[string]any) {
	p.last = "end"
	if body["LastEvaluatedKey"] != nil {
		p.last = "more"
	}
	for _, name := range sortedKeys(body) { // TableNames comes after LastEvaluatedTableName
		switch value := body[name]; name {
		case "Item", "Attributes":
			p.aspects[aspectData] = canonicalJSON(canonicalItem(value))
		case "Items":
			for _, item := range asArray(value) {
				p.items = append(p.items, canonicalItem(item))
			}
		case "LastEvaluatedKey":
			p.aspects[aspectLastKey] = canonicalJSON(canonicalItem(value))
		case "Count", "ScannedCount":
			n, _ := strconv.Atoi(asString(value))
			p.counts[name] += n
		case "Responses":
			p.aspects[aspectData] = batchResponses(value)
		case "ConsumedCapacity":
			p.capacity = append(p.capacity, value)
		case "ItemCollectionMetrics":
			p.aspects[aspectMetrics] = collectionMetrics(value)
		case "UnprocessedItems", "UnprocessedKeys":
			p.aspects[aspectLeftOver] = canonicalJSON(value)
		case "TableDescription", "Table":
			p.aspects[aspectTable], p.aspects[aspectState] = describeTable(asObject(value))
		case "TimeToLiveSpecification", "TimeToLiveDescription", "TableNames", "LastEvaluatedTableName":
			p.aspects[aspectData] += name + canonicalJSON(value)
		default:
			p.others[name] = true
		}
	}
}

// readItems sets the aspects of the items. The order of a query is compared as a whole,
// that of a scan within each partition. If a scan stopped before the end its items are
// not compared: they may be any.
func readItems(r Request, items []any, a map[string]string) {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = canonicalJSON(item)
	}
	if r.Operation == "Query" {
		// Items with the same key in an index have no defined order.
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
		// The items may be any, and so the number that a filter accepts.
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

// batchResponses reduces Responses. For a batch it is a map of tables with items in any
// order, for a transaction a list in order.
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

// collectionMetrics reduces item collection metrics to their keys.
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

// tableCapacity reduces a consumed capacity to that of the tables. It is "" if the
// answer does not have the table apart from its indexes.
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

// readCapacity reduces the consumed capacity of all pages: units to numbers, and lists
// to sorted ones.
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
