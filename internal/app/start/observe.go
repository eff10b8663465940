package start

import (
	"context"
	"os"

	"github.com/lagniappe/lagniappe/internal/metric"
)

// Metrics reads where to count, if the stack wants that. The local server does not come by here, and counts nothing.
func Metrics(env func(string) string) metric.Sink {
	if env("METRICS") != "true" {
		return metric.Sink{}
	}
	return metric.Sink{Stack: env("STACK")}
}

// lambdaTrace is the trace header of this invocation; an instance has one at a time.
func lambdaTrace(context.Context) string { return os.Getenv("_X_AMZN_TRACE_ID") }
