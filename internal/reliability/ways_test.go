package reliability

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// Each kind of answer and each fault of the double means the same whether a request goes the
// direct way or with the SDK's client.
func TestBothWaysUnderstandEveryFault(t *testing.T) {
	t.Parallel()

	const always = 1_000_000 // more than any call gets to
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Music"
	effects := []dynamoconntest.Effect{
		{}, // none
		dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, arn, "TableReadProvisionedThroughputExceeded"),
		dynamoconntest.InternalErrorBefore(), dynamoconntest.InternalErrorAfter(), dynamoconntest.ExpiredToken(),
		dynamoconntest.RefuseConnection(), dynamoconntest.ResetBefore(), dynamoconntest.LoseAnswer(), dynamoconntest.Slow(time.Minute),
		dynamoconntest.Hang(), dynamoconntest.Truncate(3), dynamoconntest.FlipBit(12), dynamoconntest.FlipBit(101),
		dynamoconntest.EmptyAnswer(), dynamoconntest.HTMLUnavailable(), dynamoconntest.Oversize(40 << 20), dynamoconntest.EmptyPage(),
		dynamoconntest.Unprocessed(0), dynamoconntest.Unprocessed(1),
	}
	ordinarily := dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(*middleware.Stack) error { return nil })
	})
	// A batch goes on after pauses of a random length, so the number of attempts is random too.
	random := regexp.MustCompile(`request [A-Z0-9]+|\d+ attempts`)
	for _, s := range scenarios() {
		if strings.HasPrefix(s.name, "DescribeTable") {
			continue // it always goes with the SDK's client, and a table has a random ID
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for _, effect := range effects {
				for _, times := range []int{1, always} {
					type outcome struct {
						result any
						err    string
						sent   int
					}
					var ways []outcome
					for _, options := range [][]dynamoconn.Option{nil, {ordinarily}} {
						synctest.Test(t, func(t *testing.T) {
							db := dynamoconntest.New()
							require.NoError(t, db.CreateTable(
								dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Year:N"},
								dynamoconntest.Table{Name: "Albums", PartitionKey: "ID"},
							))
							fillTables(t, db.Client(t))
							client := db.Client(t, append(options, dynamoconn.WithMaxAttempts(3), dynamoconn.WithRetryBudget(time.Minute))...)
							before := len(db.Journal())
							if s.fault != nil {
								db.Inject(*s.fault)
							}
							if effect.String() != "" {
								db.Inject(dynamoconntest.Fault{Times: times, Effect: effect})
							}
							ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
							defer cancel()
							result, err := s.run(ctx, client)
							way := outcome{result: result, sent: len(db.Journal()) - before}
							if err != nil {
								way.err = random.ReplaceAllString(err.Error(), "(random)")
							}
							ways = append(ways, way)
						})
					}
					if times == always {
						ways[0].sent, ways[1].sent = 0, 0
					}
					assert.Equal(t, ways[1], ways[0], "%s, %d times", effect, times)
				}
			}
		})
	}
}
