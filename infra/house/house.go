// Package house puts all functions into one process, for the local server and
// the end-to-end tests: the very handlers that Lambda runs, mounted as
// template.yaml routes them. Each function has a client, a store and caches of
// its own, as its instances on AWS have, so that nothing works here that would
// not work there, and every call to a table can be told by its function.
package house

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/functions"
	"github.com/lagniappe/lagniappe/infra/pump"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Options say what the house stands on.
type Options struct {
	Template *template.Template
	Endpoint string           // of DynamoDB
	Now      func() time.Time // nil: the real clock
	Log      *slog.Logger     // nil: nowhere
	Metrics  metric.Sink      // zero: log lines without metrics
	Secret   string           // file of the vault's secret, made where it is missing
	Places   string           // files that begin so keep how far the pumps are, and what waits in the queue; empty: there are no pumps
	Seen     func(Call)       // nil: nobody watches

	// Client changes the settings of the functions' clients; nil: nothing. It
	// lets a measurement see requests, or answer them.
	Client func(*dynamodb.Options)
}

// House is the functions in one process.
type House struct {
	http.Handler
	Scheduled map[string]app.Scheduled       // by folder; nothing calls them here but who asks
	Streamed  map[string]background.Streamed // by folder; package pump carries the streams to them
	Operator  *dynamo.Store                  // with all tables, for commands and tests
	Client    *dynamodb.Client               // unwatched
	Tasks     *Tasks                         // the queue of tasks; it runs where somebody runs it
	Pumps     []*pump.Pump                   // one for each function that streams call; they run where somebody runs them
}

// New builds every function of the template and mounts the routes of those that have some.
func New(o Options) (*House, error) {
	if o.Now == nil {
		o.Now = app.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &House{Scheduled: map[string]app.Scheduled{}, Streamed: map[string]background.Streamed{}, Tasks: &Tasks{}}
	if o.Places != "" {
		h.Tasks.File = o.Places + "-tasks"
	}
	handlers := map[string]http.Handler{}
	for _, f := range o.Template.Functions {
		if err := h.add(o, f, handlers); err != nil {
			return nil, err
		}
	}
	operator := o
	operator.Seen, operator.Client = nil, nil
	h.Client = operator.client("")
	h.Operator = dynamo.New(h.Client, everything, o.Now)
	h.Handler, h.Pumps = mount(o.Template.Routes, handlers), o.pumps(h.Streamed)
	return h, nil
}

// add builds one function, with a client and a store of its own.
func (h *House) add(o Options, f template.Function, handlers map[string]http.Handler) error {
	store, log := dynamo.New(o.client(f.LogicalID), tables(f.Environment), o.Now), o.Log.With("function", f.Folder)
	if build, ok := functions.HTTP[f.Folder]; ok {
		handlers[f.LogicalID] = build(web.Front{Callers: store, Vault: o.vault(f), Now: o.Now, Log: log, Metrics: o.Metrics}, store)
		return nil
	}
	if build, ok := functions.Scheduled[f.Folder]; ok {
		h.Scheduled[f.Folder] = build(store, h.Tasks, o.Now, log, o.Metrics)
		return nil
	}
	if build, ok := functions.Streamed[f.Folder]; ok {
		h.Streamed[f.Folder] = build(store, o.Now, log, o.Metrics)
		return nil
	}
	if build, ok := functions.Working[f.Folder]; ok {
		h.Tasks.Worker = build(store, h.Tasks, o.Now, log, o.Metrics)
		return nil
	}
	return fmt.Errorf("house: template.yaml has %s, but functions/%s is not listed in infra/functions", f.LogicalID, f.Folder)
}

// everything are the tables under their names in template.yaml, as the emulator has them.
var everything = dynamo.Tables{
	Shops: "ShopsTable", Campaigns: "CampaignsTable", Coupons: "CouponsTable", Attempts: "AttemptsTable",
	People: "PeopleTable", Orders: "OrdersTable", Events: "EventsTable",
}

func tables(environment map[string]string) dynamo.Tables {
	return app.Tables(func(name string) string { return environment[name] })
}

// vault reads the secret file in the place of what the function names, if it names one.
func (o Options) vault(f template.Function) *shop.Vault {
	env := map[string]string{"SECRET_ARN": f.Environment["SECRET_ARN"], "SECRET_FILE": o.Secret}
	return shop.NewVault(func(ctx context.Context) ([]byte, error) {
		if o.Seen != nil {
			o.Seen(Call{Function: f.LogicalID, Op: "GetSecretValue", Touches: []Touch{{Table: env["SECRET_ARN"], Action: "GetSecretValue"}}})
		}
		return app.Secret(ctx, func(name string) string { return env[name] })
	})
}

func mount(routes []template.Route, handlers map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		pattern := r.Method + " " + r.Path
		switch r.Path {
		case "$default":
			pattern = "/"
		case "/":
			pattern = r.Method + " /{$}"
		}
		mux.Handle(pattern, handlers[r.Function])
	}
	return mux
}

func (o Options) client(function string) *dynamodb.Client {
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "DYNAMODB_ENDPOINT": o.Endpoint,
	}
	return app.Client(func(name string) string { return env[name] }, func(d *dynamodb.Options) {
		if o.Seen != nil {
			d.APIOptions = append(d.APIOptions, watch(function, o.Seen))
		}
		if o.Client != nil {
			o.Client(d)
		}
	})
}
