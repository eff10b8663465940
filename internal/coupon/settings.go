package coupon

// Settings are what a side of a shop wants of all its campaigns.
type Settings struct {
	Object      string      `json:"object" enum:"settings"`
	Livemode    bool        `json:"livemode"`
	MarginFloor MarginFloor `json:"margin_floor,omitzero" doc:"Beside each campaign's own: of several floors the strictest counts."`
}

// Check refuses settings that contradict themselves, naming the field.
func (s Settings) Check() error { return s.MarginFloor.check("margin_floor") }
