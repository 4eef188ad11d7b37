package dynamoconntest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// decompress returns the body of a request without its compression, which may be gzip
// or deflate. It returns an error if the body cannot be unpacked.
func decompress(encoding string, body []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return readAll(r)
	case "deflate":
		r, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil { // some clients send the data without the header of zlib
			return readAll(flate.NewReader(bytes.NewReader(body)))
		}
		return readAll(r)
	}
	return nil, errors.ErrUnsupported
}

// withPresigned returns the header of a request. If the signature is in the URL, as in a
// presigned request, the header has it and the operation as if they had been sent
// there.
func withPresigned(req *http.Request) http.Header {
	query := req.URL.Query()
	if query.Get("X-Amz-Algorithm") == "" || req.Header.Get("Authorization") != "" {
		return req.Header
	}
	header := req.Header.Clone()
	header.Set("Authorization", query.Get("X-Amz-Algorithm")+" Credential="+query.Get("X-Amz-Credential")+
		", SignedHeaders="+query.Get("X-Amz-SignedHeaders")+", Signature="+query.Get("X-Amz-Signature"))
	for _, name := range []string{"X-Amz-Target", "X-Amz-Date"} {
		if header.Get(name) == "" && query.Get(name) != "" {
			header.Set(name, query.Get(name))
		}
	}
	return header
}

// acceptsGzip reports whether an Accept-Encoding allows gzip.
func acceptsGzip(accepted string) bool {
	for _, coding := range strings.Split(accepted, ",") {
		name, quality, _ := strings.Cut(coding, ";")
		quality = strings.ReplaceAll(quality, " ", "")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.Trim(strings.TrimPrefix(quality, "q="), "0.") != "" || strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			return true
		}
	}
	return false
}

// hasJSONContentType reports whether a request says that its body is JSON.
func hasJSONContentType(header http.Header) bool {
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(kind)
	return kind == jsonType || kind == "application/json"
}

// checkAuthorization returns an error if a request is not signed. It does not check
// who signed it or whether the signature is right. The signature may even be missing
// if the credential is complete.
func checkAuthorization(header http.Header) *api.Error {
	auth := header.Get("Authorization")
	if !strings.HasPrefix(auth, "AWS4-") {
		return api.CoralError("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	if strings.Contains(auth, "/aws4_request") {
		return nil
	}
	message := ""
	for _, parameter := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !strings.Contains(auth, parameter+"=") {
			message += "Authorization header requires '" + parameter + "' parameter. "
		}
	}
	if message == "" {
		return nil
	}
	if header.Get("X-Amz-Date") == "" && header.Get("Date") == "" {
		message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	}
	return api.CoralError("IncompleteSignatureException", message+"Authorization="+auth)
}

// signedRegion returns the region in the scope of a signature, or the default one.
func signedRegion(authorization string) string {
	_, rest, ok := strings.Cut(authorization, "Credential=")
	if ok {
		rest, _, _ = strings.Cut(rest, ",")
		if parts := strings.Split(rest, "/"); len(parts) >= 5 && parts[len(parts)-3] != "" {
			return parts[len(parts)-3]
		}
	}
	return defaultRegion
}

// tablesIn returns the tables that a request names.
func tablesIn(n *protocol.Node) []string {
	if name := n.Get("TableName").Str(); name != "" {
		return []string{name}
	}
	var out []string
	if items := n.Get("RequestItems"); items != nil {
		for _, m := range items.Members {
			out = append(out, m.Name)
		}
	}
	if items := n.Get("TransactItems"); items != nil {
		for i := range items.Elems {
			for k := range items.Elems[i].Members {
				if name := items.Elems[i].Members[k].Value.Get("TableName").Str(); name != "" {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// readBody reads and closes the body. It stops after one byte more than a request
// may have.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer closeBody(req)
	return readAll(req.Body)
}

// readAll reads all of r, but not more than one byte more than a request may have.
func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer // unlike io.ReadAll it doubles its memory when it needs more
	_, err := b.ReadFrom(io.LimitReader(r, maxRequest+1))
	return b.Bytes(), err
}
