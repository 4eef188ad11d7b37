package main

// typedMutants are defects of package table.
var typedMutants = []mutant{
	{0, "a write of a typed table checks no version", "table/condition.go",
		`	return dynamoconn.All(version.EQ(st.version), dynamoconn.Attr(s.mark.attribute).EQ(st.mark))`,
		`	return dynamoconn.Any(version.Exists(), dynamoconn.Attr(s.mark.attribute).EQ(st.mark))`,
		"table", "TestEachWriteOverAnotherWritersIsRefusedOrKeepsIt"},
	{0, "a version stays as it was", "table/stamp.go",
		`changed = append(changed, dynamoconn.Long(f.attribute, st.version+1))`, `changed = append(changed, dynamoconn.Long(f.attribute, max(st.version, 1)))`,
		"table", "TestVersionNeverGoesBack"},
	{0, "the mark of the item that was read is not checked", "table/condition.go",
		`if s.mark == nil || st.mark == "" {`, `if s.mark == nil || st.mark == "" || true {`,
		"table", "TestSaveIsRefusedForAnItemThatWasCreatedAnew"},
	{0, "another write's mark counts as the write's own", "table/stamp.go",
		`case own != "" && name == own:`, `case own != "" && name != base:`,
		"table", "TestFateOfAWriteIsReadFromTheMark"},
	{0, "a part of a key changes under the part that the value has", "table/update.go",
		`		same = append(same, isSame(known, name))
`, `		_ = isSame(known, name)
`,
		"table", "TestUpdateTakesAPartOfAKeyOnlyIfItIsStored"},
	{0, "a part of a key changes without the rest", "table/update.go",
		`			missing = append(missing, name)
`, `			missing = append(missing[:0:0], missing...)
`,
		"table", "TestUpdateKeepsTheKeysOfItsFields"},
	{0, "a value gets its new version although the write fails", "table/write.go",
		`	if err != nil {
		return err
	}
	return t.apply(v, st)
`, `	if err != nil {
		return errors.Join(err, t.apply(v, st))
	}
	return t.apply(v, st)
`,
		"table", "TestVersionNeverGoesBack"},
	{0, "a new item is put as often as its answer is lost", "table/write.go",
		`st.once = t.schema.mark != nil && t.schema.version != nil && st.version == 0`, `st.once = false`,
		"table", "TestCreateDoesNotBringBackADeletedItem"},
	{0, "an update of a transaction gives the value a version without its fields", "table/transact.go",
		`		default:
			return nil, false
`, `		default:
`,
		"table", "TestTransactDoesNotHideAnUpdateWhoseResultIsNotKnown"},
	{0, "a query begins anywhere in the partition", "table/query.go",
		`		if prefix != "" {`, `		if prefix == "?" {`,
		"table", "TestQueryReturnsTheItemsOfTheType"},
	{0, "a scan of a type asks for items of every kind", "table/query.go",
		`kind != nil && !slices.Contains(keys, kind) {
		tests`, `kind != nil && slices.Contains(keys, kind) {
		tests`,
		"table", "TestScanReturnsTheItemsOfTheType"},
	{0, "an item of an unknown kind is left out", "table/kinds.go",
		`		if of != nil && of.hides(item) {`, `		if of == nil || of.hides(item) {`,
		"table", "TestKindsReturnsEachItemAsItsType"},
	{0, "an item is read for a second after its time", "table/condition.go",
		`at <= now.Unix()`, `at < now.Unix()`,
		"table", "TestCreateReplacesAnExpiredItem"},
	{0, "an item whose time is over for years is hidden", "table/condition.go",
		`at >= now.Add(-oldestExpiry).Unix() && `, ``,
		"table", "TestCreateReplacesAnExpiredItem"},
	{0, "expired items count among the most of a query", "table/query.go",
		`			req.MaxItems = 0 // it counts what is left out too
`, ``,
		"table", "TestMostItemsAreCountedWithoutExpiredOnes"},
	{0, "an item that does not fit takes the page along", "table/query.go",
		`			return values, places, fmt.Errorf("item %d of a page: %w", i, err)`, `			return nil, nil, fmt.Errorf("item %d of a page: %w", i, err)`,
		"table", "TestItemsBesideOneThatDoesNotFitAreReturned"},
	{0, "a scan goes on behind an item that it has not returned", "table/scan.go",
		`page.Checkpoint = before //`, `_ = before //`,
		"table", "TestItemsBesideOneThatDoesNotFitAreReturned"},
	{0, "a Field takes a value of any type", "table/field.go",
		`	if err == nil && f.goType != reflect.TypeFor[V]() {`, `	if err == nil && f == nil {`,
		"table", "TestFieldsThatCannotBe"},
}
