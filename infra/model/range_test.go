package model

// campaign is what the tests have of campaigns: it takes so much off the first
// line of an order, or else it gives a service.
type campaign struct {
	off    int64
	budget int64 // more than is ever spent: what it counts is compared
	most   int64 // max_redemptions
	each   int64 // max_redemptions_per_customer
	keeps  bool  // on_cancel
	before int64 // uses by orders that nobody touches again
}

// campaigns are of every kind; the limits of the one with uses before are spread over two slots.
var campaigns = [...]campaign{
	{off: 100},
	{off: 200, most: 3, each: 2},
	{off: 300, each: 1},
	{off: 400, most: 2, keeps: true},
	{off: 500, most: 10, before: 7, budget: 1_000_000},
	{most: 2},
}

// code is one of them.
type code struct {
	campaign int
	named    string // shared; empty for a random code
	later    bool   // not issued yet
}

var codes = [...]code{
	{campaign: 0},
	{campaign: 1},
	{campaign: 1},
	{campaign: 1, named: "MODEL-B"},
	{campaign: 2, named: "MODEL-C"},
	{campaign: 3, named: "MODEL-D"},
	{campaign: 4},
	{campaign: 4, named: "MODEL-E"},
	{campaign: 4, named: "MODEL-LATER", later: true},
	{campaign: 2},
	{campaign: 5, named: "MODEL-F"},
}

// keeping are the codes of campaigns that keep the use of a cancelled order.
const keeping set = 1 << 5

// set is some of the codes, a bit each.
type set uint16

func (s set) has(code int) bool { return s>>code&1 == 1 }

// of counts the codes of a campaign.
func (s set) of(campaign int) int64 {
	n := int64(0)
	for i, c := range codes {
		if s.has(i) && c.campaign == campaign {
			n++
		}
	}
	return n
}

// off is what the codes take off an order.
func (s set) off() int64 { return s.share(1, 1) }

// share is what they took off so many items of the whole.
func (s set) share(part, whole int64) int64 {
	n := int64(0)
	for i, c := range codes {
		if s.has(i) {
			n += campaigns[c.campaign].off * part / whole
		}
	}
	return n
}

// items is how many the first line of an order has, by the variant of its lines.
func items(variant int) int64 { return int64(3 - variant) }
