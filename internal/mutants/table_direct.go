package main

// directMutants are the defects of the direct way.
var directMutants = []mutant{
	{0, "an interceptor is not called", "internal/direct/support.go",
		`{"Interceptors", !hasInterceptors(o)},`, `{"Interceptors", true || hasInterceptors(o)},`,
		"internal/direct", "TestSettingThatIsNotCarriedGoesTheOrdinaryWay"},
	{0, "an API option is not applied", "internal/direct/support.go",
		`len(o.APIOptions) == 0`, `true`,
		"internal/direct", "TestSettingThatIsNotCarriedGoesTheOrdinaryWay"},
	{0, "a retryer of the caller's is not asked", "internal/direct/support.go",
		`o.Retryer == nil || sameType(o.Retryer, (*retry.Standard)(nil))`, `true || sameType(o.Retryer, (*retry.Standard)(nil))`,
		"internal/direct", "TestSettingThatIsNotCarriedGoesTheOrdinaryWay"},
	{0, "a template that does not fit is used", "internal/direct/lesson.go",
		`err == nil && isSame(req, again) {`, `err == nil && (true || isSame(req, again)) {`,
		"internal/direct", "TestRequestThatDoesNotFitTeachesNothing"},
	{0, "templates are kept without bound", "internal/direct/lesson.go",
		`known != nil && len(*known) < mostTemplates {`, `known != nil {`,
		"internal/direct", "TestTemplatesAreBounded"},
	{0, "what the direct way learns from is sent", "internal/direct/path.go",
		`		l.of(req)
		return nil, errLesson{}`, `		l.of(req)
		if l.learnt == nil {
			return nil, errLesson{}
		}`,
		"internal/direct", "TestEveryRequestGoesTheDirectWay"},
	{0, "an attempt of the direct way is sent again instead of played back", "internal/direct/path.go",
		`ok && first.played.CompareAndSwap(false, true) {`, `ok && !first.played.CompareAndSwap(false, true) {`,
		"internal/direct", "TestAnswerThatTheReaderRefusesIsTheSDKs"},
	{0, "a context that ends hides the attempt of the direct way", "internal/direct/path.go",
		`	if !p.played.Load() {
		return nil
	}
	return p.Context.Done()`, `	return p.Context.Done()`,
		"internal/direct", "TestContextThatEndsInTheFirstAttempt"},
	{0, "the ID of a call is new when the SDK goes on", "internal/direct/path.go",
		`ok && made {`, `ok && made && false {`,
		"internal/direct", "TestFailedAttemptGoesOnWithTheSDK"},
	{0, "the direct way ignores the server's clock", "internal/direct/path.go",
		`p.skew.Store(int64(time.Until(server)))`, `_ = server`,
		"internal/direct", "TestDirectRequestIsTheSDKs"},
	{0, "the direct way corrects the clock although it must not", "internal/direct/path.go",
		`if !p.keepsTime {`, `if !p.keepsTime && false {`,
		"internal/direct", "TestDirectRequestIsTheSDKs"},
	{0, "a provider that failed on the direct way is asked again", "internal/direct/path.go",
		`		retry.From(ctx).KeepCredentials(credentials, err)
`, ``,
		"internal/direct", "TestErrorOfTheCredentialsIsToldOnce"},
	{0, "an ARN among several tables goes the direct way", "internal/direct/path.go",
		`arn == "" || len(r.Tables) == 1`, `arn == "" || len(r.Tables) >= 1`,
		"internal/direct", "TestARNAmongSeveralTablesIsNotCarried"},
	{0, "accounts share a template", "internal/direct/path.go",
		`arn: arn, account: credentials.AccountID,`, `arn: arn,`,
		"internal/direct", "TestAccountsShareNoTemplate"},
	{0, "a template lends its address to requests", "internal/direct/template.go",
		`	req.URL = &m.target
`, `	req.URL = t.blank.URL
`,
		"internal/direct", "TestTemplateCannotBeChanged"},
	{0, "a request has the session token of the one before", "internal/direct/template.go",
		`	clear(signed.request.Header)
`, ``,
		"internal/direct", "TestSignatureTakesNothingFromTheOneBefore"},
	{0, "the direct way forgets the trace of Lambda", "internal/direct/template.go",
		`!ok {
		return nil
	}
	end :=`, `!ok || true {
		return nil
	}
	end :=`,
		"internal/direct", "TestTraceOfLambdaIsCarried"},
	{0, "an answer that cannot be decoded is believed", "request.go",
		`return r.answer.decode(r.action, body, r.into) == nil`, `_ = r.answer.decode(r.action, body, r.into)
	return true`,
		".", "TestBothWaysUnderstandTheSame"},
	{0, "the body of an answer is lost before it is played back", "internal/direct/path.go",
		`io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}`, `io.NopCloser(bytes.NewReader(body)), int64(len(body))
		clear(body)
	}`,
		"internal/direct", "TestAnswerThatTheReaderRefusesIsTheSDKs"},
	{0, "a played back attempt needs a second permit", "internal/direct/path.go",
		`record.KeepPermit(release)`, `_ = record`,
		".", "TestNoAttemptOutlivesItsToken"},
	{0, "the credentials of a played back attempt are asked for again", "internal/direct/path.go",
		`record.KeepCredentials(credentials, nil)`, `_ = credentials`,
		".", "TestCredentialsRenewedMeanwhile"},
}
