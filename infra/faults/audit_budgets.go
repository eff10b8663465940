package faults

// grants are what redemptions say that they took off orders, and have not taken
// back since: as much as their seats have taken of budgets.
type grants struct {
	budgeted map[string]bool             // campaigns
	granted  map[string]map[string]int64 // by campaign and name
}

func newGrants() grants {
	return grants{budgeted: map[string]bool{}, granted: map[string]map[string]int64{}}
}

// grantOf names what a redemption, of which this is a seat, has of a budget.
func grantOf(seat row, campaign string) string {
	id := seat.text("redemption_id")
	if id == "" {
		var doc struct{ ID string }
		seat.document("redemption", &doc)
		id = doc.ID
	}
	return grantName(seat, id, campaign)
}

func grantName(seat row, id, campaign string) string {
	return spaceOf(seat.text("pk")) + "#" + id + " money of " + campaign
}

// grant reads what the codes of a redemption or a hold that stands grant.
func (b *books) grant(r row) {
	if !r.has("redemption") || !r.has("order_id") {
		return
	}
	var doc struct {
		ID, Status string
		Codes      []struct {
			Campaign, Status string
			Discount         int64
			Back             int64 `json:"discount_rolled_back"`
		}
	}
	if r.document("redemption", &doc); doc.Status == "rolled_back" {
		return
	}
	for _, c := range doc.Codes {
		campaign := campaignName(r.text("pk"), c.Campaign)
		if b.granted[campaign] == nil {
			b.granted[campaign] = map[string]int64{}
		}
		if c.Status != "not_applied" {
			b.granted[campaign][grantName(r, doc.ID, c.Campaign)] += c.Discount - c.Back
		}
	}
}

// settleGrants counts those of campaigns that have a budget.
func (b *books) settleGrants() {
	for campaign, names := range b.granted {
		if b.budgeted[campaign] {
			for name, n := range names {
				b.counted[name] += n
			}
		}
	}
}
