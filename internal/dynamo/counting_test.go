package dynamo

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// anna is somebody who buys as a guest first, and has an account then.
type anna struct {
	*side
	guest, person string // the hashes of her address and of her customer's id
	account       customer.Customer
}

const annas = "anna@example.org"

func newAnna(t *testing.T) *anna {
	t.Helper()
	s := newSide(t)
	c := s.draftCustomer("c-1", customer.Customer{}, profile(annas))
	return &anna{side: s, guest: c.Identities[0].Person, person: c.Person}
}

// registers makes the guest a customer, whose address is this.
func (a *anna) registers() { a.account = a.saveCustomer(a.account, profile(annas)) }

// folds is what the relay does after that.
func (a *anna) folds() { a.must(a.settlePerson(a.t.Context(), a.space, a.person)) }

func (a *anna) as(person string, c coupon.Coupon, order string) coupon.Request {
	r := a.request(c, order, "")
	r.Person = person
	return r
}

func (a *anna) uses(person string, c coupon.Coupon, order string) (coupon.Redemption, error) {
	r, _, err := coupon.Redeem(a.t.Context(), a, a.as(person, c, order))
	return r, err
}

func (a *anna) used(person string, c coupon.Coupon, order string) coupon.Redemption {
	a.t.Helper()
	r, err := a.uses(person, c, order)
	a.must(err)
	return r
}

// refused wants a redemption and a validation to be refused, under both names.
func (a *anna) refused(what string, c coupon.Coupon, want error) {
	a.t.Helper()
	for n, person := range []string{a.guest, a.person} {
		order := fmt.Sprint("no-", n)
		_, err := a.uses(person, c, order)
		a.wants(fmt.Sprint(what, ": redeemed by name ", n), err, want)
		v, err := coupon.Validate(a.t.Context(), a, a.as(person, c, order))
		a.must(err)
		a.wants(fmt.Sprint(what, ": validated by name ", n), v.Refused[0], want)
	}
}

// fits wants validations to apply, under both names.
func (a *anna) fits(what string, c coupon.Coupon) {
	a.t.Helper()
	for n, person := range []string{a.guest, a.person} {
		v, err := coupon.Validate(a.t.Context(), a, a.as(person, c, "maybe"))
		a.must(err)
		a.wants(fmt.Sprint(what, ": validated by name ", n), v.Refused[0], nil)
	}
}

func (s *side) firstOrders() coupon.Campaign {
	s.t.Helper()
	d := tenPercent()
	d.Rules.FirstOrderOnly = true
	c, err := s.CreateCampaign(s.t.Context(), s.space, d, idem.Key{})
	s.must(err)
	return c
}

// What a guest used counts for the customer they become, before and after the relay
// has been there; and what is given back can be had again, once.
func TestLimitsCountByPerson(t *testing.T) {
	for name, relayed := range map[string]bool{"relayed": true, "not yet": false} {
		t.Run(name, func(t *testing.T) {
			a := newAnna(t)
			camp := a.campaign(0, 1)
			c := a.issue(camp, "WELCOME1")
			other := a.issue(a.campaign(0, 1), "ANOTHER1")
			made := a.used(a.guest, c, "o-1")
			a.registers()
			if relayed {
				a.folds()
				if row := a.row(personKey(a.space, a.person)); row["unfolded"] != nil {
					t.Errorf("not folded: %v", row)
				}
			}
			a.refused("once", c, coupon.ErrCustomerLimit)
			a.audit(camp)
			a.rollBack(made)
			a.fits("given back", c)
			made = a.used(a.guest, c, "o-1") // the second attempt
			a.refused("again", c, coupon.ErrCustomerLimit)
			a.rollBack(made)
			a.used(a.person, c, "o-2")
			a.refused("as a customer", c, coupon.ErrCustomerLimit)
			if n := a.audit(camp); n != 1 {
				t.Errorf("%d seats", n)
			}
			a.used(a.person, other, "o-3")
			a.refused("another campaign", other, coupon.ErrCustomerLimit)
		})
	}
}

// facts say that she never ordered, which is what the shop believes of a guest.
func never(r coupon.Request) coupon.Request {
	none := int64(0)
	r.Facts.OrdersCount, r.Customer = &none, customer.Ref{ID: "c-1"}
	return r
}

func TestFirstOrderCountsByPerson(t *testing.T) {
	a := newAnna(t)
	c, other := a.issue(a.firstOrders(), "WELCOME1"), a.issue(a.firstOrders(), "WELCOME2")
	try := func(what, person, order string, c coupon.Coupon, want error) {
		t.Helper()
		v, err := coupon.Validate(t.Context(), a, never(a.as(person, c, order)))
		a.must(err)
		a.wants(what+", validated", v.Refused[0], want)
		_, _, err = coupon.Redeem(t.Context(), a, never(a.as(person, c, order)))
		a.wants(what, err, want)
	}
	try("the first", a.guest, "o-1", c, nil)
	a.registers()
	try("another order", a.person, "o-2", c, coupon.ErrFirstOrderTaken)
	try("the same order", a.person, "o-1", other, nil)
	a.folds()
	try("another order, later", a.person, "o-2", c, coupon.ErrFirstOrderTaken)
	try("another order of the guest", a.guest, "o-2", c, coupon.ErrFirstOrderTaken)
}

// A guest's hold counts for the customer, and lapses for them, too.
func TestHoldsOfWhoBecameACustomer(t *testing.T) {
	for name, relayed := range map[string]bool{"relayed": true, "not yet": false} {
		t.Run(name, func(t *testing.T) {
			a := newAnna(t)
			camp := a.campaign(0, 1)
			c := a.issue(camp, "WELCOME1")
			hold := func(order string) string {
				r := a.as(a.guest, c, order)
				r.Hold = coupon.MinHold
				held, _, err := coupon.TakeHold(t.Context(), a, r)
				a.must(err)
				id, _ := coupon.HeldRedemptionID(held.ID)
				return id
			}
			lapses := hold("o-1")
			a.registers()
			if relayed {
				a.folds()
			}
			a.refused("held", c, coupon.ErrCustomerLimit)
			a.clock.move(coupon.MinHold)
			a.fits("lapsed", c)
			made := a.used(a.person, c, "o-2")
			if got, err := a.Redemption(t.Context(), a.space, lapses); err != nil || got.Status != coupon.Lapsed {
				t.Errorf("%v %v", got.Status, err)
			}
			a.refused("taken", c, coupon.ErrCustomerLimit)
			a.rollBack(made)

			extended := hold("o-3") // as a guest, whom the limit knows for the customer
			_, err := a.Extend(t.Context(), a.space, extended, a.now().Add(2*coupon.MinHold))
			a.must(err)
			a.clock.move(coupon.MinHold)
			a.refused("extended", c, coupon.ErrCustomerLimit)
			_, _, err = a.Commit(t.Context(), a.space, extended)
			a.must(err)
			a.refused("committed", c, coupon.ErrCustomerLimit)
			a.audit(camp)
		})
	}
}

// Whatever comes first of a guest's redemptions and their registration: all of
// them count for the customer who redeems then.
func TestRaceForALimitUnderTwoNames(t *testing.T) {
	for range 6 {
		a := newAnna(t)
		const most = 3
		camp := a.campaign(0, most)
		c := a.issue(camp, "WELCOME1")
		registered := make(chan struct{})
		var g errgroup.Group
		try := func(person, order string) error {
			_, _, err := coupon.Redeem(t.Context(), a.another(), a.as(person, c, order))
			if errors.Is(err, coupon.ErrCustomerLimit) {
				return nil
			}
			return err
		}
		for n := range 5 {
			g.Go(func() error { return try(a.guest, fmt.Sprint("g-", n)) })
			g.Go(func() error { <-registered; return try(a.person, fmt.Sprint("c-", n)) })
		}
		g.Go(func() error { a.registers(); close(registered); return nil })
		for range 2 {
			g.Go(func() error { <-registered; return a.another().settlePerson(t.Context(), a.space, a.person) })
		}
		a.must(g.Wait())
		if n := a.audit(camp); n != most {
			t.Errorf("%d seats, the limit is %d", n, most)
		}
		a.folds()
		a.refused("in the end", c, coupon.ErrCustomerLimit)
	}
}

// before lets something happen just before the n-th transaction that follows is sent.
func (s *side) before(n int, happens func()) *Store {
	w, sent, once := &wire{}, 0, sync.Once{}
	w.fail = func(input any) error {
		if _, ok := input.(*dynamodb.TransactWriteItemsInput); ok {
			if sent++; sent == n {
				once.Do(happens)
			}
		}
		return nil
	}
	return New(newClient(w.watch), testTables, s.clock.now)
}

// bring lets somebody who used a code become the customer, as a merge does.
func (a *anna) bring(guest string, fold bool) {
	a.t.Helper()
	brought := unfoldedOf(guest, a.row(personKey(a.space, guest)))
	if len(brought) == 0 {
		a.t.Fatal(guest, " has used nothing")
	}
	a.setPerson(guest, "SET same_as = :p", item{":p": str(a.person)})
	for _, b := range brought {
		a.setPerson(a.person, "ADD unfolded :b", item{":b": set(b)})
	}
	if fold {
		a.folds()
	}
}

// What is read of others holds only while nobody else comes along.
func TestCountsAreHeldToWhatWasRead(t *testing.T) {
	for name, c := range map[string]struct {
		folded, lateFolded bool
		at                 int // the transaction before which the second one comes along
	}{
		"known by the customer, then another":   {false, false, 2},
		"known by the counter, then another":    {true, true, 2},
		"by the counter, another by the person": {true, false, 2},
		"nobody, then one":                      {false, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAnna(t)
			camp := a.campaign(0, 2)
			code := a.issue(camp, "WELCOME1")
			a.registers()
			a.used("ben", code, "o-1")
			a.used("cleo", code, "o-2")
			if c.at > 1 {
				a.bring("ben", c.folded)
			} else {
				a.used(a.person, code, "o-3")
			}
			store := a.before(c.at, func() { a.bring("cleo", c.lateFolded) })
			_, _, err := coupon.Redeem(t.Context(), store, a.as(a.person, code, "o-4"))
			a.wants("the third", err, coupon.ErrCustomerLimit)
		})
	}
}

// Who is somebody else no longer counts for themselves.
func TestWayToThePersonIsHeld(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 1)
	c := a.issue(camp, "WELCOME1")
	a.registers()
	store := a.before(2, func() { a.setPerson(a.guest, "REMOVE same_as", nil) })
	_, _, err := coupon.Redeem(t.Context(), store, a.as(a.guest, c, "o-1"))
	a.must(err)
	if row := a.row(limitKey(a.space, camp.ID, a.guest)); getNum(row, "uses") != 1 {
		t.Errorf("%v", row)
	}
	a.used(a.person, c, "o-2")
}

// A draft from before a registration counts for the customer.
func TestDraftFromBeforeTheClaim(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 1)
	c := a.issue(camp, "WELCOME1")
	d := a.draft(a.as(a.guest, c, "o-1"))
	a.registers()
	a.used(a.person, c, "o-2")
	if o, err := a.Redeem(t.Context(), d); err != nil || o.Written || !o.Parts[0].LimitReached {
		t.Errorf("%+v %v", o, err)
	}
}

// A person who is somebody else several times over is found, and so is what they used.
func TestLimitsThroughMerges(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 3)
	c := a.issue(camp, "WELCOME1")
	a.used(a.guest, c, "o-1")
	a.registers()
	a.folds() // so that only the counters of c-1 lead to the guest's
	a.used("ben", c, "o-2")
	for _, p := range []string{a.person, "cleo"} { // into ben, and he into cleo
		to := map[string]string{a.person: "ben", "cleo": "cleo"}[p]
		if p == "cleo" {
			p = "ben"
		}
		for _, b := range unfoldedOf(p, a.row(personKey(a.space, p))) {
			a.setPerson(to, "ADD unfolded :b", item{":b": set(b)})
		}
		a.setPerson(p, "SET same_as = :to", item{":to": str(to)})
	}
	a.used(a.guest, c, "o-3")
	for _, fold := range []bool{false, true} {
		if fold {
			a.must(a.settlePerson(t.Context(), a.space, "cleo"))
			if got := getSet(a.row(limitKey(a.space, camp.ID, "cleo")), "folded"); len(got) != 3 {
				t.Errorf("folded: %v", got)
			}
		}
		a.refused("three in all", c, coupon.ErrCustomerLimit)
	}
	if n := a.audit(camp); n != 3 {
		t.Errorf("%d seats", n)
	}
}

// A coupon of somebody's address is their account's, and the other way round.
func TestCouponsUnderAnotherName(t *testing.T) {
	for name, owner := range map[string]func(*anna) (string, string){
		"issued to the guest":    func(a *anna) (string, string) { return a.guest, a.person },
		"issued to the customer": func(a *anna) (string, string) { return a.person, a.guest },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAnna(t)
			owns, orders := owner(a)
			c := a.issue(a.campaign(0, 5), "", func(i *coupon.Issue) { i.Person = owns })
			_, err := a.uses(orders, c, "o-1")
			a.wants("before they are one", err, coupon.ErrOtherCustomer)
			a.registers()
			_, err = a.uses("ben", c, "o-1")
			a.wants("somebody else", err, coupon.ErrOtherCustomer)
			_, err = a.uses("", c, "o-1")
			a.wants("nobody", err, coupon.ErrNeedsCustomer)
			v, err := coupon.Validate(t.Context(), a, a.as(orders, c, "o-1"))
			a.must(err)
			a.wants("validated", v.Refused[0], nil)
			r := a.used(orders, c, "o-1")
			a.rollBack(r)
			a.used(orders, c, "o-2") // the second attempt
		})
	}
}

// That the two names are one is held to the moment of the write.
func TestOwnerIsHeldToTheWay(t *testing.T) {
	a := newAnna(t)
	c := a.issue(a.campaign(9, 0), "", func(i *coupon.Issue) { i.Person = a.guest })
	a.registers()
	store := a.before(2, func() { a.setPerson(a.guest, "REMOVE same_as", nil) })
	_, _, err := coupon.Redeem(t.Context(), store, a.as(a.person, c, "o-1"))
	a.wants("not hers any more", err, coupon.ErrOtherCustomer)
}

// Who is erased leaves no way from one name to another, and has no second welcome.
func TestErasureKeepsUses(t *testing.T) {
	a := newAnna(t)
	camp, free := a.campaign(0, 2), a.issue(a.campaign(0, 1), "ANOTHER1")
	c, first := a.issue(camp, "WELCOME1"), a.issue(a.firstOrders(), "WELCOME2")
	a.used(a.guest, c, "o-1")
	_, _, err := coupon.Redeem(t.Context(), a, never(a.as(a.guest, first, "o-1")))
	a.must(err)
	a.registers()
	a.folds()
	a.used(a.person, c, "o-2")
	ctx := t.Context()
	a.account = a.saveCustomer(a.account, profile("anna.new@example.org"))
	_, err = a.EraseCustomer(ctx, a.space, a.person)
	a.must(err)
	for died, n := true, int64(0); died; n++ {
		if n > 200 {
			t.Fatal("no end")
		}
		died = a.dying(n).erase(ctx, a.space, a.person) != nil
	}
	for id, row := range a.rows() {
		for _, name := range []string{"same_as", "folded", "unfolded", "also", "parting"} {
			if row[name] != nil {
				t.Errorf("%s leads on: %v", id, row)
			}
		}
	}
	for _, p := range []string{a.guest, a.person} {
		_, err := a.uses(p, c, "o-3")
		a.wants("a third use", err, coupon.ErrCustomerLimit)
		_, _, err = coupon.Redeem(ctx, a, never(a.as(p, first, "o-3")))
		a.wants("a second welcome", err, coupon.ErrFirstOrderTaken)
	}
	a.used(a.guest, free, "o-4")
	a.used(a.person, free, "o-5") // by now two persons
	if limit := a.row(limitKey(a.space, camp.ID, a.guest)); getNum(limit, "uses") != 1 || getNum(limit, "kept") != 1 {
		t.Errorf("%v", limit)
	}
	a.audit(camp)
	a.clock.move(time.Minute)
	ben := a.draftCustomer("c-2", customer.Customer{}, profile("anna.new@example.org")) // an address that used nothing itself
	_, err = a.SaveCustomer(ctx, a.space, customer.Customer{}, ben)
	a.must(err)
	_, err = a.uses(ben.Person, c, "o-6")
	a.wants("by who has the new address then", err, coupon.ErrCustomerLimit)
	a.account = customer.Customer{}
	a.registers() // the same id and address anew
	a.refused("by who comes then", c, coupon.ErrCustomerLimit)
}

// What somebody uses by any of their names while they are erased counts for all
// names, or the name is another person's by then.
func TestUsesWhileNamesAreParted(t *testing.T) {
	refused := 0
	for n, ended := int64(1), false; !ended; n++ {
		a := newAnna(t)
		c, other := a.issue(a.campaign(0, 1), "WELCOME1"), a.issue(a.campaign(0, 2), "ANOTHER1")
		a.used(a.guest, other, "o-0")
		a.registers()
		a.folds()
		_, err := a.EraseCustomer(t.Context(), a.space, a.person)
		a.must(err)
		w, sent, one := &wire{}, int64(0), false
		w.fail = func(any) error {
			if sent++; sent != n {
				return nil
			}
			one = a.row(personKey(a.space, a.guest))["same_as"] != nil
			if _, err := a.uses(a.guest, c, "o-1"); err != nil {
				a.wants("while names are parted", err, fault.ErrUnavailable)
				one = false
				refused++
			}
			return nil
		}
		a.must(New(newClient(w.watch), testTables, a.clock.now).erase(t.Context(), a.space, a.person))
		if ended = sent < n; ended || !one {
			continue
		}
		for i, p := range []string{a.guest, a.person} {
			_, err := a.uses(p, c, fmt.Sprint("o-2", i))
			a.wants(fmt.Sprint("a second use, the first before write ", n), err, coupon.ErrCustomerLimit)
		}
	}
	if refused == 0 {
		t.Error("names were never parted")
	}
}

// What is kept goes by what was read.
func TestKeptUsesConditions(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 5)
	c := a.issue(camp, "WELCOME1")
	a.used(a.guest, c, "o-1")
	a.registers()
	a.folds()
	a.used(a.person, c, "o-2")
	at := limitCounters(a.space, []string{camp.ID})[0]
	for name, change := range map[string]string{
		"one more use": "SET uses = uses + :n", "another erasure": "SET kept = :n", "another one folded": "ADD folded :s",
	} {
		ws, err := a.keeping(t.Context(), a.person, []string{a.guest}, at)
		a.must(err)
		values := item{":n": num(1)}
		if name == "another one folded" {
			values = item{":s": set("ben")}
		}
		_, err = a.settle(t.Context(), "test", write{table: a.tables.Coupons, key: at(a.person), update: change, values: values})
		a.must(err)
		a.refuses(name, ws...)
	}
}

// A fold that comes late, or twice, changes nothing it should not.
func TestFoldConditions(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 5)
	c := a.issue(camp, "WELCOME1")
	a.used(a.guest, c, "o-1")
	a.registers()
	ctx, read := t.Context(), a.row(personKey(a.space, a.person))
	if !slices.Equal(getSet(read, "unfolded"), []string{a.guest}) {
		t.Fatal(read)
	}
	a.setPerson(a.person, "SET erased_at = :at", item{":at": num(1)})
	a.must(a.settleFolds(ctx, a.space, a.person, read))
	if row := a.row(personKey(a.space, a.person)); row["unfolded"] == nil {
		t.Error("taken off the list of who came after an erasure")
	}
	unfold := write{table: a.tables.Coupons, key: limitKey(a.space, camp.ID, a.person), update: "REMOVE folded"}
	_, err := a.settle(ctx, "test", unfold)
	a.must(err)
	a.setPerson(a.person, "SET same_as = :o", item{":o": str("ben")})
	a.must(a.settleFolds(ctx, a.space, a.person, read))
	if row := a.row(limitKey(a.space, camp.ID, a.person)); row["folded"] != nil {
		t.Errorf("folded into who is somebody else: %v", row)
	}
	a.setPerson(a.person, "REMOVE erased_at, unfolded, same_as", nil)
	a.must(a.settleFolds(ctx, a.space, a.person, read))
	if row := a.row(limitKey(a.space, camp.ID, a.person)); row["folded"] != nil {
		t.Errorf("leads where nothing leads any more: %v", row)
	}
}

// A fold may die anywhere; another call goes on.
func TestFoldSurvivesItsMaker(t *testing.T) {
	a := newAnna(t)
	var codes []coupon.Coupon
	for n := range 3 {
		codes = append(codes, a.issue(a.campaign(0, 1), fmt.Sprint("WELCOME", n)))
		a.used(a.guest, codes[n], "o-1")
	}
	a.registers()
	for died, n := true, int64(0); died; n++ {
		if n > 200 {
			t.Fatal("no end")
		}
		died = a.dying(n).settlePerson(t.Context(), a.space, a.person) != nil
		for _, c := range codes {
			a.refused(fmt.Sprint("after ", n, " writes"), c, coupon.ErrCustomerLimit)
		}
	}
	if row := a.row(personKey(a.space, a.person)); row["unfolded"] != nil {
		t.Error(row)
	}
}

// Who folds more at once than one call does is done by the calls that follow.
func TestFoldGoesOn(t *testing.T) {
	a := newAnna(t)
	camp := a.campaign(0, 1)
	c := a.issue(camp, "WELCOME1")
	a.registers()
	for n := range maxFolds + 2 {
		guest := fmt.Sprint("guest-", n)
		a.used(guest, c, guest)
		a.bring(guest, false)
	}
	a.folds()
	if left := len(getSet(a.row(personKey(a.space, a.person)), "unfolded")); left != 2 {
		t.Errorf("%d are left", left)
	}
	a.folds()
	if got := len(getSet(a.row(limitKey(a.space, camp.ID, a.person)), "folded")); got != maxFolds+2 {
		t.Errorf("%d are folded", got)
	}
}

// A claim brings along what was used when it was made, not when it was read.
func TestClaimConditions(t *testing.T) {
	a := newAnna(t)
	next := a.draftCustomer("c-1", customer.Customer{}, profile(annas))
	claim := func(found item) write { return a.claim(a.space, next, next.Identities[0], found) }
	late := claim(nil)
	a.setPerson(a.guest, "SET counted = :yes", item{":yes": boolean(true)})
	a.refuses("counted since", late)
	late = claim(a.row(personKey(a.space, a.guest)))
	a.setPerson(a.guest, "ADD unfolded :ben", item{":ben": set("ben")})
	a.refuses("brought somebody along since", late)
	a.registers()
	if got := getSet(a.row(personKey(a.space, a.person)), "unfolded"); !slices.Contains(got, "ben") || !slices.Contains(got, a.guest) {
		t.Errorf("%v", got)
	}
	anne := a.draftCustomer("c-1", a.account, profile("anne@example.org"))
	a.setPerson(anne.Identities[0].Person, "SET counted = :yes", item{":yes": boolean(true)})
	a.setPerson(a.person, "SET same_as = :o", item{":o": str("somebody")})
	a.try("by who is somebody else by now, of whom there is nothing", "c-1", a.account, profile("anne@example.org"), customer.ErrErasing)
}
