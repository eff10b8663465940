package coupon

import (
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// What can be wrong with rules when they are saved.
var (
	ErrBoundsReversed  = fault.Define(fault.Invalid, "bounds_reversed")
	ErrContradiction   = fault.Define(fault.Invalid, "rules_contradict")
	ErrTimeZoneUnknown = moment.ErrZoneUnknown
	ErrTimeOfDay       = fault.Define(fault.Invalid, "time_of_day_invalid")
	ErrWindowEmpty     = fault.Define(fault.Invalid, "window_empty")
)

// contradiction refuses rules that no order could meet, or that mean nothing,
// naming the field; they stand below at.
func (r *Rules) contradiction(at, currency string) error {
	if r.MinimumAmount+r.MaximumAmount+r.MinimumSpent+r.MaximumSpent > 0 && currency == "" {
		return ErrFieldMissing.At(at + ".currency")
	}
	if r.FirstOrderOnly && r.MinimumOrdersCount+r.MinimumSpent+r.MinimumDaysSinceLastOrder+r.MaximumDaysSinceLastOrder > 0 {
		return ErrContradiction.At(at + ".first_order_only") // who has ordered nothing yet meets none of them
	}
	if checkMetadata(r.Metadata) != nil {
		return fault.ErrInvalid.At(at + ".metadata")
	}
	return firstOf(
		oneOf(at+".threshold_on", r.ThresholdOn, "", OnList, OnLeft),
		bounds(at+".maximum_amount", r.MinimumAmount, r.MaximumAmount),
		bounds(at+".maximum_quantity", r.MinimumQuantity, r.MaximumQuantity),
		r.CountedItems.contradiction(at+".counted_items"),
		r.RequiredItems.contradiction(at+".required_items"),
		r.ForbiddenItems.contradiction(at+".forbidden_items"),
		apart(at+".forbidden_items.skus", r.RequiredItems.SKUs, r.ForbiddenItems.SKUs),
		apart(at+".forbidden_items.categories", r.RequiredItems.Categories, r.ForbiddenItems.Categories),
		each(at+".countries", r.Countries, country),
		each(at+".excluded_countries", r.ExcludedCountries, country),
		apart(at+".excluded_countries", r.Countries, r.ExcludedCountries),
		apart(at+".excluded_channels", r.Channels, r.ExcludedChannels),
		r.Hours.contradiction(at+".hours"),
		r.Audience.contradiction(at),
		compiles(at+".expression", r.Expression),
	)
}

// contradiction refuses an audience that nobody can be in; its fields stand below at.
func (a *Audience) contradiction(at string) error {
	if highest := a.MaximumOrdersCount; highest != nil && *highest < a.MinimumOrdersCount {
		return ErrBoundsReversed.At(at + ".maximum_orders_count")
	}
	return firstOf(
		bounds(at+".maximum_spent", a.MinimumSpent, a.MaximumSpent),
		bounds(at+".maximum_days_since_last_order", a.MinimumDaysSinceLastOrder, a.MaximumDaysSinceLastOrder),
		each(at+".customers", a.Customers, customerID),
		each(at+".excluded_customers", a.ExcludedCustomers, customerID),
		apart(at+".excluded_customers", a.Customers, a.ExcludedCustomers),
		each(at+".segments", a.Segments, notEmpty),
		each(at+".excluded_segments", a.ExcludedSegments, notEmpty),
		apart(at+".excluded_segments", a.Segments, a.ExcludedSegments),
		each(at+".stages", a.Stages, stage),
		each(at+".excluded_stages", a.ExcludedStages, stage),
		apart(at+".excluded_stages", a.Stages, a.ExcludedStages),
	)
}
