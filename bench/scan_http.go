package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"golang.org/x/sync/errgroup"

	"github.com/dynamoconn/dynamoconn"
)

const (
	httpWorkers        = 8
	httpPagesPerWorker = 2
)

// openScanHTTP makes the contest of several workers that scan over localhost HTTP. The
// server is in the process, so its work is in the figures of each side.
func openScanHTTP(ctx context.Context, _ size) (*contest, error) {
	items := list(pageItems, city)
	answer, err := newCannedHTTPClient(answerPage(items), 1)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(answer)
	// Each side has connections of its own, which it keeps.
	connections := func() *http.Client {
		return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: httpWorkers, DisableCompression: true}}
	}
	own, sdk := connections(), connections()
	c, err := newClients(ctx, own, dynamoconn.WithEndpoint(server.URL))
	if err != nil {
		return nil, err
	}
	c.sdk = newSDKClient(inMemoryBodies{sdk}, &server.URL)
	c.guregu = dynamo.NewFromIface(c.sdk).Table(table)
	return &contest{
		sides: []side{
			workers(ours, ownPage, items, func() ([]dynamoconn.Item, error) { return c.ownScan(ctx) }),
			workers(rawSDK, sdkPage, items, func() ([]map[string]types.AttributeValue, error) { return c.sdkScan(ctx) }),
			workers(guregu, recordPage[cityRecord](), items, func() ([]cityRecord, error) { return gureguScan[cityRecord](ctx, c) }),
		},
		close: func() {
			own.CloseIdleConnections()
			sdk.CloseIdleConnections()
			server.Close()
		},
	}, nil
}

// workers returns a side that does the task of a reader many times, with several goroutines.
func workers[T any](name string, f form[T], want []dynamoconn.Item, read func() (T, error)) side {
	single := reader(name, f, want, read)
	return side{
		name: name,
		task: func() error {
			var group errgroup.Group
			for range httpWorkers {
				group.Go(func() error {
					for range httpPagesPerWorker {
						if err := single.task(); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return group.Wait()
		},
		verify: single.verify,
	}
}

// ServeHTTP answers as Do does, over a network.
func (c *cannedHTTPClient) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_, _ = io.Copy(io.Discard, req.Body)
	header := w.Header()
	header.Set("Content-Type", "application/x-amz-json-1.0")
	header.Set("X-Amz-Crc32", c.crc)
	header.Set("X-Amzn-Requestid", requestID)
	header.Set("Content-Length", strconv.Itoa(len(c.body)))
	_, _ = w.Write(c.body)
}
