package dynamodblocal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var errOtherServer = errors.New("another server answers on this port")

// probe sends ListTables and returns nil if a DynamoDB answers. If origin is not
// empty, probe accepts only the server that was started with that allowed origin:
// otherwise two programs that picked the same free port would both use the server
// of the first.
func probe(ctx context.Context, endpoint, origin string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader("{}"))
	if err != nil {
		return errors.New("not a valid URL")
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	client := http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		// The text of a url.Error holds the URL, which may hold a password.
		var urlErr *url.Error
		if errors.As(err, &urlErr) {
			err = urlErr.Err
		}
		return err
	}
	defer resp.Body.Close()
	if origin != "" && resp.Header.Get("Access-Control-Allow-Origin") != origin {
		return errOtherServer
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	var answer struct {
		TableNames *[]string `json:"TableNames"`
		Type       string    `json:"__type"`
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&answer); err != nil || answer.TableNames == nil && answer.Type == "" {
		return fmt.Errorf("the answer (status %d) is not one of DynamoDB", resp.StatusCode)
	}
	return nil
}

// awaitEndpoint waits for an answer: in a continuous integration job the server may
// start at the same time as this program.
func awaitEndpoint(ctx context.Context, endpoint string, timeout time.Duration) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("not a URL that starts with http:// or https://")
	}
	for deadline := time.Now().Add(timeout); ; {
		err := probe(ctx, endpoint, "")
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if waitErr := sleep(ctx, 100*time.Millisecond); waitErr != nil {
			return waitErr
		}
	}
}

// redact returns scheme and host of the endpoint, without a password. For a text
// that is not a URL it returns "set".
func redact(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "set"
	}
	return u.Scheme + "://" + u.Host
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
