package dynamoconn_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// pageEndingAt is an empty page with that LastEvaluatedKey.
func pageEndingAt(key string) wiretest.Answer {
	return wiretest.Reply(200, `{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":`+key+`}`)
}

func keyOf(id string) string { return `{"ID":{"S":"` + id + `"}}` }

// The SDK's paginator and guregu/dynamo read on for ever here.
func TestEmptyLastEvaluatedKeyEndsTheScan(t *testing.T) {
	t.Parallel()
	for _, key := range []string{`{}`, `null`} {
		for form, scan := range scanForms {
			w := wiretest.New(pageEndingAt(keyOf("A")), pageEndingAt(key))
			resp, err := scan(t, wireClient(t, w), dynamoconn.ScanTableRequest{TableName: "Music"})
			require.NoError(t, err)
			if form == "ScanPage" {
				assert.False(t, resp.Checkpoint.Done())
				continue
			}
			assert.Len(t, w.Requests(), 2, form)
			if resp != nil {
				assert.True(t, resp.Checkpoint.Done())
				assert.Nil(t, resp.LastEvaluatedKey)
			}
		}
	}
}

func TestScanThatComesBackIsAnError(t *testing.T) {
	t.Parallel()
	long := strings.Split(strings.Repeat("x", 99), "")
	for i := range long {
		long[i] = fmt.Sprint("key ", i)
	}
	for name, test := range map[string]struct {
		start string
		keys  []string // then again from the first
		most  int      // requests
	}{
		"A, A":                     {"", []string{"A"}, 2},
		"A, B, A":                  {"", []string{"A", "B"}, 4},
		"A, B, C, A":               {"", []string{"A", "B", "C"}, 7},
		"99 keys":                  {"", long, 3 * 99},
		"back where the run began": {"A", []string{"B", "A"}, 2 + 4},
		"the run's own beginning":  {"A", []string{"A"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for form, scan := range scanForms {
				w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
					return pageEndingAt(keyOf(test.keys[(r.N-1)%len(test.keys)]))(r)
				})
				req := dynamoconn.ScanTableRequest{TableName: "Music"}
				if test.start != "" {
					req.ExclusiveStartKey = dynamoconn.Item{dynamoconn.String("ID", test.start)}
				}
				_, err := scan(t, wireClient(t, w), req)
				if form == "ScanPage" && test.start == test.keys[0] || form != "ScanPage" {
					require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, form)
					assert.LessOrEqual(t, len(w.Requests()), test.most, form)
					e := errorOf(t, err)
					assert.Equal(t, "Music", e.TableName)
					assert.NotZero(t, e.Attempts)
				}
			}
		})
	}
}

func TestLastEvaluatedKeyThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		`{"":{"S":"a"}}`, `{"ID":{"BOOL":true}}`, `{"ID":{"NULL":true}}`, `{"ID":{"L":[]}}`, `{"ID":{"M":{}}}`, `{"ID":{"SS":["a"]}}`, `{"ID":{"N":"x"}}`,
		`{"ID":{}}`, `{"ID":null}`, `[]`, `"A"`, `1`,
	} {
		for form, scan := range scanForms {
			_, err := scan(t, wireClient(t, wiretest.New(pageEndingAt(key))), dynamoconn.ScanTableRequest{TableName: "Music"})
			assert.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s %s", form, key)
		}
	}
}

func namesPage(last string, names ...string) wiretest.Answer {
	body := `{"TableNames":[`
	for i, name := range names {
		body += []string{"", ","}[min(i, 1)] + `"` + name + `"`
	}
	body += "]"
	if last != "" {
		body += `,"LastEvaluatedTableName":"` + last + `"`
	}
	return wiretest.Reply(200, body+"}")
}

// listForms are the ways to list tables.
var listForms = map[string]func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) ([]string, error){
	"ListTables": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) ([]string, error) {
		resp, err := client.ListTables(t.Context(), req)
		if err != nil {
			assert.Nil(t, resp)
			return nil, err
		}
		return tableNames(resp.ListTables), nil
	},
	"Tables": func(t *testing.T, client *dynamoconn.Client, req dynamoconn.ListTablesRequest) (names []string, err error) {
		for table, err := range client.Tables(t.Context(), req) {
			if err != nil {
				return names, err
			}
			names = append(names, table.Name)
		}
		return names, nil
	},
}

// guregu/dynamo ends at the empty page: a, and not c.
func TestEmptyPageOfTablesIsNotTheEnd(t *testing.T) {
	t.Parallel()
	for form, list := range listForms {
		w := wiretest.New(namesPage("a", "a"), namesPage("b"), namesPage("bb"), namesPage("", "c"))
		names, err := list(t, wireClient(t, w), dynamoconn.ListTablesRequest{})
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "c"}, names, form)
		var starts []string
		for _, sent := range w.Requests() {
			starts = append(starts, sent.Body)
		}
		assert.Equal(t, []string{
			`{}`, `{"ExclusiveStartTableName":"a"}`, `{"ExclusiveStartTableName":"b"}`, `{"ExclusiveStartTableName":"bb"}`,
		}, starts, form)
	}
}

func TestListOfTablesThatComesBackIsAnError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pages []wiretest.Answer
		most  int
	}{
		"a, a":    {[]wiretest.Answer{namesPage("a", "a")}, 2},
		"a, b, a": {[]wiretest.Answer{namesPage("a", "a"), namesPage("b", "b")}, 4},
		"empty":   {[]wiretest.Answer{namesPage("a"), namesPage("b"), namesPage("c")}, 7},
	} {
		for form, list := range listForms {
			w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
				return test.pages[(r.N-1)%len(test.pages)](r)
			})
			_, err := list(t, wireClient(t, w), dynamoconn.ListTablesRequest{})
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%s %s", form, name)
			assert.LessOrEqual(t, len(w.Requests()), test.most, "%s %s", form, name)
		}
	}
}

func tableNames(tables []dynamoconn.ListTable) []string {
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	return names
}
