// Command local runs all of Lagniappe on a laptop: the table emulator, every
// function on one port, and a demo shop. It then does the product's main job
// against itself, printing each request as a curl that can be repeated, and
// stays up until Ctrl-C; with --demo it exits instead, 0 if all went as it should.
//
// Rows are kept in .cache/local/<table port>, so a second start finds them again.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
)

// options are the command line, or the environment.
type options struct {
	Demo        bool   `help:"Do the main job, print it, and exit 0 or 1."`
	Port        int    `help:"Port of the API." default:"8080" env:"PORT"`
	ControlPort int    `help:"Port of the clock; 0: any." default:"8099" env:"CONTROL_PORT"`
	TablePort   int    `help:"Port of the table emulator." default:"8000" env:"TABLE_PORT"`
	Endpoint    string `help:"Use this DynamoDB instead of the emulator." env:"DYNAMODB_ENDPOINT"`
	Data        string `help:"Folder of the rows." default:".cache/local" env:"LAGNIAPPE_DATA"`
	Template    string `help:"The SAM template." default:"template.yaml" hidden:""`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("local"), kong.Description("All of Lagniappe on this machine."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	listener, err := listen(ctx, o.Port, "PORT")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	tpl, err := template.Load(o.Template)
	if err != nil {
		return err
	}
	data := filepath.Join(o.Data, strconv.Itoa(o.TablePort))
	if o.Endpoint != "" {
		data = filepath.Join(o.Data, "endpoint")
	}
	if o.Demo {
		o.ControlPort = 0 // nobody will ask for it
	}
	controls, err := listen(ctx, o.ControlPort, "CONTROL_PORT")
	if err != nil {
		return err
	}
	c := &clock{}
	go control(ctx, controls, c)
	h, stopTables, err := open(ctx, o, tpl, data, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopTables()) }()
	return serve(ctx, o, h, listener, data, controls.Addr().String())
}

// listen takes the port before anything is started, so that a second start says so at once.
func listen(ctx context.Context, port int, setting string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d on 127.0.0.1 is taken: stop what listens there, or choose another with %s=%d", port, setting, port+1)
	}
	return l, err
}

// open starts the emulator, or uses the endpoint it was given, and makes the tables of the template.
func open(ctx context.Context, o options, tpl *template.Template, data string, c *clock) (*house.House, func() error, error) {
	stop, endpoint := func() error { return nil }, o.Endpoint
	var e *emulator.Emulator
	if endpoint == "" {
		var err error
		e, err = emulator.Start(ctx, emulator.Options{
			Dir: data, Port: o.TablePort, Log: os.Stderr, PortSetting: fmt.Sprintf("TABLE_PORT=%d", o.TablePort+1),
		})
		if err != nil {
			return nil, nil, err
		}
		stop, endpoint = e.Stop, e.Endpoint
	}
	h, err := house.New(house.Options{Template: tpl, Endpoint: endpoint, Now: c.now, Log: accessLog(), Secret: filepath.Join(data, "secret"), Places: filepath.Join(data, "places")})
	if err == nil && e != nil {
		err = emulator.Prepare(ctx, e, h.Client, tpl.Tables)
	} else if err == nil {
		err = emulator.CreateTables(ctx, h.Client, tpl.Tables)
	}
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return h, stop, nil
}

// logLevel keeps requests out of the way of the demo, and shows them after it.
var logLevel = func() *slog.LevelVar {
	v := &slog.LevelVar{}
	v.Set(slog.LevelWarn)
	return v
}()

func accessLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: logLevel}))
}

func serve(ctx context.Context, o options, h *house.House, l net.Listener, data, controls string) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	go tick(ctx, "radar", h.Scheduled["radar"], time.Minute) // the auditor's day is longer than a laptop's
	go tick(ctx, "tick", h.Scheduled["tick"], time.Second)   // a minute on AWS; nobody at a laptop waits that long
	go h.Tasks.Run(ctx, time.Second)
	for _, p := range h.Pumps {
		go p.Run(ctx)
	}
	base := "http://" + l.Addr().String()
	result := demonstrate(ctx, base, h, data, os.Stdout)
	if !o.Demo && result == nil {
		logLevel.Set(slog.LevelInfo)
		fmt.Printf("\nLagniappe is up at %s (reference page; API below /v1). Ctrl-C stops it; the rows stay in %s.\n", base, data)
		fmt.Printf("Move its clock: curl http://%s/clock -d '{\"advance\": \"24h\"}'\n", controls)
		select {
		case <-ctx.Done():
			fmt.Println("\nStopping.")
		case result = <-failed:
		}
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(result, server.Shutdown(grace))
}
