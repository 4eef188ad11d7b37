package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// brief measures in no time.
var brief = []string{"-rounds=1", "-turn=0", "-items=1"}

func TestARunOfARow(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	require.NoError(t, run(t.Context(), &out, append(brief, "-rows=(hook_)?get_item", "-dir="+dir)))
	assert.Regexp(t, `^RATIO get_item time=\S+ bytes=\S+ allocs=\S+\nRATIO get_item vs=sdk\+attributevalue `, out.String())
	assert.Contains(t, out.String(), "\nRATIO hook_get_item ")
	assert.NotContains(t, out.String(), "put_item")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, files, "a part is not written")
}

func TestAWholeRunWritesItsFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: every row is measured once")
	}
	root := t.TempDir()
	dir, docs := filepath.Join(root, "bench"), filepath.Join(root, "docs")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Mkdir(docs, 0o700))
	page := filepath.Join(docs, "performance.md")
	require.NoError(t, os.WriteFile(page, []byte(tablesStart+tablesEnd), 0o600))

	var out bytes.Buffer
	before := fixed()
	require.NoError(t, before.writeBefore(dir))
	o, err := parseOptions(append(brief, "-dir="+dir, "-date=2026-01-03"))
	require.NoError(t, err)
	o.flat = []int{10}
	require.NoError(t, o.run(t.Context(), &out))
	now, err := readResults(filepath.Join(dir, resultsFile))
	require.NoError(t, err)
	assert.Equal(t, "2026-01-03", now.Date)
	assert.Len(t, now.Rows, len(rows()))
	assert.Len(t, now.Flat, len(flats()))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, tablesStart+now.tables(before)+tablesEnd, string(text))
	chart, err := os.ReadFile(filepath.Join(dir, chartFile))
	require.NoError(t, err)
	assert.Equal(t, string(now.chart()), string(chart))

	require.NoError(t, os.WriteFile(page, []byte(tablesStart+"old\n"+tablesEnd), 0o600))
	require.NoError(t, run(t.Context(), &out, []string{"-render", "-dir=" + dir}))
	again, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
	assert.Error(t, run(t.Context(), &out, []string{"-render", "-dir=" + docs}), "there are no results")
}

func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	cpu, mem := filepath.Join(dir, "cpu"), filepath.Join(dir, "mem")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, append(brief, "-rows=get_item", "-side=sdk", "-cpuprofile="+cpu, "-memprofile="+mem)))
	for _, file := range []string{cpu, mem} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.NotZero(t, info.Size())
	}
	assert.Empty(t, out.String())
	assert.Error(t, run(t.Context(), &out, append(brief, "-rows=get_item", "-side=nobody", "-cpuprofile="+cpu)))
	assert.Error(t, run(t.Context(), &out, append(brief, "-cpuprofile="+cpu)), "of which row?")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no rounds":    {"-rounds=0"},
		"no items":     {"-items=0"},
		"no turn":      {"-turn=-1s"},
		"no pattern":   {"-rows=("},
		"no such row":  {"-rows=get"},
		"no such flag": {"-nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Error(t, run(t.Context(), &bytes.Buffer{}, args))
		})
	}
}

func TestCPUTime(t *testing.T) {
	t.Parallel()
	if !hasCPUTime {
		t.Skip("this system does not tell it")
	}
	before := cpuTime.now()
	sum := 0
	for cpuTime.now() == before {
		sum += countQuotes(make([]byte, 1000))
	}
	assert.Zero(t, sum)
	assert.Greater(t, cpuTime.now(), before)
}
