package dynamoconn_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

const (
	canaryKeyID  = "AKIDCANARYKEYID"
	canarySecret = "CanarySecretAccessKey"
	canaryToken  = "CanarySessionToken"
	canaryValue  = "CanaryItemValue"
)

// requireRedacted checks that no way of printing v shows a secret or a value.
func requireRedacted(t *testing.T, name string, v any) {
	t.Helper()
	var forms []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%T"} {
		forms = append(forms, fmt.Sprintf(verb, v), fmt.Sprintf(verb, []any{v}), fmt.Sprintf(verb, struct{ V any }{v}))
	}
	if data, err := json.Marshal(v); err == nil {
		forms = append(forms, string(data))
	}
	var b bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).Info("m", "v", v, slog.Group("g", "v", v), "all", []any{v})
	}
	requireNoCanary(t, name, append(forms, b.String())...)
}

func requireNoCanary(t *testing.T, name string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, canary := range []string{canaryKeyID, canarySecret, canaryToken, canaryValue} {
			for _, form := range []string{canary, fmt.Sprintf("%x", canary)} {
				if strings.Contains(text, form) {
					t.Errorf("%s: %q is in %.300q", name, canary, text)
				}
			}
		}
	}
}

// The check itself must be able to fail.
func TestCanariesAreSeen(t *testing.T) {
	t.Parallel()

	assert.Contains(t, fmt.Sprintf("%+v", aws.Credentials{SecretAccessKey: canarySecret}), canarySecret)
	assert.Equal(t, hex.EncodeToString([]byte(canaryToken)), fmt.Sprintf("%x", canaryToken))
	data, err := json.Marshal(canaryItem())
	require.NoError(t, err)
	assert.Contains(t, string(data), canaryValue)
}

func canaryItem() dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Artist", canaryValue)}
}

func canaryProvider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(canaryKeyID, canarySecret, canaryToken)
}

func TestClientAndOptionsShowNoSecret(t *testing.T) {
	t.Parallel()

	cfg := wireConfig()
	cfg.Credentials = canaryProvider()
	opts := map[string]dynamoconn.Option{
		"WithStaticCredentials": dynamoconn.WithStaticCredentials(canaryKeyID, canarySecret, canaryToken),
		"WithCredentials":       dynamoconn.WithCredentials(canaryProvider()),
		"WithAWSConfig":         dynamoconn.WithAWSConfig(cfg),
	}
	for name, opt := range opts {
		requireRedacted(t, name, opt)
		client := wireClient(t, wiretest.New(), opt)
		requireRedacted(t, name+": the client", client)
		_, err := client.GetItem(t.Context(), getMusic()) // caches the credentials
		require.NoError(t, err)
		requireRedacted(t, name+": the client in use", client)
	}
	requireRedacted(t, "UsingCredentials", dynamoconn.UsingCredentials(canaryProvider()))

	_, err := dynamoconn.New(t.Context(), opts["WithStaticCredentials"], opts["WithCredentials"],
		dynamoconn.WithEndpoint("https://"+canaryKeyID+":"+canarySecret+"@example.com"), dynamoconn.WithStaticCredentials(canaryKeyID, "", canaryToken))
	require.Error(t, err)
	requireRedacted(t, "New's error", err)
	_, err = dynamoconn.New(t.Context(), dynamoconn.WithEndpoint("http://"+canarySecret+"@[::1"), dynamoconn.WithRegion("us-east-1"))
	require.Error(t, err)
	requireRedacted(t, "New's error of no URL", err)
}

// Answers that hold an item, whole or broken.
var canaryAnswers = map[string]wiretest.Answer{
	"an item":             wiretest.Reply(200, `{"Item":{"Artist":{"S":"`+canaryValue+`"}},"Attributes":{"Artist":{"S":"`+canaryValue+`"}}}`),
	"condition failed":    wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"S":"`+canaryValue+`"}}`),
	"condition, broken":   wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"N":"`+canaryValue+`"}}`),
	"condition, no type":  wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"XX":"`+canaryValue+`"}}`),
	"a number that isn't": wiretest.Reply(200, `{"Item":{"Artist":{"N":"`+canaryValue+`"}},"Attributes":{"Artist":{"N":"`+canaryValue+`"}}}`),
	"no such type":        wiretest.Reply(200, `{"Item":{"Artist":{"XX":"`+canaryValue+`"}},"Attributes":{"Artist":{"XX":"`+canaryValue+`"}}}`),
	"wrong JSON kind":     wiretest.Reply(200, `{"Item":{"Artist":{"S":["`+canaryValue+`"]}},"Attributes":"`+canaryValue+`"}`),
	"wrong base64":        wiretest.Reply(200, `{"Item":{"Artist":{"B":"`+canaryValue+`!"}},"Attributes":{"Artist":{"B":"`+canaryValue+`!"}}}`),
	"broken JSON":         wiretest.Reply(200, `{"Item":{"Artist":{"S":"`+canaryValue+`}}}`),
	"not JSON":            wiretest.Reply(200, canaryValue),
	"wrong checksum":      wiretest.Reply(200, `{"Item":{"Artist":{"S":"`+canaryValue+`"}}}`, "X-Amz-Crc32", "1"),
	"failure, not JSON":   wiretest.Reply(503, canaryValue),
	"broken connection":   brokenPipe,
}

func TestErrorsEventsAndLogsShowNoValue(t *testing.T) {
	t.Parallel()

	for name, answer := range canaryAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			debug := &slog.HandlerOptions{Level: slog.LevelDebug}
			for _, handler := range []slog.Handler{slog.NewTextHandler(&b, debug), slog.NewJSONHandler(&b, debug)} {
				var h heard
				client := wireClient(t, wiretest.New(answer), dynamoconn.WithMaxAttempts(2), dynamoconn.WithLogger(slog.New(handler)),
					dynamoconn.WithHook(h.hook()),
					dynamoconn.WithStaticCredentials(canaryKeyID, canarySecret, canaryToken))
				_, put := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
					TableName: "Music", Item: canaryItem(), ConditionExpression: "Artist <> :a",
					ExpressionAttributeValues: dynamoconn.Item{dynamoconn.String(":a", canaryValue)}, ReturnItemOnConditionFailure: true, ReturnOldItem: true,
				})
				_, get := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: canaryItem()})
				_, batchGet := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
					RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{canaryItem()}}},
				})
				_, batchWrite := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
					Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToDelete("Music", canaryItem())},
				})
				attempts, calls := h.take()
				assert.Len(t, calls, 4)
				for _, event := range attempts {
					requireRedacted(t, "AttemptEvent", event)
				}
				for _, event := range calls {
					requireRedacted(t, "CallEvent", event)
				}
				for activity, err := range map[string]error{"PutItem": put, "GetItem": get, "BatchGet": batchGet, "BatchWrite": batchWrite} {
					if err == nil {
						continue
					}
					requireRedacted(t, activity, err)
					var e *dynamoconn.Error
					require.ErrorAs(t, err, &e)
					requireRedacted(t, activity, e)
					requireRedacted(t, activity+", copied", *e)
					var write *dynamoconn.BatchWriteError
					if errors.As(err, &write) {
						requireRedacted(t, activity, write)
						requireRedacted(t, activity+", copied", *write)
						requireRedacted(t, "WriteFailure", write.Failures[0])
						requireRedacted(t, "*WriteFailure", &write.Failures[0])
						requireRedacted(t, "[]WriteFailure", write.Failures)
					}
					var read *dynamoconn.BatchGetError
					if errors.As(err, &read) {
						requireRedacted(t, activity, read)
						requireRedacted(t, activity+", copied", *read)
						requireRedacted(t, "ReadFailure", read.Failures[0])
						requireRedacted(t, "*ReadFailure", &read.Failures[0])
						requireRedacted(t, "[]ReadFailure", read.Failures)
					}
				}
			}
			requireNoCanary(t, "the log", b.String())
			assert.Contains(t, b.String(), "activity=PutItem", "the log is not empty")
			assert.Contains(t, b.String(), `"activity":"PutItem"`)
		})
	}
}

func TestErrorsOfRequestsShowNoValue(t *testing.T) {
	t.Parallel()

	client := wireClient(t, wiretest.New())
	bad := map[string]dynamoconn.Item{
		"not UTF-8":        {dynamoconn.String("Artist", canaryValue+"\xff")},
		"duplicates":       {dynamoconn.String("Artist", "a"), dynamoconn.StringSet("Tags", canaryValue, canaryValue)},
		"number":           {dynamoconn.String("Artist", "a"), &dynamoconn.KeyValueDecimal{Key: "N"}, nil, dynamoconn.String("B", canaryValue)},
		"twice":            {dynamoconn.String("Artist", canaryValue), dynamoconn.String("Artist", canaryValue)},
		"without its name": {dynamoconn.String("", canaryValue)},
		"too large":        {dynamoconn.String("Artist", "a"), dynamoconn.String("B", strings.Repeat(canaryValue, 30_000))},
	}
	for name, item := range bad {
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: item})
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		requireRedacted(t, name, err)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, name)
		requireRedacted(t, name, field)
	}
	_, err := dynamoconn.Value[int64](canaryItem(), "Artist")
	require.ErrorIs(t, err, dynamoconn.ErrWrongKind)
	requireRedacted(t, "Value", err)
}
