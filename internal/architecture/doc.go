// Package architecture holds the repository to its plan: which room may import
// which, how large files and functions are, that everything exported has a
// comment, and that what ARCHITECTURE.md, CONTRIBUTING.md and README.md name is
// there. All of it is in the tests.
package architecture
