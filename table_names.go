package dynamoconn

import (
	"context"
	"reflect"
	"strings"

	"github.com/aws/smithy-go/middleware"
)

// nameMapping says what the tables of a client are called in DynamoDB.
type nameMapping struct {
	option string // that gives them
	to     func(name string) string
	from   func(inDynamoDB string) (name string, ok bool)
}

// WithTablePrefix puts prefix before each table name: a client with the prefix "dev-" reads and
// writes the table dev-Music where the program says "Music". Requests, answers, errors and hooks
// have the program's own names throughout. ARNs are left as they are. Without this option names
// are not changed.
//
// It holds for all activities, and for a client of [Client.SDK] too, except for the text of
// PartiQL statements and for the SDK's ListTables. [Client.ListTables] and [Client.Tables] go
// over the tables that have the prefix, by the program's names. DynamoDB's own messages show the
// names that it knows.
//
// All requests of such a client are sent with the SDK's client: see Speed in the package
// comment.
func WithTablePrefix(prefix string) Option {
	return withAffix("WithTablePrefix", prefix, func(name string) string { return prefix + name },
		func(name string) (string, bool) { return strings.CutPrefix(name, prefix) })
}

// WithTableSuffix is [WithTablePrefix] with a text behind each name.
func WithTableSuffix(suffix string) Option {
	return withAffix("WithTableSuffix", suffix, func(name string) string { return name + suffix },
		func(name string) (string, bool) { return strings.CutSuffix(name, suffix) })
}

// WithTableNames is [WithTablePrefix] with functions: to returns what a table is called in
// DynamoDB, and from what a table of DynamoDB is called in the program, with ok false for a
// table that is not the program's. Each must undo the other. Many goroutines call them at once.
func WithTableNames(to func(name string) string, from func(inDynamoDB string) (name string, ok bool)) Option {
	return option(func(c *config) {
		if to == nil || from == nil {
			c.fault("WithTableNames: the functions must not be nil")
			return
		}
		c.setTableNames(&nameMapping{"WithTableNames", to, from})
	})
}

func withAffix(name, affix string, to func(string) string, from func(string) (string, bool)) Option {
	return option(func(c *config) {
		if checkResourceName("", affix, false) != nil {
			c.fault("%s: must have only letters, digits, _ . and -, and at least one", name)
			return
		}
		c.setTableNames(&nameMapping{name, to, func(inDynamoDB string) (string, bool) {
			own, ok := from(inDynamoDB)
			return own, ok && own != ""
		}})
	})
}

func (c *config) setTableNames(names *nameMapping) {
	if c.names != nil {
		c.fault("%s, %s: give only one of them, once", c.names.option, names.option)
		return
	}
	c.names = names
}

// inDynamoDB returns what a table is called there. ARNs and an empty name stay as they are.
func (n *nameMapping) inDynamoDB(name string) string {
	if n == nil || name == "" || strings.HasPrefix(name, "arn:") {
		return name
	}
	return n.to(name)
}

// own returns what a table of DynamoDB is called in the program, and false if it is not the
// program's.
func (n *nameMapping) own(name string) (string, bool) {
	if n == nil {
		return name, true
	}
	return n.from(name)
}

// addTo adds to the stack of an operation what renames the tables of its input and output. This
// is the one place for all activities: a client with other names sends every request with the
// SDK's client. ListTables is the exception, because its output has tables that nobody named:
// see call.listTables.
func (n *nameMapping) addTo(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("dynamoconn.TableNames",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if stack.ID() == "ListTables" {
				return next.HandleInitialize(ctx, in)
			}
			r := &renaming{names: n, back: make(map[string]string)}
			in.Parameters = r.input(in.Parameters)
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err == nil && len(r.back) > 0 {
				r.output(out.Result)
			}
			return out, metadata, err
		}), middleware.After)
}

// renaming renames the tables of one request and its answer.
type renaming struct {
	names *nameMapping
	back  map[string]string // the program's names of the tables that the request names
}

func (r *renaming) send(name string) string {
	renamed := r.names.inDynamoDB(name)
	if renamed != name {
		r.back[renamed] = name
	}
	return renamed
}

func (r *renaming) receive(name string) string {
	if own, ok := r.back[name]; ok {
		return own
	}
	return name
}

// input returns a copy of an input with the names that DynamoDB knows.
func (r *renaming) input(input any) any {
	v := reflect.ValueOf(input)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return input
	}
	copied := reflect.New(v.Type().Elem())
	copied.Elem().Set(v.Elem())
	renameIn(copied.Elem(), r.send, true)
	return copied.Interface()
}

// output gives an output the program's names.
func (r *renaming) output(output any) {
	if v := reflect.Indirect(reflect.ValueOf(output)); v.Kind() == reflect.Struct {
		renameIn(v, r.receive, false)
	}
}

// keyedByTable are the members that are maps whose keys are tables.
var keyedByTable = map[string]bool{
	"RequestItems": true, "Responses": true, "UnprocessedItems": true, "UnprocessedKeys": true, "ItemCollectionMetrics": true,
}

// renameIn renames the tables in a struct of the SDK: the texts whose name ends in TableName, and
// the keys of maps by table. It looks into other structs and lists of structs, and never into
// items. With copies it changes no struct but v: it puts copies in the place of what v refers to.
func renameIn(v reflect.Value, rename func(string) string, copies bool) {
	for i := range v.NumField() {
		field, of := v.Field(i), v.Type().Field(i)
		switch {
		case !of.IsExported() || field.IsZero():
		case field.Type() == reflect.TypeFor[*string]() && strings.HasSuffix(of.Name, "TableName"):
			renamed := rename(field.Elem().String())
			field.Set(reflect.ValueOf(&renamed))
		case field.Kind() == reflect.Map && keyedByTable[of.Name]:
			renamed := reflect.MakeMapWithSize(field.Type(), field.Len())
			for entries := field.MapRange(); entries.Next(); {
				renamed.SetMapIndex(reflect.ValueOf(rename(entries.Key().String())), entries.Value())
			}
			field.Set(renamed)
		case field.Kind() == reflect.Pointer && field.Elem().Kind() == reflect.Struct:
			field.Set(renamedCopy(field.Elem(), rename, copies).Addr())
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			list := field
			if copies {
				list = reflect.MakeSlice(field.Type(), field.Len(), field.Len())
				reflect.Copy(list, field)
				field.Set(list)
			}
			for j := range list.Len() {
				renameIn(list.Index(j), rename, copies)
			}
		}
	}
}

// renamedCopy renames in a struct, or with copies in a copy of it.
func renamedCopy(v reflect.Value, rename func(string) string, copies bool) reflect.Value {
	if copies {
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		v = copied
	}
	renameIn(v, rename, copies)
	return v
}
