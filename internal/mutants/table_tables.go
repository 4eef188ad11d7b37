package main

// tableMutants are defects of the activities on tables.
var tableMutants = []mutant{
	{0, "a name that is taken is reported as a table that is busy", "internal/retry/cause.go",
		`cause == TableInUse && creates(err)`, `cause == TableInUse && creates(err) && false`,
		".", "TestTablesThatAreInTheWay"},
	{0, "a table whose time to live failed is not returned", "activities_table_write.go",
		`return table, withCause(ErrUnfinishedTable, err)`, `return nil, withCause(ErrUnfinishedTable, err)`,
		".", "TestCreateTableWithTimeToLive"},
	{0, "a description of another table is handed on", "activities_table_write.go",
		`case !isNameOfTable(deref(table.TableName), name):`, `case false:`,
		".", "TestAnswersAboutTablesThatCannotBe"},
	{0, "a wait ends while items are being copied into an index", "model.go",
		`case backfilling:`, `case false:`,
		".", "TestTableIsReadyWhenItsIndexesAre"},
	{0, "a wait for a table that is being deleted goes on", "activities_table_wait.go",
		`case isDeleting, lastingStatus[w.latest.TableStatus]:`, `case lastingStatus[w.latest.TableStatus]:`,
		".", "TestWaitThatHasNoEnd"},
	{0, "a table that is not known is waited for again and again", "activities_table_wait.go",
		`!w.seen && isYoung:`, `!w.seen:`,
		".", "TestWaitForATableThatIsNotKnown"},
	{0, "SendOnce does not hold for tables", "call.go",
		`config.sendOnce && (writesOne || changesTable ||`, `config.sendOnce && (writesOne || changesTable && false ||`,
		".", "TestTableChangeWhoseAnswerIsLost"},
	{0, "an attribute may have two types", "check_table.go",
		`if known.AttributeType != types.ScalarAttributeType(d.AttributeType) {`, `if false {`,
		".", "TestCreateTableRefuses"},
	{0, "any answer may have no body", "internal/transport/answer.go",
		`case len(trimmed) == 0 && bodiless[action]:`, `case len(trimmed) == 0:
		return nil
	case len(trimmed) == 0 && bodiless[action]:`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
}
