// Package functions lists all functions by folder, for everything that
// runs or describes them in one process: the local server, the end-to-end
// tests, the OpenAPI document. That it compiles proves that the one store
// implements what each function asks for.
package functions

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/functions/account"
	"github.com/lagniappe/lagniappe/functions/audit"
	"github.com/lagniappe/lagniappe/functions/campaigns"
	"github.com/lagniappe/lagniappe/functions/coupons"
	"github.com/lagniappe/lagniappe/functions/customers"
	"github.com/lagniappe/lagniappe/functions/imports"
	"github.com/lagniappe/lagniappe/functions/jobs"
	"github.com/lagniappe/lagniappe/functions/offers"
	"github.com/lagniappe/lagniappe/functions/orders"
	"github.com/lagniappe/lagniappe/functions/pages"
	"github.com/lagniappe/lagniappe/functions/radar"
	"github.com/lagniappe/lagniappe/functions/redemptions"
	"github.com/lagniappe/lagniappe/functions/relay"
	"github.com/lagniappe/lagniappe/functions/tick"
	"github.com/lagniappe/lagniappe/functions/validations"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Build makes a function's handler.
type Build func(web.Front, *dynamo.Store) http.Handler

// HTTP are all functions that answer HTTP, by their folder below functions/.
var HTTP = map[string]Build{
	"account":     func(f web.Front, s *dynamo.Store) http.Handler { return account.New(f, s) },
	"campaigns":   func(f web.Front, s *dynamo.Store) http.Handler { return campaigns.New(f, s) },
	"coupons":     func(f web.Front, s *dynamo.Store) http.Handler { return coupons.New(f, s) },
	"customers":   func(f web.Front, s *dynamo.Store) http.Handler { return customers.New(f, s) },
	"imports":     func(f web.Front, s *dynamo.Store) http.Handler { return imports.New(f, s) },
	"offers":      func(f web.Front, s *dynamo.Store) http.Handler { return offers.New(f, s) },
	"orders":      func(f web.Front, s *dynamo.Store) http.Handler { return orders.New(f, s) },
	"pages":       func(f web.Front, _ *dynamo.Store) http.Handler { return pages.New(f) },
	"redemptions": func(f web.Front, s *dynamo.Store) http.Handler { return redemptions.New(f, s) },
	"validations": func(f web.Front, s *dynamo.Store) http.Handler { return validations.New(f, s) },
}

// BuildScheduled makes a function that the clock calls.
type BuildScheduled background.Build[*dynamo.Store, app.Scheduled]

// Scheduled are all functions that the clock calls, by their folder.
var Scheduled = map[string]BuildScheduled{
	"audit": func(s *dynamo.Store, _ queue.Queue, now func() time.Time, log *slog.Logger, m metric.Sink) app.Scheduled {
		return audit.New(s, now, log, m)
	},
	"radar": func(s *dynamo.Store, _ queue.Queue, now func() time.Time, log *slog.Logger, m metric.Sink) app.Scheduled {
		return radar.New(s, now, log, m)
	},
	"tick": func(s *dynamo.Store, q queue.Queue, now func() time.Time, log *slog.Logger, m metric.Sink) app.Scheduled {
		return tick.New(s, q, now, log, m)
	},
}

// BuildStreamed makes a function that the tables' streams call.
type BuildStreamed func(*dynamo.Store, func() time.Time, *slog.Logger, metric.Sink) background.Streamed

// Streamed are all functions that the tables' streams call, by their folder.
var Streamed = map[string]BuildStreamed{
	"relay": func(s *dynamo.Store, now func() time.Time, log *slog.Logger, m metric.Sink) background.Streamed {
		return relay.New(s, now, log, m)
	},
}

// BuildWorking makes a function that the queue of tasks calls.
type BuildWorking background.Build[*dynamo.Store, background.Working]

// Working are all functions that the queue of tasks calls, by their folder.
var Working = map[string]BuildWorking{
	"jobs": func(s *dynamo.Store, q queue.Queue, now func() time.Time, log *slog.Logger, m metric.Sink) background.Working {
		return jobs.New(s, q, now, log, m)
	},
}
