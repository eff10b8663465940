// Package coupon is the heart of Lagniappe: campaigns, the coupons that name
// them, what a coupon takes off an order, and who may redeem it when.
//
// A [Campaign] defines rewards, rules and limits. A [Coupon] is a code of a
// campaign: random and for one use, or named by the shop ("SUMMER26") and for
// everybody. A [Request] names an order and its codes. [Draft] decides, from
// definitions alone, which of them fit the order and what each takes off ([Price]);
// the store then makes it true in one conditional write. What that write finds
// when its condition fails is an [Outcome] of seats, and the draft says what it
// means: my own earlier redemption, somebody else's, or a reason to refuse
// (seat.go). [Redeem], [TakeHold] and [Validate] lead through these steps.
// Everything here is pure: no clock, no storage.
package coupon

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// The faults of campaigns.
var (
	ErrCampaignUnknown    = fault.Define(fault.NotFound, "campaign_unknown")
	ErrCampaignIssued     = fault.Define(fault.Conflict, "campaign_issued")
	ErrLimitNotChangeable = fault.Define(fault.Invalid, "limit_not_changeable")
)

// CampaignPrefix is how the ids of campaigns begin.
const CampaignPrefix = "camp_"

// Definition is what a shop says about a campaign.
type Definition struct {
	Name string `json:"name" minLength:"1" maxLength:"200" example:"Summer 2026"`
	Terms
	Limits
	Automatic bool              `json:"automatic,omitzero" doc:"Needs no code: it applies to every order that it fits, beside the codes. It has no coupons. A side has at most 50 that are active."`
	LeakRadar *LeakRadar        `json:"leak_radar,omitempty" doc:"When a private code counts as leaked. Random codes are watched anyway, named codes only with this."`
	Metadata  map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// Campaign is a definition in force.
type Campaign struct {
	Object   string `json:"object" enum:"campaign"`
	ID       string `json:"id" example:"camp_06kd8t5v2w7x9y3z"`
	Livemode bool   `json:"livemode"`
	Definition
	Active  bool `json:"active" doc:"False while paused."`
	Version int  `json:"version" doc:"Of the terms; coupons keep the version they were issued under."`
	Consumption
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Prefix   string    `json:"-"` // of its random codes
	Slots    int       `json:"-"` // over how many rows the limits are spread; 0 without any
	Days     []DayPlan `json:"-"` // the limits for each day, the present one and the next
	Issued   bool      `json:"-"` // a coupon exists: currency and reward types are frozen
	Seated   bool      `json:"-"` // it is automatic, or was: orders may have it without a coupon
	Floor    int       `json:"-"` // coupons of older versions count as issued under this one
	Revision int64     `json:"-"` // counts every change; the ETag
}

// Check refuses a definition that contradicts itself, naming the field.
func (d Definition) Check() error {
	if strings.TrimSpace(d.Name) == "" {
		return ErrFieldMissing.At("name")
	}
	if err := checkMetadata(d.Metadata); err != nil {
		return err
	}
	if err := d.Terms.Check(); err != nil {
		return err
	}
	if err := d.checkStock(); err != nil {
		return err
	}
	if err := d.checkDays(); err != nil {
		return err
	}
	if d.Automatic && d.Tender() {
		return ErrFieldNotAllowed.At("automatic").Arg("type", string(GiftBalance))
	}
	return d.checkBudget()
}

// checkMetadata holds the contract's bounds: up to 50 keys of up to 40 characters a key, 500 a value.
func checkMetadata(m map[string]string) error {
	if len(m) > 50 {
		return fault.ErrInvalid.At("metadata")
	}
	for k, v := range m {
		if k == "" || utf8.RuneCountInString(k) > 40 || utf8.RuneCountInString(v) > 500 {
			return fault.ErrInvalid.At("metadata")
		}
	}
	return nil
}

// NewCampaign makes a campaign of a checked definition.
func NewCampaign(id, prefix string, live bool, d Definition, now time.Time) Campaign {
	return Campaign{
		Object: "campaign", ID: id, Livemode: live, Definition: d, Active: true, Version: 1,
		CreatedAt: now, UpdatedAt: now, Prefix: prefix, Slots: d.slots(), Days: d.firstDays(), Revision: 1, Seated: d.Automatic,
	}
}

// Change is a new definition for an existing campaign.
type Change struct {
	Definition
	ApplyToIssued bool // move coupons that are out to the new terms
}

// Apply gives the campaign as changed. The version rises only when the terms differ.
func (c Campaign) Apply(ch Change, now time.Time) (Campaign, error) {
	if err := ch.Check(); err != nil {
		return Campaign{}, err
	}
	if c.Issued && !c.SameShape(ch.Terms) {
		return Campaign{}, ErrCampaignIssued.At("rewards")
	}
	if err := c.checkChange(ch.Definition); err != nil {
		return Campaign{}, err
	}
	if c.Issued && ch.Automatic {
		return Campaign{}, ErrHasCoupons.At("automatic")
	}
	n := c
	n.Definition, n.UpdatedAt, n.Seated = ch.Definition, now, c.Seated || ch.Automatic
	n.Slots, n.Days = max(c.Slots, n.slots()), c.days(ch.Limits, now)
	n.Revision++
	if !sameTerms(c.Terms, n.Terms) {
		n.Version++
	}
	if ch.ApplyToIssued {
		n.Floor = n.Version
	}
	return n, nil
}

// sameTerms compares by meaning: two spellings of one moment are the same.
func sameTerms(a, b Terms) bool {
	x, errX := json.Marshal(a.utc())
	y, errY := json.Marshal(b.utc())
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (t Terms) utc() Terms {
	t.StartsAt, t.ExpiresAt = moment.Stored(t.StartsAt), moment.Stored(t.ExpiresAt)
	return t
}

// UTC gives the definition with its times in UTC, as they are stored and answered.
func (d Definition) UTC() Definition {
	d.Terms = d.utc()
	return d
}
