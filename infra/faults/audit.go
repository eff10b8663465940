package faults

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Drift is a counter that is not what the rows say, or a row without the one that belongs to it.
type Drift struct {
	Key  string // of the row; it begins with the space
	What string
}

func (d Drift) String() string { return d.Key + ": " + d.What }

// Audit recomputes every counter from the rows that it counts. It scans whole
// tables, so it is for tests, and it wants them at rest. It reads rows without
// the store's help, so that a mistake of the store's is not its own witness.
func Audit(ctx context.Context, db *dynamodb.Client) ([]Drift, error) {
	b := newBooks()
	for table, read := range map[string]func(row){
		"CampaignsTable": b.definition, "CouponsTable": b.coupon, "ShopsTable": b.shop, "PeopleTable": b.people, "OrdersTable": b.order,
	} {
		if err := scan(ctx, db, table, read); err != nil {
			return nil, fmt.Errorf("audit %s: %w", table, err)
		}
	}
	return b.balance(), nil
}

func scan(ctx context.Context, db *dynamodb.Client, table string, read func(row)) error {
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			read(r)
		}
	}
	return nil
}

// books hold what rows say of themselves (stated) and what the other rows say of them (counted).
type books struct {
	stated, counted map[string]int64
	perCustomer     map[string]int64  // by campaign
	customers       map[string]string // limit row to campaign
	drifts          []Drift
	holds
	grants
	memberships
	merges
	folds
}

func newBooks() *books {
	return &books{
		stated: map[string]int64{}, counted: map[string]int64{},
		perCustomer: map[string]int64{}, customers: map[string]string{}, holds: newHolds(), grants: newGrants(), memberships: newMemberships(),
		merges: merges{into: map[string]string{}, going: map[string]bool{}}, folds: newFolds(),
	}
}

func (b *books) drift(key, format string, args ...any) {
	b.drifts = append(b.drifts, Drift{key, fmt.Sprintf(format, args...)})
}

// balance compares.
func (b *books) balance() []Drift {
	b.marks()
	b.judge()
	b.settleGrants()
	b.compare()
	b.lost()
	for key, n := range b.stated {
		if n != b.counted[key] {
			b.drift(key, "states %d, the rows count %d", n, b.counted[key])
		}
	}
	for key, n := range b.counted {
		if _, ok := b.stated[key]; !ok && n != 0 {
			b.drift(key, "is missing, the rows count %d", n)
		}
	}
	for key, campaign := range b.customers {
		if n, most := b.stated[key], b.perCustomer[campaign]; n > most {
			b.drift(key, "states %d, beyond the limit of %d", n, most)
		}
	}
	return b.drifts
}

// The names of what is counted. Each begins with the space, and so does every pk.
func usesOf(campaign string) string     { return campaign + " uses, taken and left" }
func termsOf(campaign string) string    { return campaign + " versions of terms" }
func listed(campaign string) string     { return campaign + " entries in the list" }
func automatics(campaign string) string { return campaign + " entries in the list of automatic ones" }
func prefixes(campaign string) string   { return campaign + " code prefixes" }
func attempts(seat string) string       { return seat + " attempts" }
func keys(space, kind string) string    { return space + " live keys of kind " + kind }
func slotName(pk string, m int) string  { return fmt.Sprint(pk, " measure ", m) }
func limitName(pk, sk string) string    { return pk + "|" + sk + " uses" }
func spaceOf(pk string) string          { return strings.Join(strings.SplitN(pk, "#", 3)[:2], "#") }
func campaignName(pk, id string) string { return spaceOf(pk) + "#campaign#" + id }

// definition reads a row of the campaigns.
func (b *books) definition(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	switch {
	case b.many(r): // of a batch or an import
	case sk == "head":
		var doc struct {
			Max         int64 `json:"max_redemptions"`
			PerCustomer int64 `json:"max_redemptions_per_customer"`
			Automatic   bool  `json:"automatic"`
			Budget      struct{ Amount int64 }
		}
		r.document("doc", &doc)
		b.stated[usesOf(pk)], b.perCustomer[pk], b.budgeted[pk] = doc.Max, doc.PerCustomer, doc.Budget.Amount > 0
		b.stated[termsOf(pk)] = r.number("campaign_version")
		b.stated[listed(pk)], b.stated[prefixes(pk)] = 1, 1
		if doc.Automatic && !r.flag("paused") {
			b.stated[automatics(pk)] = 1
		}
	case strings.HasSuffix(pk, "#automatic"):
		var ids []string
		r.document("campaigns", &ids)
		for _, id := range ids {
			b.counted[automatics(campaignName(pk, id))]++
		}
	case strings.Contains(pk, "#campaign#") && strings.HasPrefix(sk, "v"):
		b.counted[termsOf(pk)]++
	case strings.HasSuffix(pk, "#campaigns"):
		b.counted[listed(campaignName(pk, sk))]++
	case sk == "prefix" && r.has("campaign_id"):
		b.counted[prefixes(campaignName(pk, r.text("campaign_id")))]++
	}
}

// coupon reads a row of the coupons: slots, customers' limits, seats, and what stood there before.
func (b *books) coupon(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	b.card(r)
	b.grant(r)
	b.mark[pk+"|"+sk] = r.number("next_lapse_at")
	switch {
	case r.has("entry"): // of a ledger
	case strings.Contains(pk, "#person#"):
		b.person(r)
		b.limited(r)
	case strings.Contains(sk, "#hold#"):
		b.entry(pk, sk)
	case sk == "slot":
		b.slot(r)
	case sk == "shares": // what a change of the limit has not moved yet, or could not
		campaign := strings.Split(pk, "#")[3]
		b.counted[usesOf(campaignName(pk, campaign))] += r.number("to_uses") - r.number("held_uses")
	case strings.Contains(pk, "#day#"):
		b.stated[limitName(pk, sk)] = r.number("uses")
	case strings.Contains(pk, "#first#"):
		b.stated[limitName(pk, sk)] = r.number("uses")
		b.counter(r)
	case strings.Contains(pk, "#limit#"):
		b.counter(r)
		b.stated[limitName(pk, sk)] = r.number("uses")
		b.customers[limitName(pk, sk)] = campaignName(pk, strings.Split(pk, "#")[3])
	case r.has("redemption") && !r.has("attempts"):
		b.past(r)
	case r.has("attempts"):
		b.stated[attempts(pk+"|"+sk)] = r.number("attempts")
		b.seat(r)
	}
}

// past reads what was undone: each seat that it freed has one attempt more.
func (b *books) past(r row) {
	if r.has("freed") {
		for _, seat := range r.list("freed") {
			b.counted[attempts(seat)]++
		}
		return
	}
	sk := r.text("sk")
	base := sk[:strings.LastIndex(sk, "#")]
	if base == "past" {
		base = "coupon"
	}
	b.counted[attempts(r.text("pk")+"|"+base)]++
}

// slot counts a part of a limit.
func (b *books) slot(r row) {
	pk := r.text("pk")
	campaign := strings.Split(pk, "#")[3]
	b.counted[usesOf(campaignName(pk, campaign))] += r.number("uses") + r.number("uses_left")
	for m, name := range [...][2]string{{"uses", "uses_left"}, {"stock_used", "stock_left"}, {"budget_spent", "budget_left"}} {
		b.stated[slotName(pk, m)] = r.number(name[0])
		if r.number(name[1]) < 0 {
			b.drift(pk, "has %d %s", r.number(name[1]), name[1])
		}
	}
}

// seat counts a redemption that holds one.
func (b *books) seat(r row) {
	if !r.has("order_id") {
		return
	}
	space, campaign := spaceOf(r.text("pk")), r.text("campaign_id")
	if r.has("slot_number") {
		slot := fmt.Sprintf("%s#slot#%s#%d", space, campaign, r.number("slot_number"))
		b.counted[slotName(slot, 0)]++
		b.held(r, slot+"|slot")
	}
	var takes []struct {
		Slot int
		Took [3]int64
		Day  string
	}
	r.document("takes", &takes)
	for _, t := range takes {
		b.stated[grantOf(r, campaign)] += t.Took[2]
		slot, day := fmt.Sprintf("%s#slot#%s#%d", space, campaign, t.Slot), fmt.Sprintf("%s#day#%s#%d", space, campaign, t.Slot)
		if t.Day != "" {
			b.counted[limitName(day, t.Day)] += t.Took[0]
			b.held(r, day+"|"+t.Day)
			continue
		}
		for m, n := range t.Took {
			b.counted[slotName(slot, m)] += n
		}
		b.held(r, slot+"|slot")
	}
	if person := r.text("first_person"); person != "" {
		first := space + "#first#" + person[:1]
		b.counted[limitName(first, person)]++
		b.held(r, first+"|"+person)
	}
	if person := r.text("limited_person"); person != "" {
		limit := space + "#limit#" + campaign + "#" + person[:1]
		b.counted[limitName(limit, person)]++
		b.held(r, limit+"|"+person)
	}
}

// shop reads a row of the shops: the side with its number of keys, or one of them.
func (b *books) shop(r row) {
	pk := r.text("pk")
	switch kind := r.text("kind"); {
	case r.text("sk") == "shop":
		b.stated[keys(pk, "secret")] = r.number("live_secret")
		b.stated[keys(pk, "publishable")] = r.number("live_publishable")
	case kind != "" && !r.has("revoked_at"):
		b.counted[keys(pk, kind)]++
	}
}
