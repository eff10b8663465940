package faults

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// sale is an order as the shop knows it.
type sale struct {
	id         string
	customer   any // as it was told last: an id, or an object with an address
	email      string
	placed     time.Time
	version    int
	statuses   map[string]bool // that were told
	status     string
	back       []string // ids of returns, of one piece each
	redemption string
}

const (
	day        = 24 * time.Hour
	pieces     = 3
	price      = 1000
	givenBack  = 900
	takenBack  = price / 10 // of the discount, with one piece
	somePeople = 4
)

func (s *sale) counts() bool { return s.status != "cancelled" && s.status != "refunded" }

func (s *sale) told() object {
	return object{
		"version": s.version, "status": s.status, "customer": s.customer, "placed_at": s.placed.Format(time.RFC3339), "currency": "EUR",
		"lines": []object{{"id": "1", "quantity": pieces, "unit_amount": price}},
	}
}

// soul is a customer as the shop knows them.
type soul struct {
	id       string
	emails   []string // that are theirs, sooner or later
	claimed  int      // how many of them are by now
	tags     []string
	language string
	consents map[string]string // by id, what was said
}

// till is a part of the shop: nobody else tells of its customers and orders.
type till struct {
	*followed
	n     int
	dice  *rand.Rand
	souls []*soul
	sales []*sale
	calls int
}

func (f *followed) newTill(n int) *till {
	x := &till{followed: f, n: n, dice: rand.New(rand.NewPCG(f.seed, uint64(n+2)))} //nolint:gosec // a few
	for i := range somePeople {
		id := fmt.Sprintf("c-%d-%d", n, i)
		x.souls = append(x.souls, &soul{id: id, emails: []string{id + "@example.org", id + ".new@example.org"}, consents: map[string]string{}})
	}
	return x
}

// live tells one fact after another until time is up.
func (x *till) live() {
	for time.Now().Before(x.until) {
		x.calls++
		switch n := x.dice.IntN(12); {
		case n < 4 || len(x.sales) == 0:
			x.sell()
		case n < 7:
			x.change(x.sales[x.dice.IntN(len(x.sales))])
		case n < 9:
			x.takeBack(x.sales[x.dice.IntN(len(x.sales))])
		case n < 11:
			x.profile(x.souls[x.dice.IntN(somePeople)])
		default:
			x.consent(x.souls[x.dice.IntN(somePeople)])
		}
		time.Sleep(time.Duration(x.dice.IntN(20)) * time.Millisecond) // so that the few are killed among many
	}
}

func (x *till) fresh(what string) string { return fmt.Sprintf("%s-%d-%d", what, x.n, x.calls) }

// anybody is a customer by id, by an address that is theirs sooner or later, or a guest.
func (x *till) anybody() (customer any, email string) {
	who := x.souls[x.dice.IntN(somePeople)]
	switch n := x.dice.IntN(5); n {
	case 0, 1:
		email = who.emails[n]
	case 2:
		email = fmt.Sprintf("guest-%d@example.org", x.n)
	default:
		return who.id, ""
	}
	return object{"email": email}, email
}

// sell tells a new order; half of them redeem first.
func (x *till) sell() {
	s := &sale{id: x.fresh("o"), statuses: map[string]bool{}, placed: x.began.Add(-time.Duration(x.dice.IntN(30))*day - day/2)}
	s.customer, s.email = x.anybody()
	if x.dice.IntN(2) == 0 {
		s.redemption = x.must("POST", "/v1/redemptions", object{"codes": []string{x.shared}, "customer": s.customer, "order": object{
			"id": s.id, "currency": "EUR", "lines": []object{{"id": "1", "quantity": pieces, "unit_amount": price}},
		}}, "").str("id")
	}
	x.sales = append(x.sales, s)
	x.tell(s, []string{"placed", "paid"}[x.dice.IntN(2)])
}

// tell tells the next version, now and then before the one that it follows.
func (x *till) tell(s *sale, status string) {
	before := s.told()
	s.version++
	s.status, s.statuses[status] = status, true
	if s.version > 1 && x.dice.IntN(4) == 0 { // an older one comes late
		before["version"] = s.version
		s.version++
		x.must("PUT", "/v1/orders/"+s.id, s.told(), "")
		x.must("PUT", "/v1/orders/"+s.id, before, "")
		return
	}
	x.must("PUT", "/v1/orders/"+s.id, s.told(), "")
}

// change has an order become something else, or somebody else's.
func (x *till) change(s *sale) {
	if !s.counts() {
		return
	}
	if x.dice.IntN(4) == 0 {
		s.customer, s.email = x.anybody()
	}
	x.tell(s, []string{"paid", "fulfilled", "fulfilled", "cancelled", "refunded"}[x.dice.IntN(5)])
}

func (x *till) takeBack(s *sale) {
	if len(s.back) == pieces {
		return
	}
	id := fmt.Sprint("r-", len(s.back))
	x.must("POST", "/v1/orders/"+s.id+"/returns", back(id), "")
	s.back = append(s.back, id)
}

// profile saves a customer; with it another of their addresses becomes theirs.
func (x *till) profile(who *soul) {
	who.tags, who.language = [][]string{{"vip"}, {"new"}, nil}[x.dice.IntN(3)], []string{"de", "en"}[x.dice.IntN(2)]
	if who.claimed == 0 || x.dice.IntN(2) == 0 {
		who.claimed = min(who.claimed+1, len(who.emails))
	}
	x.must("PUT", "/v1/customers/"+who.id, object{
		"email": who.emails[who.claimed-1], "language": who.language, "tags": who.tags, "given_name": "Anna", "family_name": "Müller",
	}, "")
}

func (x *till) consent(who *soul) {
	if who.claimed == 0 {
		return
	}
	says := []string{"granted", "withdrawn"}[len(who.consents)%2]
	id := x.must("POST", "/v1/customers/"+who.id+"/consents", object{
		"purpose": "marketing", "channel": "email", "status": says, "source": "checkout", "text_version": "1",
	}, x.fresh("consent")).str("id")
	who.consents[id] = says
}

// thresholds are those of loyalty that the run changes.
type thresholds struct{ loyal, lapsed int64 }

var standard = thresholds{3, 365}

// group is a segment, and who is in it in our own words.
type group struct {
	name, expression string
	holds            func(*soul, sums) bool
}

func groups() []group {
	return []group{
		{"vip", `"vip" in customer.tags`, func(s *soul, _ sums) bool { return len(s.tags) > 0 && s.tags[0] == "vip" }},
		{"twice", `customer.orders_count >= 2`, func(_ *soul, f sums) bool { return f.orders >= 2 }},
		{"spent", `customer.spent.EUR > 6000`, func(_ *soul, f sums) bool { return f.spent > 6000 }},
		{"loyal", `customer.stage == "loyal"`, func(_ *soul, f sums) bool { return f.stage == "loyal" }},
		{"former", `customer.relationship == "former" or customer.language == "de"`, func(s *soul, f sums) bool { return f.stage == "lapsed" || s.language == "de" }},
		{"all", `true`, func(*soul, sums) bool { return true }},
	}
}

// manage makes, changes and deletes segments, and moves the thresholds of stages.
func (f *followed) manage() {
	dice := rand.New(rand.NewPCG(f.seed, 99))
	all := groups()
	for time.Now().Before(f.until) {
		if dice.IntN(3) == 0 {
			f.limits = thresholds{2 + dice.Int64N(4), 5 + 10*dice.Int64N(3)}
			f.must("PUT", "/v1/settings", object{"stages": object{"loyal_orders": f.limits.loyal, "lapsed_after_days": f.limits.lapsed}}, "")
		}
		g := all[dice.IntN(len(all))]
		id := ""
		for i, there := range f.groups {
			if there.name == g.name {
				id = i
			}
		}
		switch {
		case id == "":
			f.groups[f.must("POST", "/v1/segments", object{"name": g.name, "expression": g.expression}, "").str("id")] = g
		case dice.IntN(2) == 0: // by the same name another one
			other := all[dice.IntN(len(all))]
			other.name = g.name
			f.must("PATCH", "/v1/segments/"+id, object{"expression": other.expression}, "")
			f.groups[id] = other
		default:
			if r := f.ask("DELETE", "/v1/segments/"+id, nil, ""); r.status != 204 && r.status != 404 { // a call before it was heard
				f.t.Errorf("delete a segment: %v", r)
			}
			delete(f.groups, id)
		}
		time.Sleep(time.Duration(100+dice.IntN(300)) * time.Millisecond)
	}
}
