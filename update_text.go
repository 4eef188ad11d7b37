package dynamoconn

import (
	"strconv"
	"strings"
)

// updateText is what the text of an update expression changes. DynamoDB decides whether a text
// is valid. Here it is read only to know whether the update may be applied twice.
type updateText struct {
	changes []textChange
}

// textChange is one change in the text of an update expression.
type textChange struct {
	clause int // such as clauseSet
	path   Path
	// value is the placeholder of the value of an ADD or a DELETE, and of a SET to that value
	// alone. It is empty for any other.
	value string
	// reads are the attributes that a SET reads, but for its own in if_not_exists.
	reads []Path
	// computes means that a SET adds, subtracts or joins lists.
	computes bool
}

// parseUpdate reads the text of an update expression. names are those that its placeholders
// stand for. It returns nil for a text that it does not understand.
func parseUpdate(text string, names map[string]string) *updateText {
	tokens, ok := updateTokens(text)
	if !ok {
		return nil
	}
	p := &updateParser{tokens: tokens, names: names}
	update := &updateText{}
	for len(p.tokens) > 0 {
		clause := clauseOf(p.take())
		if clause < 0 {
			return nil
		}
		for {
			change := textChange{clause: clause}
			if !p.change(&change) {
				return nil
			}
			update.changes = append(update.changes, change)
			if !p.takes(",") {
				break
			}
		}
	}
	return update
}

// isRepeatable reports whether the update, applied twice, leaves what it leaves when it is
// applied once. values are those of the request.
func (u *updateText) isRepeatable(values Item) bool {
	if u == nil {
		return false
	}
	for _, c := range u.changes {
		if c.computes || c.path.isElement() || c.clause == clauseAdd && !addsMembers(values, c.value) {
			return false
		}
		for _, read := range c.reads {
			for _, other := range u.changes {
				if other.path.overlaps(read) {
					return false
				}
			}
		}
	}
	return true
}

// addsMembers reports whether ADD of the value with that placeholder adds members to a set.
func addsMembers(values Item, placeholder string) bool {
	value, _ := values.Get(placeholder)
	switch value.(type) {
	case *KeyValueStringSet, *KeyValueNumberSet, *KeyValueBinarySet:
		return true
	}
	return false // a number, or nothing that DynamoDB takes
}

// clauseOf returns the clause that a word begins, or -1.
func clauseOf(word string) int {
	for clause, name := range clauseWords {
		if strings.EqualFold(word, name) {
			return clause
		}
	}
	return -1
}

// updateTokens divides the text of an update expression into words, placeholders, numbers and
// signs. It reports false for a character that is none of these.
func updateTokens(text string) (tokens []string, ok bool) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case strings.IndexByte("=,()+-.[]", c) >= 0:
			tokens = append(tokens, text[i:i+1])
			i++
			continue
		}
		end := i
		if c == '#' || c == ':' {
			end++
		}
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		if end == i || end == i+1 && !isNameByte(c) {
			return nil, false
		}
		tokens = append(tokens, text[i:end])
		i = end
	}
	return tokens, true
}

// isNameByte reports whether c can be a part of a name in an expression.
func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// updateParser reads the tokens of an update expression from the first to the last.
type updateParser struct {
	tokens []string
	names  map[string]string
}

// take takes the next token, which is "" behind the last.
func (p *updateParser) take() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

// takes takes the next token if it is that one.
func (p *updateParser) takes(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// change reads one change of a clause.
func (p *updateParser) change(c *textChange) (ok bool) {
	if c.path, ok = p.path(); !ok {
		return false
	}
	switch c.clause {
	case clauseAdd, clauseDelete:
		c.value = p.take()
		return strings.HasPrefix(c.value, ":")
	case clauseRemove:
		return true
	}
	before := len(p.tokens)
	if !p.takes("=") || !p.operand(c) {
		return false
	}
	for p.takes("+") || p.takes("-") {
		c.computes = true
		if !p.operand(c) {
			return false
		}
	}
	if taken := before - len(p.tokens); taken != 2 { // "=" and one more
		c.value = ""
	}
	return true
}

// operand reads an operand of a SET.
func (p *updateParser) operand(c *textChange) bool {
	switch {
	case len(p.tokens) == 0:
		return false
	case p.takes("("):
		return p.operand(c) && p.takes(")")
	case strings.HasPrefix(p.tokens[0], ":"):
		c.value = p.take()
		return true
	case len(p.tokens) > 1 && p.tokens[1] == "(":
		return p.function(c)
	}
	path, ok := p.path()
	c.reads = append(c.reads, path)
	return ok
}

// function reads a function of a SET.
func (p *updateParser) function(c *textChange) bool {
	switch name := p.take(); name {
	case "if_not_exists":
		p.take() // the parenthesis
		path, ok := p.path()
		if !ok || !p.takes(",") {
			return false
		}
		if !path.isSame(c.path) {
			c.reads = append(c.reads, path)
		}
	case "list_append":
		c.computes = true
		p.take()
		if !p.operand(c) || !p.takes(",") {
			return false
		}
	default:
		return false
	}
	return p.operand(c) && p.takes(")")
}

// path reads the path of an attribute.
func (p *updateParser) path() (Path, bool) {
	name, ok := p.name()
	path := Attr(name)
	for ok {
		switch {
		case p.takes("."):
			if name, ok = p.name(); ok {
				path = path.Attr(name)
			}
		case p.takes("["):
			index, err := strconv.Atoi(p.take())
			if ok = err == nil && index >= 0 && p.takes("]"); ok {
				path = path.At(index)
			}
		default:
			return path, true
		}
	}
	return Path{}, false
}

// name reads the name of an attribute, or the placeholder of one.
func (p *updateParser) name() (string, bool) {
	switch token := p.take(); {
	case token == "":
		return "", false
	case token[0] == '#':
		name, ok := p.names[token]
		return name, ok
	default:
		return token, isNameByte(token[0]) && (token[0] < '0' || token[0] > '9')
	}
}
