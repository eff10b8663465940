package coupon

// LimitChange is how the last change of a limit stands.
type LimitChange struct {
	Limit  string       `json:"limit" enum:"max_redemptions,stock,budget"`
	Status ChangeStatus `json:"status" enum:"done,pending" doc:"While pending, what can be redeemed lies between the two limits. Send the change again to go on; the clock does so, too."`
	From   int64        `json:"from"`
	To     int64        `json:"to"`
	Excess int64        `json:"excess,omitzero" doc:"How much more is used than the limit allows. The code is closed until that has been rolled back, or the limit is raised over it."`
}

// ChangeStatus is how far it is.
type ChangeStatus string

// The states of a change.
const (
	ChangeDone    ChangeStatus = "done"
	ChangePending ChangeStatus = "pending"
)

// Used is what is used of all slots.
func Used(slots []Slot) (all Measures) {
	for _, s := range slots {
		all = all.Plus(s.Used)
	}
	return all
}

// Left is what all slots have left, closed ones too.
func Left(slots []Slot) (all Measures) {
	for _, s := range slots {
		all = all.Plus(s.Left)
	}
	return all
}

// Changes says how the last change of each limit stands.
func (s Shares) Changes(slots []Slot) (out []LimitChange) {
	excess := Used(slots).Minus(s.To)
	status := ChangeDone
	if s.pending(excess) {
		status = ChangePending
	}
	for m, name := range limitNames {
		if s.From[m] != s.To[m] {
			out = append(out, LimitChange{name, status, s.From[m], s.To[m], max(0, excess[m])})
		}
	}
	return out
}

// pending reports whether there is something to do: shares are not what they
// should be, or slots are closed that need not be.
func (s Shares) pending(excess Measures) bool {
	if s.Closing && s.Closed == s.Made && !(Measures{}).Covers(excess) {
		return false // closed, and rightly so
	}
	return s.Held != s.To || s.Closed > 0
}
