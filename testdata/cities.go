// Package testdata holds the data that the tests and the examples share. README.md
// says where it comes from and under which licence.
package testdata

import _ "embed"

//go:embed cities-1000.jsonl
var cities string

// Cities returns the file cities-1000.jsonl: 1,000 cities, one JSON object a line.
// The data is from GeoNames, CC BY 4.0.
func Cities() string { return cities }
