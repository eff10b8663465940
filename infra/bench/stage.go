package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// stage is what everything is measured on: an emulator of its own with the
// tables of template.yaml, and the functions beside it in this process.
type stage struct {
	root     string // of the repository
	dir      string // for what is built and stored; gone in the end
	template *template.Template
	emulator *emulator.Emulator
	shop     shop.Shop
}

func newStage(ctx context.Context) (s *stage, err error) {
	s = &stage{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.root, err = repository(); err != nil {
		return s, err
	}
	if s.dir, err = os.MkdirTemp("", "lagniappe-bench"); err != nil {
		return s, err
	}
	if s.template, err = template.Load(filepath.Join(s.root, "template.yaml")); err != nil {
		return s, err
	}
	if err := s.collectAsDeployed(); err != nil {
		return s, err
	}
	if s.emulator, err = emulator.Start(ctx, emulator.Options{Dir: s.dir}); err != nil {
		return s, err
	}
	return s, s.furnish(ctx)
}

// collectAsDeployed gives this process the functions' setting of the garbage collector.
func (s *stage) collectAsDeployed() error {
	for _, f := range s.template.Functions {
		percent, err := strconv.Atoi(f.Environment["GOGC"])
		if err != nil {
			return fmt.Errorf("bench: %s has no GOGC: %w", f.LogicalID, err)
		}
		debug.SetGCPercent(percent)
	}
	return nil
}

// furnish makes the tables, the demo shop for the sample events, and a shop of our own.
func (s *stage) furnish(ctx context.Context) error {
	h, err := house.New(house.Options{Template: s.template, Endpoint: s.emulator.Endpoint})
	if err != nil {
		return err
	}
	if err := emulator.Prepare(ctx, s.emulator, h.Client, s.template.Tables); err != nil {
		return err
	}
	if err := demo.Seed(ctx, h.Operator); err != nil {
		return err
	}
	s.shop, err = h.Operator.CreateShop(ctx, "bench")
	return err
}

func (s *stage) close() error {
	var err error
	if s.emulator != nil {
		err = s.emulator.Stop()
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// repository finds the root from any folder of the module.
func repository() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "template.yaml")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("bench: no template.yaml here or above: run this inside the repository")
		}
	}
	return "", err
}

// tenant is the bench's shop, called through a house of its own.
type tenant struct {
	house  *house.House
	key    string
	caller shop.Caller
}

// newTenant builds the functions anew, with cold caches.
func (s *stage) newTenant(ctx context.Context, o house.Options) (*tenant, error) {
	o.Template, o.Endpoint, o.Secret = s.template, s.emulator.Endpoint, filepath.Join(s.dir, "secret")
	h, err := house.New(o)
	if err != nil {
		return nil, err
	}
	scopes, err := shop.ScopesFor(shop.Secret, nil)
	if err != nil {
		return nil, err
	}
	t := &tenant{house: h}
	t.key, _, err = h.Operator.CreateKey(ctx, shop.Space{Shop: s.shop.ID}, shop.Key{Kind: shop.Secret, Scopes: scopes}, idem.Key{})
	if err != nil {
		return nil, err
	}
	t.caller, err = h.Operator.Caller(ctx, t.key)
	return t, err
}

// campaign makes one that takes ten percent off. Slots above 0 give it a limit
// that is never reached, spread over so many.
func (t *tenant) campaign(ctx context.Context, slots int) (coupon.Campaign, error) {
	d := definition(fmt.Sprintf("bench %d", slots))
	store := t.house.Operator
	if slots > 0 {
		d.MaxRedemptions, store = 1_000_000_000, store.WithSlots(slots)
	}
	return store.CreateCampaign(ctx, t.caller.Space, d, idem.Key{})
}

// perCustomer makes one that each customer has once.
func (t *tenant) perCustomer(ctx context.Context) (coupon.Campaign, error) {
	d := definition("bench, each customer")
	d.MaxRedemptionsPerCustomer = 1
	return t.house.Operator.CreateCampaign(ctx, t.caller.Space, d, idem.Key{})
}

func definition(name string) coupon.Definition {
	return coupon.Definition{Name: name, Terms: coupon.Terms{
		Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "10"}},
		Reason:  coupon.Reason{German: "weil du uns Anna empfohlen hast", English: "because you recommended us to Anna"},
	}}
}

// coupon issues one; an empty name draws its code.
func (t *tenant) coupon(ctx context.Context, c coupon.Campaign, named string) (coupon.Coupon, error) {
	issue := coupon.Issue{Campaign: c, Named: named, Now: time.Now().UTC().Truncate(time.Millisecond)}
	return t.house.Operator.IssueCoupon(ctx, t.caller.Space, t.caller.Secrets, issue, idem.Key{})
}

// awsEnvironment is what Lambda would set, for the emulator.
func awsEnvironment(endpoint string) map[string]string {
	return map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "DYNAMODB_ENDPOINT": endpoint,
	}
}

// client is a function's client without a function.
func (s *stage) client(more ...func(*dynamodb.Options)) *dynamodb.Client {
	env := awsEnvironment(s.emulator.Endpoint)
	return app.Client(func(name string) string { return env[name] }, more...)
}
