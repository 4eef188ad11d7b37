package main

// updateMutants are defects of UpdateItem and of transactions.
var updateMutants = []mutant{
	{3, "an increment is sent again after an unknown outcome", "write.go",
		`if !w.isRepeatable() && k.token == "" {`, `if false {`,
		".", "TestUpdateThatMayNotBeAppliedTwice"},
	{3, "an increment counts as what may be applied twice", "change.go",
		`case changeIncrement, changeAppend, changePrepend:`, `case changeAppend, changePrepend:`,
		".", "TestUpdateThatMayNotBeAppliedTwice"},
	{3, "ADD of a number counts as what may be applied twice", "update_text.go",
		`return false // a number, or nothing that DynamoDB takes`, `return true`,
		".", "TestUpdateTextThatMayBeAppliedTwice"},
	{3, "a sum counts as what may be applied twice", "update_text.go",
		`if c.computes || c.path.isElement()`, `if c.path.isElement()`,
		".", "TestUpdateTextThatMayBeAppliedTwice"},
	{3, "a text that is not understood counts as what may be applied twice", "update_text.go",
		`	if u == nil {
		return false`, `	if u == nil {
		return true`,
		".", "TestUpdateThatMayNotBeAppliedTwice"},
	{3, "a copy in a text of what it changes counts as what may be applied twice", "update_text.go",
		`if other.path.overlaps(read) {`, `if false && other.path.overlaps(read) {`,
		".", "TestUpdateTextThatMayBeAppliedTwice"},
	{3, "a unique increment is sent again although another writer may have come", "activities_update.go",
		`return w.unique != nil && w.testsFormerValue(w.If)`, `return w.unique != nil`,
		".", "TestUniqueIncrementIsAppliedOnce"},
	{3, "the new value counts as the former one", "activities_update.go",
		`return !equalValues(p.Values[0], w.unique, 0)`, `return true`,
		".", "TestUniqueAttribute"},
	{4, "another update's value proves a unique update", "activities_update.go",
		`return found && w.unique != nil && equalValues(value, w.unique, 0)`, `return found && w.unique != nil && value != nil`,
		".", "TestUniqueAttribute"},
	{3, "an inquiry could be applied", "activities_update.go",
		`text := *w.condition.text + " AND attribute_exists(" + name + ") AND attribute_not_exists(" + name + ")"`, `text := *w.condition.text + " AND attribute_exists(" + name + ")"`,
		".", "TestUniqueAttribute"},
	{4, "the condition of a unique update is one with an OR of the caller's", "write.go",
		`test = term{text, !isEnclosed(text)}.inside() + " AND " + test`, `test = text + " AND " + test`,
		".", "TestConditionOfAUniqueAttribute"},
	{0, "an update may change the key", "activities_update.go",
		`if w.Item.Has(c.path.name) {
			return invalid(fmt.Sprintf("Changes[%d]", i)`, `if false {
			return invalid(fmt.Sprintf("Changes[%d]", i)`,
		".", "TestUpdateThatIsRefused"},
	{4, "what an earlier attempt of an update left is returned as the old item", "activities_update.go",
		`return w.unique == nil || w.hasUnique(returned)`, `return w.unique != nil && w.hasUnique(returned)`,
		".", "TestReturnedValuesOfARepeatedUpdate"},
}
