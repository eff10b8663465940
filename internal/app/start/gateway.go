package start

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// Gateway adapts a handler to the payload (2.0) of an HTTP API. It mends two
// things of the adapter: it cuts headers at commas, so that two
// Idempotency-Keys with one beginning would be one; and a path that is no path
// makes it fail, and log the address, before any handler of ours could answer.
func Gateway(h http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	adapter := httpadapter.NewV2(wholeHeaders(h))
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		if _, err := url.Parse("https://host" + e.RawPath + "?" + e.RawQueryString); err != nil {
			e.RawPath, e.RawQueryString = "/-", "" // nothing is there: our 404 says so
		}
		return adapter.ProxyWithContext(context.WithValue(ctx, headersKey{}, e.Headers), e)
	}
}

type headersKey struct{}

// wholeHeaders puts the headers back as the gateway delivered them.
func wholeHeaders(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers, _ := r.Context().Value(headersKey{}).(map[string]string)
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		h.ServeHTTP(w, r)
	})
}
