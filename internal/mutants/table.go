package main

// mutants are defects to put into the code. The first ones are the 18 defects of today's
// clients, as far as our code can have them. The others break the rules that matter
// most. The name of a mutant says what the changed code does.
var mutants = []mutant{
	{1, "a wrong checksum is accepted", "internal/transport/body.go",
		`if uint32(want) != crc32.ChecksumIEEE(body) {`, `if uint32(want) != crc32.ChecksumIEEE(body) && false {`,
		"internal/transport", "TestChecksumNoticesEveryBit"},
	{2, "an empty answer with status 200 is accepted", "internal/transport/body.go",
		`return corrupt("a success with an empty body")`, `return nil`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{3, "SendOnce sends a write again after an unknown outcome", "internal/retry/again.go",
		`record.policy.Once && record.InDoubt() {`, `record.policy.Once && record.InDoubt() && false {`,
		".", "TestSendOnce"},
	{3, "writes left unprocessed after an unknown outcome count as not written", "batch_write.go",
		`inDoubt = retry.From(ctx).InDoubt()`, `inDoubt = retry.From(ctx).InDoubt() && false`,
		".", "TestUnprocessedAfterADoubt"},
	{4, "a condition that fails after an unknown outcome is reported as a plain failure", "call.go",
		`case ambiguous && verdict.Cause == retry.ConditionFailed:`, `case false:`,
		".", "TestWhatIsKnownOfAWrite"},
	{4, "an equal item counts as the caller's own without ItemIsUnique", "activities_item.go",
		`return w.ItemIsUnique && isStored(w.Item, failure)`, `return isStored(w.Item, failure)`,
		".", "TestEqualItemProvesNothingByItself"},
	{4, "the item of the caller's own put is returned as the old item", "write.go",
		`oldItemUnknown = retry.From(ctx).InDoubt() && w.mayHaveLeft(written.returned)`, `oldItemUnknown = retry.From(ctx).InDoubt() && false`,
		".", "TestOldItemOfARepeatedWrite"},
	{5, "all transactions have the same token", "options_call.go",
		`c.token = rand.Text()`, `c.token = rand.Text()[:0] + "00000000000000000000000000"`,
		".", "TestTokenIsThatOfTheCall"},
	{5, "a token is sent after DynamoDB has forgotten it", "internal/retry/again.go",
		`tokenLife = 9 * time.Minute`, `tokenLife = 90 * time.Minute`,
		".", "TestNoAttemptOutlivesItsToken"},
	{6, "text that is not UTF-8 is sent", "convert.go",
		`if !utf8.ValidString(kv.StringValue) {`, `if false {`,
		".", "TestConversionRefuses"},
	{6, "a name that is not UTF-8 is sent", "item_limits.go",
		`if !utf8.ValidString(name) {
		return broken("the name must be valid UTF-8")`, `if false {
		return broken("the name must be valid UTF-8")`,
		".", "TestConversionRefuses"},
	{7, "a typed nil attribute is not noticed", "convert.go",
		`if isNil(kv) {
			return nil, underElement(i, broken(ruleKind))`, `if kv == nil {
			return nil, underElement(i, broken(ruleKind))`,
		".", "TestConversionRefuses"},
	{8, "an attribute of an unknown type gets the value of the attribute before it", "internal/wire/strict.go",
		`case !ends && member == nil:
		d.fail(ErrNoValue)`, `case !ends && member == nil:
		d.fail(nil)`,
		"internal/wire", "TestAttributeWithoutValueIsRefused"},
	{0, "a panic of the decoder reaches the caller", "internal/wire/strict.go",
		`if recover() != nil {`, `if false {`,
		"internal/wire", "TestNoAnswerMakesTheDecoderPanic"},
	{8, "the client does not use the strict decoder", "config.go",
		`o.Protocol = wire.Strict{ClientProtocol: o.Protocol}`, `_ = wire.Strict{ClientProtocol: o.Protocol}`,
		".", "TestNoActivityInventsAValue"},
	{8, "the item of a failed condition is not decoded strictly", "internal/wire/reported_error.go",
		`if e.damage = strict.failed; e.damage != nil`, `if e.damage = nil; e.damage != nil`,
		".", "TestItemThatStandsIsReadStrictly"},
	{0, "the last of two values with the same name is used", "internal/wire/strict.go",
		`d.fail(ErrTwice)`, `_ = ErrTwice`,
		"internal/wire", "TestNameThatIsThereTwiceIsRefused"},
	{8, "an attribute without a value is dropped", "convert.go",
		`return nil, corrupt("has no value")`, `return nil, nil`,
		".", "TestConversionRefusesWhatNoDynamoDBSends"},
	{9, "a body that is cut off is not requested again", "internal/transport/body.go",
		`fmt.Errorf("%w: the body broke off after %d bytes: %w", ErrCorrupt, n, err)`,
		`&retry.Final{Err: fmt.Errorf("%w: the body broke off after %d bytes: %w", ErrCorrupt, n, err)}`,
		".", "TestBrokenBodyIsReadAgain"},
	{10, "the SDK's retry quota is used", "internal/retry/standard.go",
		`o.RateLimiter = ratelimit.None`, `_ = ratelimit.None`,
		"internal/retry", "TestRetryerNeverRunsDry"},
	{11, "an attempt has no time limit", "internal/transport/timeout.go",
		`if x.Timeout <= 0 {`, `if x.Timeout <= 0 || true {`,
		"internal/transport", "TestAttemptThatTakesTooLong"},
	{11, "clients have no time limit for attempts", "config.go",
		`c.attemptTimeout,`, `0 * c.attemptTimeout,`,
		".", "TestServerThatNeverAnswers"},
	{12, "a scan continues after an empty LastEvaluatedKey", "pages.go",
		`if len(p.key) == 0 {`, `if p.attributes == nil {`,
		".", "TestEmptyLastEvaluatedKeyEndsTheScan"},
	{12, "a scan whose pages repeat never ends", "pages.go",
		`if place == p.landmark {`, `if place == p.landmark && false {`,
		".", "TestScanThatComesBackIsAnError"},
	{13, "unprocessed keys are dropped", "batch_get.go",
		`unprocessed = append(unprocessed, op)`, `_ = op`,
		".", "TestBatchGetAsksForUnprocessedKeysAgain"},
	{2, "a batch write counts as done if its answer has no UnprocessedItems", "batch_write.go",
		`case left == nil:`, `case false:`,
		".", "TestBatchWriteTellsUnknownFromNotWritten"},
	{2, "a batch read finds nothing if its answer has no Responses", "batch_get.go",
		`if out.Responses == nil || out.UnprocessedKeys == nil {`, `if false {`,
		".", "TestBatchGetBelievesNothingThatItDidNotAskFor"},
	{2, "a page without Items counts as the end of an empty table", "pages.go",
		`case out.Items == nil:`, `case false:`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{2, "a list without TableNames counts as no tables", "activities_table.go",
		`if out.TableNames == nil {`, `if false {`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{13, "unprocessed operations are sent again without a pause", "internal/batch/runner.go",
		`now.Add(r.Pause(t.misses))`, `now.Add(0 * r.Pause(t.misses))`,
		"internal/batch", "TestPausesGrowWithoutProgressAndStartOverAfterIt"},
	{14, "a batch failure shares memory with the caller's item", "batch_write.go",
		`write.ItemToAdd, write.ItemToDelete = write.ItemToAdd.Clone(), write.ItemToDelete.Clone()`,
		`write.ItemToAdd, write.ItemToDelete = write.ItemToAdd[:], write.ItemToDelete.Clone()`,
		"internal/integration", "TestFailuresOfABatchAreTheCallersOwn"},
	{14, "a batch changes its request", "batch_write.go",
		`sorted := slices.Clone(names)`, `sorted := names`,
		".", "TestBatchWriteChangesNoInput"},
	{15, "there are no pauses after the 300th", "internal/retry/pause.go",
		`most := FirstPause
	for`, `most := FirstPause
	if n > 300 {
		return 0
	}
	for`,
		"internal/retry", "TestPauseStaysWithinItsBounds"},
	{16, "a scan that has not begun counts as done", "checkpoint.go",
		`return c.started() && !c.atKey()`, `return !c.atKey()`,
		"internal/integration", "TestResumableParallelScan"},
	{17, "an empty page of tables counts as the last", "pages.go",
		`p.done = read.isLast() || p.left == 0`, `p.done = read.isLast() || read.scanned == 0 || p.left == 0`,
		".", "TestEmptyPageOfTablesIsNotTheEnd"},
	{18, "a number beyond 64 bits is cut to 64 bits", "internal/decimal/integer.go",
		`if hi+carry != 0 {`, `if hi+carry != 0 && false {`,
		".", "TestNumberIntegersEndAtTheirBounds"},
	{18, "a fraction is cut off", "number_convert.go",
		`if !p.IsInt() {
		return 0, inexact("number is not an integer")`, `if !p.IsInt() {
		return 0, nil`,
		".", "TestNumberInt64"},
	{18, "NaN is accepted as a number", "number_convert.go",
		`if math.IsNaN(f) || math.IsInf(f, 0) {`, `if math.IsInf(f, 0) {`,
		".", "TestNumberFromFloat64"},
	{18, "an empty set is sent", "item_limits.go",
		`if len(members) == 0 {`, `if false {`,
		".", "TestConversionRefuses"},
	{18, "a set with a duplicate member is sent", "item_limits.go",
		`seen[text(member)] = struct{}{}
		if len(seen) != i+1 {`, `seen[text(member)] = struct{}{}
		if false {`,
		".", "TestConversionRefuses"},

	// One exchange.
	{0, "a body that is too short is accepted", "internal/transport/body.go",
		`case resp.ContentLength > 0 && n != resp.ContentLength:`, `case false:`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{0, "an answer of any size is read", "internal/transport/body.go",
		`case n > x.LargestAnswer:`, `case false:`,
		"internal/transport", "TestOversizeAnswersAreFinal"},
	{0, "an answer with status 200 that is not JSON is accepted", "internal/transport/body.go",
		`case !checked && !json.Valid(trimmed):`, `case false && !json.Valid(trimmed):`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{11, "the body of a switched protocol is read to its end", "internal/transport/body.go",
		`if resp.StatusCode < 200 {`, `if resp.StatusCode < 0 {`,
		"internal/transport", "TestSwitchedProtocolIsNotRead"},
	{0, "bytes after the answer are ignored", "internal/transport/body.go",
		`return i == len(body)-1`, `return true`,
		"internal/transport", "TestDamagedAnswersAreRefused"},
	{0, "redirects are followed", "config.go",
		`return http.ErrUseLastResponse }`, `return nil }`,
		".", "TestRedirectsAreNotFollowed"},
	{0, "the SDK's own body reaches net/http", "internal/transport/transport.go",
		`req.Body, _ = req.GetBody()`, `_, _ = req.GetBody()`,
		"internal/transport", "TestRequestBodyIsInMemory"},

	// The outcome of an attempt.
	{0, "an unknown outcome counts as a refusal", "internal/retry/verdict.go",
		`// applied, and yet the request failed
			return Unknown`, `// applied, and yet the request failed
			outcome = Refused`,
		"internal/retry", "TestOutcomeOfSeveralAttempts"},
	{4, "a request that net/http repeats counts as sent once", "internal/transport/transport.go",
		`try.Repeated = watch.repeated(req, resp)`, `_ = watch.repeated`,
		"internal/transport", "TestRequestThatNetHTTPRepeatsIsInDoubt"},
	{0, "status 500 counts as a refusal", "internal/transport/transport.go",
		`status < 500 && status != http`, `status < 600 && status != http`,
		"internal/transport", "TestOutcomeOfAnAnswer"},
	{0, "a request whose connection broke counts as not sent", "internal/transport/transport.go",
		`if w.got.Load() > 0 {
		return retry.Unknown`, `if w.got.Load() > 0 {
		return retry.NotSent`,
		"internal/transport", "TestConnectionBreaksAfterTheRequest"},
	{0, "a conflict is not sent again", "internal/retry/codes.go",
		`"TransactionConflictException":     {Cause: Conflict, Repeat: true},`, `"TransactionConflictException":     {Cause: Conflict},`,
		"internal/retry", "TestWhatIsTriedAgain"},

	{0, "refused credentials are not renewed", "internal/retry/again.go",
		`case found && attempt.renewed:`, `case found && attempt.renewed && false:`,
		".", "TestExpiredCredentialsAreRenewedOnceForAll"},
	{0, "a call has no retry budget", "internal/retry/again.go",
		`case !attempt.until.IsZero() && time.Now().Add(whole).After(attempt.until):`, `case !attempt.until.IsZero() && time.Now().Add(whole).After(attempt.until) && false:`,
		".", "TestRetryBudget"},
	{0, "a batch without progress never gives up", "internal/batch/patience.go",
		`return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience`, `return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience && false`,
		"internal/batch", "TestPatience"},
	{0, "the pause that the server asks for is ignored", "internal/retry/pause.go",
		`return min(max(asked, pause), pause+mostAdded)`, `return pause + 0*max(asked, mostAdded)`,
		"internal/retry", "TestPauseIsStretchedWithinBounds"},

	// Batches.
	{0, "a batch write request has 26 operations", "batch_request.go",
		`mostWritesInRequest = 25`, `mostWritesInRequest = 26`,
		".", "TestBatchWriteFillsRequestsAndSendsSeveralAtOnce"},
	{0, "a request is larger than 16 MB", "batch_request.go",
		`largestRequest      = 16 << 20`, `largestRequest      = 20 << 20`,
		".", "TestBatchWriteKeepsRequestsUnder16MB"},
	{0, "writes to the same key are sent in any order", "internal/batch/runner.go",
		`if before, ok := last[at]; ok {`, `if before, ok := last[at]; ok && before < 0 {`,
		"internal/batch", "TestEveryOperationEndsInItsTrueState"},
	{0, "a write is sent although the outcome of the write before it on its key is unknown", "internal/batch/runner.go",
		`r.settleFrom(r.next[op], Result{Outcome: retry.NotDone, Err: err})`, `r.finish(op, Result{Outcome: retry.Unknown, Err: err})`,
		"internal/batch", "TestRandomBatches"},
	{0, "unprocessed operations count as done", "internal/batch/runner.go",
		`left[op] = true`, `left[op] = false`,
		"internal/batch", "TestEveryOperationEndsInItsTrueState"},
	{0, "unprocessed writes are dropped", "batch_write.go",
		`found = append(found, op)`, `_ = op`,
		".", "TestBatchWriteSendsUnprocessedWritesAgainUntilTheContextEnds"},
	{0, "an unprocessed write that was never sent is ignored", "batch_write.go",
		`if err != nil {
				return nil, under(field, err)
			}
			found = append(found, op)`, `if err != nil {
				continue
			}
			found = append(found, op)`,
		".", "TestBatchWriteBelievesNoUnprocessedWriteThatItDidNotSend"},
	{0, "a key that the caller names twice is requested twice", "batch_get.go",
		`if !known {`, `if !known || true {`,
		".", "TestBatchGetAnswersInTheOrderOfTheKeys"},
	{0, "an answer for one name of a table counts for another name of it", "batch_request.go",
		`if i := slices.Index(tables, answered); i >= 0 {`, `if i := slices.Index(tables, answered); i >= 0 && false {`,
		".", "TestBatchWriteTellsTablesOfOneNameApart"},
	{0, "an item that was not requested is ignored", "batch_get.go",
		`if err != nil {
				return nil, under("Responses", err)
			}
			read[op] = item`, `if err != nil {
				continue
			}
			read[op] = item`,
		".", "TestBatchGetBelievesNothingThatItDidNotAskFor"},
	{0, "the remaining batch lacks operations with an unknown outcome", "errors_batch.go",
		`if failure.Outcome == OutcomeRefused {
			continue`, `if failure.Outcome != OutcomeNotDone {
			continue`,
		".", "TestRemainingKeepsTheEntriesAndLeavesOutTheRefused"},
	{0, "a batch with an unknown outcome is not ErrAmbiguous", "errors_batch.go",
		`all = append(all, ErrAmbiguous)`, `_ = ErrAmbiguous`,
		".", "TestUnprocessedAfterADoubt"},
	{0, "a throttled request ends all operations on its table", "internal/retry/verdict.go",
		`return InBatch{Outcome: NotDone, Waits: true}
	case ctx.Err() != nil:`, `return InBatch{Outcome: Refused, Scope: OneTable}
	case ctx.Err() != nil:`,
		".", "TestBatchWriteOutlivesThrottling"},

	{0, "a batch error does not say what the batch waited for", "internal/batch/runner.go",
		`if why := r.tables[i].waitsFor; why != nil {`, `if why := r.tables[i].waitsFor; why != nil && false {`,
		".", "TestBatchesTellWhatTheyWaitedOut"},

	// Pages.
	{0, "Scan returns half of the items without an error", "pages.go",
		`read, err := p.next(ctx)
		if err != nil {
			return nil, err
		}
		whole.entries`, `read, err := p.next(ctx)
		if err != nil {
			return whole, nil
		}
		whole.entries`,
		"internal/integration", "TestScanErrors"},
	{0, "a page that lacks items is accepted", "pages.go",
		`case int64(len(out.Items)) != int64(out.Count):`, `case false:`,
		".", "TestAnswersToSomethingElseAreRefused"},
	{0, "a checkpoint of another scan is accepted", "checkpoint.go",
		`if c.of != of {`, `if c.of != of && false {`,
		".", "TestCheckpointOfAnotherScanIsRefused"},

	// Inputs and secrets.
	{0, "32 nested lists are accepted", "item_limits.go",
		`deepestNesting = 31`, `deepestNesting = 32`,
		".", "TestConversionRefuses"},
	{0, "an endless item is not refused", "item_limits.go",
		`case !w.takes(n):
		return tooManyValues()`, `case !w.takes(n) && n > 10:
		return tooManyValues()`,
		".", "TestEndlessItemIsRefused"},
	{0, "an error text quotes the answer", "errors.go",
		`return "the answer cannot be decoded"`, `return clean(e.err.Error())`,
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{0, "an error marshalled to JSON shows its item", "errors.go",
		"Item Item `json:\"-\"`", "Item Item",
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{0, "error texts show control characters of the server", "errors.go",
		`if !unicode.IsGraphic(r) {`, `if !unicode.IsGraphic(r) && r < 0 {`,
		".", "TestClean"},
	{0, "error texts show texts of the server of any length", "errors.go",
		`cut := len(text) > longestMessage`, `cut := false`,
		".", "TestClean"},
	{0, "the text of a batch failure shows its item", "errors_batch.go",
		`func (f WriteFailure) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }`,
		`func (f WriteFailure) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.Write) }`,
		".", "TestErrorsEventsAndLogsShowNoValue"},
	{11, "a request to STS has no time limit", "config.go",
		`.WithTimeout(c.stsTimeout)))`, `.WithTimeout(0 * c.stsTimeout)))`,
		".", "TestSTSOfTheConfigurationThatHangs"},
	{0, "a printed client shows its credentials", "client.go",
		`_, _ = io.WriteString(f, c.String())`, `_, _ = io.WriteString(f, fmt.Sprint(*c.config.static))`,
		".", "TestClientAndOptionsShowNoSecret"},
	{0, "plain http is allowed to any host", "internal/transport/transport.go",
		`if target.Scheme == "http" && !IsLoopback(target.Hostname())`, `if target.Scheme == "gopher" && !IsLoopback(target.Hostname())`,
		"internal/transport", "TestPlainHTTPToAnotherMachineIsRefused"},
}
