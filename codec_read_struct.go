package dynamoconn

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// structPlan says how the values of a struct are read straight from the bytes of an answer. It is
// made once for a type.
//
// Only what all goes well with is read so: each attribute once, each value of the type that its field
// holds. At anything else the item is read again as an Item and given to [Unmarshal]. So a value
// means the same both ways, and there is one place for each error.
type structPlan struct {
	goType *goType
	fields []valuePlan // those of goType.fields
}

// valuePlan says how the values of one Go type are read.
type valuePlan struct {
	kind    fastKind
	bits    uint8   // of an integer
	offset  uintptr // of a field in its struct
	goType  *goType
	options *tagOptions
	elem    *valuePlan // of a pointer or a slice
}

// fastKind is a kind of Go values that are read without a KeyValue between.
type fastKind uint8

const (
	fastNone fastKind = iota // through a KeyValue
	fastString
	fastBool
	fastInt
	fastUint
	fastFloat64
	fastBytes
	fastTime
	fastStruct
	fastSlice
	fastPointer
	fastNever // the item is read as an Item
)

// What a field is that an attribute has no plan for.
const (
	noField      = -1
	unclearField = -2 // the item may have another attribute for it
)

var fastKinds = map[typeClass]fastKind{
	classString: fastString, classBool: fastBool, classInt: fastInt, classUint: fastUint, classFloat64: fastFloat64,
	classBytes: fastBytes, classTime: fastTime, classStruct: fastStruct, classList: fastSlice, classPointer: fastPointer,
}

// structPlan returns the plan for a struct.
func (t *goType) structPlan() *structPlan {
	if plan := t.plan.Load(); plan != nil {
		return plan
	}
	plan := &structPlan{goType: t, fields: make([]valuePlan, len(t.fields))}
	for i, field := range t.fields {
		plan.fields[i] = planOf(field.goType, &field.options, 0)
		var isInside bool
		if plan.fields[i].offset, isInside = field.offsetIn(t.goType); !isInside || field.rule != "" {
			plan.fields[i].kind = fastNever
		}
	}
	t.plan.Store(plan)
	return plan
}

// offsetIn returns where a field is in a struct, and whether it is in the struct's own memory: it may
// be behind a pointer.
func (f *goField) offsetIn(t reflect.Type) (offset uintptr, isInside bool) {
	for i, x := range f.index {
		if i > 0 && t.Kind() == reflect.Pointer {
			return 0, false
		}
		sf := t.Field(x)
		offset, t = offset+sf.Offset, sf.Type
	}
	return offset, true
}

// planOf returns the plan for the values of a type. depth is how many types hold each other.
func planOf(t *goType, o *tagOptions, depth int) valuePlan {
	const deepest = 8 // a type may hold itself
	v := valuePlan{goType: t, options: o}
	if o.asString || o.asText || depth > deepest {
		return v
	}
	switch v.kind = fastKinds[t.reads]; v.kind {
	case fastInt, fastUint:
		v.bits = uint8(t.goType.Bits())
	case fastTime:
		if t.goType != timeType {
			v.kind = fastNone
		}
	case fastStruct:
		if t.isHidden {
			v.kind = fastNone
		}
	case fastBytes:
		if t.goType.Kind() != reflect.Slice {
			v.kind = fastNone
		}
	case fastSlice:
		if t.goType.Kind() != reflect.Slice {
			v.kind = fastNone
			break
		}
		elem := planOf(t.elem, o.elements(t.elem), depth+1)
		v.elem = &elem
	case fastPointer:
		elem := planOf(t.elem, o, depth+1)
		v.elem = &elem
	}
	return v
}

// fieldNamed returns the place of the field for an attribute, noField or unclearField.
func (p *structPlan) fieldNamed(name string) int {
	if field, ok := p.goType.byName[name]; ok {
		return field.position
	}
	if slices.ContainsFunc(p.goType.fields, func(f *goField) bool { return strings.EqualFold(f.name, name) }) {
		return unclearField
	}
	return noField
}

// fieldOf is fieldNamed for a name of the table, which remembers it.
func (r *itemReader) fieldOf(plan *structPlan, id nameID) int {
	name := &r.names.names[id]
	if name.plan != plan {
		name.plan, name.field = plan, plan.fieldNamed(name.text)
	}
	return name.field
}

// deepestFast is how deep structs are read straight from the bytes. It is less than what an answer may
// have, so that only the way through Items finds what is too deep.
const deepestFast = 64

// readStruct reads a map into the zero struct at p, and reports whether all went well. captured gets
// the attributes of which the caller wants the KeyValues too, and may be nil.
func (r *itemReader) readStruct(p unsafe.Pointer, plan *structPlan, under nameID, depth int, captured *captured) bool {
	if depth > deepestFast {
		return false
	}
	more, err := r.begin('{', '}')
	if err != nil {
		return false
	}
	var seen rankSet // by nameID, less 1
	for last := nameID(0); more; {
		id, text, err := r.attributeName(under, last)
		if err != nil || id == 0 || !seen.add(uint8(id-1)) {
			return false
		}
		if captured != nil && !captured.take(r, text, id) {
			return false
		}
		switch i := r.fieldOf(plan, id); i {
		case unclearField:
			return false
		case noField:
			if _, err := r.value(text, id, depth); err != nil {
				return false
			}
		default:
			field := &plan.fields[i]
			if !r.readValue(unsafe.Add(p, field.offset), field, id, depth) {
				return false
			}
		}
		if more, err = r.next('}'); err != nil {
			return false
		}
		last = id
	}
	return true
}

// readValue reads a value into the zero Go value at p, and reports whether all went well. id is its
// name, or that of the list which it is in.
func (r *itemReader) readValue(p unsafe.Pointer, v *valuePlan, id nameID, depth int) bool {
	if r.rest() <= 8 {
		return false
	}
	switch word := binary.LittleEndian.Uint64(r.Data[r.Pos:]); v.kind {
	case fastString:
		if word&sixBytes == beginsS {
			if text, ok := r.plainValue(); ok {
				*(*string)(p) = r.text.keep(text, r.rest())
				return true
			}
		}
	case fastInt, fastUint, fastFloat64:
		if word&sixBytes == beginsN {
			begin := r.Pos
			if n, text, ok := r.plainDigits(); ok && v.setNumber(p, n, text) {
				return true
			}
			r.Pos = begin
		}
	case fastTime:
		if begin := r.Pos; word&sixBytes == beginsS {
			if text, ok := r.plainValue(); ok && len(text) > 0 {
				if at, err := time.Parse(time.RFC3339Nano, unsafe.String(&text[0], len(text))); err == nil {
					*(*time.Time)(p) = at
					return true
				}
			}
			r.Pos = begin
		}
	case fastBool, fastBytes:
		begin := r.Pos
		if word != beginsNULL && r.readParts(p, v, id, depth) {
			return true
		}
		r.Pos = begin
	case fastStruct, fastSlice:
		if v.beginsAsItsKind(word) {
			return r.readParts(p, v, id, depth)
		}
	case fastPointer:
		if word != beginsNULL {
			elem := reflect.New(v.elem.goType.goType).UnsafePointer()
			if !r.readValue(elem, v.elem, id, depth) {
				return false
			}
			*(*unsafe.Pointer)(p) = elem
			return true
		}
	case fastNever:
		return false
	}
	kv, err := r.value("", id, depth)
	if err != nil {
		return false
	}
	r.unmapping = unmapping{}
	return r.unmapping.read(kv, reflect.NewAt(v.goType.goType, p).Elem(), v.goType, v.options, depth) == nil
}

// beginsAsItsKind reports whether a struct or a slice is read from what begins with word: from a map, a
// list, or a set of what the slice has.
func (v *valuePlan) beginsAsItsKind(word uint64) bool {
	if v.kind == fastStruct {
		return word&sixBytes == beginsM
	}
	switch word & sevenBytes {
	case beginsSS:
		return v.elem.kind == fastString && v.elem.goType.goType == stringType
	case beginsNS:
		return v.elem.kind == fastInt || v.elem.kind == fastUint
	case beginsBS:
		return v.elem.kind == fastBytes && v.elem.goType.goType == bytesType
	}
	return word&sixBytes == beginsL
}

var (
	stringType = reflect.TypeFor[string]()
	bytesType  = reflect.TypeFor[[]byte]()
)

// setNumber sets the number at p to n or, if there is a point, to what the text says. It reports
// whether the type holds it.
func (v *valuePlan) setNumber(p unsafe.Pointer, n int64, withPoint []byte) bool {
	switch {
	case v.kind == fastFloat64 && withPoint != nil:
		f, ok := shortFloat(withPoint)
		*(*float64)(p) = f
		return ok
	case v.kind == fastFloat64:
		const largest = 1_000_000_000_000_000
		*(*float64)(p) = float64(n)
		return n < largest && n > -largest
	case withPoint != nil:
		return false
	case v.kind == fastUint:
		return n >= 0 && setUint(p, uint64(n), v.bits)
	}
	return setInt(p, n, v.bits)
}

// shortFloat returns the number of a text with a point and up to 15 digits, which any float64 keeps. The
// digits and the power of ten are exact, so their quotient is the float64 nearest to the number. It
// returns false for a longer text, and for a negative zero.
func shortFloat(text []byte) (f float64, ok bool) {
	const mostDigits = 15
	if len(text) > mostDigits {
		return 0, false
	}
	digits, behindPoint, power := 0, false, 1.0
	for _, c := range text {
		switch {
		case c == '.':
			behindPoint = true
		case c != '-':
			digits = 10*digits + int(c-'0')
			if behindPoint {
				power *= 10
			}
		}
	}
	if text[0] == '-' {
		digits = -digits
	}
	return float64(digits) / power, digits != 0 || text[0] != '-'
}

// setInt sets the signed integer of so many bits at p, and reports whether it holds n.
func setInt(p unsafe.Pointer, n int64, bits uint8) bool {
	switch bits {
	case 8:
		*(*int8)(p) = int8(n)
		return int64(int8(n)) == n
	case 16:
		*(*int16)(p) = int16(n)
		return int64(int16(n)) == n
	case 32:
		*(*int32)(p) = int32(n)
		return int64(int32(n)) == n
	}
	*(*int64)(p) = n
	return true
}

// setUint is setInt for an unsigned integer.
func setUint(p unsafe.Pointer, n uint64, bits uint8) bool {
	switch bits {
	case 8:
		*(*uint8)(p) = uint8(n)
		return uint64(uint8(n)) == n
	case 16:
		*(*uint16)(p) = uint16(n)
		return uint64(uint16(n)) == n
	case 32:
		*(*uint32)(p) = uint32(n)
		return uint64(uint32(n)) == n
	}
	*(*uint64)(p) = n
	return true
}

// readParts reads a value that is more than one token.
func (r *itemReader) readParts(p unsafe.Pointer, v *valuePlan, id nameID, depth int) bool {
	t, seen, err := r.openValue()
	if err != nil {
		return false
	}
	switch {
	case v.kind == fastBool && t == typeBOOL:
		*(*bool)(p), err = r.boolean()
	case v.kind == fastBytes && t == typeB:
		*(*[]byte)(p), err = r.base64()
	case v.kind == fastStruct && t == typeM:
		if !r.readStruct(p, v.goType.structPlan(), id, depth+1, nil) {
			return false
		}
	case v.kind == fastSlice && t == typeL:
		if !r.readSlice(p, v, id, depth+1) {
			return false
		}
	case v.kind == fastSlice && t == typeSS:
		*(*[]string)(p), err = r.texts()
	case v.kind == fastSlice && t == typeBS:
		*(*[][]byte)(p), err = readMembers(r, &r.slabs.bytes, r.base64, bytes.Equal, textOfBytes)
	case v.kind == fastSlice && t == typeNS:
		if !r.readIntegers(p, v) {
			return false
		}
	default:
		return false
	}
	if err != nil {
		return false
	}
	if seen == nil && r.Peek() == '}' {
		r.Pos++
		return true
	}
	return r.closeValue(t, seen) == nil
}

// readSlice reads a list into the slice at p.
func (r *itemReader) readSlice(p unsafe.Pointer, v *valuePlan, id nameID, depth int) bool {
	const first = 4
	if depth > deepestFast {
		return false
	}
	more, err := r.begin('[', ']')
	if err != nil {
		return false
	}
	slice := reflect.NewAt(v.goType.goType, p).Elem()
	if !more {
		slice.Set(reflect.MakeSlice(v.goType.goType, 0, 0))
		return true
	}
	for n := 0; more; n++ {
		if n == slice.Cap() {
			slice.Grow(max(n, first))
		}
		slice.SetLen(n + 1)
		if !r.readValue(slice.Index(n).Addr().UnsafePointer(), v.elem, id, depth) {
			return false
		}
		if more, err = r.next(']'); err != nil {
			return false
		}
	}
	return true
}

// readIntegers reads a number set into the slice of integers at p.
func (r *itemReader) readIntegers(p unsafe.Pointer, v *valuePlan) bool {
	members, err := readMembers(r, &r.slabs.numbers, r.numberOfSet, Number.Equal, canonicalText)
	if err != nil {
		return false
	}
	slice := reflect.NewAt(v.goType.goType, p).Elem()
	slice.Set(reflect.MakeSlice(v.goType.goType, len(members), len(members)))
	for i, member := range members {
		n, err := member.Int64()
		if err != nil || !v.elem.setNumber(slice.Index(i).Addr().UnsafePointer(), n, nil) {
			return false
		}
	}
	return true
}

// captured gathers attributes of an item that is read into a struct: those of its key.
type captured struct {
	names []string
	item  Item
}

// take reads the value that comes next as a KeyValue too if its name is one of those wanted. It reports
// whether that went well.
func (c *captured) take(r *itemReader, name string, id nameID) bool {
	if !slices.Contains(c.names, name) {
		return true
	}
	begin := r.Pos
	kv, err := r.value(name, id, 0)
	if err != nil {
		return false
	}
	c.item = append(c.item, kv)
	r.Pos = begin
	return true
}
