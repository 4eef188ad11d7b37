package dynamoconn

import (
	"encoding/binary"
	"errors"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// The grammar of a value, over the tokens of JSON. White space may be between any two
// tokens, and strings may have escapes:
//
//	value   = "{" members "}"        members in any order, exactly one of them a known one
//	                                 that is not null
//	members = [ member { "," member } ]        no name twice
//	member  = known | string ":" any           any: an unknown member, or null
//	known   = `"S"`    ":" string              text
//	        | `"N"`    ":" string              a number of DynamoDB's
//	        | `"B"`    ":" string              base64
//	        | `"BOOL"` ":" ( true | false )
//	        | `"NULL"` ":" true
//	        | `"L"`    ":" "[" [ value { "," value } ] "]"
//	        | `"M"`    ":" item
//	        | `"SS"`   ":" "[" string { "," string } "]"     distinct, and so the other sets
//	        | `"NS"`   ":" "[" string { "," string } "]"
//	        | `"BS"`   ":" "[" string { "," string } "]"
//	item    = "{" [ string ":" value { "," string ":" value } ] "}"        no name twice
//
// DynamoDB writes no white space, and the known member alone: {"S":"Lyon"}. That is
// recognised by its first eight bytes. Everything else takes longer and means the same.

// valueType is one of DynamoDB's ten types.
type valueType uint8

const (
	noType valueType = iota
	typeS
	typeN
	typeB
	typeBOOL
	typeNULL
	typeL
	typeM
	typeSS
	typeNS
	typeBS
)

var valueTypes = map[string]valueType{
	"S": typeS, "N": typeN, "B": typeB, "BOOL": typeBOOL, "NULL": typeNULL,
	"L": typeL, "M": typeM, "SS": typeSS, "NS": typeNS, "BS": typeBS,
}

// valueScanner reads the parts of values. It makes nothing of them.
type valueScanner struct{ jsontext.Scanner }

// How values begin, as little-endian numbers of six, seven and eight bytes.
const (
	sixBytes   = 1<<48 - 1
	sevenBytes = 1<<56 - 1

	beginsS    = '{' | '"'<<8 | 'S'<<16 | '"'<<24 | ':'<<32 | '"'<<40
	beginsN    = '{' | '"'<<8 | 'N'<<16 | '"'<<24 | ':'<<32 | '"'<<40
	beginsB    = '{' | '"'<<8 | 'B'<<16 | '"'<<24 | ':'<<32 | '"'<<40
	beginsL    = '{' | '"'<<8 | 'L'<<16 | '"'<<24 | ':'<<32 | '['<<40
	beginsM    = '{' | '"'<<8 | 'M'<<16 | '"'<<24 | ':'<<32 | '{'<<40
	beginsSS   = '{' | '"'<<8 | 'S'<<16 | 'S'<<24 | '"'<<32 | ':'<<40 | '['<<48
	beginsNS   = '{' | '"'<<8 | 'N'<<16 | 'S'<<24 | '"'<<32 | ':'<<40 | '['<<48
	beginsBS   = '{' | '"'<<8 | 'B'<<16 | 'S'<<24 | '"'<<32 | ':'<<40 | '['<<48
	beginsBOOL = '{' | '"'<<8 | 'B'<<16 | 'O'<<24 | 'O'<<32 | 'L'<<40 | '"'<<48 | ':'<<56
	beginsNULL = '{' | '"'<<8 | 'N'<<16 | 'U'<<24 | 'L'<<32 | 'L'<<40 | '"'<<48 | ':'<<56
)

// openValue reads the beginning of a value, up to what its type says, and returns the type. If
// the value has more members than one, or may have, seen has the names so far.
func (s *valueScanner) openValue() (t valueType, seen *jsontext.Names, err error) {
	if len(s.Data)-s.Pos > 8 {
		word := binary.LittleEndian.Uint64(s.Data[s.Pos:])
		switch word & sixBytes {
		case beginsS:
			s.Pos += len(`{"S":`)
			return typeS, nil, nil
		case beginsN:
			s.Pos += len(`{"N":`)
			return typeN, nil, nil
		case beginsB:
			s.Pos += len(`{"B":`)
			return typeB, nil, nil
		case beginsL:
			s.Pos += len(`{"L":`)
			return typeL, nil, nil
		case beginsM:
			s.Pos += len(`{"M":`)
			return typeM, nil, nil
		}
		if t, length := longType(word); t != noType && (length < 8 || s.Data[s.Pos+8] == 't' || s.Data[s.Pos+8] == 'f') {
			s.Pos += length
			return t, nil, nil
		}
	}
	return s.openValueAnyhow()
}

// longType returns the type whose name has more than one letter that a value begins with, and
// the bytes up to what it says.
func longType(word uint64) (t valueType, length int) {
	switch word & sevenBytes {
	case beginsSS:
		return typeSS, len(`{"SS":`)
	case beginsNS:
		return typeNS, len(`{"NS":`)
	case beginsBS:
		return typeBS, len(`{"BS":`)
	}
	switch word {
	case beginsBOOL:
		return typeBOOL, len(`{"BOOL":`)
	case beginsNULL:
		return typeNULL, len(`{"NULL":`)
	}
	return noType, 0
}

// openValueAnyhow is openValue for a value that may have white space, escapes in names, and other
// members before the known one.
func (s *valueScanner) openValueAnyhow() (t valueType, seen *jsontext.Names, err error) {
	s.SkipSpace()
	if s.Peek() != '{' {
		return noType, nil, s.otherThanValue()
	}
	s.Take('{')
	if s.Take('}') {
		return noType, nil, corrupt("has no value")
	}
	seen = &jsontext.Names{}
	rule := "has no value"
	for {
		name, t, err := s.memberOfValue(seen)
		if err != nil {
			return noType, nil, err
		}
		switch null := s.Literal("null"); {
		case null:
		case t != noType:
			return t, seen, nil
		default:
			rule = "is of the unknown type " + showName(name)
			if err := s.SkipDistinct(); err != nil {
				return noType, nil, corruptJSON(err)
			}
		}
		if s.Take('}') {
			return noType, nil, corrupt(rule)
		}
		if !s.Take(',') {
			return noType, nil, s.notJSON()
		}
	}
}

// memberOfValue reads the name of a member and the colon after it.
func (s *valueScanner) memberOfValue(seen *jsontext.Names) (name string, t valueType, err error) {
	text, err := s.Name()
	if err != nil {
		return "", noType, corruptJSON(err)
	}
	name, t = string(text), valueTypes[string(text)]
	if !seen.Add(text) {
		return "", noType, corrupt("names a type twice")
	}
	if !s.Take(':') {
		return "", noType, s.notJSON()
	}
	return name, t, nil
}

// closeValue reads the end of a value of type t. There may be white space and other members.
func (s *valueScanner) closeValue(t valueType, seen *jsontext.Names) error {
	if seen == nil {
		seen = &jsontext.Names{}
		for name, other := range valueTypes {
			if other == t {
				seen.Add([]byte(name))
			}
		}
	}
	for !s.Take('}') {
		if !s.Take(',') {
			return s.notJSON()
		}
		_, other, err := s.memberOfValue(seen)
		switch {
		case err != nil:
			return err
		case s.Literal("null"):
		case other != noType:
			return corrupt("has more than one type")
		default:
			if err := s.SkipDistinct(); err != nil {
				return corruptJSON(err)
			}
		}
	}
	return nil
}

// begin reads the beginning of an object or array, and reports whether it is not empty.
func (s *valueScanner) begin(open, end byte) (more bool, err error) {
	if s.Pos+1 < len(s.Data) && s.Data[s.Pos] == open && s.Data[s.Pos+1] > ' ' && s.Data[s.Pos+1] != end {
		s.Pos++
		return true, nil
	}
	s.SkipSpace()
	if s.Peek() != open {
		return false, s.otherThanValue()
	}
	s.Pos++
	s.SkipSpace()
	return !s.Take(end), nil
}

// next reads a comma, or the end of an object or array, and reports which it was.
func (s *valueScanner) next(end byte) (more bool, err error) {
	if s.Pos+1 < len(s.Data) && s.Data[s.Pos] == ',' && s.Data[s.Pos+1] > ' ' {
		s.Pos++
		return true, nil
	}
	if s.Pos < len(s.Data) && s.Data[s.Pos] == end {
		s.Pos++
		return false, nil
	}
	switch {
	case s.Take(end):
		return false, nil
	case s.Take(','):
		return true, nil
	}
	return false, s.notJSON()
}

// elements reads an array and calls element where each of its elements begins.
func (s *valueScanner) elements(element func() error) error {
	more, err := s.begin('[', ']')
	for more && err == nil {
		if err = element(); err == nil {
			more, err = s.next(']')
		}
	}
	return err
}

// boolean reads true or false.
func (s *valueScanner) boolean() (bool, error) {
	switch {
	case s.Literal("true"):
		return true, nil
	case s.Literal("false"):
		return false, nil
	}
	return false, s.otherThanValue()
}

// plainValue reads a value that begins with beginsS, and returns its text. If the text has
// escapes, or anything else comes before the end of the value, ok is false and nothing has been
// read.
func (s *valueScanner) plainValue() (text []byte, ok bool) {
	begin := s.Pos
	s.Pos += len(`{"S":`)
	if text, ok = s.Plain(); ok && s.Peek() == '}' {
		s.Pos++
		return text, true
	}
	s.Pos = begin
	return nil, false
}

// plainDigits reads a value that begins with beginsN and is either an int64 as Go prints one,
// of at most 18 digits, or digits with a point among, before or after them, which break no rule
// of package decimal. It returns the number, or the text of what has a point. For anything else
// ok is false and nothing has been read.
func (s *valueScanner) plainDigits() (n int64, withPoint []byte, ok bool) {
	data, begin := s.Data, s.Pos+len(`{"N":"`)
	i := begin
	negative := data[i] == '-'
	if negative {
		i++
	}
	start := i
	for i < len(data) && data[i]-'0' <= 9 {
		n = n*10 + int64(data[i]-'0')
		i++
	}
	digits := i - start
	isLong := digits > 0 && digits <= 18 && (data[start] != '0' || digits == 1 && !negative)
	if i < len(data) && data[i] == '.' {
		for i++; i < len(data) && data[i]-'0' <= 9; i++ {
		}
		if withPoint = data[begin:i]; len(withPoint) > decimal.MaxDigits || i-start == len(".") {
			return 0, nil, false
		}
	} else if !isLong {
		return 0, nil, false
	}
	if len(data)-i < 2 || data[i] != '"' || data[i+1] != '}' {
		return 0, nil, false
	}
	s.Pos = i + len(`"}`)
	if negative {
		n = -n
	}
	return n, withPoint, true
}

// quoted reads a string. The next string may overwrite its bytes.
func (s *valueScanner) quoted() ([]byte, error) {
	start := s.Pos
	text, err := s.Text()
	if err != nil {
		return nil, s.notText(start, err)
	}
	return text, nil
}

// notText returns the error for what begins at start and is no string.
func (s *valueScanner) notText(start int, err error) error {
	if s.Pos == start {
		return s.otherThanValue()
	}
	return corruptJSON(err)
}

// otherThanValue returns the error for JSON that is not what must be there.
func (s *valueScanner) otherThanValue() error {
	switch {
	case s.Peek() == 'n':
		return corrupt("has no value")
	case s.AtValue():
		return corrupt("is not what its type says")
	}
	return s.notJSON()
}

func (s *valueScanner) notJSON() error { return corruptJSON(s.SyntaxError()) }

// corruptJSON returns the FieldError for an error of package jsontext in an answer. It names
// the byte, except for text that is not Unicode, whose place is known otherwise.
func corruptJSON(err error) error {
	var e *jsontext.Error
	if errors.As(err, &e) && (e.Rule == jsontext.RuleUTF8 || e.Rule == jsontext.RuleSurrogate) {
		return corrupt("is not valid UTF-8")
	}
	return corrupt(err.Error())
}
