package consent

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/customer"
)

// elsewhere stands for an address that is none of the customer's.
const elsewhere = "-"

// Under is a fact from the time before its customer was merged into another. A
// grant was one for the address that this customer had, and does not become one for the other's.
func (f Consent) Under(j customer.Joined) Consent {
	if f.Status != Granted || f.Address != "" {
		return f
	}
	switch f.Channel {
	case Push: // devices are the shop's
	case Post:
		if !j.Near {
			f.Address = elsewhere
		}
	case Email, Phone, SMS:
		f.Address, _ = AddressOf(customer.Customer{Identities: j.Identities}, f.Channel)
		if f.Address == "" {
			f.Address = elsewhere
		}
	}
	return f
}

// Last is the one of several facts that was said last.
func Last(facts []Consent) (last Consent) {
	for _, f := range facts {
		if last.ID == "" || last.Standing() < f.Standing() {
			last = f
		}
	}
	return last
}

// Counting is the one that counts of what was said last under each id of a
// customer, all about one subject: the last of all. Where that is a grant for another
// address than the customer has, it is the last grant for this one, if there is one:
// nothing has taken that back.
func Counting(c customer.Customer, facts []Consent) Consent {
	last := Last(facts)
	if last.Status != Granted {
		return last
	}
	here := slices.DeleteFunc(slices.Clone(facts), func(f Consent) bool {
		may, _ := Gate(c, f.Subject, f)
		return !may
	})
	if len(here) > 0 {
		return Last(here)
	}
	return last
}
