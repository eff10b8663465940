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
	w.leads(also, brought)
	return []write{w}
}

// leads notes who leads to the person of the row, and whose uses of limits are not folded yet.
func (w *write) leads(also, brought []string) {
	if len(also) == 0 {
		return // who brings uses along leads there
	}
	w.update += " ADD also :also"
	w.values[":also"] = set(also...)
	if len(brought) > 0 {
		w.update += ", unfolded :brought"
		w.values[":brought"] = set(brought...)
	}
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

func readCustomer(sp shop.Space, person string, row item) (customer.Customer, error) {
	if row == nil || erasing(row) || merged(row) {
		return customer.Customer{}, fault.ErrNotFound
	}
	c := customer.Customer{
		Object: "customer", ID: getStr(row, "customer_id"), Livemode: sp.Live, PhoneNumber: getStr(row, "phone_number"),
		Version: getNum(row, "version"), CreatedAt: getTime(row, "created_at"), UpdatedAt: getTime(row, "updated_at"), Person: person,
		Told: customer.Told{By: getStr(row, "told_by")},
	}
	if err := getDocument(row, "identities", &c.Identities); err != nil {
		return c, err
	}
	if err := getDocument(row, "signals", &c.Signals); err != nil {
		return c, err
	}
	if err := getDocument(row, "joined", &c.Joined); err != nil {
		return c, err
	}
	return c, getDocument(row, "doc", &c.Profile)
}

// Customer reads one by who it is; of one who was merged it says into whom.
func (s *Store) Customer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error) {
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return customer.Customer{}, err
	}
	if merged(row) {
		return customer.Customer{}, s.mergedInto(ctx, sp, person)
	}
	return readCustomer(sp, person, row)
}

// FindCustomer reads the one whose id, address or number this is, or was.
func (s *Store) FindCustomer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error) {
	person, _, err := s.canonical(ctx, sp, person)
	if err != nil {
		return customer.Customer{}, err
	}
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return customer.Customer{}, err
	}
	return readCustomer(sp, person, row)
}

// Customers lists a page, newest first, with the sort key that ended it ("" on the last).
func (s *Store) Customers(ctx context.Context, sp shop.Space, below string, limit int) ([]customer.Customer, string, error) {
	qs := make([]query, customerBuckets)
	for n := range qs {
		qs[n] = query{table: s.tables.People, hashAttr: attrPK, hash: customersPK(sp, n), sortAttr: attrSK, below: below, limit: limit + 1}
	}
	rows, err := s.page(ctx, qs...)
	if err != nil {
		return nil, "", err
	}
	rows, next := upTo(rows, limit)
	persons := make([]string, len(rows))
	for i, row := range rows {
		persons[i] = listedPerson(row)
	}
	found, err := s.customersOf(ctx, sp, persons)
	return found, next, err
}

// customersOf reads customers in the order given. Who is gone by now is left out.
func (s *Store) customersOf(ctx context.Context, sp shop.Space, persons []string) ([]customer.Customer, error) {
	keys := make([]item, len(persons))
	for i, p := range persons {
		keys[i] = profileKey(sp, p)
	}
	rows, err := s.batch(ctx, s.tables.People, keys, true)
	if err != nil {
		return nil, err
	}
	var out []customer.Customer
	for i, k := range keys {
		row := rows[rowID(k)]
		if row == nil || erasing(row) || merged(row) {
			continue
		}
		c, err := readCustomer(sp, persons[i], row)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
