package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The part of the page between these lines is written by this command.
const (
	tablesStart = "<!-- bench: results -->\n"
	tablesEnd   = "<!-- bench: end -->\n"
)

// updatePage replaces the tables in a Markdown file.
func updatePage(file, tables string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	start, rest, found := bytes.Cut(page, []byte(tablesStart))
	_, end, foundEnd := bytes.Cut(rest, []byte(tablesEnd))
	if !found || !foundEnd {
		return errors.New(file + " has no place for the results")
	}
	return os.WriteFile(file, slices.Concat(start, []byte(tablesStart+tables+tablesEnd), end), 0o644)
}

// tables returns the results in Markdown. before may be nil.
func (r *results) tables(before *results) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s with %s on %s with %d CPUs, %d rounds, %s time: AWS SDK %s (service/dynamodb %s, attributevalue %s), guregu/dynamo %s.\n",
		r.Date, r.Go, r.Platform, r.CPUs, r.Rounds, r.Clock, r.Versions["aws-sdk-go-v2"], r.Versions["service/dynamodb"],
		r.Versions["feature/dynamodb/attributevalue"], r.Versions["guregu/dynamo"])
	if before != nil {
		fmt.Fprintf(&b, "\"Before\" was measured on %s (%s time), when items went through the SDK's client and its types.\n", before.Date, before.Clock)
	}
	b.WriteString("\n### Ratios\n\n")
	r.writeRatios(&b, before)
	b.WriteString("\n### What each side needs\n\n")
	r.writeSides(&b)
	b.WriteString("\n### Cost of an item by the number of items\n\n")
	r.writeFlat(&b)
	b.WriteString("\n")
	return b.String()
}

// writeRatios writes the table of the goals.
func (r *results) writeRatios(b *strings.Builder, before *results) {
	line(b, "Row", "against", "time", "before", "goal", "bytes", "before", "goal", "allocs", "before", "goal", "met")
	line(b, slices.Repeat([]string{"---"}, 12)...)
	for _, row := range r.Rows {
		cells := []string{"`" + row.Name + "`", row.Sides[1].Name}
		old := before.row(row.Name)
		for _, m := range measures {
			was := ""
			if old != nil {
				was = quotient(m.ratio(old.Sides[1].Ratio))
			}
			cells = append(cells, quotient(m.ratio(row.Sides[1].Ratio)), was, most(m.goal(row.Goal)))
		}
		line(b, append(cells, row.met())...)
	}
}

// most returns a goal as it stands in the table.
func most(goal float64) string {
	if goal == 0 {
		return ""
	}
	return "≤ " + strconv.FormatFloat(goal, 'f', -1, 64)
}

func (r rowResult) met() string {
	switch {
	case r.Goal == goal{}:
		return ""
	case len(r.missed()) > 0:
		return "no"
	}
	return "yes"
}

// writeSides writes a table with a line for each side of each row.
func (r *results) writeSides(b *strings.Builder) {
	line(b, "Row", "side", "time", "bytes", "allocs", "dynamoconn takes", "lowest to highest")
	line(b, slices.Repeat([]string{"---"}, 7)...)
	for _, row := range r.Rows {
		for i, side := range row.Sides {
			name := ""
			if i == 0 {
				name = "`" + row.Name + "`"
			}
			times, spread := "", ""
			if side.Ratio != nil {
				times = quotient(side.Ratio.Time) + " × its time"
				spread = quotient(side.Ratio.Lowest) + " to " + quotient(side.Ratio.Highest)
			}
			line(b, name, side.Name, duration(side.Time), thousands(side.Bytes), count(side.Allocs), times, spread)
		}
	}
}

func (r *results) writeFlat(b *strings.Builder) {
	line(b, "Task", "items", "time of each", "bytes", "allocs")
	line(b, slices.Repeat([]string{"---"}, 5)...)
	for _, flat := range r.Flat {
		for i, p := range flat.Points {
			name := ""
			if i == 0 {
				name = "`" + flat.Name + "`: " + flat.Task
			}
			line(b, name, thousands(float64(p.Items)), duration(p.Time), thousands(p.Bytes), count(p.Allocs))
		}
	}
}

func line(b *strings.Builder, cells ...string) {
	b.WriteString("|")
	for _, cell := range cells {
		if cell != "---" {
			cell = " " + cell + " "
		}
		b.WriteString(cell + "|")
	}
	b.WriteString("\n")
}

// thousands returns a whole number with commas: 1,234,567.
func thousands(x float64) string {
	text := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
