// Command samlocal runs the built functions with `sam local`, in containers
// that stand in for Lambda: the table emulator listens where they reach it, with
// the tables of the template and the demo shop. The functions are told so by the
// two environment variables that the template leaves empty.
//
//	samlocal start-api    the whole API, behind SAM's stand-in for the gateway
//	samlocal invoke       each function once, with its sample event from events/
//
// It shares rows and secret with the local server, which cannot run meanwhile.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
)

// options are the command line, or the environment.
type options struct {
	SAM       string `help:"The SAM CLI." default:"sam" env:"SAM" name:"sam"`
	Build     string `help:"Folder that sam build has written." default:".aws-sam/local/build"`
	Arch      string `help:"Architecture that sam build was told." default:"x86_64"`
	TablePort int    `help:"Port of the table emulator." default:"8000" env:"TABLE_PORT"`
	Data      string `help:"Folder of the rows." default:".cache/local" env:"LAGNIAPPE_DATA"`

	StartAPI startAPI `cmd:"" name:"start-api" help:"Serve the whole API."`
	Invoke   invoke   `cmd:"" help:"Hand each function its sample event."`
}

func main() {
	var o options
	k := kong.Parse(&o, kong.Name("samlocal"), kong.Description("The built functions in containers, with sam local."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx, k); err != nil && !errors.Is(err, errStopped) {
		stop()
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context, k *kong.Context) (err error) {
	tpl, err := template.Load("template.yaml")
	if err != nil {
		return err
	}
	data := filepath.Join(o.Data, strconv.Itoa(o.TablePort))
	e, err := emulator.Start(ctx, emulator.Options{
		Dir: data, Host: "0.0.0.0", Port: o.TablePort, Log: io.Discard, PortSetting: fmt.Sprintf("TABLE_PORT=%d", o.TablePort+1),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Stop()) }()
	if err := seed(ctx, e, tpl, data); err != nil {
		return err
	}
	s, err := o.prepare(ctx, tpl, filepath.Join(data, "secret"))
	if err != nil {
		return err
	}
	return k.Run(s)
}

// seed makes the tables and the demo shop, where they are missing.
func seed(ctx context.Context, e *emulator.Emulator, tpl *template.Template, data string) error {
	h, err := house.New(house.Options{Template: tpl, Endpoint: e.Endpoint, Secret: filepath.Join(data, "secret")})
	if err != nil {
		return err
	}
	if err := emulator.Prepare(ctx, e, h.Client, tpl.Tables); err != nil {
		return err
	}
	return demo.Seed(ctx, h.Operator)
}
