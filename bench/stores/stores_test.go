package stores

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// contender is one client with its stores.
type contender struct {
	name, file string
	carts      Carts
	locks      Locks
	counters   Counters // nil if the client has no such store
}

// newContenders returns the clients, each with a database of its own.
func newContenders(t *testing.T) (contenders [4]contender, databases [4]*dynamoconntest.Server) {
	t.Helper()
	var configs [4]aws.Config
	for i := range databases {
		databases[i] = dynamoconntest.New()
		require.NoError(t, databases[i].CreateTable(
			dynamoconntest.Table{Name: "Carts", PartitionKey: "Customer", SortKey: "ID"},
			dynamoconntest.Table{Name: "Locks", PartitionKey: "ID"}, dynamoconntest.Table{Name: "Counters", PartitionKey: "ID"}))
		configs[i] = aws.Config{Region: "us-east-1", Credentials: dynamoconntest.Credentials(), HTTPClient: databases[i].HTTPClient()}
	}
	sdk, guregu, ours := dynamodb.NewFromConfig(configs[0]), dynamo.New(configs[1]), databases[2].Client(t)
	client := databases[3].Client(t)
	carts, err := table.New[typedCart](client, "Carts")
	require.NoError(t, err)
	locks, err := table.New[typedLock](client, "Locks")
	require.NoError(t, err)
	return [4]contender{
		{"raw SDK", "sdk", sdkCarts{sdk, "Carts"}, sdkLocks{sdk, "Locks"}, sdkCounters{sdk, "Counters"}},
		{"guregu/dynamo", "guregu", gureguCarts{guregu.Table("Carts")}, gureguLocks{guregu.Table("Locks")}, gureguCounters{guregu.Table("Counters")}},
		{"dynamoconn", "ours", ourCarts{ours, "Carts"}, ourLocks{ours, "Locks"}, ourCounters{ours, "Counters"}},
		{"dynamoconn's package table", "typed", typedCarts{carts}, typedLocks{locks}, nil},
	}, databases
}

func TestStoresDoWhatTheySay(t *testing.T) {
	t.Parallel()
	contenders, _ := newContenders(t)
	for _, c := range contenders {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			cart := Cart{"ann", "1", 1, map[string]int{"apple": 2}}
			require.NoError(t, c.carts.Create(ctx, cart))
			require.ErrorIs(t, c.carts.Create(ctx, cart), ErrExists)
			got, err := c.carts.Get(ctx, "ann", "1")
			require.NoError(t, err)
			assert.Equal(t, &cart, got)
			old := cart
			got.Lines["pear"] = 1
			require.NoError(t, c.carts.Update(ctx, got))
			assert.Equal(t, 2, got.Version)
			require.ErrorIs(t, c.carts.Update(ctx, &old), ErrChanged)
			carts, err := c.carts.List(ctx, "ann")
			require.NoError(t, err)
			assert.Equal(t, []Cart{*got}, carts)
			got, err = c.carts.Get(ctx, "ann", "2")
			require.NoError(t, err)
			assert.Nil(t, got)

			require.NoError(t, c.locks.Acquire(ctx, "l", "me", time.Minute))
			require.ErrorIs(t, c.locks.Acquire(ctx, "l", "you", time.Minute), ErrHeld)
			require.NoError(t, c.locks.Release(ctx, "l", "you"))
			require.ErrorIs(t, c.locks.Acquire(ctx, "l", "you", time.Minute), ErrHeld)
			require.NoError(t, c.locks.Release(ctx, "l", "me"))
			require.NoError(t, c.locks.Acquire(ctx, "l", "you", -time.Minute))
			require.NoError(t, c.locks.Acquire(ctx, "l", "me", time.Minute)) // the other has expired

			for want := 1; want <= 3 && c.counters != nil; want++ {
				sum, err := c.counters.Add(ctx, "n", 1)
				require.NoError(t, err)
				assert.Equal(t, want, sum)
			}
		})
	}
}

// noStore stands in the table where a client has no such store.
const noStore = "–"

// lostAnswers are operations of which the answer to the first attempt of the write is lost. Each returns what the
// caller is told. All have been carried out, once, if that is "done".
var lostAnswers = []struct {
	name string
	run  func(t *testing.T, c contender, lose func()) string
}{
	{"a cart is created", func(t *testing.T, c contender, lose func()) string {
		lose()
		return told(c.carts.Create(t.Context(), Cart{"ann", "1", 1, map[string]int{"apple": 2}}))
	}},
	{"a cart is changed", func(t *testing.T, c contender, lose func()) string {
		cart := Cart{"ann", "1", 1, map[string]int{"apple": 2}}
		require.NoError(t, c.carts.Create(t.Context(), cart))
		lose()
		return told(c.carts.Update(t.Context(), &cart))
	}},
	{"a lock is acquired", func(t *testing.T, c contender, lose func()) string {
		lose()
		return told(c.locks.Acquire(t.Context(), "l", "me", time.Minute))
	}},
	{"a lock is released", func(t *testing.T, c contender, lose func()) string {
		require.NoError(t, c.locks.Acquire(t.Context(), "l", "me", time.Minute))
		lose()
		return told(c.locks.Release(t.Context(), "l", "me"))
	}},
	{"a counter is increased by 1", func(t *testing.T, c contender, lose func()) string {
		if c.counters == nil {
			return noStore
		}
		lose()
		sum, err := c.counters.Add(t.Context(), "n", 1)
		if err == nil && sum != 1 {
			return fmt.Sprintf("**done, and it is %d**", sum)
		}
		return told(err)
	}},
}

// told returns what an error says, and marks what is false.
func told(err error) string {
	if err == nil {
		return "done"
	}
	for _, is := range []error{ErrExists, ErrChanged, ErrHeld} {
		if errors.Is(err, is) {
			return "**" + is.Error() + "**"
		}
	}
	return err.Error()
}

// isWrite selects the requests that write: the answer to a read that is lost is no doubt.
func isWrite(e dynamoconntest.Entry) bool { return e.Operation != "GetItem" && e.Operation != "Query" }

// linesOf returns how many lines of code a file has, without its imports, comments and empty lines.
func linesOf(t *testing.T, name string) (lines int) {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, 0)
	require.NoError(t, err)
	all := strings.Split(string(text), "\n")
	for _, decl := range file.Decls {
		if imports, ok := decl.(*ast.GenDecl); ok && imports.Tok == token.IMPORT {
			continue
		}
		for _, line := range all[fset.Position(decl.Pos()).Line-1 : fset.Position(decl.End()).Line] {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
				lines++
			}
		}
	}
	return lines
}

// TestPageShowsTheStores holds the table of docs/comparison.md.
func TestPageShowsTheStores(t *testing.T) {
	t.Parallel()
	contenders, _ := newContenders(t)
	var b strings.Builder
	row := func(name string, cell func(i int) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for i := range contenders {
			fmt.Fprintf(&b, " %s |", cell(i))
		}
		b.WriteByte('\n')
	}
	b.WriteString("|  | raw SDK | guregu/dynamo | dynamoconn | its package table |\n|---|---|---|---|---|\n")
	for _, noun := range []string{"cart", "lock", "counter"} {
		row("lines of a "+noun+" store", func(i int) string {
			if noun == "counter" && contenders[i].counters == nil {
				return noStore
			}
			return fmt.Sprint(linesOf(t, contenders[i].file+"_"+noun+".go"))
		})
	}
	for _, test := range lostAnswers {
		contenders, databases := newContenders(t)
		var lost [len(contenders)]*dynamoconntest.Injection
		row("told when "+test.name, func(i int) string {
			return test.run(t, contenders[i], func() {
				lost[i] = databases[i].Inject(dynamoconntest.Fault{Times: 1, Match: isWrite, Effect: dynamoconntest.LoseAnswer()})
			})
		})
		for i, in := range lost {
			assert.True(t, in == nil || in.Hits() == 1, "%s, %s: no answer was lost", test.name, contenders[i].name)
		}
	}
	page, err := os.ReadFile("../../docs/comparison.md")
	require.NoError(t, err)
	assert.Contains(t, string(page), b.String(), "the table is now:\n%s", b.String())
}
