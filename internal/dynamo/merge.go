package dynamo

import (
	"context"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// MergeCustomers joins one customer in another: next, which was prev, has what it
// takes over of the profile. fault.ErrStale: one of the two is no longer as it was read.
//
// One transaction is the merge. From then on whatever leads to the one leads to
// the other, and the other's profile names all who are joined in it, so that
// nothing has to be moved to be found: what hangs on the former id (consents and
// their evidence, addresses, coupons) stays where it is, is never added to again, and
// is read and erased with the rest. Orders move to the other's figures as
// they do when an address becomes a customer's (see Rehome), and hops are made one again
// (see straighten) by the relay.
func (s *Store) MergeCustomers(ctx context.Context, sp shop.Space, prev, next, from customer.Customer) (customer.Customer, error) {
	next = next.Absorbing(from, next.UpdatedAt)
	if len(next.Joined) > customer.MaxJoined {
		return next, customer.ErrTooManyMerged.At("from").Arg("limit", customer.MaxJoined)
	}
	kept, err := s.get(ctx, s.tables.Coupons, personKey(sp, prev.Person))
	if err != nil {
		return next, err
	}
	lost, err := s.get(ctx, s.tables.Coupons, personKey(sp, from.Person))
	if err != nil {
		return next, err
	}
	if err := s.straighten(ctx, sp, from.Person, getSet(lost, "also")); err != nil { // so that nothing is ever more than two hops away
		return next, err
	}
	refused, err := s.settle(ctx, "dynamo.MergeCustomers", s.merging(sp, prev, next, from, kept, lost)...)
	if err == nil && refused != nil {
		err = fault.ErrStale
	}
	return next, err
}

// merging lists the writes of a merge. That the profiles are as they were read
// holds what belongs to them, too: every change of addresses counts as one of the profile.
func (s *Store) merging(sp shop.Space, prev, next, from customer.Customer, kept, lost item) []write {
	since := next.UpdatedAt
	if at := getTime(kept, "erased_at"); !since.After(at) { // who had that id before is not whom this one joins
		since = at.Add(time.Millisecond)
	}
	ws := []write{
		s.profileWrite(sp, prev, next), s.leavesStone(sp, next, from),
		s.becomes(sp, from.Person, next, since, lost), s.gains(sp, next, from, kept, lost),
		{table: s.tables.People, remove: true, key: listedKey(sp, from.Person, from.CreatedAt)},
	}
	for _, i := range from.Identities {
		former := !slices.Contains(next.Identities, i)
		ws = append(ws, s.handOver(sp, i, from.Person, next, since, former), s.holding(sp, next, i, former))
	}
	ws = append(ws, s.resignals(sp, prev, next)...)
	return append(ws, s.resignals(sp, from, customer.Customer{Person: from.Person})...)
}

// merged tells what stands in a profile's place once the customer is joined in another.
func merged(row item) bool { return getStr(row, "merged_into") != "" }

// leavesStone puts in the profile's place who the customer is by now, and what
// events tell of: nothing of the profile itself.
func (s *Store) leavesStone(sp shop.Space, into, from customer.Customer) write {
	row := profileKey(sp, from.Person)
	row["customer_id"], row["merged_into"], row["merged_at"] = str(from.ID), str(into.Person), moment(into.UpdatedAt)
	row["last_version"], row["created_at"], row["updated_at"] = num(from.Version), moment(from.CreatedAt), moment(from.UpdatedAt)
	return write{table: s.tables.People, item: row, condition: "version = :seen", values: item{":seen": num(from.Version)}}
}

// readStone reads who the customer was, as far as events tell of it, and when that ended.
func readStone(sp shop.Space, row item) (was customer.Customer, at time.Time) {
	return customer.Customer{
		ID: getStr(row, "customer_id"), Livemode: sp.Live, Version: getNum(row, "last_version"),
		CreatedAt: getTime(row, "created_at"), UpdatedAt: getTime(row, "updated_at"),
	}, getTime(row, "merged_at")
}

// becomes makes a person another one, if the row is as it was read.
func (s *Store) becomes(sp shop.Space, person string, into customer.Customer, since time.Time, row item) write {
	w := write{
		table: s.tables.Coupons, key: personKey(sp, person), update: "SET same_as = :into, same_since = :since",
		condition: "attribute_not_exists(same_as)", values: item{":into": str(into.Person), ":since": moment(since)},
	}
	for _, name := range []string{"erased_at", "counted", "unfolded"} { // what the other one is told of
		w.since(name, row[name])
	}
	return w
}

// gains notes in the other one's row who leads to it from now on, and whose uses of limits are to be counted with its own.
func (s *Store) gains(sp shop.Space, into, from customer.Customer, kept, lost item) write {
	w := write{
		table: s.tables.Coupons, key: personKey(sp, into.Person), update: "SET customer = :id",
		condition: "attribute_not_exists(same_as)", values: item{":id": str(into.ID)},
	}
	w.since("erased_at", kept["erased_at"])
	w.ledToBy(append(getSet(lost, "also"), from.Person), unfoldedOf(from.Person, lost))
	return w
}

// handOver gives an address or number of the one to the other.
func (s *Store) handOver(sp shop.Space, i customer.Identity, from string, into customer.Customer, since time.Time, former bool) write {
	w := write{
		table: s.tables.Coupons, key: personKey(sp, i.Person),
		update:    "SET same_as = :into, customer = :id, same_since = :since REMOVE former",
		condition: "same_as = :from",
		values:    item{":into": str(into.Person), ":id": str(into.ID), ":since": moment(since), ":from": str(from)},
	}
	if former {
		w.update = "SET same_as = :into, customer = :id, same_since = :since, former = :yes"
		w.values[":yes"] = boolean(true)
	}
	return w
}
