package coldstart

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// runtimeAPI is the side of Lambda that a bootstrap talks to: it asks for the
// next event and sends the answer. This one has a single event; whoever asks
// for a second one waits until it is stopped.
type runtimeAPI struct {
	address string
	server  *http.Server
	event   []byte
	once    sync.Once

	asked    chan time.Time // the first "next": initialised
	answered chan answer    // the answer, or why there is none
}

type answer struct {
	at  time.Time
	err error
}

const invocation = "1"

func serveRuntime(ctx context.Context, event []byte) (*runtimeAPI, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("coldstart: listen: %w", err)
	}
	api := &runtimeAPI{
		address: l.Addr().String(), event: event,
		asked: make(chan time.Time, 1), answered: make(chan answer, 1),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", api.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/"+invocation+"/response", api.response)
	mux.HandleFunc("POST /", api.failure) // .../error, and .../init/error
	api.server = &http.Server{Handler: mux, ReadHeaderTimeout: startTimeout}
	go func() { _ = api.server.Serve(l) }() // ends with close
	return api, nil
}

func (api *runtimeAPI) close() { _ = api.server.Close() }

func (api *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	first := false
	api.once.Do(func() { first = true })
	if !first {
		<-r.Context().Done()
		return
	}
	api.asked <- time.Now()
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", invocation)
	w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(startTimeout).UnixMilli(), 10))
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:bench")
	_, _ = w.Write(api.event)
}

func (api *runtimeAPI) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a := answer{at: time.Now(), err: err}
	if err == nil {
		a.err = accepted(body)
	}
	api.answered <- a
	w.WriteHeader(http.StatusAccepted)
}

func (api *runtimeAPI) failure(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	api.answered <- answer{err: fmt.Errorf("coldstart: %s: %s", r.URL.Path, body)}
	w.WriteHeader(http.StatusAccepted)
}

// accepted refuses to time a refusal, which would look fast.
func accepted(body []byte) error {
	var got struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return fmt.Errorf("coldstart: the answer is no gateway answer: %w", err)
	}
	if got.StatusCode < 200 || got.StatusCode > 299 {
		return fmt.Errorf("coldstart: the event was answered with %d: %s", got.StatusCode, got.Body)
	}
	return nil
}
