package main

// codecMutants are the defects of what writes requests.
var codecMutants = []mutant{
	{6, "text that is not UTF-8 is written", "codec_write.go",
		`if !isUTF8 {
			return nil, broken("must be valid UTF-8")`, `if !isUTF8 && false {
			return nil, broken("must be valid UTF-8")`,
		".", "TestItemIsRefusedAsInTheConversion"},
	{6, "text that is not UTF-8 is not noticed behind ASCII", "internal/jsontext/append.go",
		`if seen&highs != 0 && !utf8.ValidString(text) {`, `if seen>>63 != 0 && !utf8.ValidString(text) {`,
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
		`if char < utf8.RuneSelf || char == '\u2028' ||`, `if char < utf8.RuneSelf ||`,
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
}
