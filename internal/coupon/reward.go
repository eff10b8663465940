package coupon

// RewardType is the kind of a benefit.
type RewardType string

// The kinds of rewards.
const (
	PercentOff   RewardType = "percent_off"
	AmountOff    RewardType = "amount_off"
	FixedPrice   RewardType = "fixed_price"
	Bundle       RewardType = "bundle"
	BuyXGetY     RewardType = "buy_x_get_y"
	FreeItem     RewardType = "free_item"
	FreeShipping RewardType = "free_shipping"
	Service      RewardType = "service"
	GiftBalance  RewardType = "gift_balance"
)

// PerItem is how an amount off counts where it is not per order.
const PerItem = "item"

// Reward is one benefit of a campaign. Which of the other fields it has depends on its type.
type Reward struct {
	Type       RewardType `json:"type" enum:"percent_off,amount_off,fixed_price,bundle,buy_x_get_y,free_item,free_shipping,service,gift_balance" doc:"gift_balance, alone in its campaign: coupons are gift cards, which pay what is due after all discounts, and keep the rest."`
	PercentOff string     `json:"percent_off,omitzero" maxLength:"8" doc:"percent_off, bundle, buy_x_get_y (100 unless said otherwise): a decimal string above 0 and up to 100, at most four decimals." example:"12.5"`
	AmountOff  int64      `json:"amount_off,omitzero" minimum:"1" maximum:"9007199254740991" doc:"amount_off: minor units of currency." example:"500"`
	Per        string     `json:"per,omitzero" enum:"order,item" doc:"amount_off: once per order (unless said otherwise), or from each matching item."`
	Price      *int64     `json:"price,omitempty" minimum:"0" maximum:"9007199254740991" doc:"fixed_price: what one item costs. bundle: what one bundle costs. In minor units."`
	Currency   string     `json:"currency,omitzero" minLength:"3" maxLength:"3" doc:"ISO 4217, wherever the reward names an amount; orders in another currency are refused." example:"EUR"`

	AppliesTo     Selection `json:"applies_to,omitzero" doc:"The items that it is for. free_item: those that earn the gift. service: it needs one of them."`
	CheapestItems int64     `json:"cheapest_items,omitzero" minimum:"1" maximum:"1000000" doc:"percent_off, fixed_price, amount_off per item: only so many of the cheapest matching items."`
	MaxDiscount   int64     `json:"max_discount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"The most that this reward takes off an order, in minor units."`
	Tiers         []Tier    `json:"tiers,omitempty" maxItems:"10" doc:"percent_off, amount_off, fixed_price: more for more. The last tier that the order reaches counts, and below the first one there is nothing."`
	TiersBy       Measure   `json:"tiers_by,omitzero" enum:"quantity,amount,list_amount" doc:"What tiers look at, of the matching items: how many there are, what they cost by now, or what they cost before any discount."`

	Items []Piece `json:"items,omitempty" maxItems:"5" doc:"bundle: what belongs to one. An item counts for the first entry that it fits."`
	Buy   Piece   `json:"buy,omitzero" doc:"buy_x_get_y: what has to be bought."`
	Get   Piece   `json:"get,omitzero" doc:"buy_x_get_y: what is reduced then; the same items as in buy unless it chooses others."`

	SKU      string `json:"sku,omitzero" maxLength:"128" doc:"free_item: the gift." example:"mug-blue"`
	Quantity int64  `json:"quantity,omitzero" minimum:"1" maximum:"1000000" doc:"free_item: how many of it at a time; 1 unless said otherwise."`
	Every    Every  `json:"every,omitzero" doc:"free_item: again for every so many matching items, or so much spent on them. Without it the gift is given once."`
	MaxTimes int64  `json:"max_times,omitzero" minimum:"1" maximum:"1000000" doc:"bundle, buy_x_get_y, free_item with every: how often per order."`

	Service Text   `json:"service,omitzero" doc:"service: what the customer gets."`
	Stock   int64  `json:"stock,omitzero" minimum:"1" maximum:"1000000000" doc:"A limited edition: how many there are. fixed_price, buy_x_get_y: reduced items; bundle: bundles; free_item: gifts; service: orders."`
	When    *Rules `json:"when,omitempty" nullable:"false" doc:"This reward's own conditions: where they fail, it is left out, and the campaign's other rewards remain."`
}

// Every is what earns a gift once more.
type Every struct {
	Quantity int64 `json:"quantity,omitzero" minimum:"1" maximum:"1000000" doc:"So many matching items."`
	Amount   int64 `json:"amount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"So much spent on matching items, in minor units of the reward's currency."`
}

// Text is a sentence for the customer in both languages.
type Text struct {
	German  string `json:"de" minLength:"1" maxLength:"200" example:"Lieferung innerhalb von 24 Stunden"`
	English string `json:"en" minLength:"1" maxLength:"200" example:"delivery within 24 hours"`
}

// phase is when a reward is applied: those on single lines first, then those on
// the order, then shipping.
type phase int

const (
	linePhase phase = iota
	orderPhase
	shippingPhase
	phases
)

func (r Reward) phase() phase {
	switch r.Type {
	case PercentOff, AmountOff:
		if r.AppliesTo.IsZero() && r.CheapestItems == 0 && r.Per != PerItem {
			return orderPhase
		}
	case FreeShipping, Service:
		return shippingPhase
	default: // on items
	}
	return linePhase
}
