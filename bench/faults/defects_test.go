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

// trial is one call, or a few that belong together, on a server of its own.
type trial struct {
	name, group string
	defect      int     // its number among the 18, or 0
	note        string  // a footnote of the table
	ours        verdict // the verdict on this library, if it is one that needs a reason
	prepare     func(*world)
	run         func(context.Context, *world, client) verdict
}

// once runs an operation of the matrix.
func once(name string) func(context.Context, *world, client) verdict {
	for _, op := range operations {
		if op.name == name {
			return op.call
		}
	}
	panic("no operation " + name)
}

func inject(action string, n int, effect dynamoconntest.Effect) func(*world) {
	return func(w *world) {
		fill(w)
		w.server.Inject(dynamoconntest.Fault{Operation: action, Times: n, Effect: effect})
	}
}

// edited replaces a part of the bodies of an action, each once in each.
func edited(action, from, to string) func(*world) {
	return func(w *world) {
		fill(w)
		w.path.edit = func(is string, _ int, body []byte) []byte {
			if is != action {
				return body
			}
			return []byte(strings.Replace(string(body), from, to, 1))
		}
	}
}

// defects are the 18 of today's stack.
var defects = []trial{
	{defect: 1, name: "a flipped bit inside a value", prepare: inject("GetItem", 1, dynamoconntest.FlipBit(8*40)), run: judgeFlips},
	{defect: 2, name: "an empty answer to a get", prepare: inject("GetItem", 1, dynamoconntest.EmptyAnswer()), run: once("get")},
	{defect: 2, name: "an empty answer to a batch write, not done", prepare: func(w *world) { strange(200, "")(w, operation{action: "BatchWriteItem"}) }, run: once("batch write")},
	{defect: 3, name: "an increment whose answer is lost", note: "dynamoconn has no UpdateItem yet.", prepare: inject("UpdateItem", 1, dynamoconntest.LoseAnswer()), run: once("add")},
	{defect: 4, name: "a conditional put whose answer is lost", note: "dynamoconn is right with ItemIsUnique or ExactlyOnce.", prepare: func(w *world) {
		w.server.Inject(dynamoconntest.Fault{Operation: "PutItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	}, run: once("put if new")},
	{defect: 5, name: "one transaction's input used for two", note: "For dynamoconn two puts with ExactlyOnce.", prepare: fill, run: twoTransactions},
	{defect: 6, name: "a key that is not UTF-8", run: badUTF8},
	{defect: 7, name: "an attribute that is a nil pointer", run: nilAttribute},
	{defect: 8, name: "an attribute of a type that is new", prepare: edited("GetItem", `"Name":{"S":`, `"Name":{"X":`), run: newType},
	{defect: 9, name: "a body that breaks off", prepare: inject("GetItem", 1, dynamoconntest.Truncate(30)), run: once("get")},
	{defect: 10, name: "150 throttled calls, then one on another table", prepare: afterStorm, run: calmTable},
	{defect: 11, name: "a server that does not answer, once", prepare: inject("GetItem", 1, dynamoconntest.Hang()), run: once("get")},
	{defect: 12, name: "a LastEvaluatedKey that is empty", prepare: endless(`{}`), run: once("scan")},
	{defect: 12, name: "a LastEvaluatedKey that never changes", note: "The right end is an error.", prepare: endless(`{"ID":{"S":"city-007"}}`), run: stuckScan},
	{defect: 13, name: "keys left unprocessed twice", note: "For the SDK with StopOnDuplicateToken, which is documented to stop there.", prepare: leftTwice, run: readOnce},
	{defect: 13, name: "all keys left unprocessed for a minute", prepare: unprocessedFor("BatchGetItem", time.Minute, fillMany), run: patient("batch read")},
	{defect: 14, name: "a batch run again after an error", prepare: halfBatch, run: batchAgain},
	{defect: 15, name: "all writes left unprocessed for 16 minutes", prepare: unprocessedFor("BatchWriteItem", 16*time.Minute, nil), run: patient("batch write")},
	{defect: 16, name: "a parallel scan that goes on after an error", note: "The SDK has no parallel scan to go on with.", prepare: fill, run: resumedScan},
	{defect: 17, name: "an empty page of tables, not the last", prepare: emptyList, run: once("list tables")},
	{defect: 18, name: "300 read into 8 bits", note: "dynamoconn reads integers into 64 bits only.", prepare: fill, run: narrow},
	{defect: 18, name: "38 digits read without a type", prepare: fill, run: manyDigits},
	{defect: 18, name: "not-a-number written", run: notANumber},
	{defect: 18, name: "an empty set written", note: "Documented: the SDK's attributevalue writes a NULL, guregu/dynamo leaves it out.", run: emptySet},
}

// further are trials that are neither a defect of the list nor in the matrix.
var further = []trial{
	{name: "put, answer lost, and a newer put by another before it is sent again", group: "a newer put between two attempts",
		prepare: newerBetween, run: keepsNewer, ours: lost},
}

// newerBetween loses the answer of a put, and lets another writer put a newer item
// before the put is sent again.
func newerBetween(w *world) {
	w.server.Inject(dynamoconntest.Fault{Operation: "PutItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	w.path.seen = func(action string, n int) {
		if action == "PutItem" && n == 1 {
			w.fill(newer())
		}
	}
}

func newer() city {
	c := newCity(7)
	c.Name = "Newer"
	return c
}

func keepsNewer(ctx context.Context, w *world, c client) verdict {
	err := c.put(ctx, newCity(7))
	switch {
	case !w.has(newer()):
		return lost
	case err == nil:
		return right
	case c.tells(err) == toldNothing:
		return unknown
	}
	return wrong
}

// judgeFlips reads one item over and over, each time with another bit of it flipped.
func judgeFlips(ctx context.Context, w *world, c client) verdict {
	for bit := range 64 {
		w.server.ClearFaults()
		w.server.Inject(dynamoconntest.Fault{Operation: "GetItem", Times: 1, Effect: dynamoconntest.FlipBit(8*20 + bit*17)})
		if v := once("get")(ctx, w, c); v == wrong || v == lost {
			return v
		}
	}
	return right
}

func twoTransactions(ctx context.Context, w *world, c client) verdict {
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
		return twoPuts(ctx, w, c)
	}
	times := w.stored()["city-007"].Population - newCity(7).Population
	switch {
	case errors.Join(err[:]...) != nil:
		return failed
	case times < 2:
		return lost
	case times > 2:
		return duplicated
	}
	return right
}

// twoPuts is twoTransactions for a client whose only transaction is a put: the item is
// changed by another writer in between, and the second put must replace it.
func twoPuts(ctx context.Context, w *world, o ourClient) verdict {
	req := dynamoconn.PutItemRequest{TableName: table, Item: itemOf(newCity(8))}
	for range 2 {
		other := newCity(8)
		other.Name = "Other"
		w.fill(other)
		if _, err := o.PutItem(ctx, req, dynamoconn.ExactlyOnce("")); err != nil {
			return failed
		}
		if !w.has(newCity(8)) {
			return lost
		}
	}
	return right
}

// badUTF8 puts an item under a key that DynamoDB cannot hold. To refuse it is right.
func badUTF8(ctx context.Context, w *world, c client) verdict {
	bad := newCity(7)
	bad.ID = "city-\xff"
	err := c.put(ctx, bad)
	switch stored := w.stored(); {
	case len(stored) > 0:
		return wrong // under another key
	case err == nil:
		return lost
	}
	return right
}

// nilAttribute puts an item with an attribute that is a typed nil, as a pointer left
// unset. To refuse it is right, and so is to leave it out or to put a NULL.
func nilAttribute(ctx context.Context, _ *world, c client) verdict {
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

// newType reads an item that has an attribute of a type that no client knows. It
// cannot be read: an error is right.
func newType(ctx context.Context, _ *world, c client) verdict {
	if _, err := c.get(ctx, "city-007"); err != nil {
		return right
	}
	return wrong
}

// afterStorm throttles a table for good, and the other one once.
func afterStorm(w *world) {
	fill(w)
	w.server.Inject(dynamoconntest.Fault{Table: counters, Effect: throttle(dynamoconntest.ProvisionedThroughputExceeded)})
	w.server.Inject(dynamoconntest.Fault{Table: table, Times: 1, Effect: throttle(dynamoconntest.ProvisionedThroughputExceeded)})
}

func calmTable(ctx context.Context, w *world, c client) verdict {
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
	return once("get")(ctx, w, c)
}

// endless ends every page of a scan at the same place.
func endless(key string) func(*world) {
	return func(w *world) {
		fill(w)
		w.path.edit = func(action string, n int, body []byte) []byte {
			if action != "Scan" {
				return body
			}
			if key == "{}" { // the last page has one, and so has no other
				return []byte(strings.Replace(string(body), `"ScannedCount"`, `"LastEvaluatedKey":{},"ScannedCount"`, lastPage(body)))
			}
			if lastPage(body) == 1 || n > 1 {
				return []byte(`{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":` + key + `}`)
			}
			return body
		}
	}
}

func lastPage(body []byte) int {
	if strings.Contains(string(body), "LastEvaluatedKey") {
		return 0
	}
	return 1
}

func stuckScan(ctx context.Context, _ *world, c client) verdict {
	if _, err := c.scan(ctx); err != nil {
		return right
	}
	return lost
}

// leftTwice leaves the same three keys unprocessed two times running.
func leftTwice(w *world) {
	fillMany(w)
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Times: 1, Effect: dynamoconntest.Unprocessed(1, 5, 20)})
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Times: 1, Effect: dynamoconntest.Unprocessed()})
}

func readOnce(ctx context.Context, _ *world, c client) verdict {
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

// unprocessedFor leaves everything of an action unprocessed for so long.
func unprocessedFor(action string, long time.Duration, prepare func(*world)) func(*world) {
	return func(w *world) {
		if prepare != nil {
			prepare(w)
		}
		heals := time.Now().Add(long)
		w.server.Inject(dynamoconntest.Fault{
			Operation: action,
			Match:     func(dynamoconntest.Entry) bool { return time.Now().Before(heals) },
			Effect:    dynamoconntest.Unprocessed(),
		})
	}
}

// patient runs an operation, and looks at how often it asked in any one minute.
func patient(name string) func(context.Context, *world, client) verdict {
	const tooMany = 600 // ten in a second
	return func(ctx context.Context, w *world, c client) verdict {
		v := once(name)(ctx, w, c)
		if v == right && w.path.busiest(time.Minute) > tooMany {
			return flooded
		}
		return v
	}
}

// halfBatch does the first write of a batch of three, then fails until it is told
// otherwise.
func halfBatch(w *world) {
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Times: 1, Effect: dynamoconntest.Unprocessed(1, 2)})
	w.server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Effect: dynamoconntest.InternalErrorBefore()})
}

// batchAgain runs a batch that fails half-way, mends the server, and runs the same
// batch again.
func batchAgain(ctx context.Context, w *world, c client) verdict {
	cities := newCities(0, 3)
	run := func() (written, error) { return c.write(ctx, cities) }
	if g, ok := c.(gureguClient); ok {
		batch := g.table.Batch("ID").Write().Put(cities[0], cities[1], cities[2])
		run = func() (written, error) { return gureguRun(ctx, batch, cities) }
	}
	if _, err := run(); err == nil {
		return wrong
	}
	w.server.ClearFaults()
	if _, err := run(); err != nil {
		return failed
	}
	return judgeBatch(w, cities, written{}, nil)
}

// emptyList answers the first page of tables with none, and where to go on.
func emptyList(w *world) {
	w.path.answer = func(action string, n int) *http.Response {
		if action == "ListTables" && n == 1 {
			return reply(http.StatusOK, `{"TableNames":[],"LastEvaluatedTableName":"AAA"}`)
		}
		return nil
	}
}

// narrow reads a number that does not fit the caller's field. An error is right.
func narrow(ctx context.Context, w *world, c client) verdict {
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
		return notOffered // reads no number into fewer than 64 bits
	}
	if err == nil {
		return wrong
	}
	return right
}

const digits38 = "12345678901234567890123456789012345678"

// manyDigits reads an item whose fields the caller does not know, and looks at a
// number that a float64 cannot hold.
func manyDigits(ctx context.Context, w *world, c client) verdict {
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

// notANumber writes what DynamoDB cannot hold. An error is right, whoever gives it.
func notANumber(ctx context.Context, w *world, c client) verdict {
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

// emptySet writes an item with a set that has no member. An error is right.
func emptySet(ctx context.Context, w *world, c client) verdict {
	none := newCity(7)
	none.Tags = []string{}
	if err := c.put(ctx, none); err != nil {
		return right
	}
	item, err := w.server.SDKClient().GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey(none.ID)})
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

// resumedScan reads a table in three segments, of which one fails for good at its
// start, and goes on where it stopped.
func resumedScan(ctx context.Context, w *world, c client) verdict {
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
		all, err = ourResumedScan(ctx, c, broken.Remove)
	default:
		return notOffered
	}
	if v := judgeRead(all, newCities(0, 50), err); v != duplicated {
		return v
	}
	return right // what was read before may be read again
}

// ourResumedScan saves a checkpoint after each page of each segment.
func ourResumedScan(ctx context.Context, o ourClient, mend func()) (all []city, err error) {
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
			mend()
		}
	}
	return all, err
}
