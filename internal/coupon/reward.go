package coupon

import (
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// RewardType is the kind of a benefit.
type RewardType string

// The kinds of rewards.
const (
	PercentOff   RewardType = "percent_off"
	AmountOff    RewardType = "amount_off"
	FreeShipping RewardType = "free_shipping"
)

// Reward is one benefit of a campaign. Which of the other fields it has depends on its type.
type Reward struct {
	Type       RewardType `json:"type" enum:"percent_off,amount_off,free_shipping"`
	PercentOff string     `json:"percent_off,omitzero" maxLength:"8" doc:"percent_off: a decimal string above 0 and up to 100, at most four decimals." example:"12.5"`
	AmountOff  int64      `json:"amount_off,omitzero" minimum:"1" maximum:"9007199254740991" doc:"amount_off: minor units of currency." example:"500"`
	Currency   string     `json:"currency,omitzero" minLength:"3" maxLength:"3" doc:"amount_off: ISO 4217; orders in another currency are refused." example:"EUR"`
}

func (r Reward) check(at string) error {
	switch r.Type {
	case PercentOff:
		if _, err := money.ParsePercent(r.PercentOff); err != nil {
			return money.ErrPercentInvalid.At(at + ".percent_off")
		}
		return r.only(at, r.AmountOff == 0 && r.Currency == "")
	case AmountOff:
		if r.AmountOff <= 0 {
			return ErrFieldMissing.At(at + ".amount_off")
		}
		if r.Currency == "" {
			return ErrFieldMissing.At(at + ".currency")
		}
		return r.only(at, r.PercentOff == "")
	case FreeShipping:
		return r.only(at, r.PercentOff == "" && r.AmountOff == 0 && r.Currency == "")
	}
	return fault.ErrInvalid.At(at + ".type")
}

func (r Reward) only(at string, ok bool) error {
	if !ok {
		return ErrFieldNotAllowed.At(at).Arg("type", string(r.Type))
	}
	return nil
}
