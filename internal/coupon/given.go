package coupon

// Discount is what a coupon takes off an order, in the order's minor units.
// Lines and Shipping sum to Total.
type Discount struct {
	Total    int64
	Lines    []LineDiscount
	Shipping int64
	Given
}

// LineDiscount is the part of a discount that falls on one line.
type LineDiscount struct {
	ID       string `json:"id" doc:"The order line's id."`
	Discount int64  `json:"discount" doc:"In minor units."`
	Quantity int64  `json:"quantity" doc:"How many items the line has; of a rollback: how many came back."`
}

// Given is what a coupon gives beside money, and which reward gave what.
type Given struct {
	Gifts    []Gift        `json:"gifts,omitempty" doc:"Free items."`
	Services []Text        `json:"services,omitempty" doc:"What else the customer gets: tell them."`
	Rewards  []RewardGiven `json:"rewards,omitempty" doc:"What each of the campaign's rewards gave, where there is more to say than the discount."`
}

// What a reward is capped by.
const (
	CappedByReward = "max_discount"
	CappedByMargin = "margin_floor"
)

// RewardGiven is what one reward of a campaign gave.
type RewardGiven struct {
	Type     RewardType `json:"type"`
	Discount int64      `json:"discount" doc:"In minor units; the rewards sum to the code's discount."`
	Units    int64      `json:"units,omitzero" doc:"Of a limited edition: how many of its stock this takes."`
	CappedBy string     `json:"capped_by,omitzero" enum:"max_discount,margin_floor" doc:"What kept it from taking off more."`
}

// empty reports whether there is nothing in it for the customer.
func (d Discount) empty() bool { return d.Total == 0 && len(d.Gifts) == 0 && len(d.Services) == 0 }

// tell keeps of what each reward gave what the discount alone does not say.
func tell(rewards []RewardGiven) []RewardGiven {
	if len(rewards) == 1 && rewards[0].Units == 0 && rewards[0].CappedBy == "" {
		return nil
	}
	return rewards
}
