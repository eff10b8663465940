package attempt

import (
	"errors"
	"reflect"
	"testing"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

func TestMisses(t *testing.T) {
	two := []string{"one", "two"}
	got := Misses(two, []error{nil, coupon.ErrUnknown.At("codes[1]")})
	if want := []Miss{{"two", "coupon_unknown", "coupon_unknown"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if got := Misses(two, []error{nil, errors.New("no fault")}); got != nil {
		t.Errorf("%v", got)
	}
}

// A fault names its code by its place, or not at all.
func TestRefusals(t *testing.T) {
	rules := coupon.ErrRulesViolated.At("order").Of(coupon.ErrMinimumAmount, coupon.ErrCustomer.At("customer"))
	unknown, other := coupon.ErrUnknown.At("codes[1]"), coupon.ErrOtherCustomer.At("customer")
	for name, c := range map[string]struct {
		typed []string
		f     *fault.Error
		want  []Miss
	}{
		"one":             {[]string{"a"}, other, []Miss{{"a", "customer_not_permitted", "customer_not_permitted"}}},
		"rules":           {[]string{"a"}, rules, []Miss{{"a", "order_rules_violated", "customer_not_included"}}},
		"one of two":      {[]string{"a", "b"}, unknown, []Miss{{"b", "coupon_unknown", "coupon_unknown"}}},
		"some one of two": {[]string{"a", "b"}, other, []Miss{{"", "customer_not_permitted", "customer_not_permitted"}}},
		"both":            {[]string{"a", "b"}, coupon.ErrCodesRefused.Of(unknown, other), []Miss{{"b", "coupon_unknown", "coupon_unknown"}, {"", "customer_not_permitted", "customer_not_permitted"}}},
		"not the codes":   {[]string{"a", "b"}, fault.ErrUnavailable, []Miss{{"", "temporarily_unavailable", "temporarily_unavailable"}}},
	} {
		if got := refusals(c.typed, c.f); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
