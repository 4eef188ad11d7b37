package main

import (
	"bytes"
	"fmt"
)

// The chart in pixels.
const (
	chartWidth  = 760
	chartLeft   = 150 // where bars begin
	chartRight  = 60  // room for the number behind the longest bar
	chartTop    = 70
	barHeight   = 11
	barGap      = 2
	groupGap    = 12
	chartBottom = 30
)

// bars are the sides that the chart shows, in their order.
var bars = []struct{ side, caption, color string }{
	{ours, "dynamoconn", "#0b7285"},
	{rawSDK, "raw SDK", "#adb5bd"},
	{viaAttributevalue, "SDK + attributevalue", "#868e96"},
	{guregu, "guregu/dynamo", "#e8590c"},
}

// chart returns the times of the sides over those of the raw SDK, as SVG.
func (r *results) chart() []byte {
	var b bytes.Buffer
	longest := 1.0
	for _, row := range r.Rows {
		for _, bar := range bars {
			longest = max(longest, row.overSDK(bar.side))
		}
	}
	y := chartTop
	for _, row := range r.Rows {
		if row.side(rawSDK) == nil {
			continue
		}
		y = row.writeBars(&b, y, float64(chartWidth-chartLeft-chartRight)/longest) + groupGap
	}
	var all bytes.Buffer
	height := y + chartBottom - groupGap
	fmt.Fprintf(&all, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui, sans-serif" font-size="11" fill="#212529">`+"\n", chartWidth, height)
	fmt.Fprintf(&all, `<title>Time of each task, raw SDK = 1</title>`+"\n")
	fmt.Fprintf(&all, `<rect width="%d" height="%d" rx="6" fill="#ffffff"/>`+"\n", chartWidth, height)
	fmt.Fprintf(&all, `<text x="16" y="26" font-size="15" font-weight="bold">Time of each task, raw SDK = 1 (shorter is faster)</text>`+"\n")
	x := 16
	for _, bar := range bars {
		fmt.Fprintf(&all, `<rect x="%d" y="40" width="11" height="11" fill="%s"/><text x="%d" y="50">%s</text>`+"\n", x, bar.color, x+16, bar.caption)
		x += 160
	}
	all.Write(b.Bytes())
	fmt.Fprintf(&all, `<text x="16" y="%d" font-size="10" fill="#495057">%s, %s, %s, %d CPUs; SDK %s, guregu/dynamo %s; bench/results.json</text>`+"\n</svg>\n",
		height-10, r.Date, r.Go, r.Platform, r.CPUs, r.Versions["service/dynamodb"], r.Versions["guregu/dynamo"])
	return all.Bytes()
}

// writeBars writes the bars of a row, the first one at y, and returns where they end.
func (r rowResult) writeBars(b *bytes.Buffer, y int, unit float64) int {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", chartLeft-8, y+barHeight-2, r.Name)
	for _, bar := range bars {
		times := r.overSDK(bar.side)
		if times == 0 {
			continue
		}
		width := times * unit
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/><text x="%.1f" y="%d" font-size="10">%.2f</text>`+"\n",
			chartLeft, y, width, barHeight, bar.color, chartLeft+width+4, y+barHeight-2, times)
		y += barHeight + barGap
	}
	return y
}

// overSDK returns the time of a side over that of the raw SDK, or 0 if there is none.
func (r rowResult) overSDK(name string) float64 {
	sdk, side := r.side(rawSDK), r.side(name)
	switch {
	case sdk == nil || side == nil:
		return 0
	case side.Ratio == nil:
		return sdk.Ratio.Time
	}
	return sdk.Ratio.Time / side.Ratio.Time
}
