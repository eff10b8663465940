package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// SaveCustomer puts next in the place of prev, which does not exist where it is
// to be made, unless prev is no longer the present state: then fault.ErrStale. An
// address or number that is another customer's is customer.ErrIdentityTaken. One
// transaction: the profile, who its address and number mean, and what points at
// duplicates.
func (s *Store) SaveCustomer(ctx context.Context, sp shop.Space, prev, next customer.Customer) (customer.Customer, error) {
	found := map[string]item{}
	for range maxTries {
		saved, err := s.saveOnce(ctx, sp, prev, next, found)
		if !errors.Is(err, errChanged) {
			return saved, err
		}
	}
	return customer.Customer{}, fault.ErrStale
}

// saveOnce is SaveCustomer where of the addresses and numbers this is found; it
// adds to that, and is errChanged, where they bring along more.
func (s *Store) saveOnce(ctx context.Context, sp shop.Space, prev, next customer.Customer, found map[string]item) (customer.Customer, error) {
	ws := []write{s.profileWrite(sp, prev, next)}
	if !prev.Exists() {
		ws = append(ws, write{table: s.tables.People, item: listedKey(sp, next.Person, next.CreatedAt)})
	}
	claims, claimed := s.claims(sp, prev, next, found)
	me := len(ws)
	ws = append(ws, s.leading(sp, prev, next, claimed, found)...)
	from := len(ws)
	ws = append(append(ws, claims...), s.resignals(sp, prev, next)...)
	refused, err := s.settle(ctx, "dynamo.SaveCustomer", ws...)
	switch {
	case err != nil || refused == nil:
		return next, err
	case erasing(refused[0].old):
		return customer.Customer{}, customer.ErrErasing.At("id")
	case merged(refused[0].old):
		return customer.Customer{}, s.mergedInto(ctx, sp, next.Person)
	case refused[0].failed:
		return customer.Customer{}, fault.ErrStale
	}
	if err := unclaimed(claimed, refused[from:], found); err != nil {
		return customer.Customer{}, err
	}
	if me < from && getStr(refused[me].old, "same_as") != "" {
		return customer.Customer{}, s.mergedInto(ctx, sp, next.Person)
	}
	return customer.Customer{}, fault.ErrStale // somebody moves one of these rows: look again
}

// unclaimed says why addresses and numbers were not claimed: one is another's, or
// brings along what was not known (errChanged). nil: that is not what stood in the way.
func unclaimed(claimed []customer.Identity, refused []refusal, found map[string]item) (err error) {
	for i, identity := range claimed {
		switch r := refused[i]; {
		case !r.failed:
		case getStr(r.old, "same_as") != "":
			return customer.ErrIdentityTaken.At(identity.Field).Arg("customer", getStr(r.old, "customer"))
		default:
			found[identity.Person], err = r.old, errChanged
		}
	}
	return err
}

// profileWrite is the customer's row. Two changes that write the same from the
// same state are one change, whichever of them did.
func (s *Store) profileWrite(sp shop.Space, prev, next customer.Customer) write {
	w := write{table: s.tables.People, item: profileRow(sp, next), condition: "attribute_not_exists(pk)", unique: true}
	if prev.Exists() {
		w.condition, w.values = "version = :prev", item{":prev": num(prev.Version)}
	}
	return w
}

// leading notes in the row that others ask who this is that it is a customer, what
// leads to it, and whose uses of limits are brought along. That row may have facts
// already. There is none where nothing of that is new.
func (s *Store) leading(sp shop.Space, prev, next customer.Customer, claimed []customer.Identity, found map[string]item) []write {
	if prev.Exists() && len(claimed) == 0 {
		return nil
	}
	w := write{
		table: s.tables.Coupons, key: personKey(sp, next.Person), update: "SET customer = :id",
		condition: "attribute_not_exists(same_as)", values: item{":id": str(next.ID)},
	}
	if !next.Told.At.IsZero() {
		w.condition += " AND (attribute_not_exists(erased_at) OR erased_at < :told)"
		w.values[":told"] = moment(next.Told.At)
	}
	var also, brought []string
	for _, i := range claimed {
		also, brought = append(also, i.Person), union(brought, unfoldedOf(i.Person, found[i.Person]))
	}
	w.ledToBy(also, brought)
	return []write{w}
}

func profileRow(sp shop.Space, c customer.Customer) item {
	row := profileKey(sp, c.Person)
	row["customer_id"], row["doc"], row["version"] = str(c.ID), document(c.Profile), num(c.Version)
	row["created_at"], row["updated_at"] = moment(c.CreatedAt), moment(c.UpdatedAt)
	row["identities"], row["signals"] = document(c.Identities), document(c.Signals)
	if c.PhoneNumber != "" {
		row["phone_number"] = str(c.PhoneNumber)
	}
	if len(c.Joined) > 0 {
		row["joined"] = document(c.Joined)
	}
	if c.Told.By != "" {
		row["told_by"] = str(c.Told.By)
	}
	return row
}
