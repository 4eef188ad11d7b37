package api

func (c *call) scan() *Error {
	in := c.Input
	if err := checkParams(in, []string{"ProjectionExpression", "FilterExpression"},
		[]string{"AttributesToGet", "ScanFilter", "ConditionalOperator"}); err != nil {
		return err
	}
	p, err := c.readPage("ScanFilter")
	if err != nil {
		return err
	}
	segment, hasSegment := in.Get("Segment").Int()
	total, hasTotal := in.Get("TotalSegments").Int()
	switch {
	case hasSegment && !hasTotal:
		return validationError("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case hasTotal && !hasSegment:
		return validationError("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case hasTotal && segment >= total:
		return validationError("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", segment, total)
	}
	names, err := readNames(in)
	if err != nil {
		return err
	}
	if err := p.readExpressions(c, names); err != nil {
		return err
	}
	if err := p.checkSelect(c); err != nil {
		return err
	}
	if err := validationErrorFrom(names.CheckAllUsed()); err != nil {
		return err
	}
	p.Segment, p.Total = int(segment), int(total)
	return c.lockForReading(func() *Error {
		if err := p.openTable(c); err != nil {
			return err
		}
		if err := p.checkProjection(); err != nil {
			return err
		}
		if err := p.setStartKey(); err != nil {
			return err
		}
		if err := checkKeyPaths(p.table, append(p.projection.Paths(), p.filter.Paths()...)); err != nil {
			return err
		}
		if p.Start != nil && p.Total > 1 && !p.table.InSegment(p.Range) {
			return validationError("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d", p.Total, p.Segment)
		}
		p.runPage(c)
		return nil
	})
}
