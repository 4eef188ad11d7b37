package protocol

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// CheckTypes compares the JSON types of a tree with its shape. The error's text is
// the message of a SerializationException.
func CheckTypes(n *Node, s *Shape) error { return checkTypes(n, s, inStructure) }

// place is what a value is part of. The service's messages depend on it.
type place uint8

const (
	inStructure place = iota
	inList
	inMap
)

func checkTypes(n *Node, s *Shape, at place) error {
	if !n.Present() {
		return nil
	}
	switch s.kind {
	case shapeString, shapeInteger, shapeLong, shapeBoolean, shapeBlob:
		return checkScalar(n, s)
	case shapeList:
		if n.Type != Array {
			return unexpectedTypeError(n, s, at)
		}
		for i := range n.Elems {
			if err := checkTypes(&n.Elems[i], s.elem, inList); err != nil {
				return err
			}
		}
	case shapeMap:
		if n.Type != Object {
			return unexpectedTypeError(n, s, at)
		}
		for i := range n.Members {
			if err := checkTypes(&n.Members[i].Value, s.elem, inMap); err != nil {
				return err
			}
		}
	case shapeStruct, shapeValue:
		if n.Type != Object {
			return unexpectedTypeError(n, s, at)
		}
		for i := range n.Members {
			for _, f := range s.fields {
				if f.Name == n.Members[i].Name {
					if err := checkTypes(&n.Members[i].Value, f.Shape, inStructure); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

var (
	errUnexpectedObject = errors.New("Start of structure or map found where not expected")

	// errScalarInNested is the service's message about a scalar in a list or map
	// whose elements must be lists or maps. It shows the service's parser.
	errScalarInNested = errors.New("class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class " +
		"(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')")
)

// unexpectedTypeError returns the error for a value that is not the list, map or
// structure that its shape says.
func unexpectedTypeError(n *Node, s *Shape, at place) error {
	switch {
	case n.Type == Object:
		return errUnexpectedObject
	case n.Type == Array:
		return unexpectedListError(s)
	case at == inStructure:
		return errors.New("Unexpected field type")
	case s.kind == shapeList || s.kind == shapeMap:
		return errScalarInNested
	}
	return errors.New("Unexpected value type in payload")
}

func unexpectedListError(s *Shape) error {
	name := s.javaName()
	if s.kind != shapeMap {
		name = "class " + name
	}
	return fmt.Errorf("Unrecognized collection type %s", name)
}

// javaName returns the name of the type in the service's messages.
func (s *Shape) javaName() string {
	switch s.kind {
	case shapeList:
		return "java.util.List<" + s.elem.javaName() + ">"
	case shapeMap:
		return "java.util.Map<java.lang.String, " + s.elem.javaName() + ">"
	case shapeStruct, shapeValue:
		return "com.amazonaws.dynamodb.v20120810." + s.class
	case shapeBlob:
		return "java.nio.ByteBuffer"
	}
	return "java.lang." + s.scalarName()
}

func (s *Shape) scalarName() string {
	return [...]string{"String", "Integer", "Long", "Boolean", "ByteBuffer"}[s.kind]
}

// tokenName returns the name of a scalar's token in the service's messages.
func tokenName(n *Node) string {
	switch n.Type {
	case Bool:
		return strings.ToUpper(n.Text) + "_VALUE"
	case Number:
		if strings.ContainsAny(n.Text, ".eE") {
			return "DECIMAL_VALUE"
		}
		return "NUMBER_VALUE"
	}
	return "STRING_VALUE"
}

func checkScalar(n *Node, s *Shape) error {
	switch n.Type {
	case Array:
		return unexpectedListError(s)
	case Object:
		return errUnexpectedObject
	}
	ok := false
	switch s.kind {
	case shapeString:
		ok = n.Type == String
	case shapeBlob:
		if n.Type != String {
			return errors.New("only base-64-encoded strings are convertible to bytes")
		}
		return checkBase64(n.Text)
	case shapeInteger, shapeLong:
		ok = n.Type == Number
	case shapeBoolean:
		if n.Type == String {
			return errors.New("Unexpected token received from parser")
		}
		ok = n.Type == Bool
	}
	if !ok {
		return fmt.Errorf("%s cannot be converted to %s", tokenName(n), s.scalarName())
	}
	return nil
}

func checkBase64(s string) error {
	if len(s)%4 != 0 {
		return fmt.Errorf("Base64 encoded length is expected a multiple of 4 bytes but found: %d", len(s))
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(s); err != nil || strings.ContainsAny(s, "\r\n") {
		return errors.New("Invalid last non-pad Base64 character dectected")
	}
	return nil
}
