package dynamoconn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/dynamoconn/dynamoconn"
)

func ExampleNumber() {
	price := dynamoconn.MustNumber("1.10")
	same := dynamoconn.MustNumber("1.1")

	fmt.Println(price, same)
	fmt.Println(price == same, price.Equal(same))
	// Output:
	// 1.10 1.1
	// false true
}

func ExampleParseNumber() {
	n, err := dynamoconn.ParseNumber("12345678901234567890123456789012345678")
	fmt.Println(n, err)

	_, err = dynamoconn.ParseNumber("1e126")
	fmt.Println(errors.Is(err, dynamoconn.ErrInvalidNumber))
	// Output:
	// 12345678901234567890123456789012345678 <nil>
	// true
}

func ExampleNumberFromFloat64() {
	n, err := dynamoconn.NumberFromFloat64(0.1)
	fmt.Println(n, err)
	// Output: 0.1 <nil>
}

func ExampleNumberFromBigRat() {
	eighth, err := dynamoconn.NumberFromBigRat(big.NewRat(1, 8))
	fmt.Println(eighth, err)

	_, err = dynamoconn.NumberFromBigRat(big.NewRat(1, 3))
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 0.125 <nil>
	// true
}

func ExampleNumber_Int64() {
	count, err := dynamoconn.MustNumber("1e2").Int64()
	fmt.Println(count, err)

	_, err = dynamoconn.MustNumber("1.5").Int64()
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 100 <nil>
	// true
}

func ExampleNumber_Float64() {
	f, err := dynamoconn.MustNumber("0.1").Float64()
	fmt.Println(f, err)

	_, err = dynamoconn.MustNumber("9007199254740993").Float64()
	fmt.Println(errors.Is(err, dynamoconn.ErrInexact))
	// Output:
	// 0.1 <nil>
	// true
}

func ExampleNumber_BigRat() {
	sum := dynamoconn.MustNumber("0.1").BigRat()
	sum.Add(sum, dynamoconn.MustNumber("0.2").BigRat())
	total, err := dynamoconn.NumberFromBigRat(sum)
	fmt.Println(total, err)
	// Output: 0.3 <nil>
}

func ExampleNumber_Canonical() {
	seen := map[dynamoconn.Number]int{}
	for _, text := range []string{"1", "1.0", "10e-1", "1E-130"} {
		seen[dynamoconn.MustNumber(text).Canonical()]++
	}
	fmt.Println(seen[dynamoconn.NumberFromInt64(1)], len(seen))
	// Output: 3 2
}

func ExampleNumber_MarshalJSON() {
	data, err := json.Marshal([]dynamoconn.Number{
		dynamoconn.MustNumber("1.10"),
		dynamoconn.MustNumber("+.5"),
		{},
	})
	fmt.Println(string(data), err)
	// Output: [1.10,0.5,0] <nil>
}
