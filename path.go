package dynamoconn

import (
	"strconv"
	"strings"
)

// An error starts out with the place where it is found and no way to it. The way is
// put before it as it is handed back, so that a place costs nothing while all is well.

// underName returns err with the name of an attribute before its path.
func underName(name string, err error) error { return under(showName(name), err) }

// underElement returns err with a place in a list or set before its path.
func underElement(i int, err error) error { return under("["+strconv.Itoa(i)+"]", err) }

// pathOf returns the place as people write it: Address.City.
func pathOf(key string, nested []string) string {
	at := showName(key)
	for _, name := range nested {
		at += "." + showName(name)
	}
	return at
}

const longestShownName = 64

func showName(name string) string {
	dots := ""
	if len(name) > longestShownName {
		name, dots = strings.ToValidUTF8(name[:longestShownName], ""), "..."
	}
	if name == "" || strings.ContainsFunc(name, unclear) {
		return strconv.Quote(name + dots)
	}
	return name + dots
}

func unclear(r rune) bool {
	return r != '_' && r != '-' && r != ':' && r != '#' &&
		(r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
