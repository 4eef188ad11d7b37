package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fixed returns results with the same figures each time: one row that meets its goals, one
// that misses them, one without a goal, and one for each item.
func fixed() *results {
	half := &ratio{Time: 0.5, Bytes: 0.25, Allocs: 0.0123, Lowest: 0.4, Highest: 0.6}
	third := &ratio{Time: 0.25, Bytes: 0.2, Allocs: 0.01, Lowest: 0.2, Highest: 0.3}
	return &results{
		Date: "2026-01-02", Go: "go1.26.0", Platform: "linux/amd64", CPUs: 2, Clock: elapsed, Rounds: 5,
		Versions: map[string]string{
			"aws-sdk-go-v2": "v1.48.0", "service/dynamodb": "v1.74.0", "feature/dynamodb/attributevalue": "v1.21.21", "guregu/dynamo": "v2.6.0",
		},
		Rows: []rowResult{
			{Name: "scan", Task: "Scan of a page", Goal: goal{0.5, 0.25, 0.0123}, Sides: []sideResult{
				{Name: ours, figures: figures{1_500_000, 1_234_567, 606}},
				{Name: rawSDK, figures: figures{3_000_000, 4_938_268, 74_975}, Ratio: half},
				{Name: guregu, figures: figures{6_000_000, 6_000_000, 80_000}, Ratio: third},
				{Name: floorPass, figures: figures{Time: 150_000}, Ratio: &ratio{Time: 10, Lowest: 9, Highest: 11}},
			}},
			{Name: "get", Task: "GetItem", Goal: goal{0.4, 0.3, 0.01}, Sides: []sideResult{
				{Name: ours, figures: figures{20_000, 2_000, 100}},
				{Name: rawSDK, figures: figures{40_000, 8_000, 312}, Ratio: half},
				{Name: guregu, figures: figures{40_000, 9_000, 400}, Ratio: half},
			}},
			{Name: "debug", Task: "GetItem with a log", Sides: []sideResult{
				{Name: ours, figures: figures{21_500, 2_000, 101}},
				{Name: without, figures: figures{20_000, 2_000, 100}, Ratio: &ratio{Time: 1.075, Bytes: 1, Allocs: 1.01, Lowest: 1, Highest: 1.1}},
			}},
			{Name: "many", Task: "a loop", Items: 5000, Goal: goal{Time: 0.6}, Sides: []sideResult{
				{Name: ours, figures: figures{999, 450, 0.02}},
				{Name: rawSDK, figures: figures{1998, 1800, 25}, Ratio: half},
			}},
		},
		Flat: []flatResult{{Name: "flat_scan", Task: "a loop", Points: []flatPoint{{10, figures{1234, 450, 2.5}}, {100_000, figures{999, 450, 0.02}}}}},
	}
}

func TestPrintedLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, row := range fixed().Rows {
		row.print(&b)
	}
	fixed().Flat[0].print(&b)
	assert.Equal(t, `RATIO scan time=0.500 bytes=0.250 allocs=0.0123
RATIO scan vs=guregu time=0.250 bytes=0.200 allocs=0.0100
RATIO scan vs=floor-pass time=10.0 bytes=- allocs=-
NEEDS scan dynamoconn time=1.50ms bytes=1234567 allocs=606
NEEDS scan sdk time=3.00ms bytes=4938268 allocs=74975 time_ratio_from=0.400 time_ratio_to=0.600
NEEDS scan guregu time=6.00ms bytes=6000000 allocs=80000 time_ratio_from=0.200 time_ratio_to=0.300
NEEDS scan floor-pass time=150µs bytes=0 allocs=0.00 time_ratio_from=9.000 time_ratio_to=11.0
GOAL scan met
RATIO get time=0.500 bytes=0.250 allocs=0.0123
RATIO get vs=guregu time=0.500 bytes=0.250 allocs=0.0123
NEEDS get dynamoconn time=20.0µs bytes=2000 allocs=100
NEEDS get sdk time=40.0µs bytes=8000 allocs=312 time_ratio_from=0.400 time_ratio_to=0.600
NEEDS get guregu time=40.0µs bytes=9000 allocs=400 time_ratio_from=0.400 time_ratio_to=0.600
GOAL get missed: time 0.500 > 0.4, allocs 0.0123 > 0.01, time against guregu 0.500 >= 0.500
RATIO debug time=1.075 bytes=1.000 allocs=1.010
NEEDS debug dynamoconn time=21.5µs bytes=2000 allocs=101
NEEDS debug without time=20.0µs bytes=2000 allocs=100 time_ratio_from=1.000 time_ratio_to=1.100
RATIO many time=0.500 bytes=0.250 allocs=0.0123
NEEDS many dynamoconn time=999ns bytes=450 allocs=0.02
NEEDS many sdk time=2.00µs bytes=1800 allocs=25 time_ratio_from=0.400 time_ratio_to=0.600
GOAL many met
FLAT flat_scan items=10 time=1.23µs bytes=450 allocs=2.50
FLAT flat_scan items=100000 time=999ns bytes=450 allocs=0.02
`, b.String())
}

func TestMissedGoals(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"get"}, fixed().missed())
}

// Ratios are medians of the quotients of each round.
func TestRatioOfRounds(t *testing.T) {
	t.Parallel()
	own := []figures{{10, 100, 1}, {30, 100, 1}, {20, 100, 3}}
	peer := []figures{{20, 400, 10}, {40, 400, 10}, {80, 400, 10}}
	assert.Equal(t, &ratio{Time: 0.5, Bytes: 0.25, Allocs: 0.1, Lowest: 0.25, Highest: 0.75}, newRatio(own, peer))
	assert.Equal(t, &ratio{Time: 0.5, Lowest: 0.5, Highest: 0.5}, newRatio(own[:1], []figures{{Time: 20}}), "a peer without allocations")
	assert.Equal(t, figures{20, 100, 1}, medianFigures(own))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
}

func TestResultsAsJSON(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "results.json")
	missing, err := readResults(file)
	require.NoError(t, err)
	assert.Nil(t, missing)
	require.NoError(t, fixed().write(file))
	back, err := readResults(file)
	require.NoError(t, err)
	assert.Equal(t, fixed(), back)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"name": "sdk",
					"time_ns": 3000000,
					"bytes": 4938268,
					"allocs": 74975,
					"ratio": {
						"time": 0.5,`)
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	_, err = readResults(file)
	assert.Error(t, err)
}

// The results name versions, and nothing of the machine but its kind.
func TestNewResults(t *testing.T) {
	t.Parallel()
	r := newResults("2026-01-02", timing{rounds: 3, clock: elapsed})
	assert.Equal(t, "2026-01-02", r.Date)
	assert.Equal(t, 3, r.Rounds)
	assert.NotZero(t, r.CPUs)
	assert.Regexp(t, `^go1\.|^devel`, r.Go)
	assert.Regexp(t, `^\w+/\w+$`, r.Platform)
}

func TestChart(t *testing.T) {
	t.Parallel()
	chart := fixed().chart()
	decoder := xml.NewDecoder(bytes.NewReader(chart))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	// guregu needs twice the time of the SDK, and its bar is as long as may be.
	for _, want := range []string{
		`>scan</text>`,
		`<rect x="150" y="70" width="137.5" height="11" fill="#0b7285"/><text x="291.5" y="79" font-size="10">0.50</text>`,
		`<rect x="150" y="83" width="275.0" height="11" fill="#adb5bd"/><text x="429.0" y="92" font-size="10">1.00</text>`,
		`<rect x="150" y="96" width="550.0" height="11" fill="#e8590c"/><text x="704.0" y="105" font-size="10">2.00</text>`,
		`>many</text>`,
		`2026-01-02, go1.26.0, linux/amd64, 2 CPUs; SDK v1.74.0, guregu/dynamo v2.6.0`,
	} {
		assert.Contains(t, string(chart), want)
	}
	assert.NotContains(t, string(chart), "debug", "a row without the SDK")
	assert.Equal(t, 3+2+3, strings.Count(string(chart), `height="11" fill=`)-len(bars))
}

func TestTables(t *testing.T) {
	t.Parallel()
	before := fixed()
	before.Date = "2026-01-01"
	before.Rows = before.Rows[:1]
	before.Rows[0].Sides[1].Ratio = &ratio{Time: 1.6, Bytes: 1.5, Allocs: 1.4}
	assert.Equal(t, `Measured on 2026-01-02 with go1.26.0 on linux/amd64 with 2 CPUs, 5 rounds, elapsed time: AWS SDK v1.48.0 (service/dynamodb v1.74.0, attributevalue v1.21.21), guregu/dynamo v2.6.0.
"Before" was measured on 2026-01-01 (elapsed time), when items went through the SDK's client and its types.

### Ratios

| Row | against | time | before | goal | bytes | before | goal | allocs | before | goal | met |
|---|---|---|---|---|---|---|---|---|---|---|---|
| `+"`scan`"+` | sdk | 0.500 | 1.600 | ≤ 0.5 | 0.250 | 1.500 | ≤ 0.25 | 0.0123 | 1.400 | ≤ 0.0123 | yes |
| `+"`get`"+` | sdk | 0.500 |  | ≤ 0.4 | 0.250 |  | ≤ 0.3 | 0.0123 |  | ≤ 0.01 | no |
| `+"`debug`"+` | without | 1.075 |  |  | 1.000 |  |  | 1.010 |  |  |  |
| `+"`many`"+` | sdk | 0.500 |  | ≤ 0.6 | 0.250 |  |  | 0.0123 |  |  | yes |

### What each side needs

| Row | side | time | bytes | allocs | dynamoconn takes | lowest to highest |
|---|---|---|---|---|---|---|
| `+"`scan`"+` | dynamoconn | 1.50ms | 1,234,567 | 606 |  |  |
|  | sdk | 3.00ms | 4,938,268 | 74975 | 0.500 × its time | 0.400 to 0.600 |
|  | guregu | 6.00ms | 6,000,000 | 80000 | 0.250 × its time | 0.200 to 0.300 |
|  | floor-pass | 150µs | 0 | 0.00 | 10.0 × its time | 9.000 to 11.0 |
| `+"`get`"+` | dynamoconn | 20.0µs | 2,000 | 100 |  |  |
|  | sdk | 40.0µs | 8,000 | 312 | 0.500 × its time | 0.400 to 0.600 |
|  | guregu | 40.0µs | 9,000 | 400 | 0.500 × its time | 0.400 to 0.600 |
| `+"`debug`"+` | dynamoconn | 21.5µs | 2,000 | 101 |  |  |
|  | without | 20.0µs | 2,000 | 100 | 1.075 × its time | 1.000 to 1.100 |
| `+"`many`"+` | dynamoconn | 999ns | 450 | 0.02 |  |  |
|  | sdk | 2.00µs | 1,800 | 25 | 0.500 × its time | 0.400 to 0.600 |

### Cost of an item by the number of items

| Task | items | time of each | bytes | allocs |
|---|---|---|---|---|
| `+"`flat_scan`: a loop"+` | 10 | 1.23µs | 450 | 2.50 |
|  | 100,000 | 999ns | 450 | 0.02 |

`, fixed().tables(before))
	assert.NotContains(t, fixed().tables(nil), "Before")
}

func TestPageIsUpdated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("# Speed\n"+tablesStart+"old\n"+tablesEnd+"More.\n"), 0o600))
	require.NoError(t, updatePage(file, "new\n"))
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "# Speed\n"+tablesStart+"new\n"+tablesEnd+"More.\n", string(page))

	require.NoError(t, os.WriteFile(file, []byte("# Speed\n"+tablesStart), 0o600))
	assert.Error(t, updatePage(file, "new\n"), "it has no place for them")
}

// The page and the chart show what is in results.json. If not: make bench.
func TestPageAndChartShowTheResults(t *testing.T) {
	t.Parallel()
	now, err := readResults(resultsFile)
	require.NoError(t, err)
	require.NotNil(t, now)
	before, err := readResults(beforeFile)
	require.NoError(t, err)
	page, err := os.ReadFile(pageFile)
	require.NoError(t, err)
	assert.Contains(t, string(page), tablesStart+now.tables(before)+tablesEnd)
	chart, err := os.ReadFile(chartFile)
	require.NoError(t, err)
	assert.Equal(t, string(now.chart()), string(chart))
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	for _, r := range now.Rows {
		assert.Contains(t, names, r.Name)
	}
	assert.Len(t, now.Rows, len(names))
}
