package main

// codecMutants are the defects of what writes requests and reads answers.
var codecMutants = []mutant{
	{6, "text that is not UTF-8 is written", "codec_write.go",
		`if !isUTF8 {
			return nil, broken("must be valid UTF-8")`, `if !isUTF8 && false {
			return nil, broken("must be valid UTF-8")`,
		".", "TestItemIsRefusedAsInTheConversion"},
	{6, "text that is not UTF-8 is not noticed behind ASCII", "internal/jsontext/append.go",
		`if seen&highs != 0 && !utf8.ValidString(text) {`, `if seen>>63 != 0 && !utf8.ValidString(text) {`,
		"internal/jsontext", "TestAppendStringFindsEachByteAtEachPlace"},
	{6, "text that is not UTF-8 is not noticed behind an escape", "internal/jsontext/append.go",
		`seen |= uint64(c)
		if short`, `seen |= uint64(c) & 0x7f
		if short`,
		"internal/jsontext", "TestAppendStringFindsEachByteAtEachPlace"},
	{7, "a typed nil attribute is written", "codec_write.go",
		`if isNil(kv) {
			return nil, underElement(i, broken(ruleKind))
		}
		name := kv.KeyName()`, `if kv == nil {
			return nil, underElement(i, broken(ruleKind))
		}
		name := kv.KeyName()`,
		".", "TestItemIsRefusedAsInTheConversion"},
	{0, "DEL is not escaped among eight bytes", "internal/jsontext/append.go",
		`(del-ones)&^del`, `(del-ones)&^del&0`,
		"internal/jsontext", "TestAppendStringFindsEachByteAtEachPlace"},
	{0, "U+2028 is not escaped", "internal/jsontext/append.go",
		`mustStop[char] || char == '\u2028' ||`, `mustStop[char] ||`,
		"internal/jsontext", "TestAppendStringEscapes"},
	{0, "a name that is in an item twice is written", "item_limits.go",
		`maybe := s.seen[i]&bit != 0`, `maybe := false`,
		".", "TestNameTwiceIsFoundAmongManyNames"},
	{0, "the size of an item is without its names", "codec_write.go",
		`e.size += len(name)`, `e.size += len(name) * 0`,
		".", "TestEveryKindIsWrittenAsTheSDKDoes"},
	{0, "an item over 400 KB is written", "codec_write.go",
		`if size > largestItem {`, `if size > largestItem && false {`,
		".", "TestItemOfAllBytesIsStored"},
	{0, "an item far over 400 KB is encoded whole", "codec_write.go",
		`if e.size > e.limit {`, `if e.size > e.limit && false {`,
		".", "TestItemFarTooLargeTakesLittleMemory"},
	{0, "an item that is too large overwrites what is before it", "codec_write.go",
		`return b[:e.begin]`, `return b[:0]`,
		".", "TestItemFarTooLargeTakesLittleMemory"},
	{0, "a key of any kind is written", "codec_write.go",
		`if isNil(kv) || checkKeyValue(kv) != nil {`, `if isNil(kv) {`,
		".", "TestKeyIsRefusedAsInTheConversion"},
	{0, "the first segment of a scan is left out", "codec_write_request.go",
		`if r.total > 0 {
		o.number("Segment", r.segment)`, `if r.segment > 0 {
		o.number("Segment", r.segment)`,
		".", "TestScanIsWrittenAsTheSDKDoes"},
	{0, "a value that is refused stays in the expression", "expression.go",
		`	if err != nil {
		return "", err
	}
	x.encoded = encoded`, `	x.encoded = encoded[:len(encoded):len(encoded)]
	if err != nil {
		return "", err
	}`,
		".", "TestPlaceholdersAreWrittenInOrder"},
	{0, "the names of an expression are in no order", "codec_write_request.go",
		`slices.Sorted(maps.Keys(x.names))`, `slices.Collect(maps.Keys(x.names))`,
		".", "TestPlaceholdersAreWrittenInOrder"},
	{0, "an attribute of an answer is there twice", "codec_read_item.go",
		`!ranks.add(name.rank) {`, `!ranks.add(name.rank) && false {`,
		".", "TestDamageNamesItsPlace"},
	{0, "an attribute is there twice among more names than the table holds", "codec_read_item.go",
		`kv.KeyName() == item[i-1].KeyName() {`, `kv.KeyName() == item[i-1].KeyName() && false {`,
		".", "TestManyNames"},
	{0, "what is appended to an item of an answer changes the next one", "codec_read_memory.go",
		`s.values[s.next:end:end]`, `s.values[s.next:end]`,
		".", "TestItemsOfAnAnswerAreApart"},
	{0, "an answer of one item takes memory for four", "codec_read_item.go",
		`		r.foresee()`, `		_ = r.foresee`,
		".", "TestSmallAnswersTakeLittleMemory"},
	{0, "a value that is kept keeps its whole answer alive", "codec_read_item.go",
		`r.slabs.endBlock(r, bytes)`, `_ = bytes`,
		".", "TestWhatIsKeptKeepsLittleAlive"},
	{0, "a clone keeps its answer alive", "item_limits.go",
		`return strings.Clone(text)`, `return text[:len(strings.Clone(text))]`,
		".", "TestWhatIsKeptKeepsLittleAlive"},
	{0, "a value is read beyond the end of the answer", "codec_read_value.go",
		`if len(s.Data)-s.Pos > 8 {`, `if len(s.Data)-s.Pos > 6 {`,
		".", "TestPartOfAnAnswerIsRefused"},
	{0, "a name with a quote in it is found where another name ends", "codec_read_names.go",
		`if !isPlain(text) {`, `if false && !isPlain(text) {`,
		".", "TestNameWithAQuoteIsNoOtherName"},
	{0, "what follows the object of an answer is overlooked", "codec_read.go",
		`if r.SkipSpace(); r.rest() > 0 {`, `if r.SkipSpace(); r.rest() > 0 && false {`,
		".", "TestDamageNamesItsPlace"},
	{0, "a value with two types gets the first", "codec_read_value.go",
		`case other != noType:`, `case other != noType && false:`,
		".", "TestDamageNamesItsPlace"},
	{0, "a set in an answer has a member twice", "codec_read_item.go",
		`if same(member, other) {`, `if same(member, other) && false {`,
		".", "TestLargeSets"},
	{0, "the number -0 of an answer becomes 0", "codec_read_value.go",
		`(digits > 1 || negative)`, `(digits > 1)`,
		".", "TestDecodeAnswerOfEachSeed"},
	{0, "a number of 19 digits overflows", "codec_read_value.go",
		`digits > 18`, `digits > 19`,
		".", "TestDecodeAnswerOfEachSeed"},
	{0, "half of a surrogate pair in UTF-8 is text", "internal/jsontext/string.go",
		`&& a != 0xED &&`, `&&`,
		"internal/jsontext", "TestTextIsUTF8"},
}
