package dynamoconn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func decodeAnswer(action string, body []byte) (*answer, error) {
	return decodeAnswerInto(action, body, nil)
}

// decodeAnswerInto returns the answer that [answer.decode] makes.
func decodeAnswerInto(action string, body []byte, into itemTarget) (*answer, error) {
	a := &answer{}
	if err := a.decode(action, body, into); err != nil {
		return nil, err
	}
	return a, nil
}

func TestDecodeAnswerAgreesWithTheSDK(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(itemGenerator{}.item(), 0, 5).Draw(t, "items")
		body := pageOf(items)
		requireAsJudged(t, "Scan", body)
		got, err := decodeAnswer("Scan", body)
		require.NoError(t, err)
		require.Len(t, got.items, len(items))
		for i, item := range items {
			require.True(t, got.items[i].Equal(item))
		}
		var spaced bytes.Buffer
		require.NoError(t, json.Indent(&spaced, body, "\n", "\t "))
		again, err := decodeAnswer("Scan", spaced.Bytes())
		require.NoError(t, err)
		require.Equal(t, got, again, "white space means something")
	})
}

func TestDecodeAnswerOfEachSeed(t *testing.T) {
	t.Parallel()
	for _, action := range judgedActions {
		accepted := 0
		for _, body := range answerSeeds(action) {
			requireAsJudged(t, action, []byte(body))
			if _, err := decodeAnswer(action, []byte(body)); err == nil {
				accepted++
			}
		}
		assert.Greater(t, accepted, 10, action)
	}
}

func TestPartOfAnAnswerIsRefused(t *testing.T) {
	t.Parallel()
	for _, action := range judgedActions {
		body := []byte(answerSeeds(action)[0])
		_, err := decodeAnswer(action, body)
		require.NoError(t, err, action)
		for n := range body {
			_, err := decodeAnswer(action, body[:n:n])
			require.ErrorIs(t, err, ErrCorruptResponse, "%s", body[:n])
		}
	}
}

// An answer with a flipped bit means what it means to the SDK, or is refused.
func TestEachBitOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, action := range judgedActions {
		body := []byte(answerSeeds(action)[0])
		for bit := range 8 * len(body) {
			flipped := bytes.Clone(body)
			flipped[bit/8] ^= 1 << (bit % 8)
			requireAsJudged(t, action, flipped)
		}
	}
}

func TestDamageNamesItsPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ action, body, want string }{
		{"Scan", `{"Items":[{},{"Year":{"N":"x"}}]}`, "Items[1].Year: is not a number"},
		{"Scan", `{"Items":[{"A":{"S":"1"},"A":{"S":"2"}}]}`, "Items[0].A: is in the item twice"},
		{"Scan", `{"Items":[{"A":{"L":[{"S":"x"},{"M":{"b c":{"NULL":false}}}]}}]}`, `Items[0].A[1]."b c": is a NULL that is false`},
		{"Scan", `{"Items":[{"A":{"SS":["a",null]}}]}`, "Items[0].A[1]: has no value"},
		{"Scan", `{"Items":[{"A":{"SS":["a","b","a"]}}]}`, "Items[0].A[2]: is in the set twice"},
		{"Scan", `{"Items":[{"A":{"NS":[]}}]}`, "Items[0].A: a set must not be empty"},
		{"Scan", `{"Items":[{"A":{"X":1}}]}`, "Items[0].A: is of the unknown type X"},
		{"Scan", `{"Items":[{"A":{"S":"x","N":"1"}}]}`, "Items[0].A: has more than one type"},
		{"Scan", `{"Items":[{"A":{"BOOL":1}}]}`, "Items[0].A: is not what its type says"},
		{"Scan", `{"Items":[{"A":{"B":"?"}}]}`, "Items[0].A: is not base64"},
		{"Scan", `{"Items":[{"A":{"S":"\ud800"}}]}`, "Items[0].A: is not valid UTF-8"},
		{"Scan", `{"Items":[{"A":{"S":"x"}`, "Items[0]: is not valid JSON at byte 24"},
		{"Scan", `{"Items":[{},null]}`, "Items[1]: has no value"},
		{"Scan", `{"LastEvaluatedKey":{"A":{}}}`, "LastEvaluatedKey.A: has no value"},
		{"Scan", `{"Count":1.5}`, "Count: is not an integer of 32 bits"},
		{"GetItem", `{"Item":{"A":null}}`, "Item.A: has no value"},
		{"GetItem", `{"Item":null}`, "the item is null"},
		{"GetItem", `{"Attributes":{}}`, "the answer is one to another action: it has the member Attributes"},
		{"PutItem", `{"Attributes":{"A":null}}`, "OldItem.A: has no value"},
		{"BatchGetItem", `{"Responses":{"T":[{},{"A":{"N":""}}]}}`, "Responses.A: is not a number"},
		{"BatchGetItem", `{"UnprocessedKeys":{"T":{"Keys":[{"A":{"N":""}}]}}}`, "UnprocessedKeys.A: is not a number"},
		{"BatchWriteItem", `{"UnprocessedItems":{"T":[{}]}}`, "UnprocessedItems: holds an entry that is neither a put nor a delete"},
		{"TransactGetItems", `{"Responses":[null]}`, "Responses: has no value"},
		{"GetItem", `{}{}`, "a success with something behind its JSON object"},
		{"GetItem", ``, "a success with an empty body"},
	} {
		_, err := decodeAnswer(test.action, []byte(test.body))
		assert.EqualError(t, err, "corrupt response: "+test.want, test.body)
		var field *FieldError
		assert.ErrorAs(t, err, &field)
	}
}

func TestLargeSets(t *testing.T) {
	t.Parallel()
	for n := 1; n < 40; n++ {
		var texts, numbers []string
		for i := range n {
			texts, numbers = append(texts, strconv.Quote("t"+strconv.Itoa(i))), append(numbers, strconv.Quote(strconv.Itoa(i)))
		}
		form := `{"Item":{"A":{"SS":[%s]},"B":{"NS":[%s]}}}`
		requireAsJudged(t, "GetItem", fmt.Appendf(nil, form, strings.Join(texts, ","), strings.Join(numbers, ",")))
		for _, place := range []int{0, n / 2, n - 1} {
			_, err := decodeAnswer("GetItem", fmt.Appendf(nil, form, strings.Join(append(texts, texts[place]), ","), `"1"`))
			assert.EqualError(t, err, fmt.Sprintf("corrupt response: Item.A[%d]: is in the set twice", n))
			_, err = decodeAnswer("GetItem", fmt.Appendf(nil, form, `"a"`, strings.Join(append(numbers, fmt.Sprintf(`"%d.0"`, place)), ",")))
			assert.EqualError(t, err, fmt.Sprintf("corrupt response: Item.B[%d]: is in the set twice", n))
		}
	}
}

// A name that is written with an escape must not be taken for one that ends earlier.
func TestNameWithAQuoteIsNoOtherName(t *testing.T) {
	t.Parallel()
	items, err := decodeAnswer("Scan", []byte(`{"Items":[{"a\":b":{"S":"x"}},{"a\":b":{"S":"x"}}]}`))
	require.NoError(t, err)
	assert.Equal(t, []Item{{String(`a":b`, "x")}, {String(`a":b`, "x")}}, items.items)
	_, err = decodeAnswer("Scan", []byte(`{"Items":[{"a\":b":{"S":"x"}},{"a":b":{"S":"x"}}]}`))
	assert.ErrorIs(t, err, ErrCorruptResponse)
}

// Names after the first 256 are read without the table of names.
func TestManyNames(t *testing.T) {
	t.Parallel()
	for _, n := range []int{mostNames - 1, mostNames, mostNames + 1, 3 * mostNames} {
		var item Item
		for i := range n {
			item = append(item, Long("name-"+strconv.Itoa(i*7919%n), int64(i)))
		}
		body := pageOf([]Item{item, item, item[n/2:], {String("other", "x")}, item})
		requireAsJudged(t, "Scan", body)
		for _, place := range []int{0, n - 1} {
			twice := slices.Concat(item, Item{item[place]})
			var text []byte
			for _, kv := range twice {
				text = fmt.Appendf(text, `,%q:{"N":"1"}`, kv.KeyName())
			}
			_, err := decodeAnswer("GetItem", fmt.Appendf(nil, `{"Item":{%s}}`, text[1:]))
			assert.ErrorContains(t, err, "is in the item twice")
		}
	}
}

// Items of one answer share memory. A change of one must not reach another.
func TestItemsOfAnAnswerAreApart(t *testing.T) {
	t.Parallel()
	odd := Item{
		Binary("B", []byte("bytes")), BinarySet("BS", []byte("x"), []byte("yz")), List("L", String("", "a"), Long("", 1)),
		Map("M", String("a", "b")), NumberSet("NS", MustNumber("1.5"), MustNumber("2")), StringSet("SS", "a", "b"),
	}
	items := slices.Repeat([]Item{odd}, 50)
	a, err := decodeAnswer("Scan", pageOf(items))
	require.NoError(t, err)
	for i, item := range a.items {
		if i%2 == 0 {
			continue
		}
		extra := String("Z", "extra")
		_ = append(item, extra)
		for _, kv := range item {
			switch kv := kv.(type) {
			case *KeyValueBinary:
				_ = append(kv.BinaryValue, "overwritten"...)
			case *KeyValueBinarySet:
				_ = append(kv.BinarySetValue, nil)
				for _, member := range kv.BinarySetValue {
					_ = append(member, "overwritten"...)
				}
			case *KeyValueList:
				_ = append(kv.ListValue, extra)
			case *KeyValueMap:
				_ = append(kv.MapValue, extra)
			case *KeyValueNumberSet:
				_ = append(kv.NumberSetValue, MustNumber("7"))
			case *KeyValueStringSet:
				_ = append(kv.StringSetValue, "extra")
			}
		}
	}
	assert.Equal(t, items, a.items)
}

func TestDecodingAllocatesLittle(t *testing.T) {
	for name, most := range map[string]float64{"items": 450, "rotated": 450, "nested": 600, "text": 250, "one": 35} { // some more than it needs: with the race detector pools lose what they hold
		body := pages()[name]
		got := testing.AllocsPerRun(5, func() {
			if _, err := decodeAnswer("Scan", body); err != nil {
				panic(err)
			}
		})
		assert.LessOrEqual(t, got, most, name)
	}
}

// A small answer takes little more memory than its items: 560 bytes for each of these, with
// its texts.
func TestSmallAnswersTakeLittleMemory(t *testing.T) {
	for n, most := range map[int]uint64{1: 1_100, 10: 8_000, 100: 75_000} {
		var items []Item
		for i := range n {
			items = append(items, benchCity(i))
		}
		body := pageOf(items)
		took := uint64(math.MaxUint64)
		for range 5 { // the least counts: a reader may have to be made first
			u := &used{}
			u.measure(func() {
				if _, err := decodeAnswer("Scan", body); err != nil {
					panic(err)
				}
			})
			took = min(took, u.bytes)
		}
		assert.LessOrEqual(t, took, most, n)
	}
}

// keptBytes returns how much memory stays alive because of what keep takes of an answer, on
// the average of many answers.
func keptBytes(body []byte, keep func(a *answer) any) int {
	const answers = 3
	kept := make([]any, 0, answers)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range answers {
		a, err := decodeAnswer("Scan", body)
		if err != nil {
			panic(err)
		}
		kept = append(kept, keep(a))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return (int(after.HeapAlloc) - int(before.HeapAlloc)) / answers
}

// What is kept of an answer keeps its neighbours alive, and no more. A clone keeps nothing.
func TestWhatIsKeptKeepsLittleAlive(t *testing.T) {
	for name, body := range pages() {
		if name == "one" {
			continue
		}
		whole := keptBytes(body, func(a *answer) any { return a })
		assert.Greater(t, whole, 300<<10, name)
		for _, place := range []int{0, 1, 2} {
			item := func(a *answer) Item { return a.items[place*(len(a.items)-1)/2] }
			const most = 200 << 10 // what is read from 80 KB of these answers
			assert.Less(t, keptBytes(body, func(a *answer) any { return item(a) }), most, name)
			assert.Less(t, keptBytes(body, func(a *answer) any { return item(a)[0] }), most, name)
			assert.Less(t, keptBytes(body, func(a *answer) any { return item(a).Clone() }), 8<<10, name)
		}
	}
}

func TestAnswersAreDecodedAtTheSameTime(t *testing.T) {
	t.Parallel()
	bodies := pages()
	var want sync.Map
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for name, body := range bodies {
				a, err := decodeAnswer("Scan", body)
				if !assert.NoError(t, err) {
					return
				}
				if other, loaded := want.LoadOrStore(name, a); loaded {
					assert.Equal(t, other, a, name)
				}
				_, err = decodeAnswer("Scan", body[:len(body)/2])
				assert.Error(t, err)
			}
		})
	}
	wait.Wait()
}

// The count of a page is a hint for memory and proves nothing.
func TestCountAllocatesNothingThatTheAnswerHasNoRoomFor(t *testing.T) {
	body := []byte(`{"Count":2147483647,"Items":[{"A":{"S":"x"}}]}`)
	var got used
	got.measure(func() { _, _ = decodeAnswer("Scan", body) })
	assert.Less(t, got.bytes, uint64(16*len(body)+4096))
	a, err := decodeAnswer("Scan", []byte(`{"Count":0,"Items":[`+strings.Repeat(`{},`, 5000)+`{}]}`))
	require.NoError(t, err)
	assert.Len(t, a.items, 5001)
}
