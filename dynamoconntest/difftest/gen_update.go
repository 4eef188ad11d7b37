package difftest

import "strings"

// update draws an update expression whose paths do not overlap.
func (e *expression) update() string {
	targets := []string{"s", "n", "bo", "l", "m", "ss", "ns", "bs", "name", "a.b", "fresh", "ttl"}
	clauses := map[string][]string{}
	for _, i := range e.Perm(len(targets))[:1+e.IntN(4)] {
		e.action(targets[i], clauses)
	}
	if e.chance(20) {
		for _, a := range indexKeys {
			if !e.schema.isKey(a.name) && e.chance(50) {
				if e.chance(70) {
					clauses["SET"] = append(clauses["SET"], e.path(a.name)+" = "+e.addValue(e.keyValue(a, 4)))
				} else {
					clauses["REMOVE"] = append(clauses["REMOVE"], e.path(a.name))
				}
			}
		}
	}
	var parts []string
	for _, word := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if list := clauses[word]; list != nil {
			if e.chance(10) {
				word = strings.ToLower(word)
			}
			parts = append(parts, word+" "+strings.Join(list, ", "))
		}
	}
	e.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return strings.Join(parts, " ")
}

// action draws one or two actions on an attribute and adds them to the clauses.
func (e *expression) action(target string, clauses map[string][]string) {
	add := func(clause, text string) { clauses[clause] = append(clauses[clause], text) }
	p := e.path(target)
	switch {
	case target == "n" && e.chance(60):
		switch e.IntN(5) {
		case 0:
			add("ADD", p+" "+e.addValue(e.scalar("N")))
		case 1:
			add("SET", p+" = "+p+pick(e.generator, " + ", " - ", "+", "-")+e.addValue(obj{"N": pick(e.generator, "1", "-2", "0.5", "1e3")}))
		case 2:
			add("SET", p+" = if_not_exists("+p+", "+e.addValue(obj{"N": "0"})+") + "+e.addValue(obj{"N": "1"}))
		case 3:
			add("SET", p+" = "+e.addValue(obj{"N": "5"})+" - "+e.path(pick(e.generator, pathsOf["N"]...)...))
		default:
			add("SET", p+" = "+e.path(pick(e.generator, pathsOf["N"]...)...))
		}
	case target == "l" && e.chance(80):
		switch e.IntN(5) {
		case 0:
			add("SET", p+" = list_append("+p+", "+e.addValue(e.value("L", 0))+")")
		case 1:
			add("SET", p+" = list_append("+e.addValue(obj{"L": []any{e.scalar("S")}})+", if_not_exists("+p+", "+e.addValue(obj{"L": []any{}})+"))")
		case 2:
			add("SET", p+"[0] = "+e.addValue(e.scalar("N")))
		case 3:
			add("REMOVE", p+pick(e.generator, "[0]", "[1]", "[7]"))
		default:
			add("SET", p+"[0] = "+p+"[0] + "+e.addValue(obj{"N": "1"}))
		}
	case target == "m" && e.chance(80):
		switch e.IntN(5) {
		case 0:
			add("SET", p+"."+e.name("s")+" = "+e.addValue(e.scalar("S"))+", "+p+"."+e.name("y")+" = "+e.addValue(e.value("L", 0)))
		case 1:
			add("REMOVE", p+"."+e.name(pick(e.generator, "n", "s", "zz", "x")))
		case 2:
			add("ADD", p+"."+e.name("n")+" "+e.addValue(e.scalar("N")))
		case 3:
			add("SET", p+"."+e.name("l")+"[0] = "+e.addValue(e.scalar("B")))
		default:
			add("SET", p+"."+e.name("n")+" = if_not_exists("+p+"."+e.name("zz")+", "+e.addValue(e.scalar("N"))+")")
		}
	case (target == "ss" || target == "ns" || target == "bs") && e.chance(85):
		kind := strings.ToUpper(target)
		add(pick(e.generator, "ADD", "DELETE"), p+" "+e.addValue(obj{kind: e.set(kind)}))
	default:
		add(e.wholeAttribute(target, p))
	}
}

// wholeAttribute returns an action that removes or sets an attribute of any type.
func (e *expression) wholeAttribute(target, p string) (clause, action string) {
	if e.chance(25) {
		return "REMOVE", p
	}
	if e.chance(25) {
		kind := e.kindOf(target)
		return "SET", p + " = if_not_exists(" + e.path(pick(e.generator, pathsOf[kind]...)...) + ", " + e.addValue(e.value(kind, 1)) + ")"
	}
	return "SET", p + " = " + e.addValue(e.value(e.kindOf(target), 2))
}

// kindOf returns the usual type of an attribute, or by chance another one.
func (e *expression) kindOf(name string) string {
	for _, a := range attributes {
		if a.name == name && !e.chance(5) {
			return a.kind
		}
	}
	return pick(e.generator, kinds...)
}
