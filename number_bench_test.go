package dynamoconn_test

import (
	"math/big"
	"strconv"
	"testing"

	"github.com/dynamoconn/dynamoconn"
)

var benchmarkNumbers = map[string]string{
	"short integer": "42",
	"int64":         "9223372036854775807",
	"decimal":       "1234.56",
	"38 digits":     "1.2345678901234567890123456789012345678",
}

func BenchmarkParseNumber(b *testing.B) {
	for name, s := range benchmarkNumbers {
		b.Run("Number/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := dynamoconn.ParseNumber(s); err != nil || n.String() != s {
					b.Fatal(n, err)
				}
			}
		})
		b.Run("strconv.ParseFloat/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := strconv.ParseFloat(s, 64); err != nil || f == 0 {
					b.Fatal(f, err)
				}
			}
		})
		b.Run("big.Rat/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, ok := new(big.Rat).SetString(s); !ok || r.Sign() <= 0 {
					b.Fatal(r, ok)
				}
			}
		})
	}
}

func BenchmarkNumberInt64(b *testing.B) {
	for _, s := range []string{"42", "9223372036854775807", "1e2"} {
		n := dynamoconn.MustNumber(s)
		b.Run("Number/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := n.Int64(); err != nil || v <= 0 {
					b.Fatal(v, err)
				}
			}
		})
		if s == "1e2" {
			continue // strconv.ParseInt refuses it
		}
		b.Run("strconv.ParseInt/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := strconv.ParseInt(s, 10, 64); err != nil || v <= 0 {
					b.Fatal(v, err)
				}
			}
		})
	}
}

func BenchmarkNumberFloat64(b *testing.B) {
	for _, s := range []string{"1234.56", "0.30000000000000004"} {
		n := dynamoconn.MustNumber(s)
		b.Run("Number/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := n.Float64(); err != nil || f <= 0 {
					b.Fatal(f, err)
				}
			}
		})
		b.Run("strconv.ParseFloat/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := strconv.ParseFloat(s, 64); err != nil || f <= 0 {
					b.Fatal(f, err)
				}
			}
		})
	}
}

func BenchmarkNumberCmp(b *testing.B) {
	n, m := dynamoconn.MustNumber("1234.56"), dynamoconn.MustNumber("1234.57")
	b.Run("Number", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n.Cmp(m) != -1 {
				b.Fatal("wrong order")
			}
		}
	})
	b.Run("big.Rat", func(b *testing.B) {
		x, y := n.BigRat(), m.BigRat() // parsing is not counted
		b.ReportAllocs()
		for b.Loop() {
			if x.Cmp(y) != -1 {
				b.Fatal("wrong order")
			}
		}
	})
}

func BenchmarkNumberCanonical(b *testing.B) {
	for _, s := range []string{"42", "1234.56", "1.10", "1E-130", "-1.5E125"} {
		n := dynamoconn.MustNumber(s)
		want := n.Canonical().String()
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c := n.Canonical(); c.String() != want {
					b.Fatal(c)
				}
			}
		})
	}
}

func BenchmarkNumberMarshalJSON(b *testing.B) {
	n := dynamoconn.MustNumber("1234.560")
	b.ReportAllocs()
	for b.Loop() {
		if data, err := n.MarshalJSON(); err != nil || len(data) != 8 {
			b.Fatal(data, err)
		}
	}
}
