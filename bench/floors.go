package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math/bits"
	"net/http"
	"strings"
	"time"
	"unsafe"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/dynamoconn/dynamoconn"
)

// Floors are what no library can do without. How far this library is from them says how
// much there is left to gain.

// allocateFloor returns a side that makes the items of a result without reading them from
// anything: memory in large pieces, none larger than needed, and each text copied.
func allocateFloor(items []dynamoconn.Item) side {
	sum := sumItems(items)
	needed := newSlabs(items)
	return floor(floorAllocate, func() error {
		slabs := *needed
		return check(sumItems(slabs.items(items)) == sum)
	})
}

// passFloor returns a side that looks at each byte of an answer once, eight at a time.
func passFloor(body []byte) side {
	quotes := strings.Count(string(body), `"`)
	return floor(floorPass, func() error { return check(countQuotes(body) == quotes) })
}

// signFloor returns a side that makes a request, signs it with the SDK's signer, and reads
// the answer.
func signFloor(ctx context.Context, client *cannedHTTPClient, action, body string) (side, error) {
	template, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://dynamodb.us-east-1.amazonaws.com/", nil)
	if err != nil {
		return side{}, err
	}
	template.Header.Set("Content-Type", "application/x-amz-json-1.0")
	template.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
	template.ContentLength = int64(len(body))
	signer := v4.NewSigner()
	return floor(floorSign, func() error {
		req := template.Clone(ctx)
		hash := sha256.Sum256([]byte(body))
		err := signer.SignHTTP(ctx, credentials, req, hex.EncodeToString(hash[:]), "dynamodb", "us-east-1", time.Now())
		if err != nil {
			return err
		}
		req.Body = io.NopCloser(strings.NewReader(body))
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return err
		}
		return check(len(answer) == len(client.body))
	}), nil
}

// countQuotes returns the number of quotes in b.
func countQuotes(b []byte) (n int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b) ^ '"'*ones // a quote becomes a zero byte
		n += 8 - bits.OnesCount64(((x&^highs)+^uint64(highs)|x)&highs)
	}
	for _, c := range b {
		if c == '"' {
			n++
		}
	}
	return n
}

// slabs gives out memory from large pieces.
type slabs struct {
	values     slab[dynamoconn.KeyValue]
	strings    slab[dynamoconn.KeyValueString]
	longs      slab[dynamoconn.KeyValueLong]
	decimals   slab[dynamoconn.KeyValueDecimal]
	booleans   slab[dynamoconn.KeyValueBoolean]
	binaries   slab[dynamoconn.KeyValueBinary]
	maps       slab[dynamoconn.KeyValueMap]
	lists      slab[dynamoconn.KeyValueList]
	stringSets slab[dynamoconn.KeyValueStringSet]
	numberSets slab[dynamoconn.KeyValueNumberSet]
	binarySets slab[dynamoconn.KeyValueBinarySet]
	texts      slab[string]
	numbers    slab[dynamoconn.Number]
	parts      slab[[]byte]
	bytes      slab[byte]
	text       slab[byte]
}

// newSlabs returns slabs that give out exactly what a copy of items needs.
func newSlabs(items []dynamoconn.Item) *slabs {
	var s slabs
	s.items(items)
	for _, slab := range []interface{ prepare() }{
		&s.values, &s.strings, &s.longs, &s.decimals, &s.booleans, &s.binaries, &s.maps, &s.lists,
		&s.stringSets, &s.numberSets, &s.binarySets, &s.texts, &s.numbers, &s.parts, &s.bytes, &s.text,
	} {
		slab.prepare()
	}
	return &s
}

// slab gives out slices of T.
type slab[T any] struct {
	free []T
	left int // how many will be taken yet, or below 0 how many have been taken that were not foreseen
}

// prepare makes the slab ready to give out once more what was taken.
func (s *slab[T]) prepare() { s.free, s.left = nil, -s.left }

func (s *slab[T]) take(n int) []T { return s.takeFrom(n, 512) }

// takeFrom returns n values, from pieces of that many.
func (s *slab[T]) takeFrom(n, piece int) []T {
	if len(s.free) < n {
		s.free = make([]T, max(n, min(piece, s.left)))
	}
	taken := s.free[:n:n]
	s.free, s.left = s.free[n:], s.left-n
	return taken
}

// put returns the address of a copy of value.
func (s *slab[T]) put(value T) *T {
	made := &s.take(1)[0]
	*made = value
	return made
}

// items returns a copy of items. Numbers and the names of attributes are shared with them.
func (s *slabs) items(items []dynamoconn.Item) []dynamoconn.Item {
	all := make([]dynamoconn.Item, len(items))
	for i, item := range items {
		all[i] = s.list(item)
	}
	return all
}

func (s *slabs) list(list []dynamoconn.KeyValue) []dynamoconn.KeyValue {
	all := s.values.take(len(list))
	for i, kv := range list {
		all[i] = s.value(kv)
	}
	return all
}

func (s *slabs) value(kv dynamoconn.KeyValue) dynamoconn.KeyValue {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		return s.strings.put(dynamoconn.KeyValueString{Key: kv.Key, StringValue: s.copyText(kv.StringValue)})
	case *dynamoconn.KeyValueLong:
		return s.longs.put(*kv)
	case *dynamoconn.KeyValueDecimal:
		return s.decimals.put(*kv)
	case *dynamoconn.KeyValueBoolean:
		return s.booleans.put(*kv)
	case *dynamoconn.KeyValueBinary:
		return s.binaries.put(dynamoconn.KeyValueBinary{Key: kv.Key, BinaryValue: s.copyBytes(kv.BinaryValue)})
	case *dynamoconn.KeyValueMap:
		return s.maps.put(dynamoconn.KeyValueMap{Key: kv.Key, MapValue: s.list(kv.MapValue)})
	case *dynamoconn.KeyValueList:
		return s.lists.put(dynamoconn.KeyValueList{Key: kv.Key, ListValue: s.list(kv.ListValue)})
	case *dynamoconn.KeyValueStringSet:
		texts := s.texts.take(len(kv.StringSetValue))
		for i, text := range kv.StringSetValue {
			texts[i] = s.copyText(text)
		}
		return s.stringSets.put(dynamoconn.KeyValueStringSet{Key: kv.Key, StringSetValue: texts})
	case *dynamoconn.KeyValueNumberSet:
		numbers := s.numbers.take(len(kv.NumberSetValue))
		copy(numbers, kv.NumberSetValue)
		return s.numberSets.put(dynamoconn.KeyValueNumberSet{Key: kv.Key, NumberSetValue: numbers})
	case *dynamoconn.KeyValueBinarySet:
		parts := s.parts.take(len(kv.BinarySetValue))
		for i, b := range kv.BinarySetValue {
			parts[i] = s.copyBytes(b)
		}
		return s.binarySets.put(dynamoconn.KeyValueBinarySet{Key: kv.Key, BinarySetValue: parts})
	}
	return kv
}

func (s *slabs) copyBytes(b []byte) []byte {
	made := s.bytes.takeFrom(len(b), textPiece)
	copy(made, b)
	return made
}

const textPiece = 16 << 10 // bytes

// copyText copies text into a large piece, or into one of its own.
func (s *slabs) copyText(text string) string {
	made := s.text.takeFrom(len(text), textPiece)
	copy(made, text)
	return unsafe.String(unsafe.SliceData(made), len(made))
}
