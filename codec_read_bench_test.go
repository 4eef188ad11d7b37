package dynamoconn

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// pageOf returns the answer to a Scan that has these items.
func pageOf(items []Item) []byte {
	b := fmt.Appendf(nil, `{"Count":%d,"Items":[`, len(items))
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, _, err = appendItem(b, item); err != nil {
			panic(err)
		}
	}
	return fmt.Appendf(b, `],"ScannedCount":%d}`, len(items))
}

// pages are answers to a Scan with items of several shapes.
func pages() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	shapes := map[string]struct {
		n    int
		item func(n int) Item
	}{
		"items":   {3000, benchCity},
		"rotated": {3000, func(n int) Item { return rotated(benchCity(n), random) }},
		"nested":  {1000, benchOrder},
		"text":    {400, benchText},
		"one":     {1, benchCity},
	}
	bodies := make(map[string][]byte)
	for name, shape := range shapes {
		items := make([]Item, shape.n)
		for i := range items {
			items[i] = shape.item(i)
		}
		bodies[name] = pageOf(items)
	}
	return bodies
}

func benchCity(n int) Item {
	name := [...]string{"Lyon", "Sant Julià de Lòria", "Springfield", "São Paulo", "New Braunfels"}[n%5]
	return Item{
		Long("ID", int64(n)),
		String("Name", fmt.Sprintf("%s %d", name, n)),
		String("Country", [...]string{"FR", "AD", "US", "BR", "US"}[n%5]),
		Decimal("Latitude", MustNumber(fmt.Sprintf("%d.%05d", n%90, n%99999+1))),
		Decimal("Longitude", MustNumber(fmt.Sprintf("-%d.%05d", n%180, n%88888+1))),
		Boolean("Capital", n%100 == 0),
		StringSet("Tags", "geonames", "city-"+strconv.Itoa(n%7)),
		List("Admin", String("", strconv.Itoa(n%95)), Long("", int64(n%1000))),
	}
}

// rotated returns item with its attributes in another order, and one in four left out.
func rotated(item Item, random *rand.Rand) Item {
	at := random.IntN(len(item))
	all := append(append(Item{}, item[at:]...), item[:at]...)
	some := Item{}
	for _, kv := range all {
		if random.IntN(4) > 0 {
			some = append(some, kv)
		}
	}
	return some
}

func benchOrder(n int) Item {
	line := func(i int) KeyValue {
		return Map("", String("SKU", fmt.Sprintf("SKU-%d-%d", n, i)), Long("Quantity", int64(i)), Decimal("Price", MustNumber(fmt.Sprintf("%d.99", n%100))))
	}
	return Item{
		String("ID", fmt.Sprintf("order-%d", n)),
		Map("Address", String("City", "Lyon"), String("Street", fmt.Sprintf("Rue Paradis %d", n)), List("Phones", String("", "+33 1"), String("", "+33 2"))),
		List("Lines", line(1), line(2), line(3)),
		StringSet("Tags", "new", "paid", "eu"),
		NumberSet("Codes", MustNumber("1"), MustNumber(strconv.Itoa(n+2))),
		Binary("Hash", bytes.Repeat([]byte{byte(n)}, 32)),
		BinarySet("Keys", []byte{1, 2, 3}, []byte{4, 5, byte(n)}),
	}
}

func benchText(n int) Item {
	const line = "She wrote \"maybe\": naïve façade, Größe, 東京 \\ Привет 🎉, and what else there is to say about it.\n"
	return Item{Long("ID", int64(n)), String("Text", strings.Repeat(line, 2048/len(line)))}
}

// BenchmarkDecodeAnswer decodes the same answers with the SDK's decoder and with ours, in
// turns. Beside what ours takes, it reports the part of what the SDK takes, by the shortest
// time of each, and the same of two floors: allocating a result of that size, and looking at
// the bytes for quotes.
func BenchmarkDecodeAnswer(b *testing.B) {
	for name, body := range pages() {
		b.Run(name, func(b *testing.B) {
			decodeSDK := func() {
				var out dynamodb.ScanOutput
				if err := sdkDecode(sdkProtocol, "Scan", body, &out); err != nil || len(out.Items) == 0 {
					b.Fatal(err)
				}
			}
			decodeOurs := func() {
				if a, err := decodeAnswer("Scan", body); err != nil || len(a.items) == 0 {
					b.Fatal(err)
				}
			}
			a, err := decodeAnswer("Scan", body)
			require.NoError(b, err)
			shape := shapeOf(a.items)
			visit := func() {
				s := jsontext.Scanner{Data: body}
				if err := s.SkipValue(); err != nil {
					b.Fatal(err)
				}
			}
			ours, sdk, floor, pass := &used{}, &used{}, &used{}, &used{}
			ours.measure(decodeOurs)
			sdk.measure(decodeSDK)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				sdk.run(decodeSDK)
				ours.run(decodeOurs)
				floor.run(shape.allocate)
				pass.run(visit)
			}
			b.ReportMetric(float64(ours.time)/float64(sdk.time), "time/sdk")
			b.ReportMetric(float64(floor.time)/float64(sdk.time), "alloc-floor/sdk")
			b.ReportMetric(float64(pass.time)/float64(sdk.time), "skip-floor/sdk")
			b.ReportMetric(float64(ours.allocs)/float64(sdk.allocs), "allocs/sdk")
			b.ReportMetric(float64(ours.bytes)/float64(sdk.bytes), "bytes/sdk")
			b.ReportMetric(float64(ours.allocs), "our-allocs")
			b.ReportMetric(float64(ours.time), "our-ns")
		})
	}
}

// used is what some work took.
type used struct {
	time          time.Duration // the shortest
	allocs, bytes uint64
}

func (u *used) run(work func()) {
	began := time.Now()
	work()
	if took := time.Since(began); u.time == 0 || took < u.time {
		u.time = took
	}
}

func (u *used) measure(work func()) {
	work()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	u.allocs, u.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
}

// resultShape is how much memory some items take.
type resultShape struct {
	items, values, strings, longs, decimals, others, text int
}

func shapeOf(items []Item) *resultShape {
	shape := &resultShape{items: len(items)}
	var count func(values []KeyValue)
	count = func(values []KeyValue) {
		shape.values += len(values)
		for _, kv := range values {
			switch kv := kv.(type) {
			case *KeyValueString:
				shape.strings++
				shape.text += len(kv.StringValue)
			case *KeyValueLong:
				shape.longs++
			case *KeyValueDecimal:
				shape.decimals++
				shape.text += len(kv.DecimalValue.String())
			case *KeyValueList:
				shape.others++
				count(kv.ListValue)
			case *KeyValueMap:
				shape.others++
				count(kv.MapValue)
			default:
				shape.others++
			}
		}
	}
	for _, item := range items {
		count(item)
	}
	return shape
}

var sink []any

// allocate allocates that much memory in slabs, and makes nothing of it.
func (s *resultShape) allocate() {
	const slab = 256
	sink = sink[:0]
	keep := func(n int, allocate func(n int) any) {
		for ; n > 0; n -= slab {
			sink = append(sink, allocate(min(n, slab)))
		}
	}
	sink = append(sink, make([]Item, s.items))
	keep(s.values, func(n int) any { return make([]KeyValue, n) })
	keep(s.strings, func(n int) any { return make([]KeyValueString, n) })
	keep(s.longs, func(n int) any { return make([]KeyValueLong, n) })
	keep(s.decimals, func(n int) any { return make([]KeyValueDecimal, n) })
	keep(s.others, func(n int) any { return make([]KeyValueList, n) })
	keep(s.text/64, func(n int) any { return make([]byte, 64*n) })
}

func BenchmarkDecodeOurs(b *testing.B) {
	for name, body := range pages() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			ours := &used{}
			for b.Loop() {
				ours.run(func() {
					a, err := decodeAnswer("Scan", body)
					if err != nil || len(a.items) == 0 {
						b.Fatal(err)
					}
				})
			}
			b.ReportMetric(float64(ours.time), "min-ns")
		})
	}
}
