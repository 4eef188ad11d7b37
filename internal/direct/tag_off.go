//go:build dynamoconn_nodirect

package direct

const off = true
