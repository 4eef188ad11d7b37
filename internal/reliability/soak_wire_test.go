package reliability

import (
	"errors"
	"strconv"
)

// soakJSON is a JSON value: a text for strings and numbers, members for objects,
// elements for arrays. It is enough to know what a batch asks for.
type soakJSON struct {
	text  string
	names []string
	nodes []soakJSON
}

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

func (n *soakJSON) at(path ...string) string {
	if n = n.get(path...); n == nil {
		return ""
	}
	return n.text
}

var errSoakJSON = errors.New("not the JSON of a batch")

// soakParse reads text that is known to be valid.
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
		return "" // a form that only JSON has, as \/ is; the soak's own names have none
	}
	return text
}

// soakPart is one write or key of a batch, as it is on the wire.
type soakPart struct {
	table  int
	key    int
	delete bool
	id     soakID
}

// soakParts lists what a RequestItems, UnprocessedItems or UnprocessedKeys holds.
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
