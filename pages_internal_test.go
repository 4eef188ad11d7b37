package dynamoconn

import (
	"context"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// afterNumber is the position after a number, as decimal text.
type afterNumber string

func (p afterNumber) place() string { return string(p) }

// numberTable holds the numbers from 0 up. Its pages end as DynamoDB's do: at the limit, which
// may be the end of the table, or earlier.
type numberTable struct {
	passes  []bool // whether the filter lets each number through
	largest int    // the most numbers of one page
	limits  []int32
}

func (n *numberTable) fetch(_ context.Context, start afterNumber, limit int32) (*page[int, afterNumber], []types.ConsumedCapacity, error) {
	n.limits = append(n.limits, limit)
	from := 0
	if start != "" {
		last, err := strconv.Atoi(string(start))
		if err != nil {
			return nil, nil, err
		}
		from = last + 1
	}
	read := &page[int, afterNumber]{}
	for number := from; number < len(n.passes); number++ {
		if n.passes[number] {
			read.entries = append(read.entries, number)
		}
		read.scanned++
		if read.scanned == int64(n.largest) || read.scanned == int64(limit) {
			read.next = afterNumber(strconv.Itoa(number))
			break
		}
	}
	read.count = int64(len(read.entries))
	return read, nil, nil
}

// Each reading returns as many entries as it wants, or all that are left, and its last
// position is where the next one goes on.
func TestPagerReturnsWhatIsWantedAndGoesOnThere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		filtered := rapid.Bool().Draw(t, "filtered")
		table := &numberTable{
			passes:  rapid.SliceOfN(rapid.Bool(), 0, 200).Draw(t, "passes"),
			largest: rapid.IntRange(1, 60).Draw(t, "largest"),
		}
		var want []int
		for number := range table.passes {
			if table.passes[number] = table.passes[number] || !filtered; table.passes[number] {
				want = append(want, number)
			}
		}
		limit := rapid.Int32Range(0, 20).Draw(t, "limit")
		bound := rapid.IntRange(0, 50).Draw(t, "bound")
		var got []int
		start := afterNumber("")
		for {
			p := &pager[int, afterNumber]{
				call: &call{client: &Client{config: &config{}}}, fetch: table.fetch,
				start: start, limit: limit, largest: 40, left: atMost(bound), filtered: filtered,
			}
			whole, err := p.all(ctx)
			require.NoError(t, err)
			require.EqualValues(t, len(whole.entries), whole.count)
			got = append(got, whole.entries...)
			if whole.isLast() {
				require.True(t, bound == 0 || len(whole.entries) <= bound)
				break
			}
			require.Len(t, whole.entries, bound)
			start = whole.next
		}
		require.Equal(t, want, got)
		for _, asked := range table.limits {
			require.True(t, limit == 0 || asked > 0 && asked <= limit, "the caller's limit of a page is kept")
			require.LessOrEqual(t, asked, int32(40), "DynamoDB's limit is kept")
		}
		require.Less(t, len(table.limits), 1000)
	})
}

func TestPagerRefusesPagesThatCannotBeTheAnswer(t *testing.T) {
	t.Parallel()
	type numberPage = page[int, afterNumber]
	for name, test := range map[string]struct {
		limit int32
		left  int64
		pages []numberPage
	}{
		"more than the limit":         {2, allEntries, []numberPage{{count: 3, scanned: 3}}},
		"more than are wanted":        {0, 2, []numberPage{{count: 3, scanned: 3}}},
		"more than were read":         {0, 2, []numberPage{{count: 3, scanned: 1}}},
		"where it began":              {0, allEntries, []numberPage{{next: "1"}, {next: "1"}}},
		"round in a circle":           {0, allEntries, []numberPage{{next: "1"}, {next: "2"}, {next: "1"}, {next: "2"}}},
		"as many, always":             {0, 2, []numberPage{{count: 3, scanned: 9}, {count: 3, scanned: 9}, {count: 3, scanned: 9}}},
		"fewer items than the filter": {0, 2, []numberPage{{count: 9, scanned: 9}, {count: 3, scanned: 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			p := &pager[int, afterNumber]{
				call: &call{client: &Client{config: &config{}}}, limit: test.limit, largest: 100, left: test.left, filtered: true,
				fetch: func(context.Context, afterNumber, int32) (*numberPage, []types.ConsumedCapacity, error) {
					requests++
					return &test.pages[(requests-1)%len(test.pages)], nil, nil
				},
			}
			whole, err := p.all(t.Context())
			require.ErrorIs(t, err, ErrCorruptResponse)
			assert.Nil(t, whole)
			assert.LessOrEqual(t, requests, 6)
		})
	}
}

func TestProgressNoticesEveryCircle(t *testing.T) {
	t.Parallel()
	for before := range 40 {
		for around := 1; around <= 40; around++ {
			var p progress
			steps := 0
			for place := 0; !p.circles(strconv.Itoa(place)); place++ {
				if steps++; place == before+around-1 {
					place = before - 1 // the circle closes
				}
				if steps > 3*(before+around) {
					break
				}
			}
			assert.LessOrEqual(t, steps, 3*(before+around), "a circle of %d after %d", around, before)
			assert.GreaterOrEqual(t, steps, around, "a circle of %d after %d: too early", around, before)
		}
	}
}

func TestProgressRaisesNoFalseAlarm(t *testing.T) {
	t.Parallel()
	var p progress
	for place := range 100_000 {
		assert.False(t, p.circles(strconv.Itoa(place)))
	}
}
