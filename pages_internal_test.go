package dynamoconn

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
