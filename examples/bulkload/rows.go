package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/dynamoconn/dynamoconn"
)

// rows reads items from a stream of JSON objects, or from one array of them.
type rows struct {
	decoder *json.Decoder
	source  *bufio.Reader
	started bool
	array   bool
	number  int64 // the number of the last row that was read, from 1
}

// row is one object of the file.
type row struct {
	number int64
	item   dynamoconn.Item
}

// rowError means that one row is not an item. The rows after it can still be read.
type rowError struct {
	number int64
	err    error
}

func (e *rowError) Error() string { return fmt.Sprintf("row %d: %v", e.number, e.err) }
func (e *rowError) Unwrap() error { return e.err }

func newRows(source io.Reader) *rows {
	buffered := bufio.NewReader(source)
	return &rows{decoder: json.NewDecoder(buffered), source: buffered}
}

// read returns the next row. The error is io.EOF at the end and a *rowError if only this
// row is wrong. After any other error nothing more can be read.
func (r *rows) read() (row, error) {
	if !r.started {
		if err := r.start(); err != nil {
			return row{}, err
		}
	}
	if r.array && !r.decoder.More() {
		return row{}, r.end()
	}
	r.number++
	var item dynamoconn.Item
	err := r.decoder.Decode(&item)
	var field *dynamoconn.FieldError
	switch {
	case err == nil && item == nil:
		return row{}, &rowError{r.number, errors.New("the row is null")}
	case err == nil:
		return row{r.number, item}, nil
	case err == io.EOF && !r.array:
		return row{}, io.EOF
	case err == io.EOF:
		return row{}, fmt.Errorf("row %d: %w", r.number, io.ErrUnexpectedEOF)
	case errors.As(err, &field): // the row is valid JSON, but not an item
		return row{}, &rowError{r.number, err}
	default:
		return row{}, fmt.Errorf("row %d: %w", r.number, err)
	}
}

// start finds out whether the file is an array.
func (r *rows) start() error {
	r.started = true
	for {
		first, err := r.source.ReadByte()
		if err != nil {
			return err
		}
		switch first {
		case ' ', '\t', '\r', '\n':
			continue
		}
		if err := r.source.UnreadByte(); err != nil {
			return err
		}
		if r.array = first == '['; r.array {
			_, err = r.decoder.Token()
		}
		return err
	}
}

// end reads the end of the array. It returns io.EOF if nothing follows the array.
func (r *rows) end() error {
	_, err := r.decoder.Token()
	if err == io.EOF {
		return fmt.Errorf("the array ends after row %d without a bracket: %w", r.number, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return err
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return fmt.Errorf("something follows the array, which ends with row %d", r.number)
	}
	return io.EOF
}

// offset returns the number of bytes that were read from the source.
func (r *rows) offset() int64 { return r.decoder.InputOffset() }
