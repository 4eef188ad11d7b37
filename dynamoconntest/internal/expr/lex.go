package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF     tokenKind = iota
	tokIdent             // a word
	tokName              // #placeholder
	tokValue             // :placeholder
	tokInteger           // digits
	tokPunct             // ( ) [ ] , . + - = <> < <= > >=
	tokBad               // anything else
)

type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// isWord reports whether the token is the word w, in upper or lower case.
func (t token) isWord(w string) bool {
	return t.kind == tokIdent && len(t.text) == len(w) && strings.EqualFold(t.text, w)
}

// isKeyword reports whether the token is a word of the grammar. No path can
// contain one, except through a placeholder.
func (t token) isKeyword() bool {
	for _, w := range [...]string{"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"} {
		if t.isWord(w) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

// lex splits an expression into tokens. The last one is tokEOF.
func lex(s string) []token {
	tokens := make([]token, 0, len(s)/3+2)
	i := 0
	run := func(from int, in func(byte) bool) int {
		for from < len(s) && in(s[from]) {
			from++
		}
		return from
	}
	for i < len(s) {
		c := s[i]
		end, kind := i+1, tokPunct
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
			continue
		case isLetter(c):
			end, kind = run(i, isWordByte), tokIdent
		case isDigit(c):
			end, kind = run(i, isDigit), tokInteger
		case c == '#' || c == ':':
			end = run(i+1, isWordByte)
			kind = tokName
			if c == ':' {
				kind = tokValue
			}
			if end == i+1 {
				kind = tokBad
			}
		case c == '<' && end < len(s) && (s[end] == '>' || s[end] == '='),
			c == '>' && end < len(s) && s[end] == '=':
			end++
		case strings.IndexByte("()[],.+-=<>", c) >= 0:
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			end, kind = i+size, tokBad
		}
		tokens = append(tokens, token{kind, s[i:end], i, end})
		i = end
	}
	return append(tokens, token{tokEOF, "<EOF>", len(s), len(s)})
}

// parser reads the tokens of an expression. It stops at the first error.
type parser struct {
	src             string
	tokens          []token
	pos             int
	redundantParens bool // the expression has some
}

func newParser(s string) (*parser, error) {
	if s == "" {
		return nil, fmt.Errorf("The expression can not be empty;")
	}
	if len(s) > maxExpression {
		return nil, fmt.Errorf("Expression size has exceeded the maximum allowed size; expression size: %d", len(s))
	}
	return &parser{src: s, tokens: lex(s)}, nil
}

func (p *parser) current() token { return p.tokens[p.pos] }

// atPunct reports whether the current token is this punctuation.
func (p *parser) atPunct(text string) bool {
	t := p.current()
	return t.kind == tokPunct && t.text == text
}

// accept moves past the punctuation if it is the current token.
func (p *parser) accept(text string) bool {
	if p.atPunct(text) {
		p.pos++
		return true
	}
	return false
}

// expect moves past the punctuation, which must be the current token.
func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.syntaxError()
	}
	return nil
}

// syntaxError returns the error for a current token that does not belong there.
func (p *parser) syntaxError() error {
	t := p.current()
	from, to := t.start, len(p.src)
	if p.pos > 0 {
		from = p.tokens[p.pos-1].start
	} else if t.kind == tokEOF {
		from = 0
	}
	if p.pos+1 < len(p.tokens) {
		to = p.tokens[p.pos+1].end
	}
	return fmt.Errorf("Syntax error; token: %q, near: %q", t.text, p.src[from:to])
}
