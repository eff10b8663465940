package dynamo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// claims are the writes of what names the customer: what is new, and what is no
// longer so. A former address stays the customer's, since who changes it would
// else be somebody new to a welcome offer. claimed are the identities of the
// first writes. What was found of the addresses and numbers is who brings uses of
// limits along; those of whom nothing was found are hoped to bring none.
func (s *Store) claims(sp shop.Space, prev, next customer.Customer, found map[string]item) (ws []write, claimed []customer.Identity) {
	for _, identity := range next.Identities {
		if !slices.Contains(prev.Identities, identity) {
			ws, claimed = append(ws, s.claim(sp, next, identity, found[identity.Person])), append(claimed, identity)
		}
	}
	for _, identity := range claimed {
		ws = append(ws, s.holding(sp, next, identity, false))
	}
	for _, identity := range prev.Identities {
		if !slices.Contains(next.Identities, identity) {
			ws = append(ws, s.disclaim(sp, next, identity), s.holding(sp, next, identity, true))
		}
	}
	return ws, claimed
}

// claim takes an address or number, unless it is another customer's, or was. What
// leads to somebody who was merged into this one is this one's. The row may have
// facts about a guest: they stay. Uses of limits must not have been added to those
// that were found.
func (s *Store) claim(sp shop.Space, c customer.Customer, i customer.Identity, found item) write {
	w := write{
		table: s.tables.Coupons, key: personKey(sp, i.Person), update: "SET same_as = :me, customer = :id, same_since = :since REMOVE former",
		values: item{":me": str(c.Person), ":id": str(c.ID), ":since": moment(c.UpdatedAt)},
	}
	w.condition = w.isOneOf(c.Persons()) + " OR attribute_not_exists(same_as)"
	w.since("counted", found["counted"])
	w.since("unfolded", found["unfolded"])
	return w
}

// isOneOf is the condition that a row leads to one of these.
func (w *write) isOneOf(persons []string) string {
	names := make([]string, len(persons))
	for i, p := range persons {
		names[i] = fmt.Sprint(":one", i)
		w.values[names[i]] = str(p)
	}
	return "same_as IN (" + strings.Join(names, ", ") + ")"
}

func (s *Store) disclaim(sp shop.Space, c customer.Customer, i customer.Identity) write {
	return write{
		table: s.tables.Coupons, key: personKey(sp, i.Person), update: "SET former = :yes", condition: "same_as = :me",
		values: item{":me": str(c.Person), ":yes": boolean(true)},
	}
}

// holding notes beside the profile what leads to it, so that it can be found again.
func (s *Store) holding(sp shop.Space, c customer.Customer, i customer.Identity, former bool) write {
	row := identityKey(sp, c.Person, i.Person)
	row["field"], row["former"], row["since"] = str(i.Field), boolean(former), moment(c.UpdatedAt)
	return write{table: s.tables.People, item: row}
}

// ledToBy notes who leads to the person of the row, and whose uses of limits are not folded yet.
func (w *write) ledToBy(also, brought []string) {
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
