package main

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// journal writes requests to a file as lines of JSON.
type journal struct {
	out  io.Writer
	file *os.File // nil for stdout
	err  error    // of the first line that could not be written
}

// openJournal returns a journal that begins a new file, or writes to stdout if name is
// a hyphen.
func openJournal(name string, stdout io.Writer) (*journal, error) {
	if name == "-" {
		return &journal{out: stdout}, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &journal{out: file, file: file}, nil
}

// line is a request in the file. Its members have the names of those of
// [dynamoconntest.Entry].
type line struct {
	Time         time.Time
	Operation    string
	Tables       []string        `json:",omitempty"`
	Input        json.RawMessage `json:",omitempty"` // the body, or a string if it is no JSON
	RequestID    string          `json:",omitempty"`
	InvocationID string          `json:",omitempty"`
	Attempt      string          `json:",omitempty"`
	Applied      bool
	Status       int
	Error        string `json:",omitempty"`
	Fault        string `json:",omitempty"`
}

// write appends a request. The server calls it for one request after the other.
func (j *journal) write(e dynamoconntest.Entry) {
	input := json.RawMessage(e.Input)
	if len(input) > 0 && !json.Valid(input) {
		input, _ = json.Marshal(string(e.Input))
	}
	text, err := json.Marshal(line{
		Time: e.Time, Operation: e.Operation, Tables: e.Tables, Input: input,
		RequestID: e.RequestID, InvocationID: e.InvocationID, Attempt: e.Attempt,
		Applied: e.Applied, Status: e.Status, Error: e.Error, Fault: e.Fault,
	})
	if err == nil {
		_, err = j.out.Write(append(text, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

// close closes the file and returns the first error.
func (j *journal) close() error {
	if j.file != nil {
		if err := j.file.Close(); j.err == nil {
			j.err = err
		}
	}
	return j.err
}
