// Package docs compiles the Go code of README.md, of the other pages and of the
// documentation of the packages, and runs the programs and tests in it that are whole.
// All of it is in the tests.
package docs
