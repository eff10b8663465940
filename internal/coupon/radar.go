package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// LeakRadar says when a private code counts as leaked: many different people
// try it, and are refused, within a short time.
type LeakRadar struct {
	Customers int64 `json:"customers,omitzero" minimum:"2" maximum:"50" doc:"So many different customers, or networks of shoppers, have to be refused; 5 where it is left out."`
	Minutes   int64 `json:"minutes,omitzero" minimum:"1" maximum:"1440" doc:"Within so many minutes, by the clock; 60 where it is left out."`
	Pause     bool  `json:"pause,omitzero" doc:"Disable the coupon then."`
}

// Radar is the campaign's, with what is left out filled in.
func (c Campaign) Radar() LeakRadar {
	r := LeakRadar{}
	if c.LeakRadar != nil {
		r = *c.LeakRadar
	}
	if r.Customers == 0 {
		r.Customers = 5
	}
	if r.Minutes == 0 {
		r.Minutes = 60
	}
	return r
}

// Window is the time within which the radar counts.
func (r LeakRadar) Window() time.Duration { return time.Duration(r.Minutes) * time.Minute }

// Sighting is a code in hands that cannot use it. Who it was stands in one of
// two fields, since one person may be both: a visitor of the web page first, a
// customer at the till then.
type Sighting struct {
	Coupon   string // the coupon's id
	Campaign string
	Radar    LeakRadar
	Person   string // as customer.Ref.Person
	Network  string // of a web page's visitor; only a keyed hash of it is stored
	At       time.Time
}

// Leak is what the radar has found, and what is done about it once.
type Leak struct {
	Space     shop.Space
	Coupon    string
	Campaign  string
	Customers int64
	RaisedAt  time.Time
	Window    int64
}

// Suspicion is what a coupon shows of it.
type Suspicion struct {
	SuspectedAt time.Time `json:"suspected_at"`
	Customers   int64     `json:"customers" doc:"How many different customers or networks had tried it in vain by then."`
	Paused      bool      `json:"paused" doc:"It was disabled for that; enable it to use it again."`
}

// IsGuess reports whether a refusal with that code is what a wrong guess gets. To
// a browser all that is not usable is alike, so it must count alike, too: a
// budget that only unknown codes spend would tell them from dead ones. What an
// honest shopper can mend does not count, and neither does text that can be no
// code: it teaches nothing.
func IsGuess(why string, browser bool) bool {
	if browser {
		return !forBrowsers.has(why)
	}
	return why == ErrUnknown.Code || why == ErrOtherCustomer.Code
}

// leakSigns are what somebody is told who tries a code that is another's, by its
// coupon or by its campaign's rules, or that its owner has used already.
var leakSigns = faults{ErrOtherCustomer, ErrNeedsCustomer, ErrCustomer, ErrQuantityExceeded, ErrCustomerLimit, ErrOnHold}

// SignOf is the reason in which the radar looks for a leak. Of the rules that an
// order misses that is the one which names the customers whom the code is for.
func SignOf(f *fault.Error) string {
	if faults(f.Parts).has(ErrCustomer.Code) {
		return ErrCustomer.Code
	}
	return f.Code
}

// IsLeakSign reports whether a refusal with that code may mean that a private code is going round.
func IsLeakSign(why string) bool { return leakSigns.has(why) }

// Watches reports whether the radar looks at that refusal of the code. A random
// code is for one, always. A named code is for everybody, unless its campaign
// has a radar, and then a shopper who is not known yet is still no sign.
func (t Target) Watches(why string) bool {
	if t.Coupon.Shared {
		return t.Campaign.LeakRadar != nil && why != ErrNeedsCustomer.Code
	}
	return true
}
