package reliability

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// A proxy refuses requests of more than 2,000 bytes, before or after DynamoDB has carried them
// out. The client does what it does after any answer that leaves a doubt: it sends the writes
// again, but in smaller requests. So what fits is written, in the order of its key, and what is
// too large by itself is unknown. With SendOnce nothing is sent again.
func TestBatchThatAStrangerRefusesAsTooLarge(t *testing.T) {
	t.Parallel()
	const most = 2_000
	for _, carriedOut := range []bool{false, true} {
		for _, once := range []bool{false, true} {
			t.Run(fmt.Sprintf("carried out: %v, once: %v", carriedOut, once), func(t *testing.T) {
				t.Parallel()
				server := dynamoconntest.New()
				require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "ID"}))
				next := server.HTTPClient()
				var refused int
				w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
					if len(r.Body) <= most {
						return next.Do(r.HTTP)
					}
					refused++
					if carriedOut {
						resp, err := next.Do(r.HTTP)
						require.NoError(t, err)
						_, err = io.Copy(io.Discard, resp.Body)
						require.NoError(t, err)
					}
					return wiretest.Reply(http.StatusRequestEntityTooLarge, "<html>too large</html>", "X-Amz-Crc32", "")(r)
				})
				client := server.Client(t, dynamoconn.WithHTTPClient(w), dynamoconn.WithMaxInFlight(1))
				item := func(id, text string) dynamoconn.Item {
					return dynamoconn.Item{dynamoconn.String("ID", id), dynamoconn.String("Text", text)}
				}
				items := []dynamoconn.Item{item("twice", "first"), item("large", strings.Repeat("x", most))}
				for i := range 30 {
					items = append(items, item(fmt.Sprint(i), strings.Repeat("y", 200)))
				}
				items = append(items, item("twice", "second"))
				table := dynamoconn.TableWithItemsToAdd("Music", items...)
				table.KeyNames = []string{"ID"}
				var opts []dynamoconn.CallOption
				if once {
					opts = append(opts, dynamoconn.SendOnce())
				}
				_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}}, opts...)
				var unfinished *dynamoconn.BatchWriteError
				require.ErrorAs(t, err, &unfinished)
				require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
				outcomes := make(map[dynamoconn.Outcome]int)
				for _, failure := range unfinished.Failures {
					outcomes[failure.Outcome]++
				}
				if once {
					assert.Equal(t, 1, refused, "the other request was small")
					// The second write to the key of one that is unknown must not be undone by it.
					assert.Equal(t, map[dynamoconn.Outcome]int{dynamoconn.OutcomeUnknown: 25, dynamoconn.OutcomeNotDone: 1}, outcomes)
					return
				}
				assert.Equal(t, map[dynamoconn.Outcome]int{dynamoconn.OutcomeUnknown: 1}, outcomes)
				assert.Equal(t, 1, unfinished.Failures[0].Index)
				for _, want := range append(items[2:], items[1]) {
					resp, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: want[:1]})
					require.NoError(t, err)
					if want.Equal(items[1]) && !carriedOut {
						assert.Nil(t, resp.Item)
						continue
					}
					assert.True(t, want.Equal(resp.Item), "%v", resp.Item)
				}
			})
		}
	}
}
