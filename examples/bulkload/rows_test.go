package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// readAll reads text to the end. It returns the numbers of the rows that are items, the
// numbers of the rows that are not, and the last error.
func readAll(text string) (good, bad []int64, end error) {
	rows := newRows(strings.NewReader(text))
	for {
		row, err := rows.read()
		var rowErr *rowError
		switch {
		case errors.As(err, &rowErr):
			bad = append(bad, rowErr.number)
		case err != nil:
			return good, bad, err
		default:
			good = append(good, row.number)
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text      string
		good, bad []int64
		end       error // nil means any error but io.EOF
	}{
		"empty file":                          {"", nil, nil, io.EOF},
		"only white space":                    {" \r\n\t\n", nil, nil, io.EOF},
		"one object per line":                 {"{\"a\":1}\n{\"a\":2}\n", []int64{1, 2}, nil, io.EOF},
		"no newline at the end":               {"{\"a\":1}\r\n{\"a\":2}", []int64{1, 2}, nil, io.EOF},
		"blank lines are not rows":            {"\n\n{\"a\":1}\n\n{\"a\":2}\n\n", []int64{1, 2}, nil, io.EOF},
		"an object over several lines":        {"{\n \"a\": 1\n}\n", []int64{1}, nil, io.EOF},
		"array":                               {" [{\"a\":1},\n{\"a\":2}] \n", []int64{1, 2}, nil, io.EOF},
		"empty array":                         {"[]", nil, nil, io.EOF},
		"rows that are not items":             {"{\"a\":1}\nnull\n7\n\"x\"\n[]\n{\"\":1}\n{\"a\":2}", []int64{1, 7}, []int64{2, 3, 4, 5, 6}, io.EOF},
		"rows of an array that are not items": {"[null,{\"a\":1e999},{\"a\":2}]", []int64{3}, []int64{1, 2}, io.EOF},
		"object cut off":                      {"{\"a\":1}\n{\"a\":", []int64{1}, nil, io.ErrUnexpectedEOF},
		"array cut off after a row":           {"[{\"a\":1}", []int64{1}, nil, io.ErrUnexpectedEOF},
		"array cut off within a row":          {"[{\"a\":1},{\"a", []int64{1}, nil, io.ErrUnexpectedEOF},
		"array cut off at once":               {"[", nil, nil, io.ErrUnexpectedEOF},
		"array cut off after a comma":         {"[{\"a\":1},", []int64{1}, nil, io.ErrUnexpectedEOF},
		"something after the array":           {"[{\"a\":1}]\n[{\"a\":2}]", []int64{1}, nil, nil},
		"not JSON":                            {"{\"a\":1}\nID,Name\n", []int64{1}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good, bad, end := readAll(c.text)
			assert.Equal(t, c.good, good)
			assert.Equal(t, c.bad, bad)
			if c.end != nil {
				assert.ErrorIs(t, end, c.end)
			} else {
				assert.NotErrorIs(t, end, io.EOF)
			}
		})
	}
}

func TestRowsKeepOrderAndDigits(t *testing.T) {
	t.Parallel()
	rows := newRows(strings.NewReader(`{"Name":"Łódź","Latitude":51.770580,"Tags":["a",{"b":null}],"Capital":false}`))
	got, err := rows.read()
	require.NoError(t, err)
	assert.Equal(t, row{1, dynamoconn.Item{
		dynamoconn.String("Name", "Łódź"),
		dynamoconn.Decimal("Latitude", dynamoconn.MustNumber("51.770580")),
		dynamoconn.List("Tags", dynamoconn.String("", "a"), dynamoconn.Map("", dynamoconn.Null("b"))),
		dynamoconn.Boolean("Capital", false),
	}}, got)
}
