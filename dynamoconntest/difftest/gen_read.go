package difftest

// A source is what a query or scan reads: a table or one of its indexes.
type source struct {
	*schema
	ix *index
}

func (g *generator) source(s *schema) source {
	if len(s.indexes) > 0 && g.chance(40) {
		return source{s, &s.indexes[g.IntN(len(s.indexes))]}
	}
	return source{s, nil}
}

func (s source) keys() (hash, sort attribute) {
	if s.ix != nil {
		return s.ix.hash, s.ix.sort
	}
	return s.hash, s.sort
}

// poolSize returns the number of values that items have for a key attribute.
func (s source) poolSize(a attribute) int {
	switch {
	case a == s.hash && !s.sort.exists():
		return 7
	case a == s.hash:
		return 3
	case a == s.sort:
		return 6
	}
	return 4
}

// selection adds Select, a projection, both or neither.
func (g *generator) selection(s source, e *expression, body obj) {
	switch g.IntN(10) {
	case 0:
		body["Select"] = "COUNT"
	case 1:
		if s.ix != nil {
			body["Select"] = "ALL_PROJECTED_ATTRIBUTES"
		}
	case 2:
		if s.ix == nil || s.ix.local {
			body["Select"] = "ALL_ATTRIBUTES"
		}
	case 3, 4:
		if s.ix != nil && !s.ix.local && s.ix.projection != "ALL" {
			body["ProjectionExpression"] = e.path(s.hash.name)
		} else {
			body["ProjectionExpression"] = e.projection()
		}
		if g.chance(20) {
			body["Select"] = "SPECIFIC_ATTRIBUTES"
		}
	}
}

func (g *generator) query(s *schema) Request {
	src := g.source(s)
	body := obj{"TableName": s.name}
	hash, sort := src.keys()
	e := g.expression(s)
	legacy := g.chance(10)
	if legacy {
		g.keyConditions(src, body)
	} else {
		condition := e.path(hash.name) + " = " + e.addValue(g.keyValue(hash, src.poolSize(hash)))
		if sort.exists() && g.chance(50) {
			c := g.sortCondition(e, sort, src.poolSize(sort))
			if g.chance(10) {
				condition = c + " AND " + condition
			} else {
				condition += pick(g, " AND ", " and ") + c
			}
		}
		if g.chance(5) {
			condition = "(" + condition + ")"
		}
		body["KeyConditionExpression"] = condition
		g.selection(src, e, body)
		if g.chance(25) {
			body["FilterExpression"] = e.condition(2)
		}
	}
	g.readMore(src, body)
	if g.chance(35) {
		body["ScanIndexForward"] = g.chance(30)
	}
	e.addPlaceholders(body)
	r := request("Query", body)
	r.Walk = g.chance(60)
	r.UniqueOrder = src.ix == nil
	return r
}

func (g *generator) sortCondition(e *expression, a attribute, n int) string {
	p := e.path(a.name)
	v := g.keyValue(a, n)
	switch g.IntN(8) {
	case 0:
		w := g.keyValue(a, n)
		if lessValue(w, v) {
			v, w = w, v
		}
		return p + " BETWEEN " + e.addValue(v) + " AND " + e.addValue(w)
	case 1:
		if a.kind == "S" {
			return "begins_with(" + p + ", " + e.addValue(obj{"S": pick(g, "k", "k1", "Z", "к")}) + ")"
		}
		if a.kind == "B" {
			return "begins_with(" + p + ", " + e.addValue(obj{"B": toBase64(pick(g, "\x00", "a", "\xff"))}) + ")"
		}
	}
	return p + pick(g, " = ", " < ", " <= ", " > ", " >= ") + e.addValue(v)
}

// readMore adds the parameters that queries and scans have in common.
func (g *generator) readMore(src source, body obj) {
	if src.ix != nil {
		body["IndexName"] = src.ix.name
	}
	if g.chance(45) {
		body["Limit"] = 1 + g.IntN(9)
	}
	if g.chance(25) && (src.ix == nil || src.ix.local) {
		body["ConsistentRead"] = true
	}
	if g.chance(30) {
		body["ReturnConsumedCapacity"] = pick(g, "TOTAL", "INDEXES", "INDEXES", "NONE")
	}
}

func (g *generator) scan(s *schema) Request {
	src := g.source(s)
	body := obj{"TableName": s.name}
	e := g.expression(s)
	if g.chance(10) {
		g.scanFilter(s, body)
	} else {
		g.selection(src, e, body)
		if g.chance(35) {
			body["FilterExpression"] = e.condition(2)
		}
	}
	g.readMore(src, body)
	e.addPlaceholders(body)
	r := request("Scan", body)
	r.Walk = g.chance(65)
	switch {
	case r.Walk && g.chance(30):
		r.Segments = 2 + g.IntN(3)
	case !r.Walk && src.ix == nil && g.chance(20):
		total := 1 + g.IntN(4)
		body["Segment"], body["TotalSegments"] = g.IntN(total), total
		delete(body, "ReturnConsumedCapacity") // it depends on the items in the segment
		r.Body = canonicalJSON(body)
	}
	if src.ix == nil && body["ProjectionExpression"] == nil && s.sort.exists() {
		r.OrderBy = [2]string{s.hash.name, s.sort.name}
	}
	return r
}
