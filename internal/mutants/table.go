package main

// mutants are the 18 defects of today's clients, as far as our code can have them, and
// the opposite of each rule that matters most. Those of the 18 come first.
var mutants = []mutant{
	{1, "a checksum that is wrong is believed", "internal/transport/body.go",
		`if uint32(want) != crc32.ChecksumIEEE(body) {`, `if uint32(want) != crc32.ChecksumIEEE(body) && false {`,
		"internal/transport", "TestChecksumNoticesEveryBit"},
	{2, "an empty success is a success", "internal/transport/body.go",
		`return corrupt("a success with an empty body")`, `return nil`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{3, "a write to be sent once is sent again after a doubt", "internal/retry/again.go",
		`record.policy.Once && record.InDoubt() {`, `record.policy.Once && record.InDoubt() && false {`,
		".", "TestSendOnce"},
	{3, "writes left unprocessed after a doubt count as not written", "batch_write.go",
		`inDoubt = retry.From(ctx).InDoubt()`, `inDoubt = retry.From(ctx).InDoubt() && false`,
		".", "TestUnprocessedAfterADoubt"},
	{4, "a condition that fails after a doubt is a plain failure", "call.go",
		`case ambiguous && verdict.Cause == retry.ConditionFailed:`, `case false:`,
		".", "TestWhatIsKnownOfAWrite"},
	{4, "an equal item is taken for one's own", "activities_item.go",
		`if req.ItemIsUnique && stands(req.Item, err) {`, `if stands(req.Item, err) {`,
		".", "TestEqualItemProvesNothingByItself"},
	{4, "one's own put is returned as the old item", "activities_item.go",
		`perhapsOurs = retry.From(ctx).InDoubt() && old.Equal(req.Item)`, `perhapsOurs = retry.From(ctx).InDoubt() && false`,
		".", "TestOldItemOfARepeatedWrite"},
	{5, "one token for all transactions", "options_call.go",
		`c.token = rand.Text()`, `c.token = rand.Text()[:0] + "00000000000000000000000000"`,
		".", "TestTokenIsThatOfTheCall"},
	{5, "a token that DynamoDB has forgotten is sent", "internal/retry/again.go",
		`tokenLife = 9 * time.Minute`, `tokenLife = 90 * time.Minute`,
		".", "TestNoAttemptOutlivesItsToken"},
	{6, "text that is not UTF-8 is sent", "convert.go",
		`if !utf8.ValidString(kv.StringValue) {`, `if false {`,
		".", "TestConversionRefuses"},
	{6, "a name that is not UTF-8 is sent", "convert.go",
		`if !utf8.ValidString(name) {
		return broken("the name must be valid UTF-8")`, `if false {
		return broken("the name must be valid UTF-8")`,
		".", "TestConversionRefuses"},
	{7, "a typed nil among the attributes", "convert.go",
		`if isNil(kv) {
			return nil, underElement(i, broken(ruleKind))`, `if kv == nil {
			return nil, underElement(i, broken(ruleKind))`,
		".", "TestConversionRefuses"},
	{8, "an attribute of an unknown type has the value before it", "internal/wire/strict.go",
		`case !ends && member == nil:
		d.fail(ErrNoValue)`, `case !ends && member == nil:
		d.fail(nil)`,
		"internal/wire", "TestAttributeWithoutValueIsRefused"},
	{0, "an answer makes the decoder panic", "internal/wire/strict.go",
		`if recover() != nil {`, `if false {`,
		"internal/wire", "TestNoAnswerMakesTheDecoderPanic"},
	{8, "the strict decoder is not used", "config.go",
		`o.Protocol = wire.Strict{ClientProtocol: o.Protocol}`, `_ = wire.Strict{ClientProtocol: o.Protocol}`,
		".", "TestNoActivityInventsAValue"},
	{8, "the item of a failed condition is read as the SDK reads it", "internal/wire/reported_error.go",
		`if e.damage = strict.failed; e.damage != nil`, `if e.damage = nil; e.damage != nil`,
		".", "TestItemThatStandsIsReadStrictly"},
	{0, "the last of two values of one name", "internal/wire/strict.go",
		`d.fail(ErrTwice)`, `_ = ErrTwice`,
		"internal/wire", "TestNameThatIsThereTwiceIsRefused"},
	{8, "an attribute without a value is left out", "convert.go",
		`return nil, corrupt("has no value")`, `return nil, nil`,
		".", "TestConversionRefusesWhatNoDynamoDBSends"},
	{9, "a body that breaks off is not read again", "internal/transport/body.go",
		`fmt.Errorf("%w: the body broke off after %d bytes: %w", ErrCorrupt, n, err)`,
		`&retry.Final{Err: fmt.Errorf("%w: the body broke off after %d bytes: %w", ErrCorrupt, n, err)}`,
		".", "TestBrokenBodyIsReadAgain"},
	{10, "the SDK's bucket of tokens", "internal/retry/standard.go",
		`o.RateLimiter = ratelimit.None`, `_ = ratelimit.None`,
		"internal/retry", "TestRetryerNeverRunsDry"},
	{11, "an attempt has all the time in the world", "internal/transport/timeout.go",
		`if x.Timeout <= 0 {`, `if x.Timeout <= 0 || true {`,
		"internal/transport", "TestAttemptThatTakesTooLong"},
	{11, "clients are made without a limit on attempts", "config.go",
		`c.attemptTimeout,`, `0 * c.attemptTimeout,`,
		".", "TestServerThatNeverAnswers"},
	{12, "an empty LastEvaluatedKey goes on", "activities_scan.go",
		`s.done = len(page.last) == 0 || s.left == 0`, `s.done = page.start == nil || s.left == 0`,
		".", "TestEmptyLastEvaluatedKeyEndsTheScan"},
	{12, "pages that go in a circle", "pages.go",
		`if place == p.landmark {`, `if place == p.landmark && false {`,
		".", "TestScanThatComesBackIsAnError"},
	{13, "unprocessed keys are dropped", "batch_get.go",
		`unprocessed = append(unprocessed, op)`, `_ = op`,
		".", "TestBatchGetAsksForUnprocessedKeysAgain"},
	{2, "a batch write whose answer says nothing is done", "batch_write.go",
		`case left == nil:`, `case false:`,
		".", "TestBatchWriteTellsUnknownFromNotWritten"},
	{2, "a batch read whose answer says nothing has found nothing", "batch_get.go",
		`if out.Responses == nil || out.UnprocessedKeys == nil {`, `if false {`,
		".", "TestBatchGetBelievesNothingThatItDidNotAskFor"},
	{2, "a page that says nothing is the end of an empty table", "activities_scan.go",
		`case out.Items == nil:`, `case false:`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{2, "a list that says nothing is one of no tables", "activities_table.go",
		`if names == nil {`, `if false {`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{13, "no pause before unprocessed operations", "internal/batch/runner.go",
		`now.Add(r.Pause(t.misses))`, `now.Add(0 * r.Pause(t.misses))`,
		"internal/batch", "TestPausesGrowWithoutProgressAndStartOverAfterIt"},
	{14, "a failure shares the memory of the caller's item", "batch_write.go",
		`write.ItemToAdd, write.ItemToDelete = write.ItemToAdd.Clone(), write.ItemToDelete.Clone()`,
		`write.ItemToAdd, write.ItemToDelete = write.ItemToAdd[:], write.ItemToDelete.Clone()`,
		"internal/integration", "TestFailuresOfABatchAreTheCallersOwn"},
	{14, "a batch changes its request", "batch_write.go",
		`sorted := slices.Clone(names)`, `sorted := names`,
		".", "TestBatchWriteChangesNoInput"},
	{15, "pauses end after so many", "internal/retry/pause.go",
		`most := FirstPause
	for`, `most := FirstPause
	if n > 300 {
		return 0
	}
	for`,
		"internal/retry", "TestPauseStaysWithinItsBounds"},
	{16, "a scan that has not begun is done", "checkpoint.go",
		`return c.started() && !c.atKey()`, `return !c.atKey()`,
		"internal/integration", "TestResumableParallelScan"},
	{17, "an empty page of tables is the last", "activities_table.go",
		`if next == "" || full {`, `if next == "" || len(names) == 0 || full {`,
		".", "TestEmptyPageOfTablesIsNotTheEnd"},
	{18, "a number beyond 64 bits is cut", "number_convert.go",
		`if hi+carry != 0 {`, `if hi+carry != 0 && false {`,
		".", "TestNumberIntegersEndAtTheirBounds"},
	{18, "a fraction is cut off", "number_convert.go",
		`if !p.isInt() {
		return 0, inexact("number is not an integer")`, `if !p.isInt() {
		return 0, nil`,
		".", "TestNumberInt64"},
	{18, "not-a-number is a number", "number_convert.go",
		`if math.IsNaN(f) || math.IsInf(f, 0) {`, `if math.IsInf(f, 0) {`,
		".", "TestNumberFromFloat64"},
	{18, "an empty set is sent", "convert.go",
		`if len(members) == 0 {`, `if false {`,
		".", "TestConversionRefuses"},
	{18, "a set with a member twice is sent", "convert.go",
		`seen[text(member)] = struct{}{}
		if len(seen) != i+1 {`, `seen[text(member)] = struct{}{}
		if false {`,
		".", "TestConversionRefuses"},

	// One exchange.
	{0, "a body that is too short is believed", "internal/transport/body.go",
		`case resp.ContentLength > 0 && n != resp.ContentLength:`, `case false:`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{0, "an answer of any size is read", "internal/transport/body.go",
		`case n > x.LargestAnswer:`, `case false:`,
		"internal/transport", "TestOversizeAnswersAreFinal"},
	{0, "a success that is no JSON is believed", "internal/transport/body.go",
		`case !checked && !json.Valid(trimmed):`, `case false && !json.Valid(trimmed):`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{11, "a connection that was switched is read to its end", "internal/transport/body.go",
		`if resp.StatusCode < 200 {`, `if resp.StatusCode < 0 {`,
		"internal/transport", "TestSwitchedProtocolIsNotRead"},
	{0, "what stands behind an answer is passed over", "internal/transport/body.go",
		`return i == len(body)-1`, `return true`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{0, "redirects are followed", "config.go",
		`return http.ErrUseLastResponse }`, `return nil }`,
		".", "TestRedirectsAreNotFollowed"},
	{0, "the SDK's own body reaches net/http", "internal/transport/transport.go",
		`req.Body, _ = req.GetBody()`, `_, _ = req.GetBody()`,
		"internal/transport", "TestRequestBodyIsInMemory"},

	// What an attempt means.
	{0, "a doubt is a refusal", "internal/retry/verdict.go",
		`// applied, and yet the request failed
			return Unknown`, `// applied, and yet the request failed
			outcome = Refused`,
		"internal/retry", "TestOutcomeOfSeveralAttempts"},
	{4, "what net/http repeats is sent once", "internal/transport/transport.go",
		`try.Repeated = watch.repeated(req, resp)`, `_ = watch.repeated`,
		"internal/transport", "TestRequestThatNetHTTPRepeatsIsInDoubt"},
	{0, "a 500 is a refusal", "internal/transport/transport.go",
		`status < 500 && status != http`, `status < 600 && status != http`,
		"internal/transport", "TestOutcomeOfAnAnswer"},
	{0, "a request that broke off was not sent", "internal/transport/transport.go",
		`if w.got.Load() > 0 {
		return retry.Unknown`, `if w.got.Load() > 0 {
		return retry.NotSent`,
		"internal/transport", "TestConnectionBreaksAfterTheRequest"},
	{0, "a conflict is not tried again", "internal/retry/codes.go",
		`"TransactionConflictException":     {Cause: Conflict, Repeat: true},`, `"TransactionConflictException":     {Cause: Conflict},`,
		"internal/retry", "TestWhatIsTriedAgain"},

	{0, "credentials that were refused are kept", "internal/retry/again.go",
		`case found && attempt.renewed:`, `case found && attempt.renewed && false:`,
		".", "TestExpiredCredentialsAreRenewedOnceForAll"},
	{0, "the budget of a call is without bound", "internal/retry/again.go",
		`case !attempt.until.IsZero() && time.Now().Add(whole).After(attempt.until):`, `case !attempt.until.IsZero() && time.Now().Add(whole).After(attempt.until) && false:`,
		".", "TestRetryBudget"},
	{0, "a batch never runs out of patience", "internal/batch/patience.go",
		`return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience`, `return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience && false`,
		"internal/batch", "TestPatience"},
	{0, "the server's wish for a pause is not heard", "internal/retry/pause.go",
		`return min(max(asked, pause), pause+mostAdded)`, `return pause + 0*max(asked, mostAdded)`,
		"internal/retry", "TestPauseIsStretchedWithinBounds"},

	// Batches.
	{0, "requests of 26", "batch_request.go",
		`mostWritesInRequest = 25`, `mostWritesInRequest = 26`,
		".", "TestBatchWriteFillsRequestsAndSendsSeveralAtOnce"},
	{0, "requests over 16 MB", "batch_request.go",
		`largestRequest      = 16 << 20`, `largestRequest      = 20 << 20`,
		".", "TestBatchWriteKeepsRequestsUnder16MB"},
	{0, "writes to one key in any order", "internal/batch/runner.go",
		`if before, ok := last[at]; ok {`, `if before, ok := last[at]; ok && before < 0 {`,
		"internal/batch", "TestEveryOperationEndsInItsTrueState"},
	{0, "a write follows one in doubt", "internal/batch/runner.go",
		`r.settleFrom(r.next[op], Result{Outcome: retry.NotDone, Err: err})`, `r.end(op, Result{State: Unknown, Err: err})`,
		"internal/batch", "TestRandomBatches"},
	{0, "what is unprocessed counts as done", "internal/batch/runner.go",
		`left[op] = true`, `left[op] = false`,
		"internal/batch", "TestEveryOperationEndsInItsTrueState"},
	{0, "unprocessed writes are dropped", "batch_write.go",
		`found = append(found, op)`, `_ = op`,
		".", "TestBatchWriteSendsUnprocessedWritesAgainUntilTheContextEnds"},
	{0, "an unprocessed write that was not sent is passed over", "batch_write.go",
		`if err != nil {
				return nil, under(field, err)
			}
			found = append(found, op)`, `if err != nil {
				continue
			}
			found = append(found, op)`,
		".", "TestBatchWriteBelievesNoUnprocessedWriteThatItDidNotSend"},
	{0, "a key is asked for as often as it is named", "batch_get.go",
		`if !known {`, `if !known || true {`,
		".", "TestBatchGetAnswersInTheOrderOfTheKeys"},
	{0, "an answer for a table is taken for another of its name", "batch_claim.go",
		`if i := slices.Index(tables, answered); i >= 0 {`, `if i := slices.Index(tables, answered); i >= 0 && false {`,
		".", "TestBatchWriteTellsTablesOfOneNameApart"},
	{0, "an item that was not asked for is passed over", "batch_get.go",
		`if err != nil {
				return nil, under("Responses", err)
			}
			read[op] = item`, `if err != nil {
				continue
			}
			read[op] = item`,
		".", "TestBatchGetBelievesNothingThatItDidNotAskFor"},
	{0, "what is left of a batch lacks what is in doubt", "errors_batch.go",
		`if failure.Outcome == OutcomeRefused {
			continue`, `if failure.Outcome != OutcomeNotDone {
			continue`,
		".", "TestRemainingKeepsTheEntriesAndLeavesOutTheRefused"},
	{0, "a batch in doubt is not ErrAmbiguous", "errors_batch.go",
		`all = append(all, ErrAmbiguous)`, `_ = ErrAmbiguous`,
		".", "TestBatchErrorsMatchEachCause"},
	{0, "a throttled request loses its table", "internal/retry/verdict.go",
		`return InBatch{Outcome: NotDone, Waits: true}
	case ctx.Err() != nil:`, `return InBatch{Outcome: Refused, Scope: OneTable}
	case ctx.Err() != nil:`,
		".", "TestBatchWriteOutlivesThrottling"},

	{0, "a batch does not tell what it waited out", "internal/batch/runner.go",
		`if why := r.tables[i].waitsFor; why != nil {`, `if why := r.tables[i].waitsFor; why != nil && false {`,
		".", "TestBatchesTellWhatTheyWaitedOut"},

	// Pages.
	{0, "half a scan beside no error", "activities_scan.go",
		`page, err := s.next(ctx)
		if err != nil {
			return nil, err
		}
		resp.Items`, `page, err := s.next(ctx)
		if err != nil {
			return resp, nil
		}
		resp.Items`,
		"internal/integration", "TestScanErrors"},
	{0, "a page that lacks items is believed", "activities_scan.go",
		`case int64(len(out.Items)) != int64(out.Count):`, `case false:`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{0, "a checkpoint of another scan is taken", "checkpoint.go",
		`if end.key = c.key; end != c {`, `if end.key = c.key; false {`,
		".", "TestCheckpointOfAnotherScanIsRefused"},

	// Inputs and secrets.
	{0, "32 lists inside each other", "convert.go",
		`const deepestNesting = 31`, `const deepestNesting = 32`,
		".", "TestConversionTakesThirtyOneListsAndMaps"},
	{0, "an item without end is converted", "convert.go",
		`case !w.takes(n):
		return tooManyValues()`, `case !w.takes(n) && n > 10:
		return tooManyValues()`,
		".", "TestItemThatNobodyCouldWriteDown"},
	{0, "an error quotes the answer", "errors.go",
		`b.WriteString(": the answer cannot be decoded")`, `b.WriteString(clean(e.err.Error()))`,
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{0, "an error shows its item as JSON", "errors.go",
		"Item Item `json:\"-\"`", "Item Item",
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{0, "control characters of the server are shown", "errors.go",
		`if !unicode.IsGraphic(r) {`, `if !unicode.IsGraphic(r) && r < 0 {`,
		".", "TestClean"},
	{0, "texts of the server of any length are shown", "errors.go",
		`cut := len(text) > longestMessage`, `cut := false`,
		".", "TestClean"},
	{0, "a failure of a batch shows its item", "errors_batch.go",
		`func (f WriteFailure) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }`,
		`func (f WriteFailure) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.Write) }`,
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{11, "an STS of the configuration may take for ever", "config.go",
		`.WithTimeout(c.stsTimeout)))`, `.WithTimeout(0 * c.stsTimeout)))`,
		".", "TestSTSOfTheConfigurationThatHangs"},
	{0, "the client shows its credentials", "client.go",
		`_, _ = io.WriteString(f, c.String())`, `_, _ = fmt.Fprintf(f, "%v", *c.config.static)`,
		".", "TestClientAndOptionsShowNoSecret"},
	{0, "plain http to any host", "internal/transport/transport.go",
		`if target.Scheme == "http" && !IsLoopback(target.Hostname())`, `if target.Scheme == "gopher" && !IsLoopback(target.Hostname())`,
		"internal/transport", "TestPlainHTTPToAnotherMachineIsRefused"},
}
