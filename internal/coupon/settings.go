package coupon

import "github.com/lagniappe/lagniappe/internal/customer"

// Settings are what a side of a shop wants of all its campaigns.
type Settings struct {
	Object      string      `json:"object" enum:"settings"`
	Livemode    bool        `json:"livemode"`
	MarginFloor MarginFloor `json:"margin_floor,omitzero" doc:"Beside each campaign's own: of several floors the strictest counts."`

	FactsFromOrders bool `json:"facts_from_orders,omitzero" doc:"The shop tells all its orders: rules about the customer take from them what a call leaves out."`

	Stages customer.Thresholds `json:"stages,omitzero" doc:"Where one loyalty stage ends and the next begins."`
}

// Check refuses settings that contradict themselves, naming the field.
func (s Settings) Check() error {
	if err := s.MarginFloor.check("margin_floor"); err != nil {
		return err
	}
	return s.Stages.Check("stages")
}
