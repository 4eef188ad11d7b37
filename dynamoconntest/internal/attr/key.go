package attr

// AppendKey appends a key value (S, N or B) in an encoding that sorts like the
// values of its type. No encoding is a prefix of another one.
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

// AppendHashInput appends the bytes of a key value (S, N or B) that the service
// hashes to find the partition.
func (v Value) AppendHashInput(dst []byte) []byte {
	if v.kind == N {
		return v.Number().appendHashInput(dst)
	}
	return append(dst, v.text...)
}

// appendKey appends the number in an encoding that sorts like numbers. No
// encoding is a prefix of another one.
func (n Number) appendKey(dst []byte) []byte {
	if n.digits == "" {
		return append(dst, 2)
	}
	var flip byte
	if n.neg {
		dst, flip = append(dst, 1), 0xff
	} else {
		dst = append(dst, 3)
	}
	e := n.exp + 512
	dst = append(dst, byte(e>>8)^flip, byte(e)^flip)
	for i := 0; i < len(n.digits); i++ {
		dst = append(dst, n.digits[i]^flip)
	}
	return append(dst, 0^flip)
}

// maxPairs is the largest number of pairs of digits in a number.
const maxPairs = 20

// appendHashInput appends the bytes of a number that the service hashes: an
// exponent of 100, then the digits in pairs, as digits of base 100. A negative
// number has the complements of these bytes.
func (n Number) appendHashInput(dst []byte) []byte {
	if n.digits == "" {
		return append(dst, 0x80)
	}
	digits, whole := n.digits, n.exp+1 // whole: the digits before the point
	if whole&1 != 0 {
		digits, whole = "0"+digits, whole+1
	}
	lead := byte(whole/2 - 64)
	if n.neg {
		lead = ^lead
	}
	dst = append(dst, lead)
	if len(digits)&1 != 0 {
		digits += "0"
	}
	for i := 0; i < len(digits); i += 2 {
		pair := (digits[i]-'0')*10 + digits[i+1] - '0'
		if n.neg {
			dst = append(dst, 101-pair)
		} else {
			dst = append(dst, pair+1)
		}
	}
	if n.neg && len(digits) < maxPairs*2 {
		dst = append(dst, 102)
	}
	return dst
}
