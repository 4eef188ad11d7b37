package dynamoconntest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// conversionError is the error for a value, at a place in an item, that cannot be
// converted.
type conversionError struct {
	path  string
	cause error
}

func (e *conversionError) Error() string { return e.path + ": " + e.cause.Error() }

func (e *conversionError) Unwrap() error { return e.cause }

// under returns err with prefix before its path.
func under(prefix string, err error) error {
	path, cause := splitPath(err)
	switch {
	case path == "":
		path = prefix
	case path[0] == '[':
		path = prefix + path
	default:
		path = prefix + "." + path
	}
	return &conversionError{path, cause}
}

// underName returns err with the name of an attribute before its path.
func underName(name string, err error) error { return under(name, err) }

// underElement returns err with the index of an element before its path.
func underElement(i int, err error) error { return under("["+strconv.Itoa(i)+"]", err) }

// withoutName returns err without the name at the beginning of its path.
func withoutName(name string, err error) error {
	path, cause := splitPath(err)
	path = strings.TrimPrefix(strings.TrimPrefix(path, name), ".")
	if path == "" {
		return cause
	}
	return &conversionError{path, cause}
}

// splitPath returns the path of an error of this file or of this library, and the error
// without it.
func splitPath(err error) (string, error) {
	var own *conversionError
	if errors.As(err, &own) {
		return own.path, own.cause
	}
	var field *dynamoconn.FieldError
	if errors.As(err, &field) {
		moved := *field
		moved.Path = ""
		return field.Path, &moved
	}
	return "", err
}

// loadError returns the error for a value that cannot be converted to an item: a
// [*dynamoconn.FieldError] with the path to the value.
func loadError(err error) error {
	if err == nil {
		return nil
	}
	path, cause := splitPath(err)
	var field *dynamoconn.FieldError
	if errors.As(cause, &field) {
		moved := *field
		moved.Path = path
		return &moved
	}
	located := &dynamoconn.FieldError{Path: path, Rule: cause.Error()}
	var bad attr.NumberError
	if errors.As(cause, &bad) {
		return fmt.Errorf("%w: %w: %w", dynamoconn.ErrInvalidRequest, dynamoconn.ErrInvalidNumber, located)
	}
	return fmt.Errorf("%w: %w", dynamoconn.ErrInvalidRequest, located)
}
