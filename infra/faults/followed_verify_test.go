package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// verify works everything out anew from what was told, and compares.
func (f *followed) verify() {
	f.t.Helper()
	sales, asked := 0, f.figures()
	for _, x := range f.tills {
		sales += len(x.sales)
		for _, s := range x.sales {
			f.sale(s)
		}
		for _, who := range x.souls {
			f.soul(who, asked)
		}
	}
	f.t.Logf("%d orders, kills %v", sales, f.kills)
	f.redemptions()
	f.members(asked)
	f.told()
	if err := f.house.Operator.Parked(f.t.Context(), func(p stream.Parked) error {
		f.t.Errorf("parked: %v", p)
		return nil
	}); err != nil {
		f.t.Error(err)
	}
	drifts, err := Audit(f.t.Context(), f.table.client)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, d := range drifts {
		f.t.Error(d)
	}
}

// sums are what orders add up to.
type sums struct {
	orders, spent, returned int
	placed                  []time.Time
	last                    time.Time
	stage                   string
}

// figures adds up the orders of each customer, of guests by their address.
func (f *followed) figures() map[string]sums {
	owners := map[string]string{}
	for _, x := range f.tills {
		for _, who := range x.souls {
			for _, email := range who.emails[:who.claimed] {
				owners[email] = who.id
			}
		}
	}
	out := map[string]sums{}
	for _, x := range f.tills {
		for _, s := range x.sales {
			who, known := s.customer.(string)
			if !known {
				who = owners[s.email]
			}
			if !s.counts() {
				continue
			}
			sum := out[who]
			sum.orders++
			sum.spent += pieces*price - len(s.back)*givenBack
			sum.returned += len(s.back) * givenBack
			sum.placed = append(sum.placed, s.placed)
			sum.last = slices.MaxFunc(sum.placed, time.Time.Compare)
			out[who] = sum
		}
	}
	for _, x := range f.tills {
		for _, who := range x.souls {
			sum := out[who.id]
			sum.stage = f.limits.stage(sum)
			out[who.id] = sum
		}
	}
	return out
}

// stage is that of a customer who ordered within the last month or never.
func (l thresholds) stage(s sums) string {
	switch {
	case s.orders == 0:
		return "prospect"
	case time.Since(s.last) > time.Duration(l.lapsed)*day:
		return "lapsed"
	case s.orders >= int(l.loyal):
		return "loyal"
	case s.paused(time.Duration(l.lapsed) * day):
		return "won_back"
	case s.orders > 1:
		return "repeat"
	}
	return "first_time"
}

// paused tells whether there was a time as long without an order.
func (s sums) paused(long time.Duration) bool {
	slices.SortFunc(s.placed, time.Time.Compare)
	for i := 1; i < len(s.placed); i++ {
		if s.placed[i].Sub(s.placed[i-1]) > long {
			return true
		}
	}
	return false
}

func (f *followed) get(path string) reply {
	f.t.Helper()
	r := f.ask("GET", path, nil, "")
	if r.status != 200 {
		f.t.Errorf("%s answers %v", path, r)
	}
	return r
}

func (f *followed) equal(what string, got, want any) {
	f.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// sale checks what an order redeemed.
func (f *followed) sale(s *sale) {
	f.t.Helper()
	f.equal(s.id+" stands as", f.get("/v1/orders/"+s.id).str("status"), s.status)
	var ids []string
	for _, r := range f.get("/v1/redemptions?order=" + s.id).body["data"].([]any) {
		ids = append(ids, r.(object)["id"].(string))
	}
	if s.redemption == "" {
		f.equal(s.id+" redeemed", len(ids), 0)
		return
	}
	f.equal(s.id+" redeemed", ids, []string{s.redemption})
	r := f.get("/v1/redemptions/" + s.redemption)
	if !s.counts() {
		f.equal(s.id+"'s redemption is", r.str("status"), "rolled_back")
		return
	}
	f.equal(s.id+"'s redemption has rolled back", r.num("discount_rolled_back"), len(s.back)*takenBack)
	if len(s.back) < pieces {
		f.equal(s.id+"'s redemption is", r.str("status"), "redeemed")
	}
}

// redemptions checks that what was rolled back was given back once.
func (f *followed) redemptions() {
	f.t.Helper()
	stand := 0
	for _, x := range f.tills {
		for _, s := range x.sales {
			if s.redemption != "" && f.get("/v1/redemptions/"+s.redemption).str("status") == "redeemed" {
				stand++
			}
		}
	}
	f.equal("redemptions that stand", f.get("/v1/campaigns/"+f.camp).num("times_redeemed"), stand)
}

// soul checks what a customer's orders add up to, and what is noted of it.
func (f *followed) soul(who *soul, asked map[string]sums) {
	f.t.Helper()
	want := asked[who.id]
	r := f.get("/v1/customers/" + who.id + "/stage")
	got := r.body["figures"].(object)
	f.equal(who.id+"'s orders", got["orders_count"], want.orders)
	f.equal(who.id+"'s stage", r.str("stage"), want.stage)
	for name, n := range map[string]int{"spent": want.spent, "returned": want.returned} {
		is, _ := got[name].(object)["EUR"].(float64)
		f.equal(who.id+"'s "+name, is, n)
	}
	if !want.last.IsZero() {
		f.equal(who.id+"'s last order", got["last_order_at"], want.last.Format(time.RFC3339))
	}
}

// members checks who is in which segment, how many that are, and the names beside the coupons.
func (f *followed) members(asked map[string]sums) {
	f.t.Helper()
	names := map[string][]string{}
	for id, g := range f.groups {
		var want, got []string
		for _, x := range f.tills {
			for _, who := range x.souls {
				if who.claimed > 0 && g.holds(who, asked[who.id]) {
					want, names[who.id] = append(want, who.id), append(names[who.id], g.name)
				}
			}
		}
		for cursor, more := "", true; more; more = cursor != "" {
			page := f.get("/v1/segments/" + id + "/customers?limit=100&cursor=" + cursor)
			for _, c := range page.body["data"].([]any) {
				got = append(got, c.(object)["id"].(string))
			}
			cursor = page.str("next_cursor")
		}
		is := f.get("/v1/segments/" + id)
		f.equal(g.name+" is", is.str("state"), "ready")
		f.equal(g.name+" has", is.num("count"), len(want))
		f.equal(g.name+" has", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
	}
	if err := scan(f.t.Context(), f.table.client, "CouponsTable", func(r row) {
		id := r.text("customer")
		if !strings.Contains(r.text("pk"), "#person#") || id == "" || r.has("same_as") {
			return
		}
		f.equal("names beside "+id, slices.Sorted(slices.Values(r.list("segments"))), slices.Sorted(slices.Values(names[id])))
		f.equal("stage beside "+id, r.text("stage"), asked[id].stage)
	}); err != nil {
		f.t.Error(err)
	}
}

// told checks that what happened was told, each once, and nothing else.
func (f *followed) told() {
	f.t.Helper()
	got := map[string]int{}
	for below := ""; ; {
		found, next, err := f.house.Operator.Events(f.t.Context(), f.space, event.Filter{}, below, 100)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, e := range found {
			got[fmt.Sprintf("%s %s %d", e.Type, e.Subject.ID, e.Subject.Version)]++
		}
		if below = next; below == "" {
			break
		}
	}
	want := f.tellings()
	for what, n := range got {
		// Changes that follow each other within a moment may be told as one.
		if n != 1 || !want[what] && !strings.HasPrefix(what, "customer.updated ") {
			f.t.Errorf("told %d times: %s", n, what)
		}
		delete(want, what)
	}
	for _, what := range slices.Sorted(maps.Keys(want)) {
		f.t.Errorf("not told: %s", what)
	}
}

// tellings are what has to be told.
func (f *followed) tellings() map[string]bool {
	want := map[string]bool{fmt.Sprintf("campaign.created %s 1", f.camp): true}
	tell := func(what, of string, version int) { want[fmt.Sprintf("%s %s %d", what, of, version)] = true }
	for _, x := range f.tills {
		for _, s := range x.sales {
			for status := range s.statuses {
				tell("order."+status, s.id, 0)
			}
			for _, r := range s.back {
				tell("order.returned", s.id+"/"+r, 0)
			}
			if s.redemption != "" {
				tell("redemption.created", s.redemption, 0)
				if f.get("/v1/redemptions/"+s.redemption).str("status") == "rolled_back" {
					tell("redemption.rolled_back", s.redemption, 0)
				}
			}
		}
		for _, who := range x.souls {
			f.tellSoul(who, tell)
		}
	}
	if err := scan(f.t.Context(), f.table.client, "CouponsTable", func(r row) {
		if !r.has("same_as") {
			for v := range r.number("stage_version") {
				tell("customer.stage_changed", r.text("customer"), int(v)+1)
			}
		}
	}); err != nil {
		f.t.Error(err)
	}
	return want
}

func (f *followed) tellSoul(who *soul, tell func(what, of string, version int)) {
	if who.claimed == 0 {
		return
	}
	tell("customer.created", who.id, 1)
	if v := f.get("/v1/customers/" + who.id).num("version"); v > 1 {
		tell("customer.updated", who.id, v)
	}
	for id, says := range who.consents {
		tell("consent."+says, id, 0)
	}
}
