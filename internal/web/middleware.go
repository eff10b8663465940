package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// note is what a request leaves for its log line. It holds no path, query,
// header or body: codes, keys and addresses stay out of the log.
type note struct {
	id     string
	trace  string
	caller shop.Caller
	op     Op
	fault  *fault.Error
}

type noteKey struct{}

func noteOf(ctx context.Context) *note {
	n, _ := ctx.Value(noteKey{}).(*note)
	return n
}

func noteFault(ctx context.Context, f *fault.Error) {
	if n := noteOf(ctx); n != nil {
		n.fault = f
	}
}

func noteCaller(ctx context.Context, c shop.Caller, op Op) {
	if n := noteOf(ctx); n != nil {
		n.caller, n.op = c, op
	}
}

func requestID(ctx context.Context) string {
	if n := noteOf(ctx); n != nil {
		return n.id
	}
	return ""
}

// answerWithin ends what a request may wait for, early enough to say 503
// ourselves: the functions' own timeout (template.yaml) is 10 seconds.
const answerWithin = 8 * time.Second

// guard gives every request its id, its log line, and an answer even if the
// handler panics. The log line is also the request's metric, where it has one.
func (f Front) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, start := &note{id: f.requestID(r.Context()), trace: f.traceID(r)}, f.Now()
		rec := &recorder{ResponseWriter: w}
		ctx, stop := context.WithTimeout(context.WithValue(r.Context(), noteKey{}, n), cmp.Or(f.Within, answerWithin))
		defer stop()
		r = r.WithContext(ctx)
		rec.Header().Set("Request-Id", n.id)
		rec.Header().Set("Cache-Control", "no-store")
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() { //nolint:contextcheck // the request carries its context
			if p := recover(); p != nil {
				f.rescue(rec, r, p)
			}
			rec.send()
			attrs := n.attrs(r, rec.status, f.Now().Sub(start).Milliseconds())
			attrs = append(attrs, f.Metrics.Count(start, n.outcome(rec.status), 1)...)
			f.Log.LogAttrs(r.Context(), level(rec.status), "request", attrs...)
		}()
		next.ServeHTTP(rec, r)
	})
}

func (f Front) requestID(ctx context.Context) string {
	if f.RequestID != nil {
		if id := f.RequestID(ctx); id != "" {
			return id
		}
	}
	id, err := ident.New(rand.Reader, "req_")
	if err != nil {
		return "req_unknown"
	}
	return id
}

func (f Front) rescue(rec *recorder, r *http.Request, p any) {
	failure := fault.ErrInternal.In("web.guard").Because(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	if !rec.sent {
		writeProblem(rec, r, failure)
	}
	noteFault(r.Context(), failure)
}

func (n *note) attrs(r *http.Request, status int, millis int64) []slog.Attr {
	attrs := make([]slog.Attr, 0, 8)
	if n.trace != "" {
		attrs = append(attrs, slog.String("trace_id", n.trace))
	}
	attrs = append(attrs, slog.String("request_id", n.id), slog.String("route", r.Pattern), slog.Int("status", status),
		slog.Int64("duration_ms", millis))
	if n.caller.ID != "" {
		attrs = append(attrs, slog.String("shop", n.caller.Space.Shop), slog.String("side", n.caller.Space.Side()),
			slog.String("key", n.caller.ID))
	}
	if n.fault != nil {
		attrs = append(attrs, slog.String("code", n.fault.Code))
		if n.fault.Err != nil {
			attrs = append(attrs, slog.String("error", n.fault.Error()))
		}
	}
	return attrs
}

func level(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// recorder remembers the status, and sends it only with the first byte or at
// the end, so that a body that fails to render can still become a 500.
type recorder struct {
	http.ResponseWriter
	status int
	sent   bool
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.send()
	return r.ResponseWriter.Write(b)
}

func (r *recorder) send() {
	if r.sent {
		return
	}
	if r.sent = true; r.status == 0 {
		r.status = http.StatusOK
	}
	r.ResponseWriter.WriteHeader(r.status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
