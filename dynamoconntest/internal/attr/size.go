package attr

// Size is the number of bytes that the service counts for the item: the
// lengths of names and values.
func (it Item) Size() int {
	n := 0
	for i := range it {
		n += len(it[i].Name) + it[i].Value.Size()
	}
	return n
}

// Size is the number of bytes that the service counts for the value: the
// UTF-8 length of a string, the raw length of a binary, about half a byte a
// digit for a number, one for a boolean or null, and three plus one an element
// on top of its content for a list or map.
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

// MaxDepth is how many lists and maps may lie inside one another in an item;
// the value in the innermost one is the 32nd level that the service speaks of.
const MaxDepth = 31

// TooDeep reports whether the value nests lists and maps deeper than the
// service stores.
func (v Value) TooDeep() bool { return v.nestsDeeperThan(MaxDepth) }

func (v Value) nestsDeeperThan(left int) bool {
	switch v.kind {
	case L:
		if left == 0 {
			return true
		}
		for _, e := range v.List() {
			if e.nestsDeeperThan(left - 1) {
				return true
			}
		}
	case M:
		if left == 0 {
			return true
		}
		for _, a := range v.Map() {
			if a.Value.nestsDeeperThan(left - 1) {
				return true
			}
		}
	}
	return false
}

// AppendHashInput appends the bytes of a key value (S, N or B) that the service
// hashes to find its partition.
func (v Value) AppendHashInput(dst []byte) []byte {
	if v.kind == N {
		return v.Number().appendHashInput(dst)
	}
	return append(dst, v.text...)
}

// AppendKey appends an encoding of a key value (S, N or B) whose byte order is
// the order of values of that type and which is no prefix of another's.
func (v Value) AppendKey(dst []byte) []byte {
	if v.kind == N {
		return v.Number().appendKey(dst)
	}
	for i := 0; i < len(v.text); i++ {
		c := v.text[i]
		dst = append(dst, c)
		if c == 0 {
			dst = append(dst, 1)
		}
	}
	return append(dst, 0, 0)
}
