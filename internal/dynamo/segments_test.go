package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	_ "github.com/lagniappe/lagniappe/internal/expression" // segments have expressions
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/phone"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// crowd are customers, segments and orders that change at random.
type crowd struct {
	s      *side
	people []string // the shop's ids
	r      *rand.Rand
	mu     sync.Mutex
	orders int64
}

var someExpressions = []string{
	`"vip" in customer.tags`, `customer.orders_count >= 2`, `customer.spent.EUR > 1500 or customer.stage == "prospect"`,
	`customer.language == "de" and customer.relationship != "former"`, `customer.days_since_last_order < 10`, `customer.created_days_ago >= 1`, `true`, `false`,
}

func (c *crowd) pick(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.IntN(n)
}

// profile gives somebody another profile.
func (c *crowd) profile(ctx context.Context, s *Store) {
	id := c.people[c.pick(len(c.people))]
	p := customer.Profile{Language: []string{"de", "en"}[c.pick(2)], Tags: []string{"vip", "new"}[c.pick(2):]}
	person, err := customer.Ref{ID: id}.Person(ctx, c.s.caller)
	c.s.wants("a person", err, nil)
	prev, err := s.Customer(ctx, c.s.space, person)
	next := customer.Customer{}
	if errors.Is(err, fault.ErrNotFound) {
		next, err = customer.New(ctx, c.s.caller, id, p, phone.Read, s.now())
	} else if err == nil {
		next, err = prev.With(ctx, c.s.caller, p, phone.Read, s.now())
	}
	c.s.wants("a profile", err, nil)
	if _, err := s.SaveCustomer(ctx, c.s.space, prev, next); err != nil && !errors.Is(err, fault.ErrStale) {
		c.s.t.Errorf("saving: %v", err)
	}
	c.follow(ctx, s, stream.Record{Table: s.tables.People, PK: customerPK(c.s.space, person), SK: skProfile})
}

// order tells an order of somebody, and lets follow what follows.
func (c *crowd) order(ctx context.Context, s *Store) {
	id := fmt.Sprint("o-", c.pick(12))
	person, err := customer.Ref{ID: c.people[c.pick(len(c.people))]}.Person(ctx, c.s.caller)
	c.s.wants("a person", err, nil)
	c.mu.Lock()
	c.orders++
	version := c.orders
	c.mu.Unlock()
	_, _, err = s.PutOrder(ctx, c.s.space, c.s.told(id, version, func(t *order.Told) {
		t.Person, t.Status, t.PlacedAt = person, someStatuses[c.pick(len(someStatuses))], s.now().Add(-time.Duration(c.pick(30))*24*time.Hour)
	}))
	c.s.wants("an order", err, nil)
	c.follow(ctx, s, stream.Record{Table: s.tables.Orders, PK: orderPK(c.s.space, id), SK: skOrder})
	c.figures(ctx, s)
}

// figures lets follow what follows from everybody's figures.
func (c *crowd) figures(ctx context.Context, s *Store) {
	for _, id := range c.people {
		person, err := customer.Ref{ID: id}.Person(ctx, c.s.caller)
		c.s.wants("a person", err, nil)
		c.follow(ctx, s, stream.Record{Table: s.tables.Orders, PK: figuresPK(c.s.space, person), SK: skFigures})
		c.follow(ctx, s, stream.Record{Table: s.tables.Coupons, PK: getStr(personKey(c.s.space, person), attrPK), SK: person})
	}
}

func (c *crowd) follow(ctx context.Context, s *Store, r stream.Record) {
	for range 1 + c.pick(2) {
		c.s.wants(r.String(), s.Follow(ctx, r), nil)
	}
}

// define makes, changes or deletes a segment.
func (c *crowd) define(ctx context.Context, s *Store) {
	b, err := s.book(ctx, c.s.space)
	c.s.wants("definitions", err, nil)
	all := b.all
	d := segment.Definition{Name: fmt.Sprint("s-", c.pick(6)), Expression: someExpressions[c.pick(len(someExpressions))]}
	switch n := c.pick(4); {
	case n < 2 || len(all) == 0:
		_, _, err = s.CreateSegment(ctx, c.s.space, d)
	case n == 2:
		_, err = s.ChangeSegment(ctx, c.s.space, all[c.pick(len(all))].ID, func(segment.Definition) (segment.Definition, error) { return d, nil })
	default:
		err = s.DeleteSegment(ctx, c.s.space, all[c.pick(len(all))].ID)
	}
	if err != nil && !errors.Is(err, segment.ErrNameTaken) && !errors.Is(err, fault.ErrNotFound) {
		c.s.t.Errorf("defining: %v", err)
	}
	c.follow(ctx, s, stream.Record{Table: s.tables.People, PK: segmentsPK(c.s.space), SK: skHead})
	c.walk(ctx, s)
}

// walk does a task once or more, as far as it comes; it may be lost half way.
func (c *crowd) walk(ctx context.Context, s *Store) {
	for range c.pick(3) {
		_, err := s.Work(ctx, walkTask(c.s.space))
		c.s.wants("walking", err, nil)
	}
}

// holds compares memberships, counts and names with what everybody's facts say.
func (c *crowd) holds() {
	c.s.t.Helper()
	ctx, s := c.s.t.Context(), c.s.another()
	for more := []bool{true}; len(more) > 0; {
		tasks, err := s.Work(ctx, walkTask(c.s.space))
		c.s.must(err)
		more = make([]bool, len(tasks))
	}
	b, err := s.book(ctx, c.s.space)
	c.s.must(err)
	all := b.all
	want, names := map[string]bool{}, map[string][]string{}
	for _, id := range c.people {
		person, err := customer.Ref{ID: id}.Person(ctx, c.s.caller)
		c.s.must(err)
		now, err := s.Customer(ctx, c.s.space, person)
		if errors.Is(err, fault.ErrNotFound) {
			continue
		}
		c.s.must(err)
		f, err := s.Figures(ctx, c.s.space, person)
		c.s.must(err)
		for _, a := range all {
			if a.compiled.Holds(segment.About(now, f, customer.Thresholds{}, s.now())) {
				want[rowID(key(membersPK(c.s.space, a.ID, a.Generation, person[:1]), person))] = true
				names[person] = append(names[person], a.Name)
			}
		}
	}
	c.compare(want, names, all)
}

func (c *crowd) compare(want map[string]bool, names map[string][]string, all []asked) {
	c.s.t.Helper()
	got, counted, rows := map[string]bool{}, map[string]int64{}, map[string]int64{}
	for id, row := range c.s.people(space(c.s.space) + "#segment#") {
		pk := getStr(row, attrPK)
		if sk := getStr(row, attrSK); strings.HasPrefix(sk, skCount) {
			counted[pk+"#"+strings.TrimPrefix(sk, skCount)] = getNum(row, "members")
			continue
		}
		got[id] = true
		rows[pk]++
	}
	if !maps.Equal(got, want) {
		c.s.t.Errorf("members\n%v\nwant\n%v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	maps.DeleteFunc(counted, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(counted, rows) {
		c.s.t.Errorf("counts\n%v\nrows\n%v", counted, rows)
	}
	for _, a := range all {
		is, err := c.s.another().Segment(c.s.t.Context(), c.s.space, a.ID)
		listed := c.listed(a.ID)
		if c.s.must(err); is.State != segment.Ready || is.Count != int64(len(listed)) {
			c.s.t.Errorf("%+v has %v", is, listed)
		}
	}
	for _, row := range c.s.rows() {
		if in := getNames(row, "segments"); in != nil {
			if person := getStr(row, attrSK); !slices.Equal(slices.Sorted(slices.Values(in)), slices.Sorted(slices.Values(names[person]))) {
				c.s.t.Errorf("%s: %v, want %v", person, in, names[person])
			}
		}
	}
}

// listed pages through a segment.
func (c *crowd) listed(id string) (out []string) {
	c.s.t.Helper()
	for below, more := "", true; more; more = below != "" {
		page, next, err := c.s.Members(c.s.t.Context(), c.s.space, id, below, 2)
		c.s.must(err)
		for _, m := range page {
			out = append(out, m.ID)
		}
		below = next
	}
	if len(slices.Compact(slices.Sorted(slices.Values(out)))) != len(out) {
		c.s.t.Errorf("listed twice: %v", out)
	}
	return out
}

// people are the side's rows in People whose partition begins so.
func (s *side) people(prefix string) map[string]item {
	s.t.Helper()
	out := map[string]item{}
	pages := dynamodb.NewScanPaginator(newClient(), &dynamodb.ScanInput{
		TableName: &s.tables.People, FilterExpression: aws.String("begins_with(pk, :p)"),
		ExpressionAttributeValues: item{":p": str(prefix)}, ConsistentRead: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.t.Context())
		s.must(err)
		for _, row := range page.Items {
			out[rowID(row)] = row
		}
	}
	return out
}

// Whatever changes at once, however often a change is told and a task comes, in the
// end everybody is in the segments whose expressions hold for them, and each count is
// that of the rows.
func TestSegmentsConverge(t *testing.T) {
	s := newSide(t)
	for round := range 6 {
		seed := rand.Uint64()
		c := &crowd{s: s, r: rand.New(rand.NewPCG(seed, 0)), orders: int64(1000 * round)}
		for n := range 7 {
			c.people = append(c.people, fmt.Sprint("c-", n))
		}
		var wg sync.WaitGroup
		for range 4 {
			store := s.another()
			wg.Go(func() {
				for range 6 {
					[]func(context.Context, *Store){c.profile, c.order, c.define, c.walk, c.profile}[c.pick(5)](t.Context(), store)
				}
			})
		}
		wg.Wait()
		c.figures(t.Context(), s.another())
		s.clock.move(25 * time.Hour) // what time alone changes follows within a day
		if c.holds(); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// Who writes has looked again: what another read and found settled, it makes true.
func TestSettlingLooksAgain(t *testing.T) {
	s := newSide(t)
	c := &crowd{s: s, r: rand.New(rand.NewPCG(1, 1)), people: []string{"c-1"}}
	_, _, err := s.CreateSegment(t.Context(), s.space, segment.Definition{Name: "vip", Expression: `"vip" in customer.tags`})
	s.must(err)
	save := func(tags ...string) string {
		person, err := customer.Ref{ID: "c-1"}.Person(t.Context(), s.caller)
		s.must(err)
		prev, err := s.Customer(t.Context(), s.space, person)
		var next customer.Customer
		if errors.Is(err, fault.ErrNotFound) {
			next, err = customer.New(t.Context(), s.caller, "c-1", customer.Profile{Tags: tags}, phone.Read, s.now())
		} else {
			next, err = prev.With(t.Context(), s.caller, customer.Profile{Tags: tags}, phone.Read, s.now())
		}
		s.must(err)
		_, err = s.SaveCustomer(t.Context(), s.space, prev, next)
		s.must(err)
		return person
	}
	person := save()
	s.must(s.SettleSegments(t.Context(), s.space, person)) // noted: in none
	save("vip")
	once := false
	s.wire.fail = func(any) error { // before the slow one writes: it is taken back, and another finds nothing to do
		if once {
			return nil
		}
		once, s.wire.fail = true, nil
		s.wire.mu.Unlock()
		defer s.wire.mu.Lock()
		save()
		s.must(s.another().SettleSegments(t.Context(), s.space, person))
		return nil
	}
	s.must(s.SettleSegments(t.Context(), s.space, person))
	if !once {
		t.Fatal("nothing was written")
	}
	if in, err := s.MemberOf(t.Context(), s.space, customer.Customer{Person: person}); err != nil || len(in) != 0 {
		t.Errorf("%v %v", in, err)
	}
	c.holds()
}

// What was read may be stale by the time of the write; then nothing is written.
func TestStaleSegments(t *testing.T) {
	s := newSide(t)
	d := segment.Definition{Name: "all", Expression: "true"}
	is, _, err := s.CreateSegment(t.Context(), s.space, d)
	s.must(err)
	person := s.saveCustomer(customer.Customer{}, customer.Profile{}).Person
	b, err := s.book(t.Context(), s.space)
	s.must(err)
	found, err := s.judge(t.Context(), s.space, b, []string{person})
	s.must(err)
	ws := s.membership(s.space, found[0])
	s.must(s.SettleSegments(t.Context(), s.space, person))
	s.refuses("a note that another wrote", ws[0])
	s.refuses("somebody who enters twice", ws[2])
	found, err = s.judge(t.Context(), s.space, book{}, []string{person})
	s.must(err)
	ws = s.membership(s.space, found[0])
	s.must(s.DeleteSegment(t.Context(), s.space, is.ID))
	s.must(s.SettleSegments(t.Context(), s.space, person))
	s.refuses("a note that another changed", ws[0])
	s.refuses("somebody who leaves twice", ws[2:]...)
	s.refuses("a count below nothing", ws[3])
	s.setPerson(person, "SET same_as = :o", item{":o": str("another")})
	s.refuses("names of somebody who is somebody else", ws[1])

	w, err := s.walked(t.Context(), s.space)
	s.must(err)
	err = s.goTo(t.Context(), s.space, w, walk{target: 1, since: s.now(), bucket: 1})
	s.must(err)
	err = s.goTo(t.Context(), s.space, w, walk{target: 1, since: s.now(), bucket: 2})
	s.wants("a walk that another began", err, errChanged)
	w, err = s.walked(t.Context(), s.space)
	s.must(err)
	s.must(s.goTo(t.Context(), s.space, w, walk{target: 1, since: s.now(), bucket: 2}))
	err = s.goTo(t.Context(), s.space, w, walk{target: 1, since: s.now(), bucket: 1})
	s.wants("a walk that another took further", err, errChanged)
	s.wire.fail = func(any) error {
		s.wire.fail = nil
		s.wire.mu.Unlock()
		defer s.wire.mu.Lock()
		_, _, err := s.another().CreateSegment(t.Context(), s.space, segment.Definition{Name: "all", Expression: "false"})
		return err
	}
	_, _, err = s.CreateSegment(t.Context(), s.space, d)
	s.wants("two of one name", err, segment.ErrNameTaken)
}

// Thresholds that became others while they were laid beside the segments stay
// those of the settings, and a segment that was made meanwhile stays.
func TestStaleThresholds(t *testing.T) {
	s := newSide(t)
	set := func(loyal int64) {
		s.must(s.another().SetSettings(t.Context(), s.space, coupon.Settings{Stages: customer.Thresholds{LoyalOrders: loyal}}))
	}
	set(4)
	s.wire.fail = func(any) error { // before the slow one writes
		s.wire.fail = nil
		s.wire.mu.Unlock()
		defer s.wire.mu.Lock()
		set(5)
		s.must(s.another().SettleThresholds(t.Context(), s.space))
		_, _, err := s.another().CreateSegment(t.Context(), s.space, segment.Definition{Name: "all", Expression: "true"})
		return err
	}
	s.must(s.SettleThresholds(t.Context(), s.space))
	b, err := s.book(t.Context(), s.space)
	if s.must(err); b.stages.LoyalOrders != 5 || b.staged != 1 || b.version != 2 || len(b.all) != 1 {
		t.Errorf("%+v", b)
	}
	set(6)
	s.wire.fail = func(any) error { // after the slow one read the settings
		s.wire.fail = nil
		s.wire.mu.Unlock()
		defer s.wire.mu.Lock()
		set(7)
		return nil
	}
	s.must(s.SettleThresholds(t.Context(), s.space))
	if b, err = s.book(t.Context(), s.space); err != nil || b.stages.LoyalOrders != 7 {
		t.Errorf("%+v %v", b, err)
	}
}

// A walk that dies at any write is gone on with where it was, by another instance:
// everybody is judged, and hardly anybody twice.
func TestWalkDiesAnywhere(t *testing.T) {
	s := newSide(t)
	const many = 70
	c := &crowd{s: s, r: rand.New(rand.NewPCG(1, 1))}
	for n := 0; len(c.people) < many; n++ {
		id := fmt.Sprint("c-", n)
		made, err := customer.New(t.Context(), s.caller, id, customer.Profile{Tags: []string{"vip", "new"}[n%2:]}, phone.Read, s.now())
		s.must(err)
		if len(c.people) > many-walkPage-5 && hash(made.Person)%customerBuckets != 3 {
			continue // of these there is more than a page
		}
		_, err = s.SaveCustomer(t.Context(), s.space, customer.Customer{}, made)
		s.must(err)
		c.people = append(c.people, id)
	}
	_, _, err := s.CreateSegment(t.Context(), s.space, segment.Definition{Name: "vip", Expression: `"vip" in customer.tags`})
	s.must(err)
	died, writes := 0, 0
	for more := true; more; {
		before, err := s.walked(t.Context(), s.space)
		s.must(err)
		left := 1 + died%15
		s.wire.fail = func(any) error {
			if left--; left < 0 {
				return errors.New("dead")
			}
			writes++
			return nil
		}
		tasks, err := s.another().Work(t.Context(), walkTask(s.space))
		s.wire.fail = nil
		if more = err != nil || len(tasks) > 0; err != nil {
			died++
		}
		after, err := s.walked(t.Context(), s.space)
		if s.must(err); after.done == 0 && (after.bucket < before.bucket || after.target < before.target) {
			t.Fatalf("it went back from %+v to %+v", before, after)
		}
	}
	if died < 5 || writes > 2*many+customerBuckets+2 { // one for each customer, of a page perhaps two, and one for each step
		t.Errorf("died %d times, wrote %d times", died, writes)
	}
	c.holds()
}
