//go:build ignore

// This program chooses the rows of cities-1000.jsonl; README.md says how.
//
//	go run testdata/choose-cities.go path/to/cities.json >testdata/cities-1000.jsonl
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
)

const rows = 1000

// city is a row of the source. Its numbers are text there and stay text here.
type city struct {
	Name, Country, Lat, Lng, Admin1 string
}

// wellKnown are in the sample whatever the arithmetic says, because examples read
// better with them.
var wellKnown = []city{
	{Country: "AR", Name: "Ushuaia"}, {Country: "AU", Name: "Sydney"}, {Country: "BR", Name: "São Paulo"},
	{Country: "CA", Name: "Montréal"}, {Country: "CH", Name: "Zürich"}, {Country: "CN", Name: "Shanghai"},
	{Country: "DE", Name: "Köln"}, {Country: "DK", Name: "Copenhagen"}, {Country: "EG", Name: "Cairo"},
	{Country: "ES", Name: "A Coruña"}, {Country: "FR", Name: "Paris"}, {Country: "GB", Name: "London"},
	{Country: "GR", Name: "Athens"}, {Country: "IN", Name: "Mumbai"}, {Country: "IS", Name: "Reykjavík"},
	{Country: "IT", Name: "Rome"}, {Country: "JP", Name: "Kyoto"}, {Country: "KE", Name: "Nairobi"},
	{Country: "MX", Name: "Mexico City"}, {Country: "NZ", Name: "Wellington"}, {Country: "PE", Name: "Lima"},
	{Country: "PL", Name: "Łódź"}, {Country: "SE", Name: "Malmö"}, {Country: "US", Name: "Seattle"},
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var all []city
	if err := json.Unmarshal(text, &all); err != nil {
		log.Fatal(err)
	}
	chosen := make([]bool, len(all))
	byCountry := make(map[string][]int)
	for i, c := range all {
		byCountry[c.Country] = append(byCountry[c.Country], i)
	}
	for _, known := range wellKnown {
		i := slices.IndexFunc(byCountry[known.Country], func(i int) bool { return all[i].Name == known.Name })
		if i < 0 {
			log.Fatalf("the source has no %s in %s", known.Name, known.Country)
		}
		chosen[byCountry[known.Country][i]] = true
	}
	share := shares(byCountry, rows-len(wellKnown))
	for country, places := range byCountry {
		places = slices.DeleteFunc(slices.Clone(places), func(i int) bool { return chosen[i] })
		for n := range share[country] {
			chosen[places[n*len(places)/share[country]]] = true
		}
	}

	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	id := 0
	for i, c := range all {
		if !chosen[i] {
			continue
		}
		id++
		name, _ := json.Marshal(c.Name)
		fmt.Fprintf(out, `{"ID":%d,"Name":%s,"Country":%q,"Latitude":%s,"Longitude":%s,"Admin1":%q}`+"\n",
			id, name, c.Country, c.Lat, c.Lng, c.Admin1)
	}
}

// shares deals out total rows: one to each country, the rest in proportion to the
// square root of the country's rows, the largest remainders rounded up.
func shares(byCountry map[string][]int, total int) map[string]int {
	type part struct {
		country string
		rest    float64
	}
	var sum float64
	for _, places := range byCountry {
		sum += math.Sqrt(float64(len(places) - 1))
	}
	left := total - len(byCountry)
	share := make(map[string]int)
	var parts []part
	for country, places := range byCountry {
		exact := math.Sqrt(float64(len(places)-1)) / sum * float64(total-len(byCountry))
		whole := int(exact)
		share[country] = 1 + whole
		left -= whole
		parts = append(parts, part{country, exact - float64(whole)})
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.rest, a.rest), cmp.Compare(a.country, b.country))
	})
	for _, p := range parts[:left] {
		share[p.country]++
	}
	return share
}
