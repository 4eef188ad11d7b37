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

// noAnswer is the outcome of a request that a target did not survive.
func noAnswer(err error) *Outcome {
	return &Outcome{Aspects: map[string]string{aspectOutcome: outcomeNoAnswer, aspectData: err.Error()}}
}

// readError reduces an error answer.
func readError(reply Reply) *Outcome {
	a := map[string]string{aspectStatus: strconv.Itoa(reply.Status), aspectChecksum: checksum(reply)}
	out := &Outcome{Aspects: a, Replies: []Reply{reply}}
	v, err := decode(reply.Body)
	body := object(v)
	if err != nil || body == nil {
		a[aspectOutcome] = "not JSON"
		return out
	}
	namespace, name, ok := strings.Cut(str(body["__type"]), "#")
	if !ok {
		namespace, name = "", namespace
	}
	a[aspectNamespace], a[aspectOutcome] = namespace, name
	message := ""
	for _, member := range []string{"message", "Message"} {
		if m, ok := body[member]; ok {
			a[aspectMember], message = member, str(m)
		}
	}
	s := readMessage(message)
	a[aspectConstraint], a[aspectField] = s.constraint, s.field
	if item, ok := body["Item"]; ok {
		a[aspectOldItem] = text(canonicalItem(item))
	}
	if reasons := array(body["CancellationReasons"]); reasons != nil {
		codes := make([]string, len(reasons))
		items := make([]any, len(reasons))
		for i, r := range reasons {
			reason := object(r)
			codes[i] = str(reason["Code"])
			if codes[i] == "ValidationError" {
				s := readMessage(str(reason["Message"]))
				codes[i] += "(" + s.constraint + ")"
			}
			if reason["Item"] != nil {
				items[i] = canonicalItem(reason["Item"])
			}
		}
		a[aspectReasons] = strings.Join(codes, ",")
		a[aspectOldItem] = text(items)
	}
	return out
}

// checksum says whether the CRC that an answer carries fits it.
func checksum(reply Reply) string {
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
	a := map[string]string{aspectOutcome: outcomeOK, aspectStatus: "200", aspectChecksum: checksum(replies[0])}
	out := &Outcome{Aspects: a, Replies: replies}
	sum := pagesSum{aspects: a, counts: map[string]int{}, unknown: map[string]bool{}}
	for _, reply := range replies {
		v, err := decode(reply.Body)
		body := object(v)
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
	if r.reads() {
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
		s.aspects[aspectData] = text(canonicalItem(value))
	case "Items":
		for _, item := range array(value) {
			s.items = append(s.items, canonicalItem(item))
		}
	case "LastEvaluatedKey":
		s.aspects[aspectLastKey] = text(canonicalItem(value))
	case "Count", "ScannedCount":
		n, _ := strconv.Atoi(str(value))
		s.counts[name] += n
	case "Responses":
		s.aspects[aspectData] = responses(value)
	case "ConsumedCapacity":
		s.capacity = append(s.capacity, value)
	case "ItemCollectionMetrics":
		s.aspects[aspectMetrics] = metrics(value)
	case "UnprocessedItems", "UnprocessedKeys":
		s.aspects[aspectLeftOver] = text(value)
	case "TableDescription", "Table":
		s.aspects[aspectTable], s.aspects[aspectState] = describeTable(object(value))
	case "TimeToLiveSpecification", "TimeToLiveDescription", "TableNames", "LastEvaluatedTableName":
		s.aspects[aspectData] += name + text(value)
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
		texts[i] = text(item)
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
			m := object(item)
			partitions[text(m[r.OrderBy[0]])] = append(partitions[text(m[r.OrderBy[0]])], text(m[r.OrderBy[1]]))
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

// responses reduces the answers of a batch (a map of tables, each in any
// order) or of a transaction (a list, in order).
func responses(v any) string {
	if list := array(v); list != nil {
		out := make([]any, len(list))
		for i, e := range list {
			if item, ok := object(e)["Item"]; ok {
				out[i] = canonicalItem(item)
			}
		}
		return text(out)
	}
	out := map[string][]string{}
	for table, items := range object(v) {
		texts := []string{}
		for _, item := range array(items) {
			texts = append(texts, text(canonicalItem(item)))
		}
		slices.Sort(texts)
		out[table] = texts
	}
	return text(out)
}

// metrics reduces item collection metrics to the keys they are about.
func metrics(v any) string {
	one := func(v any) string {
		m := object(v)
		return text(canonicalItem(m["ItemCollectionKey"])) + " " + strconv.Itoa(len(array(m["SizeEstimateRangeGB"])))
	}
	m := object(v)
	if m["ItemCollectionKey"] != nil {
		return one(v)
	}
	lines := []string{}
	for table, list := range m {
		for _, e := range array(list) {
			lines = append(lines, table+" "+one(e))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// tableCapacity leaves the indexes out; "" if the answer does not tell them apart.
func tableCapacity(v any) string {
	var lines []string
	for _, e := range array(v) {
		if t := object(e)["Table"]; t != nil {
			lines = append(lines, str(object(e)["TableName"])+" "+readCapacity([]any{t}))
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
			if f, err := strconv.ParseFloat(str(v), 64); err == nil {
				return f
			}
			return v
		}
	}
	lines := []string{}
	for i, page := range pages {
		if list := array(page); list != nil {
			for _, e := range list {
				lines = append(lines, text(units(e)))
			}
			slices.Sort(lines)
			continue
		}
		lines = append(lines, fmt.Sprintf("%d %s", i, text(units(page))))
	}
	return strings.Join(lines, "\n")
}
