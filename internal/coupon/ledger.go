package coupon

import "time"

// EntryType says why a card's balance changed.
type EntryType string

// Why a balance changes. The commit of a hold is none of these: it changes nothing.
const (
	EntryIssue      EntryType = "issue"
	EntryTopUp      EntryType = "top_up"
	EntryRedemption EntryType = "redemption"
	EntryHold       EntryType = "hold"
	EntryRelease    EntryType = "release"
	EntryLapse      EntryType = "lapse"
	EntryRollback   EntryType = "rollback"
)

// Entry is one change of a card's balance. Entries are only ever added, each in
// the transaction that changes the balance, and sum to it.
type Entry struct {
	Object     string    `json:"object" enum:"ledger_entry"`
	Livemode   bool      `json:"livemode"`
	Coupon     string    `json:"coupon" example:"cpn_8m3q1v7t0c5x2k9d"`
	Type       EntryType `json:"type" enum:"issue,top_up,redemption,hold,release,lapse,rollback" doc:"A hold that is committed stays the entry that it is."`
	Amount     int64     `json:"amount" doc:"What is added to the balance, in minor units; negative where it is spent or held." example:"-2000"`
	Currency   string    `json:"currency" example:"EUR"`
	Order      string    `json:"order,omitzero"`
	Redemption string    `json:"redemption,omitzero" doc:"Of redemption and rollback."`
	Hold       string    `json:"hold,omitzero" doc:"Of hold, release and lapse."`
	Return     string    `json:"return,omitzero" doc:"Of rollback: the shop's id of the return."`
	CreatedAt  time.Time `json:"created_at"`
}

// Entry begins an entry of the redemption's, or of the hold's that it is yet.
func (r Redemption) Entry(t EntryType, card CardAmount, now time.Time) Entry {
	e := Entry{
		Object: "ledger_entry", Livemode: r.Livemode, Coupon: card.Coupon, Type: t, Amount: card.Amount,
		Currency: r.Currency, Order: r.Order, CreatedAt: now,
	}
	switch t {
	case EntryHold, EntryRelease, EntryLapse:
		e.Hold = HoldID(r.ID)
	default:
		e.Redemption = r.ID
	}
	return e
}

// Loaded begins the entry of money that is put on a card.
func (c Coupon) Loaded(t EntryType, amount int64, now time.Time) Entry {
	return Entry{
		Object: "ledger_entry", Livemode: c.Livemode, Coupon: c.ID, Type: t, Amount: amount,
		Currency: c.Balance.Currency, CreatedAt: now,
	}
}
