package coupon

import "testing"

// What an order that does not fit would take at the least, if it did: only a
// limit that stops every order makes the code dead to it.
func TestWantOfAMisfit(t *testing.T) {
	percent, service := Reward{Type: PercentOff, PercentOff: "10"}, Reward{Type: Service}
	edition, mugs, some := Reward{Type: Service, Stock: 5}, Reward{Type: FixedPrice, Stock: 5}, Reward{Type: Service, Stock: 5, When: &Rules{}}
	for name, c := range map[string]struct {
		rewards []Reward
		want    Measures
	}{
		"money":                   {[]Reward{percent}, Measures{Budget: 1, Uses: 1}},
		"a service":               {[]Reward{service}, Measures{Uses: 1}},
		"or a service":            {[]Reward{percent, service}, Measures{Uses: 1}},
		"or a gift to add":        {[]Reward{{Type: FreeItem}, percent}, Measures{Uses: 1}},
		"an edition":              {[]Reward{edition}, Measures{Uses: 1, Stock: 1}},
		"with an edition":         {[]Reward{percent, edition}, Measures{Uses: 1, Stock: 1}},
		"an edition for some":     {[]Reward{percent, some}, Measures{Uses: 1}},
		"an edition of one line":  {[]Reward{percent, mugs}, Measures{Budget: 1, Uses: 1}},
		"an edition, and no more": {[]Reward{mugs}, Measures{Budget: 1, Uses: 1, Stock: 1}},
	} {
		terms := Terms{Rewards: c.rewards}
		p := Part{Misfit: ErrRulesViolated, Terms: terms, Target: Target{Campaign: Campaign{Definition: Definition{
			Limits: Limits{MaxRedemptions: 9, Budget: BudgetLimit{Amount: 99}}, Terms: terms,
		}}}}
		if got := p.Want(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		p.Misfit, p.Discount = nil, Discount{Total: 7}
		if got := p.Want(); got != (Measures{Budget: 7, Uses: 1}) {
			t.Errorf("%s, fitting: %v", name, got)
		}
	}
}
