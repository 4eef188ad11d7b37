package faults

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// trial is one call, or a few that belong together, on a new server.
type trial struct {
	name, group string
	defect      int     // its number among the 18 defects, or 0
	note        string  // a footnote of the table
	allowed     verdict // a verdict that checkPromises accepts from dynamoconn in this trial
	prepare     func(*world)
	run         func(context.Context, *world, client) verdict
}

// runOperation returns the function that runs an operation of the matrix.
func runOperation(name string) func(context.Context, *world, client) verdict {
	for _, op := range operations {
		if op.name == name {
			return op.call
		}
	}
	panic("no operation " + name)
}

// injectFault returns a function that stores items and makes n requests of the action
// fail; if n is 0, all of them.
func injectFault(action string, n int, effect dynamoconntest.Effect) func(*world) {
	return func(w *world) {
		fill(w)
		w.server.Inject(dynamoconntest.Fault{Operation: action, Times: n, Effect: effect})
	}
}

// replaceInBody returns a function that stores items and replaces the first from in
// every answer to the action with to.
func replaceInBody(action, from, to string) func(*world) {
	return func(w *world) {
		fill(w)
		w.network.editBody = func(answered string, _ int, body []byte) []byte {
			if answered != action {
				return body
			}
			return []byte(strings.Replace(string(body), from, to, 1))
		}
	}
}

// defects are trials of the 18 defects that the SDK and guregu/dynamo have today.
var defects = []trial{
	{defect: 1, name: "a flipped bit inside a value", prepare: injectFault("GetItem", 1, dynamoconntest.FlipBit(8*40)), run: readWithBitFlips},
	{defect: 2, name: "an empty answer to a get", prepare: injectFault("GetItem", 1, dynamoconntest.EmptyAnswer()), run: runOperation("get")},
	{defect: 2, name: "an empty answer to a batch write, not done", prepare: func(w *world) { foreignAnswer(200, "")(w, operation{action: "BatchWriteItem"}, 0) }, run: runOperation("batch write")},
	{defect: 3, name: "an increment whose answer is lost", note: "For dynamoconn with ExactlyOnce or UniqueAttribute. Without them it is unknown.", prepare: loseIncrement, run: incrementOnce},
	{defect: 4, name: "a conditional put whose answer is lost", note: "dynamoconn is right with ItemIsUnique or ExactlyOnce.", prepare: func(w *world) {
		w.server.Inject(dynamoconntest.Fault{Operation: "PutItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	}, run: runOperation("put if new")},
	{defect: 5, name: "the input of one transaction used twice", prepare: fill, run: runTransactionTwice},
	{defect: 6, name: "a key that is not UTF-8", run: putInvalidUTF8},
	{defect: 7, name: "an attribute that is a nil pointer", run: putNilAttribute},
	{defect: 8, name: "an attribute of an unknown type", prepare: replaceInBody("GetItem", `"Name":{"S":`, `"Name":{"X":`), run: readUnknownType},
	{defect: 9, name: "a body that is cut off", prepare: injectFault("GetItem", 1, dynamoconntest.Truncate(30)), run: runOperation("get")},
	{defect: 10, name: "150 throttled calls, then a call on another table", prepare: throttleCounters, run: readOtherTable},
	{defect: 11, name: "a request that gets no answer", prepare: injectFault("GetItem", 1, dynamoconntest.Hang()), run: runOperation("get")},
	{defect: 12, name: "an empty LastEvaluatedKey", prepare: repeatLastKey(`{}`), run: runOperation("scan")},
	{defect: 12, name: "a LastEvaluatedKey that never changes", note: "An error is right.", prepare: repeatLastKey(`{"ID":{"S":"city-007"}}`), run: scanMustFail},
	{defect: 13, name: "the same keys left unprocessed twice", note: "For the SDK with StopOnDuplicateToken, which its documentation says stops there.", prepare: leaveUnprocessedTwice, run: readUntilDuplicateToken},
	{defect: 13, name: "all keys left unprocessed for a minute", prepare: leaveUnprocessedFor("BatchGetItem", time.Minute, fillMany), run: runWithoutFlood("batch read")},
	{defect: 14, name: "a batch run again after an error", prepare: failAfterFirstWrite, run: repeatBatch},
	{defect: 15, name: "all writes left unprocessed for 16 minutes", prepare: leaveUnprocessedFor("BatchWriteItem", 16*time.Minute, nil), run: runWithoutFlood("batch write")},
	{defect: 16, name: "a parallel scan resumed after an error", note: "The SDK has no parallel scan that can be resumed.", prepare: fill, run: resumeParallelScan},
	{defect: 17, name: "an empty page of tables before the last one", prepare: emptyFirstPageOfTables, run: runOperation("list tables")},
	{defect: 18, name: "the number 300 read into 8 bits", note: "dynamoconn reads integers into 64 bits only.", prepare: fill, run: readIntoInt8},
	{defect: 18, name: "a number of 38 digits read without a type", prepare: fill, run: read38Digits},
	{defect: 18, name: "NaN written", run: writeNaN},
	{defect: 18, name: "an empty set written", note: "The SDK's attributevalue writes NULL and guregu/dynamo leaves the set out; both are documented.", run: writeEmptySet},
}

// readWithBitFlips reads one item 64 times, each time with another bit flipped.
func readWithBitFlips(ctx context.Context, w *world, c client) verdict {
	for bit := range 64 {
		w.server.ClearFaults()
		w.server.Inject(dynamoconntest.Fault{Operation: "GetItem", Times: 1, Effect: dynamoconntest.FlipBit(8*20 + bit*17)})
		if v := runOperation("get")(ctx, w, c); v == wrong || v == lost {
			return v
		}
	}
	return right
}

func runTransactionTwice(ctx context.Context, w *world, c client) verdict {
	var err [2]error
	switch c := c.(type) {
	case sdkClient:
		input := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Update: &types.Update{
			TableName: aws.String(table), Key: sdkKey("city-007"), UpdateExpression: aws.String("ADD Population :n"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "1"}},
		}}}}
		for i := range err {
			_, err[i] = c.TransactWriteItems(ctx, input)
		}
	case gureguClient:
		tx := c.db.WriteTx().Update(c.table.Update("ID", "city-007").Add("Population", 1))
		for i := range err {
			err[i] = tx.Run(ctx)
		}
	case ourClient:
		req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{ourIncrement("city-007", 1)}}
		for i := range err {
			_, err[i] = c.TransactWrite(ctx, req)
		}
	}
	applied := w.stored()["city-007"].Population - newCity(7).Population
	switch {
	case errors.Join(err[:]...) != nil:
		return failed
	case applied < 2:
		return lost
	case applied > 2:
		return duplicated
	}
	return right
}

// loseIncrement loses the answer to an increment, by whichever action it is sent.
func loseIncrement(w *world) {
	fill(w)
	for _, action := range []string{"UpdateItem", "TransactWriteItems"} {
		w.server.Inject(dynamoconntest.Fault{Operation: action, Times: 1, Effect: dynamoconntest.LoseAnswer()})
	}
}

// incrementOnce increments a number as each client does it best.
func incrementOnce(ctx context.Context, w *world, c client) verdict {
	if o, ok := c.(ourClient); ok {
		c = clientWithOptions{ourClient: o, options: []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}}
	}
	return judgeAdd(ctx, w, c)
}

// putInvalidUTF8 puts an item under a key that DynamoDB cannot hold. An error is
// right.
func putInvalidUTF8(ctx context.Context, w *world, c client) verdict {
	bad := newCity(7)
	bad.ID = "city-\xff"
	err := c.put(ctx, bad)
	switch stored := w.stored(); {
	case len(stored) > 0:
		return wrong // stored under another key
	case err == nil:
		return lost
	}
	return right
}

// putNilAttribute puts an item with an attribute that is a typed nil, such as a
// pointer that was never set. It is right to return an error, to leave the attribute
// out, and to put a NULL.
func putNilAttribute(ctx context.Context, _ *world, c client) verdict {
	var err error
	switch c := c.(type) {
	case sdkClient:
		var note *types.AttributeValueMemberS
		_, err = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: map[string]types.AttributeValue{
			"ID": &types.AttributeValueMemberS{Value: "a"}, "Note": note,
		}})
	case gureguClient:
		err = c.table.Put(struct {
			ID   string
			Note *string
		}{ID: "a"}).Run(ctx)
	case ourClient:
		var note *dynamoconn.KeyValueString
		_, err = c.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: dynamoconn.Item{dynamoconn.String("ID", "a"), note}})
		if !errors.Is(err, dynamoconn.ErrInvalidRequest) {
			return failed
		}
		err = nil
	}
	if err != nil {
		return failed
	}
	return right
}

// readUnknownType reads an item that has an attribute of a type that no client knows.
// Nobody can read it, so an error is right.
func readUnknownType(ctx context.Context, _ *world, c client) verdict {
	if _, err := c.get(ctx, "city-007"); err != nil {
		return right
	}
	return wrong
}

// throttleCounters throttles every request to the table of counters, and one request
// to the table of cities.
func throttleCounters(w *world) {
	fill(w)
	w.server.Inject(dynamoconntest.Fault{Table: counters, Effect: throttle(dynamoconntest.ProvisionedThroughputExceeded)})
	w.server.Inject(dynamoconntest.Fault{Table: table, Times: 1, Effect: throttle(dynamoconntest.ProvisionedThroughputExceeded)})
}

// readOtherTable makes 150 calls that are throttled to their end. Then it reads from
// the other table, which must succeed although it is throttled once.
func readOtherTable(ctx context.Context, w *world, c client) verdict {
	const calls = 150
	for range calls {
		var err error
		switch c := c.(type) {
		case sdkClient:
			_, err = c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(counters), Key: sdkKey("a")})
		case gureguClient:
			var got city
			err = c.db.Table(counters).Get("ID", "a").One(ctx, &got)
		case ourClient:
			_, err = c.GetItem(ctx, dynamoconn.GetItemRequest{TableName: counters, Item: ourKey("a")})
		}
		if err == nil {
			return wrong
		}
	}
	return runOperation("get")(ctx, w, c)
}

// repeatLastKey returns a function that makes every page of a scan end with the same
// LastEvaluatedKey. The key "{}" means the end of the table: only the last page gets it.
func repeatLastKey(key string) func(*world) {
	return func(w *world) {
		fill(w)
		w.network.editBody = func(action string, n int, body []byte) []byte {
			if action != "Scan" {
				return body
			}
			isLast := !strings.Contains(string(body), "LastEvaluatedKey")
			switch {
			case key == "{}" && isLast:
				return []byte(strings.Replace(string(body), `"ScannedCount"`, `"LastEvaluatedKey":{},"ScannedCount"`, 1))
			case key != "{}" && (isLast || n > 1):
				return []byte(`{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":` + key + `}`)
			}
			return body
		}
	}
}

// scanMustFail reads a table whose pages never end. An error is right.
func scanMustFail(ctx context.Context, _ *world, c client) verdict {
	if _, err := c.scan(ctx); err != nil {
		return right
	}
	return lost
}

// leaveUnprocessedTwice leaves the same three keys unprocessed in two answers.
func leaveUnprocessedTwice(w *world) {
	fillMany(w)
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Times: 1, Effect: dynamoconntest.Unprocessed(1, 5, 20)})
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Times: 1, Effect: dynamoconntest.Unprocessed()})
}

// readUntilDuplicateToken reads 50 items. It sets the SDK's StopOnDuplicateToken.
func readUntilDuplicateToken(ctx context.Context, _ *world, c client) verdict {
	want := newCities(100, 150)
	var got []city
	var err error
	if s, ok := c.(sdkClient); ok {
		got, err = s.readWith(ctx, ids(want), func(o *dynamodb.BatchGetItemPaginatorOptions) { o.StopOnDuplicateToken = true })
	} else {
		got, err = c.read(ctx, ids(want))
	}
	return judgeRead(got, want, err)
}

// leaveUnprocessedFor returns a function that leaves everything unprocessed that the
// action asks for, until so much time has passed.
func leaveUnprocessedFor(action string, duration time.Duration, prepare func(*world)) func(*world) {
	return func(w *world) {
		if prepare != nil {
			prepare(w)
		}
		end := time.Now().Add(duration)
		w.server.Inject(dynamoconntest.Fault{
			Operation: action,
			Match:     func(dynamoconntest.Entry) bool { return time.Now().Before(end) },
			Effect:    dynamoconntest.Unprocessed(),
		})
	}
}

// runWithoutFlood returns a function that runs an operation and checks that the
// client did not send too many requests in any minute.
func runWithoutFlood(name string) func(context.Context, *world, client) verdict {
	const tooMany = 600 // ten a second
	return func(ctx context.Context, w *world, c client) verdict {
		v := runOperation(name)(ctx, w, c)
		if v == right && w.network.mostRequestsWithin(time.Minute) > tooMany {
			return flooded
		}
		return v
	}
}

// failAfterFirstWrite lets the server do the first write of a batch of three and fail
// every request after that, until the faults are cleared.
func failAfterFirstWrite(w *world) {
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Times: 1, Effect: dynamoconntest.Unprocessed(1, 2)})
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Effect: dynamoconntest.InternalErrorBefore()})
}

// repeatBatch runs a batch that fails half-way, clears the faults and runs the same
// batch again.
func repeatBatch(ctx context.Context, w *world, c client) verdict {
	cities := newCities(0, 3)
	run := func() (batchState, error) { return c.write(ctx, cities) }
	if g, ok := c.(gureguClient); ok {
		batch := g.table.Batch("ID").Write().Put(cities[0], cities[1], cities[2])
		run = func() (batchState, error) { return gureguRun(ctx, batch, cities) }
	}
	if _, err := run(); err == nil {
		return wrong
	}
	w.server.ClearFaults()
	if _, err := run(); err != nil {
		return failed
	}
	return judgeBatch(w, cities, batchState{}, nil)
}

// emptyFirstPageOfTables answers the first ListTables with no table and a
// LastEvaluatedTableName.
func emptyFirstPageOfTables(w *world) {
	w.network.respond = func(action string, n int) *http.Response {
		if action == "ListTables" && n == 1 {
			return foreignResponse(http.StatusOK, `{"TableNames":[],"LastEvaluatedTableName":"AAA"}`)
		}
		return nil
	}
}

// readIntoInt8 reads a number that does not fit the caller's field. An error is right.
func readIntoInt8(ctx context.Context, w *world, c client) verdict {
	big := newCity(7)
	big.Population = 300
	w.fill(big)
	var got struct{ Population int8 }
	var err error
	switch c := c.(type) {
	case sdkClient:
		var out *dynamodb.GetItemOutput
		if out, err = c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey(big.ID)}); err == nil {
			err = attributevalue.UnmarshalMap(out.Item, &got)
		}
	case gureguClient:
		err = c.table.Get("ID", big.ID).One(ctx, &got)
	default:
		return notOffered // dynamoconn reads integers into 64 bits only
	}
	if err == nil {
		return wrong
	}
	return right
}

const digits38 = "12345678901234567890123456789012345678"

// read38Digits reads an item without saying which types its attributes have. One of
// them is a number that a float64 cannot hold.
func read38Digits(ctx context.Context, w *world, c client) verdict {
	if err := w.server.Load(table, map[string]any{
		"ID": "a", "N": &types.AttributeValueMemberN{Value: digits38},
	}); err != nil {
		panic(err)
	}
	var got string
	var item map[string]any
	var err error
	switch c := c.(type) {
	case sdkClient:
		var out *dynamodb.GetItemOutput
		if out, err = c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey("a")}); err == nil {
			err = attributevalue.UnmarshalMap(out.Item, &item)
		}
	case gureguClient:
		err = c.table.Get("ID", "a").One(ctx, &item)
	case ourClient:
		var resp *dynamoconn.GetItemResponse
		if resp, err = c.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: ourKey("a")}); err == nil {
			var n dynamoconn.Number
			n, err = dynamoconn.Value[dynamoconn.Number](resp.Item, "N")
			got = n.String()
		}
	}
	switch {
	case err != nil:
		return failed
	case got == digits38:
		return right
	}
	return wrong
}

// writeNaN writes a value that DynamoDB cannot hold. An error is right, whether it is
// the client's or the server's.
func writeNaN(ctx context.Context, w *world, c client) verdict {
	value := struct {
		ID string
		N  float64
	}{"a", math.NaN()}
	var err error
	switch c := c.(type) {
	case sdkClient:
		var item map[string]types.AttributeValue
		if item, err = attributevalue.MarshalMap(value); err == nil {
			_, err = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: item})
		}
	case gureguClient:
		err = c.table.Put(value).Run(ctx)
	case ourClient:
		_, err = dynamoconn.NumberFromFloat64(value.N)
	}
	if err == nil || len(w.stored()) > 0 {
		return wrong
	}
	return right
}

// writeEmptySet writes an item with a set that has no member. An error is right.
func writeEmptySet(ctx context.Context, w *world, c client) verdict {
	untagged := newCity(7)
	untagged.Tags = []string{}
	if err := c.put(ctx, untagged); err != nil {
		return right
	}
	item, err := w.server.SDKClient().GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey(untagged.ID)})
	if err != nil {
		return failed
	}
	if _, isNull := item.Item["Tags"].(*types.AttributeValueMemberNULL); isNull {
		return wrong
	}
	if _, ok := item.Item["Tags"]; !ok {
		return lost
	}
	return right
}

// resumeParallelScan reads a table in three segments while the first page of one of
// them keeps failing. Then it removes the fault and resumes the scan.
func resumeParallelScan(ctx context.Context, w *world, c client) verdict {
	broken := w.server.Inject(dynamoconntest.Fault{Operation: "Scan", Match: func(e dynamoconntest.Entry) bool {
		return strings.Contains(string(e.Input), `"Segment":1`)
	}, Effect: throttle(dynamoconntest.ProvisionedThroughputExceeded)})
	var all []city
	var err error
	switch c := c.(type) {
	case gureguClient:
		var keys []dynamo.PagingKey
		if keys, err = c.table.Scan().AllParallelWithLastEvaluatedKeys(ctx, 3, &all); err == nil {
			return wrong
		}
		broken.Remove()
		_, err = c.table.Scan().AllParallelStartFrom(ctx, keys, &all)
	case ourClient:
		all, err = resumeOurScan(ctx, c, broken.Remove)
	default:
		return notOffered
	}
	if v := judgeRead(all, newCities(0, 50), err); v != duplicated {
		return v
	}
	return right // items that were read before the error may be read again
}

// resumeOurScan saves a checkpoint after each page of each segment. It calls
// removeFault after the first round and resumes from the checkpoints.
func resumeOurScan(ctx context.Context, o ourClient, removeFault func()) (all []city, err error) {
	saved := make([]dynamoconn.ScanCheckpoint, 3)
	for round := range 2 {
		for segment := range saved {
			req := dynamoconn.ScanTableRequest{
				TableName: table, TotalSegments: 3, Segment: int32(segment), Checkpoint: saved[segment],
			}
			var page *dynamoconn.ScanTableResponse
			for page, err = range o.ScanPages(ctx, req) {
				if err != nil {
					break
				}
				for _, item := range page.Items {
					c, err := cityOf(item)
					if err != nil {
						return nil, err
					}
					all = append(all, c)
				}
				saved[segment] = page.Checkpoint
			}
		}
		if round == 0 {
			removeFault()
		}
	}
	return all, err
}
