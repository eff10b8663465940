package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
)

// story are the facts of some orders, and what they must come to.
type story struct {
	s        *side
	prefix   string // of its people and orders
	versions map[string][]order.Record
	returns  []order.Return
}

var someStatuses = []order.Status{order.Placed, order.Paid, order.Fulfilled, order.Cancelled, order.Refunded}

// tell makes up a story: versions in no sensible sequence, by changing customers;
// and returns that fit the last of them.
func tell(s *side, r *rand.Rand, prefix string, orders int) *story {
	st := &story{s: s, prefix: prefix, versions: map[string][]order.Record{}}
	start := s.now().Add(-1000 * time.Hour)
	for n := range orders {
		id := fmt.Sprintf("%s-%d", prefix, n)
		for v := range 1 + r.IntN(4) {
			st.versions[id] = append(st.versions[id], s.told(id, int64(v+1), func(t *order.Told) {
				t.Status = someStatuses[r.IntN(len(someStatuses))]
				t.Person = prefix + []string{"anna", "ben", "carl"}[r.IntN(3)]
				if r.IntN(8) == 0 {
					t.Person = ""
				}
				t.Currency = []string{"EUR", "CHF"}[r.IntN(2)]
				t.PlacedAt = start.Add(time.Duration(r.IntN(6)) * time.Hour)
				t.Lines[0].Quantity = int64(1 + r.IntN(3))
			}))
		}
		last := st.last(id)
		for k, left := 0, last.Lines[0].Quantity; left > 0 && r.IntN(2) == 0; k++ {
			t := back(fmt.Sprintf("%s-r%d", id, k), id, "1", 1+r.Int64N(left))
			if left -= t.Lines[0].Quantity; r.IntN(2) == 0 {
				amount := int64(r.IntN(100))
				t.Amount = &amount
			}
			st.returns = append(st.returns, t)
		}
	}
	return st
}

func (st *story) last(id string) order.Record { return st.versions[id][len(st.versions[id])-1] }

// facts are all of the story as calls, each of which says whether it was taken in.
func (st *story) facts(ctx context.Context) (calls []func(*Store) bool) {
	for _, versions := range st.versions {
		for _, r := range versions {
			calls = append(calls, func(s *Store) bool {
				_, _, err := s.PutOrder(ctx, st.s.space, r)
				st.s.wants("a version", err, nil)
				return st.settled(ctx, s, r.ID)
			})
		}
	}
	for _, t := range st.returns {
		calls = append(calls, func(s *Store) bool {
			_, _, err := s.AddReturn(ctx, st.s.space, t)
			if err != nil { // it came before the version that has so much of the line
				if !errors.Is(err, order.ErrUnknown) && !errors.Is(err, order.ErrReturnTooMuch) && !errors.Is(err, order.ErrReturnAmountTooMuch) {
					st.s.t.Errorf("a return: %v", err)
				}
				return false
			}
			return st.settled(ctx, s, t.Order)
		})
	}
	return calls
}

func (st *story) settled(ctx context.Context, s *Store, id string) bool {
	st.s.wants("settling", s.SettleOrder(ctx, st.s.space, id), nil)
	return true
}

// joins lets an address be a customer's, as a claim or a merge does.
func (st *story) joins(ctx context.Context, s *Store, person, into string) bool {
	_, err := s.settle(ctx, "test", write{
		table: s.tables.Coupons, key: personKey(st.s.space, st.prefix+person), update: "SET same_as = :into",
		values: item{":into": str(st.prefix + into)},
	})
	st.s.wants("joining", err, nil)
	st.s.wants("rehoming", s.Rehome(ctx, st.s.space, st.prefix+person), nil)
	return true
}

// deliver sends the facts side by side, each once or more, in any sequence; what was
// refused is sent again.
func (st *story) deliver(r *rand.Rand, calls []func(*Store) bool, wide int) {
	for _, c := range slices.Clone(calls) {
		for r.IntN(2) == 0 {
			calls = append(calls, c)
		}
	}
	stores := make([]*Store, wide)
	for i := range stores {
		stores[i] = st.s.another()
	}
	for len(calls) > 0 {
		r.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
		queue, again, mu := make(chan func(*Store) bool, len(calls)), []func(*Store) bool(nil), sync.Mutex{}
		for _, c := range calls {
			queue <- c
		}
		close(queue)
		var wg sync.WaitGroup
		for _, store := range stores {
			wg.Go(func() {
				for c := range queue {
					if !c(store) {
						mu.Lock()
						again = append(again, c)
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		calls = again
	}
}

// ends compares with what the facts say by themselves.
func (st *story) ends(homes map[string]string) {
	st.s.t.Helper()
	want := map[string]customer.Figures{}
	for id := range st.versions {
		r := st.last(id)
		var b order.Back
		for _, t := range st.returns {
			if t.Order == id {
				b = b.Plus(t)
			}
		}
		r = r.WithBack(b)
		got, err := st.s.Order(st.s.t.Context(), st.s.space, id)
		if st.s.must(err); got.Version != r.Version || got.Status != r.Status || got.Spent() != r.Spent() || !reflect.DeepEqual(got.Returned, r.Returned) {
			st.s.t.Errorf("%s: %+v, want %+v", id, got, r)
		}
		if got, want := st.s.placedRows(id), []string{rowID(placedKey(st.s.space, r.PlacedAt, id))}; !slices.Equal(got, want) {
			st.s.t.Errorf("%s is listed as %v, want %v", id, got, want)
		}
		if r.Person != "" {
			person := strings.TrimPrefix(r.Person, st.prefix)
			for homes[person] != "" {
				person = homes[person]
			}
			want[person] = want[person].Add(contributionOf(r))
		}
	}
	for _, person := range []string{"anna", "ben", "carl"} {
		row, err := st.s.get(st.s.t.Context(), st.s.tables.Orders, figuresKey(st.s.space, st.prefix+person))
		st.s.must(err)
		got, err := readFigures(row)
		st.s.must(err)
		if !sameFigures(got, want[person]) {
			st.s.t.Errorf("%s%s: %+v\nwant %+v", st.prefix, person, got, want[person])
		}
		if rows := st.s.orders(figuresPK(st.s.space, st.prefix+person) + "|" + skOrders); homes[person] != "" && len(rows) > 0 {
			st.s.t.Errorf("%s%s, who is %s, still has %d orders", st.prefix, person, homes[person], len(rows))
		}
	}
}

// placedRows are an order's rows in the shop's list.
func (s *side) placedRows(id string) (rows []string) {
	s.t.Helper()
	for row := range s.orders(space(s.space) + "#orders#") {
		if strings.HasSuffix(row, "#"+id) {
			rows = append(rows, row)
		}
	}
	return rows
}

func sameFigures(a, b customer.Figures) bool {
	same := func(a, b map[string]int64) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }
	return a.OrdersCount == b.OrdersCount && same(a.Spent, b.Spent) && same(a.Returned, b.Returned) &&
		a.FirstOrderAt.Equal(b.FirstOrderAt) && a.LastOrderAt.Equal(b.LastOrderAt) &&
		slices.EqualFunc(a.Recent, b.Recent, func(a, b customer.Contribution) bool { return a == b })
}

// orders are the side's rows in Orders whose id begins so.
func (s *side) orders(prefix string) map[string]item {
	s.t.Helper()
	out := map[string]item{}
	pages := dynamodb.NewScanPaginator(newClient(), &dynamodb.ScanInput{TableName: &s.tables.Orders, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.t.Context())
		s.must(err)
		for _, row := range page.Items {
			if strings.HasPrefix(rowID(row), prefix) {
				out[rowID(row)] = row
			}
		}
	}
	return out
}

// Every permutation and duplication of the facts, at once, ends in the same
// figures: those that the last rows add up to. And an address that becomes a
// customer's in the midst of it, who is merged into another, leaves no orphan.
func TestFactsConverge(t *testing.T) {
	s := newSide(t)
	for n := range 12 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		st := tell(s, r, fmt.Sprintf("t%d", n), 1+r.IntN(5))
		calls, homes := st.facts(t.Context()), map[string]string{}
		if n%2 == 1 {
			homes["anna"], homes["ben"] = "ben", "carl"
			for person, into := range homes {
				calls = append(calls, func(s *Store) bool { return st.joins(t.Context(), s, person, into) })
			}
		}
		st.deliver(r, calls, 1+r.IntN(6))
		if st.ends(homes); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// Figures remember the latest orders only. Where one of them goes, they read the others again.
func TestFiguresOfManyOrders(t *testing.T) {
	s := newSide(t)
	var all []order.Record
	for n := range customer.RecentOrders + 6 {
		all = append(all, s.told(fmt.Sprint("o-", n), 1, func(t *order.Told) { t.PlacedAt = s.now().Add(time.Duration(n*7%11) * time.Hour) }))
		s.put(all[n])
		s.must(s.SettleOrder(t.Context(), s.space, all[n].ID))
	}
	for _, n := range []int{3, 30, 7, 11, 0, 22} { // the latest, the first, and others
		all[n] = s.told(all[n].ID, 2, status(order.Cancelled), func(t *order.Told) { t.PlacedAt = all[n].PlacedAt })
		s.put(all[n])
		s.must(s.SettleOrder(t.Context(), s.space, all[n].ID))
		var want customer.Figures
		for _, r := range all {
			want = want.Add(contributionOf(r))
		}
		if got, err := s.Figures(t.Context(), s.space, "anna"); err != nil || !sameFigures(got, want) {
			t.Fatalf("without %d: %+v %v\nwant %+v", n, got, err, want)
		}
	}
}

// settling are the writes that would settle an order by what is read now.
func (s *side) settling(id string) []write {
	s.t.Helper()
	ws, err := s.contributing(s.t.Context(), s.space, id)
	s.must(err)
	return ws
}

func (s *side) refuses(what string, ws ...write) {
	s.t.Helper()
	refused, err := s.settle(s.t.Context(), "test", ws...)
	if s.must(err); refused == nil {
		s.t.Error("nothing stops " + what)
	}
}

// What was read may be stale by the time of the write; then nothing is written.
func TestStaleSettling(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	s.put(s.told("o-2", 1))
	one := s.settling("o-1")
	(&story{s: s}).joins(t.Context(), s.Store, "anna", "c-1")
	s.refuses("an order of an address that has become a customer's", one...)
	one, same, other := s.settling("o-1"), s.settling("o-1"), s.settling("o-2")
	if _, err := s.settle(t.Context(), "test", one...); err != nil {
		t.Fatal(err)
	}
	s.refuses("the same first settling", same[0])
	s.refuses("figures that another order made", other[2])
	s.must(s.SettleOrder(t.Context(), s.space, "o-2"))

	for _, id := range []string{"o-1", "o-2"} {
		s.put(s.told(id, 2, status(order.Cancelled)))
	}
	same, other = s.settling("o-1"), s.settling("o-2")
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	s.refuses("the same settling", same[0])
	s.refuses("figures that another order changed", other[2])

	s.put(s.told("o-3", 1))
	one = s.settling("o-3")
	(&story{s: s}).joins(t.Context(), s.Store, "anna", "c-2") // whose claim was another's
	s.refuses("an order of an address that is another customer's by now", one...)
}

// While one is about to let a cancelled order count no more, it is revived, and
// another finds nothing to do: the slow one sees it itself.
func TestContributionLooksAgain(t *testing.T) {
	s := newSide(t)
	told := s.told("o-1", 1)
	s.put(told)
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	s.put(s.told("o-1", 2, status(order.Cancelled)))
	once := false
	s.wire.fail = func(any) error {
		if once {
			return nil
		}
		once, s.wire.fail = true, nil
		s.wire.mu.Unlock()
		defer s.wire.mu.Lock()
		s.put(s.told("o-1", 3, status(order.Paid)))
		s.must(s.another().SettleOrder(t.Context(), s.space, "o-1"))
		return nil
	}
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	if !once {
		t.Fatal("nothing was written")
	}
	if f, err := s.Figures(t.Context(), s.space, told.Person); err != nil || f.OrdersCount != 1 {
		t.Errorf("%+v %v", f, err)
	}
}

// A link is one, and none is made by what notes that it is settled.
func TestLinks(t *testing.T) {
	s := newSide(t)
	r, told := s.takenOrder("o-1")
	s.put(told)
	s.follow(r)
	s.put(s.told("o-1", 2, status(order.Cancelled)))
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	link := s.orders(rowID(linkKey(s.space, "o-1", r.ID)))[rowID(linkKey(s.space, "o-1", r.ID))]
	if getStr(link, "settled") == "" {
		t.Errorf("%v", link)
	}
	s.follow(r)
	if again := s.orders(rowID(linkKey(s.space, "o-1", r.ID))); len(again) != 1 {
		t.Errorf("%v", again)
	}
	s.must(s.noteSettled(t.Context(), linkKey(s.space, "o-1", "rdm_gone"), "state"))
	if gone := s.orders(rowID(linkKey(s.space, "o-1", "rdm_gone"))); len(gone) != 0 {
		t.Errorf("%v", gone)
	}
}

// What a new attempt redeems after a part of its order came back stays whole.
func TestRedeemedAfterAReturn(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	s.comeBack(back("r-1", "o-1", "1", 1))
	s.clock.move(time.Minute)
	r, _ := s.takenOrder("o-1")
	s.follow(r)
	s.stands(r, coupon.Redeemed)
}

// An order that is gone counts no more, and what is left of it names nobody.
func TestErasedOrder(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	_, err := newClient().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.tables.Orders, Key: orderKey(s.space, "o-1")})
	s.must(err)
	s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	if f, err := s.Figures(t.Context(), s.space, "anna"); err != nil || f.OrdersCount != 0 || len(f.Spent) != 0 {
		t.Errorf("%+v %v", f, err)
	}
	for id, row := range s.orders(orderPK(s.space, "o-1")) {
		if len(row) != 4 || getNum(row, "ttl") == 0 {
			t.Errorf("%s: %v", id, row)
		}
	}
	if rows := s.placedRows("o-1"); len(rows) != 0 {
		t.Errorf("still listed: %v", rows)
	}
}

// takenOrder is one of which a code took ten percent, as the shop tells it.
func (s *side) takenOrder(id string) (coupon.Redemption, order.Record) {
	s.t.Helper()
	r := s.redeem(s.issue(s.campaign(5, 0), ""), id, "")
	return r, s.told(id, 1, func(t *order.Told) {
		t.Lines, t.ShippingAmount = []order.Line{{ID: "1", Quantity: 1, UnitAmount: 1000}}, 0
	})
}

func (s *side) follow(r coupon.Redemption) {
	s.t.Helper()
	seat, _, _ := coupon.ParseRedemptionID(r.ID)
	k := seatKey(s.space, seat)
	s.must(s.SettleRedemption(s.t.Context(), s.space, getStr(k, attrPK), getStr(k, attrSK)))
}

func (s *side) stands(r coupon.Redemption, want coupon.Status) {
	s.t.Helper()
	if got, err := s.Redemption(s.t.Context(), s.space, r.ID); err != nil || got.Status != want {
		s.t.Errorf("%s is %s %v, want %s", r.ID, got.Status, err, want)
	}
}

// A cancelled order gives its redemption back, whichever of the two is settled
// first, and however often; the next attempt stays.
func TestCancelledOrderRollsBack(t *testing.T) {
	for _, linkFirst := range []bool{true, false} {
		s := newSide(t)
		r, told := s.takenOrder("o-1")
		s.put(told)
		settle := func() { s.must(s.SettleOrder(t.Context(), s.space, "o-1")) }
		settle()
		if linkFirst {
			s.follow(r)
			s.stands(r, coupon.Redeemed)
		}
		s.put(s.told("o-1", 2, status(order.Cancelled)))
		settle()
		if !linkFirst {
			s.stands(r, coupon.Redeemed) // nobody knows of it yet
			s.follow(r)
		}
		s.stands(r, coupon.RolledBack)
		if _, again, err := s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{}); err != nil || !again {
			t.Errorf("an explicit call is another one: %v %v", again, err)
		}
		s.clock.move(time.Minute)
		s.put(s.told("o-1", 3)) // paid after all
		code, _, err := s.Coupons(t.Context(), s.space, coupon.Filter{Campaign: r.Codes[0].Campaign}, "", 1)
		s.must(err)
		second := s.redeem(code[0], "o-1", "")
		s.follow(second)
		settle()
		s.stands(second, coupon.Redeemed)
		list, _, err := s.RedemptionsOf(t.Context(), s.space, "o-1", "", 10)
		if s.must(err); len(list) != 2 {
			t.Errorf("listed %d", len(list))
		}
	}
}

// A return takes back its lines' discount, as a call with its id would.
func TestReturnRollsBack(t *testing.T) {
	s := newSide(t)
	r, told := s.takenOrder("o-1")
	s.put(told)
	s.follow(r)
	ret := s.comeBack(back("r-1", "o-1", "1", 1))
	for range 2 {
		s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	}
	s.stands(r, coupon.RolledBack) // that was all of it
	got, again, err := s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{Return: "r-1", Lines: ret.Lines})
	if s.must(err); !again || got.Discount != 100 {
		t.Errorf("%v %+v", again, got)
	}
}

// Of a redemption's link and an order's end, which are written at the same time,
// one sees the other.
func TestCancelRacesRedemption(t *testing.T) {
	s := newSide(t)
	for n := range 20 {
		id := fmt.Sprint("o-", n)
		r, told := s.takenOrder(id)
		s.put(told)
		var wg sync.WaitGroup
		wg.Go(func() { s.follow(r) })
		wg.Go(func() {
			s.put(s.told(id, 2, status(order.Cancelled)))
			s.must(s.SettleOrder(t.Context(), s.space, id))
		})
		wg.Wait()
		s.stands(r, coupon.RolledBack)
	}
}
