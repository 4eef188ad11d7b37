package main

import (
	"os"
	"testing"

	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

func TestMain(m *testing.M) {
	status := m.Run()
	_ = dynamodblocal.StopShared()
	os.Exit(status)
}
