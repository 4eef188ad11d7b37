package dynamoconn

// progress notices that a reading goes round in a circle, which pages that each begin
// where the last one ended would do for ever. It keeps one place, and another after 1,
// 2, 4, 8 and so on steps, so that it needs no memory of the rest; this is Brent's
// algorithm. A circle is noticed within three times its length and what came before it.
type progress struct {
	landmark     string
	steps, limit int
}

// circles tells whether place is where the reading has been before.
func (p *progress) circles(place string) bool {
	if place == p.landmark {
		return true
	}
	if p.steps == p.limit {
		p.landmark, p.steps, p.limit = place, 0, max(1, 2*p.limit)
	}
	p.steps++
	return false
}
