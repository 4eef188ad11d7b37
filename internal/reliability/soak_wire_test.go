package reliability

import (
	"errors"
	"strconv"
)

// soakJSON is a JSON value: a text for strings and numbers, members for objects, elements
// for arrays. That is enough to find out what a batch request holds.
type soakJSON struct {
	text  string
	names []string
	nodes []soakJSON
}

// get returns the value at a path of member names, or nil.
func (n *soakJSON) get(path ...string) *soakJSON {
	for _, name := range path {
		if n == nil {
			return nil
		}
		var found *soakJSON
		for i := range n.names {
			if n.names[i] == name {
				found = &n.nodes[i]
			}
		}
		n = found
	}
	return n
}

// at returns the text of the value at a path, or "".
func (n *soakJSON) at(path ...string) string {
	if n = n.get(path...); n == nil {
		return ""
	}
	return n.text
}

var errSoakJSON = errors.New("not the JSON of a batch")

// soakParse parses text that is known to be valid JSON.
func soakParse(text []byte) (node soakJSON, err error) {
	defer func() {
		if recover() != nil {
			err = errSoakJSON
		}
	}()
	p := soakParser{text: text}
	return p.value(), nil
}

type soakParser struct {
	text []byte
	i    int
}

func (p *soakParser) space() {
	for p.text[p.i] == ' ' || p.text[p.i] == '\n' || p.text[p.i] == ',' || p.text[p.i] == ':' {
		p.i++
	}
}

func (p *soakParser) value() (n soakJSON) {
	p.space()
	switch c := p.text[p.i]; c {
	case '{', '[':
		p.i++
		for p.space(); p.text[p.i] != '}' && p.text[p.i] != ']'; p.space() {
			if c == '{' {
				n.names = append(n.names, p.quoted())
			}
			n.nodes = append(n.nodes, p.value())
		}
		p.i++
	case '"':
		n.text = p.quoted()
	default:
		from := p.i
		for p.text[p.i] != ',' && p.text[p.i] != '}' && p.text[p.i] != ']' {
			p.i++
		}
		n.text = string(p.text[from:p.i])
	}
	return n
}

func (p *soakParser) quoted() string {
	from := p.i
	plain := true
	for p.i++; p.text[p.i] != '"'; p.i++ {
		if p.text[p.i] == '\\' {
			plain = false
			p.i++
		}
	}
	p.i++
	if plain {
		return string(p.text[from+1 : p.i-1])
	}
	text, err := strconv.Unquote(string(p.text[from:p.i]))
	if err != nil {
		return "" // an escape that Go does not have, such as \/; the soak's names have none
	}
	return text
}

// soakPart is a write or a key of a batch request.
type soakPart struct {
	table  int
	key    int
	delete bool
	id     soakID
}

// soakParts returns the writes or keys in a RequestItems, UnprocessedItems or
// UnprocessedKeys.
func soakParts(items *soakJSON) []soakPart {
	var parts []soakPart
	if items == nil {
		return nil
	}
	for i, name := range items.names {
		table := soakTableOf(name)
		list := &items.nodes[i]
		if keys := list.get("Keys"); keys != nil {
			for k := range keys.nodes {
				key := soakKeyOf(table, keys.nodes[k].at("p", "S"), keys.nodes[k].at("s", "N"))
				parts = append(parts, soakPart{table: table, key: key})
			}
			continue
		}
		for k := range list.nodes {
			write := &list.nodes[k]
			part := soakPart{table: table, delete: true}
			attributes := write.get("DeleteRequest", "Key")
			if attributes == nil {
				part.delete = false
				attributes = write.get("PutRequest", "Item")
				n, _ := strconv.ParseUint(attributes.at("id", "N"), 10, 64)
				part.id = soakID(n)
			}
			part.key = soakKeyOf(table, attributes.at("p", "S"), attributes.at("s", "N"))
			parts = append(parts, part)
		}
	}
	return parts
}
