package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Prefix is how the ids of coupons begin.
const Prefix = "cpn_"

// The faults of issuing coupons.
var (
	ErrCodeTaken         = fault.Define(fault.Conflict, "code_taken")
	ErrCodeReserved      = fault.Define(fault.Conflict, "code_reserved")
	ErrFilterMissing     = fault.Define(fault.Invalid, "filter_missing")
	ErrSharedForCustomer = fault.Define(fault.Invalid, "shared_code_for_customer")
)

// Coupon is a code of a campaign.
type Coupon struct {
	Object          string            `json:"object" enum:"coupon"`
	ID              string            `json:"id" example:"cpn_8m3q1v7t0c5x2k9d"`
	Livemode        bool              `json:"livemode"`
	Batch           string            `json:"batch,omitzero" doc:"The batch that it is a code of." example:"bat_06kd8t5v2w7x9y3z"`
	Campaign        string            `json:"campaign" example:"camp_06kd8t5v2w7x9y3z"`
	CampaignVersion int               `json:"campaign_version" doc:"The version of the campaign's terms that it was issued under."`
	Code            string            `json:"code" example:"7KQ4-M2XC-9PDA"`
	Shared          bool              `json:"shared" doc:"A named code that everybody may use; otherwise random and for one use."`
	Customer        string            `json:"customer,omitzero" doc:"The shop's id of the customer it belongs to."`
	Personal        bool              `json:"personal" doc:"It belongs to one customer or guest; nobody else can redeem it."`
	Active          bool              `json:"active" doc:"False while disabled."`
	Balance         *Balance          `json:"balance,omitempty" doc:"Of gift cards."`
	TimesRedeemed   *int64            `json:"times_redeemed,omitempty" doc:"Of random codes for one use: 0 or 1."`
	Redemption      string            `json:"redemption,omitzero" doc:"Of random codes: the redemption that holds it."`
	HeldUntil       time.Time         `json:"held_until,omitzero" doc:"Of random codes: an order has reserved it until then."`
	StartsAt        time.Time         `json:"starts_at,omitzero" doc:"Its own first moment of validity, beside the campaign's."`
	ExpiresAt       time.Time         `json:"expires_at,omitzero" doc:"Its own first moment after validity, beside the campaign's."`
	Metadata        map[string]string `json:"metadata,omitempty"`
	CreatedAt       time.Time         `json:"created_at"`
	Leak            *Suspicion        `json:"leak,omitempty" doc:"What the leak radar saw last."`

	Person string `json:"-"` // who it belongs to, as customer.Ref.Person
}

// ID gives the id of a code's coupon: a keyed hash, so that coupon and code find
// each other in one read and the id does not reveal the code.
func ID(s shop.Secrets, c Code) string { return s.Codes.ID(Prefix, "code", string(c)) }

// ValidID reports whether id can be a coupon's. A code of a batch names the batch, too.
func ValidID(id string) bool {
	_, ok := ident.Decode(Prefix, id, ident.Size)
	_, batched := BatchOf(id)
	return ok || batched
}

// Issue is the wish for a new coupon.
type Issue struct {
	Campaign  Campaign
	Named     string // the shop's own code, or empty for a random one
	Customer  string // the shop's id of the customer, where it has one
	Person    string // who may redeem it; empty for anybody
	Balance   int64  // of a gift card
	StartsAt  time.Time
	ExpiresAt time.Time
	Metadata  map[string]string
	Now       time.Time
}

// Check refuses a wish that contradicts itself.
func (i Issue) Check() error {
	if i.Named != "" && i.Person != "" {
		return ErrSharedForCustomer.At("customer")
	}
	if err := checkValidity(i.StartsAt, i.ExpiresAt); err != nil {
		return err
	}
	if !i.ExpiresAt.IsZero() && !i.ExpiresAt.After(i.Now) {
		return fault.ErrInvalid.At("expires_at")
	}
	return checkMetadata(i.Metadata)
}

// Coupon makes the coupon with that code.
func (i Issue) Coupon(s shop.Secrets, c Code) Coupon {
	cpn := Coupon{
		Object: "coupon", ID: ID(s, c), Livemode: i.Campaign.Livemode,
		Campaign: i.Campaign.ID, CampaignVersion: i.Campaign.Version,
		Code: c.Grouped(), Shared: i.Named != "", Customer: i.Customer, Personal: i.Person != "", Active: true,
		StartsAt: moment.Stored(i.StartsAt), ExpiresAt: moment.Stored(i.ExpiresAt), Metadata: i.Metadata, CreatedAt: i.Now, Person: i.Person,
	}
	switch {
	case cpn.Shared:
		cpn.Code = DisplayNamed(i.Named)
	case i.Campaign.Tender():
		cpn.Balance = &Balance{i.Balance, i.Campaign.Currency()}
	default:
		cpn.TimesRedeemed = new(int64)
	}
	return cpn
}

// Filter says which coupons to list: a campaign's, a person's, or both.
type Filter struct {
	Campaign string
	Person   string
}
