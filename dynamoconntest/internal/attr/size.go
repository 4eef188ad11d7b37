package attr

// Size returns the number of bytes that the service counts for the item: the
// lengths of its names and values.
func (it Item) Size() int {
	n := 0
	for i := range it {
		n += len(it[i].Name) + it[i].Value.Size()
	}
	return n
}

// Size returns the number of bytes that the service counts for the value:
//
//   - a string: its length in UTF-8
//   - a binary: its length without base 64
//   - a number: about half a byte for each digit
//   - a boolean or null: 1
//   - a set: the sizes of its members
//   - a list or map: 3, and 1 for each element, and the size of what is in it
func (v Value) Size() int {
	switch v.kind {
	case S, B:
		return len(v.text)
	case N:
		return v.Number().size()
	case BOOL, NULL:
		return 1
	case SS, BS:
		n := 0
		for _, m := range v.Members() {
			n += len(m)
		}
		return n
	case NS:
		n := 0
		for _, m := range v.Members() {
			n += parseCanonical(m).size()
		}
		return n
	case L:
		n := 3
		for _, e := range v.List() {
			n += e.Size() + 1
		}
		return n
	case M:
		n := 3
		for _, a := range v.Map() {
			n += len(a.Name) + a.Value.Size() + 1
		}
		return n
	}
	return 0
}

// size returns the number of bytes that the service counts for the number: one
// for each pair of significant digits, one for the exponent and one for a minus
// sign.
func (n Number) size() int {
	if n.digits == "" {
		return 1
	}
	// The service stores digits in pairs. The decimal point lies between two pairs,
	// so an even exponent leaves the first pair half empty.
	digits := len(n.digits)
	if n.exp&1 == 0 {
		digits++
	}
	s := 1 + (digits+1)/2
	if n.neg {
		s++
	}
	return min(s, 21)
}
