package consent

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
)

// Reason is why a customer may not be contacted.
type Reason string

// The reasons.
const (
	CustomerUnknown     Reason = "customer_unknown"
	ConsentMissing      Reason = "consent_missing"
	ConsentDenied       Reason = "consent_denied"
	ConsentWithdrawn    Reason = "consent_withdrawn"
	AddressMissing      Reason = "address_missing"
	AddressNotConfirmed Reason = "address_not_confirmed"
)

// ConsentState is what counts by now, for one purpose and channel.
type ConsentState struct {
	Object string `json:"object" enum:"consent_state"`
	Subject
	Status       Status    `json:"status" enum:"granted,denied,withdrawn,pending"`
	OccurredAt   time.Time `json:"occurred_at,omitzero" doc:"When the customer said so."`
	Consent      string    `json:"consent,omitzero" doc:"The entry of the history that counts." example:"con_06kd8t5v2w7x9y3z"`
	ConfirmUntil time.Time `json:"confirm_until,omitzero" doc:"A request waits to be confirmed."`
	MayContact   bool      `json:"may_contact" doc:"Whether a message may go out now."`
	Reason       Reason    `json:"reason,omitzero" doc:"Why not: consent_missing, consent_denied, consent_withdrawn, address_missing, address_not_confirmed."`
	LeaveToken   string    `json:"leave_token,omitzero" doc:"Withdraws this one without a login: put it into every message's link to leave. It does not expire."`
}

// Gate says whether a message may go out: there is a consent that nothing later
// took back, and an address, which is the very one that was confirmed, if one
// was. counts is the fact that counts; its zero value says that there is none.
func Gate(c customer.Customer, s Subject, counts Consent) (bool, Reason) {
	switch {
	case !c.Exists():
		return false, CustomerUnknown
	case counts.Status == Denied:
		return false, ConsentDenied
	case counts.Status == Withdrawn:
		return false, ConsentWithdrawn
	case counts.Status != Granted:
		return false, ConsentMissing
	}
	address, there := AddressOf(c, s.Channel)
	switch {
	case !there:
		return false, AddressMissing
	case counts.Address != "" && counts.Address != address:
		return false, AddressNotConfirmed
	}
	return true, ""
}

// AddressOf gives the hash of the address that a channel goes to, where it has
// one, and whether the customer can be reached at all as far as we know.
func AddressOf(c customer.Customer, channel Channel) (string, bool) {
	field := customer.FieldPhone
	switch channel {
	case Post:
		return "", len(c.Address.Lines) > 0
	case Push:
		return "", true // devices are the shop's
	case Email:
		field = customer.FieldEmail
	case Phone, SMS:
	}
	for _, i := range c.Identities {
		if i.Field == field {
			return i.Person, true
		}
	}
	return "", false
}
