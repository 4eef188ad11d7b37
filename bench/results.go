package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
)

// results are the figures of a run.
type results struct {
	Date     string            `json:"date"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	CPUs     int               `json:"cpus"`
	Clock    clock             `json:"clock"`
	Rounds   int               `json:"rounds"`
	Versions map[string]string `json:"versions"`
	Rows     []rowResult       `json:"rows"`
	Flat     []flatResult      `json:"flat"`
}

// rowResult are the figures of a row: those of this library first, then those of its peers.
type rowResult struct {
	Name  string       `json:"name"`
	Task  string       `json:"task"`
	Items int          `json:"items,omitempty"` // of one run, if the figures are for each item
	Goal  goal         `json:"goal"`
	Sides []sideResult `json:"sides"`
}

type sideResult struct {
	Name string `json:"name"`
	figures
	// Ratio is what this library needs over what this side needs. It is nil for the side
	// of this library.
	Ratio *ratio `json:"ratio,omitempty"`
}

// ratio has medians. Zero stands for a peer that needs nothing.
type ratio struct {
	Time    float64 `json:"time"`
	Bytes   float64 `json:"bytes"`
	Allocs  float64 `json:"allocs"`
	Lowest  float64 `json:"lowest_time"`
	Highest float64 `json:"highest_time"`
}

// The modules whose versions are in the results.
var modules = map[string]string{
	"github.com/aws/aws-sdk-go-v2":                                 "aws-sdk-go-v2",
	"github.com/aws/aws-sdk-go-v2/service/dynamodb":                "service/dynamodb",
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue": "feature/dynamodb/attributevalue",
	"github.com/guregu/dynamo/v2":                                  "guregu/dynamo",
}

// newResults returns results without rows.
func newResults(date string, t timing) *results {
	r := &results{
		Date: date, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPUs: runtime.GOMAXPROCS(0), Clock: t.clock, Rounds: t.rounds, Versions: map[string]string{},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if name, ok := modules[module.Path]; ok {
				r.Versions[name] = module.Version
			}
		}
	}
	return r
}

func newRowResult(r row, c *contest, turns [][]figures) rowResult {
	result := rowResult{Name: r.name, Task: r.task, Items: c.items, Goal: r.goal}
	for i, s := range c.sides {
		side := sideResult{Name: s.name, figures: medianFigures(turns[i])}
		if i > 0 {
			side.Ratio = newRatio(turns[0], turns[i])
		}
		result.Sides = append(result.Sides, side)
	}
	return result
}

// newRatio compares two sides round by round.
func newRatio(own, peer []figures) *ratio {
	over := func(value func(figures) float64) []float64 {
		quotients := make([]float64, len(own))
		for i := range own {
			if of := value(peer[i]); of > 0 {
				quotients[i] = value(own[i]) / of
			}
		}
		return quotients
	}
	times := over(func(f figures) float64 { return f.Time })
	return &ratio{
		Time:    median(times),
		Bytes:   median(over(func(f figures) float64 { return f.Bytes })),
		Allocs:  median(over(func(f figures) float64 { return f.Allocs })),
		Lowest:  slices.Min(times),
		Highest: slices.Max(times),
	}
}

// side returns the side of a name, or nil.
func (r rowResult) side(name string) *sideResult {
	for i := range r.Sides {
		if r.Sides[i].Name == name {
			return &r.Sides[i]
		}
	}
	return nil
}

// row returns the row of a name, or nil.
func (r *results) row(name string) *rowResult {
	if r == nil {
		return nil
	}
	for i := range r.Rows {
		if r.Rows[i].Name == name {
			return &r.Rows[i]
		}
	}
	return nil
}

// measures are the three figures that a goal may be about.
var measures = []struct {
	name  string
	ratio func(*ratio) float64
	goal  func(goal) float64
}{
	{"time", func(r *ratio) float64 { return r.Time }, func(g goal) float64 { return g.Time }},
	{"bytes", func(r *ratio) float64 { return r.Bytes }, func(g goal) float64 { return g.Bytes }},
	{"allocs", func(r *ratio) float64 { return r.Allocs }, func(g goal) float64 { return g.Allocs }},
}

// missed returns the goals that the row misses. A row with a goal also has this one: the
// ratio of the times is smaller against guregu/dynamo than against the first peer.
func (r rowResult) missed() (missed []string) {
	first := r.Sides[1].Ratio
	for _, m := range measures {
		if most := m.goal(r.Goal); most > 0 && m.ratio(first) > most {
			missed = append(missed, fmt.Sprintf("%s %s > %v", m.name, quotient(m.ratio(first)), most))
		}
	}
	if other := r.side(guregu); other != nil && r.Goal.Time > 0 && other.Ratio.Time >= first.Time {
		missed = append(missed, fmt.Sprintf("time against guregu %s >= %s", quotient(other.Ratio.Time), quotient(first.Time)))
	}
	return missed
}

// missed returns the names of the rows that miss a goal.
func (r *results) missed() (names []string) {
	for _, row := range r.Rows {
		if len(row.missed()) > 0 {
			names = append(names, row.Name)
		}
	}
	return names
}

// write writes the results as JSON.
func (r *results) write(file string) error {
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// readResults reads what write wrote. It returns nil if there is no such file.
func readResults(file string) (*results, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := &results{}
	return r, json.Unmarshal(b, r)
}
