package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"strconv"

	"github.com/dynamoconn/dynamoconn"
)

const (
	largestBody = 64 << 10
	mostOnPage  = 100
)

// newHandler returns the service:
//
//	POST /customers/{customer}/carts            {"lines": {"apple": 2}}
//	GET  /customers/{customer}/carts?size=10&from=...
//	GET  /customers/{customer}/carts/{cart}
//	PUT  /customers/{customer}/carts/{cart}     {"version": 1, "lines": {"apple": 3}}
func newHandler(s *store, logger *log.Logger) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, status int, do func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, largestBody)
			answer, err := do(r)
			if err != nil {
				status, answer := failure(err)
				if status >= 500 {
					logger.Printf("%s %s: %v", r.Method, r.URL.Path, err)
				}
				if status == http.StatusServiceUnavailable {
					w.Header().Set("Retry-After", "1")
				}
				write(w, status, answer)
				return
			}
			write(w, status, answer)
		})
	}
	handle("POST /customers/{customer}/carts", http.StatusCreated, func(r *http.Request) (any, error) {
		given, err := read(r)
		if err != nil {
			return nil, err
		}
		return s.create(r.Context(), r.PathValue("customer"), given.Lines)
	})
	handle("GET /customers/{customer}/carts", http.StatusOK, func(r *http.Request) (any, error) {
		size, err := pageSize(r.FormValue("size"))
		if err != nil {
			return nil, err
		}
		carts, next, err := s.list(r.Context(), r.PathValue("customer"), r.FormValue("from"), size)
		return map[string]any{"carts": carts, "next": next}, err
	})
	handle("GET /customers/{customer}/carts/{cart}", http.StatusOK, func(r *http.Request) (any, error) {
		return s.get(r.Context(), r.PathValue("customer"), r.PathValue("cart"))
	})
	handle("PUT /customers/{customer}/carts/{cart}", http.StatusOK, func(r *http.Request) (any, error) {
		given, err := read(r)
		if err != nil {
			return nil, err
		}
		given.Customer, given.ID = r.PathValue("customer"), r.PathValue("cart")
		return s.update(r.Context(), given)
	})
	return mux
}

// requestError is what is wrong with the request of a customer.
type requestError struct{ error }

// read returns the cart in the body of a request.
func read(r *http.Request) (c cart, err error) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &c)
	}
	if err != nil {
		return c, requestError{err}
	}
	for article, n := range c.Lines {
		if article == "" || n < 1 {
			return c, requestError{errors.New("each line must have the name of an article and a number above 0")}
		}
	}
	return c, nil
}

func pageSize(text string) (int, error) {
	if text == "" {
		return mostOnPage, nil
	}
	size, err := strconv.Atoi(text)
	if err != nil || size < 1 || size > mostOnPage {
		return 0, requestError{errors.New("size must be 1 to 100")}
	}
	return size, nil
}

// failure returns the status and the answer for an error. What it says to the customer is true of
// the data: only ErrAmbiguous leaves open whether the cart was changed.
func failure(err error) (status int, answer any) {
	text := "the service has failed, and nothing was changed"
	var wrong requestError
	switch {
	case errors.As(err, &wrong):
		status, text = http.StatusBadRequest, err.Error()
	case errors.Is(err, errNoCart):
		status, text = http.StatusNotFound, err.Error()
	case errors.Is(err, errOtherVersion):
		status, text = http.StatusConflict, err.Error()
	case errors.Is(err, dynamoconn.ErrInvalidRequest):
		status, text = http.StatusBadRequest, "the request is not valid"
	case errors.Is(err, dynamoconn.ErrAmbiguous):
		status, text = http.StatusGatewayTimeout, "the change may have been made: read the cart again"
	case errors.Is(err, dynamoconn.ErrThrottled), errors.Is(err, dynamoconn.ErrUnavailable):
		status, text = http.StatusServiceUnavailable, "the service is busy, and nothing was changed: try again"
	default:
		status = http.StatusInternalServerError
	}
	return status, map[string]string{"error": text}
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the customer may be gone
}
