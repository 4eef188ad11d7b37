package difftest

// legacyCondition draws a legacy condition on an attribute of the kind.
func (g *generator) legacyCondition(kind string) obj {
	operator := pick(g, "EQ", "NE", "LT", "LE", "GT", "GE", "BETWEEN", "IN", "NULL", "NOT_NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH")
	c := obj{"ComparisonOperator": operator}
	switch operator {
	case "NULL", "NOT_NULL":
	case "BETWEEN":
		a, b := g.scalar(kind), g.scalar(kind)
		if lessValue(b, a) {
			a, b = b, a
		}
		c["AttributeValueList"] = []any{a, b}
	case "IN":
		c["AttributeValueList"] = []any{g.scalar(kind), g.scalar(kind)}
	case "BEGINS_WITH":
		c["AttributeValueList"] = []any{g.scalar(pick(g, "S", "B"))}
	default:
		c["AttributeValueList"] = []any{g.scalar(kind)}
	}
	return c
}

// legacyFilter draws n legacy conditions.
func (g *generator) legacyFilter(n int) obj {
	filter := obj{}
	for range n {
		a := pick(g, attribute{"s", "S"}, attribute{"n", "N"}, attribute{"b", "B"}, attribute{"ss", "S"}, attribute{"name", "S"}, attribute{"zz", "N"})
		filter[a.name] = g.legacyCondition(a.kind)
	}
	return filter
}

// expected adds the legacy condition of a write.
func (g *generator) expected(_ *schema, body obj) {
	out := g.legacyFilter(1 + g.IntN(2))
	if g.chance(50) {
		name := sortedKeys(out)[0]
		if g.chance(50) {
			out[name] = obj{"Exists": false}
		} else {
			out[name] = obj{"Value": g.scalar("S")}
		}
	}
	body["Expected"] = out
	if len(out) > 1 && g.chance(60) {
		body["ConditionalOperator"] = pick(g, "AND", "OR", "OR")
	}
}

// scanFilter adds a legacy filter to a scan.
func (g *generator) scanFilter(_ *schema, body obj) {
	filter := g.legacyFilter(1 + g.IntN(2))
	body["ScanFilter"] = filter
	if len(filter) > 1 && g.chance(50) {
		body["ConditionalOperator"] = pick(g, "AND", "OR")
	}
}

// keyConditions adds the legacy parameters of a query.
func (g *generator) keyConditions(src source, body obj) {
	hash, sort := src.keys()
	conditions := obj{hash.name: obj{"ComparisonOperator": "EQ", "AttributeValueList": []any{g.keyValue(hash, src.poolSize(hash))}}}
	if sort.exists() && g.chance(50) {
		operator := pick(g, "EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH")
		list := []any{g.keyValue(sort, src.poolSize(sort))}
		if operator == "BETWEEN" {
			a, b := list[0].(obj), g.keyValue(sort, src.poolSize(sort))
			if lessValue(b, a) {
				a, b = b, a
			}
			list = []any{a, b}
		}
		if operator == "BEGINS_WITH" && sort.kind == "N" {
			operator = "GE"
		}
		conditions[sort.name] = obj{"ComparisonOperator": operator, "AttributeValueList": list}
	}
	body["KeyConditions"] = conditions
	if g.chance(30) {
		body["QueryFilter"] = g.legacyFilter(1)
	}
	if g.chance(15) {
		body["AttributesToGet"] = []any{src.hash.name, "s"}
	}
}

// attributeUpdates adds a legacy update.
func (g *generator) attributeUpdates(s *schema, body obj) {
	out := obj{}
	for range 1 + g.IntN(3) {
		switch g.IntN(5) {
		case 0:
			out["n"] = obj{"Action": "ADD", "Value": g.scalar("N")}
		case 1:
			out["ss"] = obj{"Action": pick(g, "ADD", "DELETE"), "Value": obj{"SS": g.set("SS")}}
		case 2:
			out[pick(g, "s", "m", "l", "zz")] = obj{"Action": "DELETE"}
		case 3:
			out["l"] = obj{"Action": pick(g, "ADD", "PUT"), "Value": obj{"L": []any{g.scalar("S")}}}
		default:
			a := pick(g, attributes...)
			if s.isKey(a.name) {
				continue
			}
			out[a.name] = obj{"Action": "PUT", "Value": g.value(a.kind, 1)}
			if g.chance(30) {
				delete(out[a.name].(obj), "Action")
			}
		}
	}
	body["AttributeUpdates"] = out
}
