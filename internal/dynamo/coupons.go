package dynamo

import (
	"context"
	"fmt"
	"io"
	"maps"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// IssueCoupon stores a new coupon: with a random code, or with the shop's own.
func (s *Store) IssueCoupon(ctx context.Context, sp shop.Space, secrets shop.Secrets, i coupon.Issue, once idem.Key) (coupon.Coupon, error) {
	for range maxTries {
		code, err := s.codeFor(i)
		if err != nil {
			return coupon.Coupon{}, err
		}
		c := i.Coupon(secrets, code)
		effect := s.issue(sp, i, c, code)
		if err := s.sign(effect[0].item, c); err != nil {
			return coupon.Coupon{}, err
		}
		refused, err := s.settle(ctx, "dynamo.IssueCoupon", s.withOnce(sp, s.tables.Coupons, once, c, effect)...)
		if err != nil || refused == nil {
			return c, err
		}
		if !once.IsZero() && refused[0].failed {
			return replayed[coupon.Coupon](refused[0].old, once)
		}
		if !once.IsZero() {
			refused = refused[1:]
		}
		if err := issueRefusal(i, refused); err != nil {
			return coupon.Coupon{}, err
		}
	} // a random code was taken: draw again
	return coupon.Coupon{}, fault.ErrUnavailable.In("dynamo.IssueCoupon")
}

func (s *Store) codeFor(i coupon.Issue) (coupon.Code, error) {
	switch {
	case i.Campaign.Tender():
		return coupon.NewCardCode(s.random, i.Campaign.Prefix)
	case i.Named == "":
		return coupon.NewCode(s.random, i.Campaign.Prefix)
	}
	return coupon.ParseCode(i.Named)
}

// sign makes the row of a named code unique, as its code makes that of a random
// one: two calls may name the same code in the same millisecond.
func (s *Store) sign(row item, c coupon.Coupon) error {
	if !c.Shared {
		return nil
	}
	nonce := make([]byte, 8)
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return fmt.Errorf("dynamo.IssueCoupon: %w", err)
	}
	row["nonce"] = bin(nonce)
	return nil
}

// issue lists the writes of a new coupon: its row; for a named code the claim
// on its prefix; and for a campaign's first coupon the mark that freezes its
// currency and reward types; and for a gift card its ledger's first entry.
func (s *Store) issue(sp shop.Space, i coupon.Issue, c coupon.Coupon, code coupon.Code) []write {
	ws := []write{{table: s.tables.Coupons, item: couponRow(sp, c), condition: "attribute_not_exists(pk)", unique: true}}
	if c.Shared {
		ws = append(ws, s.prefixClaim(sp, code.Prefix()))
	}
	if !i.Campaign.Issued {
		ws = append(ws, s.firstIssue(sp, c.Campaign, c.CampaignVersion))
	}
	if c.Balance != nil {
		ws = append(ws, s.record(sp, c.Loaded(coupon.EntryIssue, c.Balance.Amount, c.CreatedAt), ""))
	}
	return ws
}

// prefixClaim takes a beginning for the shop's named codes, unless it is a
// campaign's or a batch's; each of the two names its campaign there.
func (s *Store) prefixClaim(sp shop.Space, prefix string) write {
	return write{
		table: s.tables.Campaigns, key: prefixKey(sp, prefix),
		update: "SET named = :yes", condition: "attribute_not_exists(campaign_id)",
		values: item{":yes": boolean(true)},
	}
}

// firstIssue freezes a campaign's currency and reward types, unless its terms
// have changed since they were read, or it has become automatic.
func (s *Store) firstIssue(sp shop.Space, campaign string, version int) write {
	return write{
		table: s.tables.Campaigns, key: campaignKey(sp, campaign, skHead),
		update:    "SET issued = :yes",
		condition: "campaign_version = :version AND (attribute_not_exists(automatic) OR automatic = :no)",
		values:    item{":yes": boolean(true), ":version": num(version), ":no": boolean(false)},
	}
}

// issueRefusal reads the refusals of issue's writes, in their order: nil where
// another random code may do.
func issueRefusal(i coupon.Issue, refused []refusal) error {
	taken, rest := refused[0].failed, refused[1:]
	if i.Named != "" {
		if rest[0].failed {
			return coupon.ErrCodeReserved.At("code")
		}
		rest = rest[1:]
	}
	switch {
	case taken && i.Named != "":
		return coupon.ErrCodeTaken.At("code")
	case taken:
		return nil
	case len(rest) > 0 && rest[0].failed:
		return fault.ErrStale.In("dynamo.IssueCoupon") // the campaign changed since it was read
	}
	return nil
}

func couponRow(sp shop.Space, c coupon.Coupon) item {
	row := couponKey(sp, c.ID)
	set := item{
		"campaign_id": str(c.Campaign), "campaign_version": num(c.CampaignVersion), "code": str(c.Code),
		"disabled": boolean(!c.Active), "attempts": num(0),
	}
	if c.Batch == "" { // its codes are listed by computing them, and audited by their place
		set[attrBucket], set[attrIssued] = str(bucketKey(sp, c.Campaign, bucketOf(c.ID))), str(issuedKey(c.CreatedAt, c.ID))
	}
	if c.Shared {
		set["shared"] = boolean(true)
	}
	if c.Person != "" {
		set["person"], set[attrHolder] = str(c.Person), str(holderKey(sp, c.Person))
	}
	if c.Customer != "" {
		set["customer_id"] = str(c.Customer)
	}
	if !c.StartsAt.IsZero() {
		set["starts_at"] = moment(c.StartsAt)
	}
	if !c.ExpiresAt.IsZero() {
		set["expires_at"] = moment(c.ExpiresAt)
	}
	if len(c.Metadata) > 0 {
		set["metadata"] = document(c.Metadata)
	}
	set["created_at"] = moment(c.CreatedAt)
	setBalance(set, c)
	maps.Copy(row, set)
	return row
}

// readCoupon reads a coupon's row; the seat of a shared code's use is not one.
func readCoupon(sp shop.Space, id string, row item) (coupon.Coupon, error) {
	if getStr(row, "code") == "" {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	c := coupon.Coupon{
		Object: "coupon", ID: id, Livemode: sp.Live,
		Campaign: getStr(row, "campaign_id"), CampaignVersion: int(getNum(row, "campaign_version")),
		Code: getStr(row, "code"), Shared: getBool(row, "shared"), Customer: getStr(row, "customer_id"),
		Person: getStr(row, "person"), Personal: getStr(row, "person") != "", Active: !getBool(row, "disabled"),
		StartsAt: getTime(row, "starts_at"), ExpiresAt: getTime(row, "expires_at"), CreatedAt: getTime(row, "created_at"),
		Leak: readSuspicion(row),
	}
	c.Balance = getBalance(row)
	if !c.Shared && c.Balance == nil {
		c.TimesRedeemed = new(int64)
		c.HeldUntil = getTime(row, "held_until")
		if getStr(row, "order_id") != "" && c.HeldUntil.IsZero() {
			*c.TimesRedeemed = 1
			c.Redemption = holderOf(row, coupon.SeatOf(id))
		}
	}
	c.Batch, _ = coupon.BatchOf(id)
	return c, getDocument(row, "metadata", &c.Metadata)
}

// Coupon reads one by id.
func (s *Store) Coupon(ctx context.Context, sp shop.Space, id string) (coupon.Coupon, error) {
	if !coupon.ValidID(id) {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Coupons, couponKey(sp, id))
	if err != nil {
		return coupon.Coupon{}, err
	}
	c, err := s.couponAt(ctx, sp, id, row)
	return s.withBatch(ctx, sp, c, err)
}

// SetDisabled disables or enables a coupon. Doing it twice is doing it once, and
// a late copy of the write does nothing: it names the change that it follows.
// A random code's row is in every redemption's condition. A shared code's is in
// none, since all redemptions would meet on it: its state reaches them through
// their cache, as the campaign's does.
func (s *Store) SetDisabled(ctx context.Context, sp shop.Space, id string, disabled bool) (coupon.Coupon, error) {
	if !coupon.ValidID(id) {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	for range maxTries {
		row, err := s.get(ctx, s.tables.Coupons, couponKey(sp, id))
		if err != nil {
			return coupon.Coupon{}, err
		}
		c, err := s.couponAt(ctx, sp, id, row)
		if err != nil || c.Active != disabled {
			return s.withBatch(ctx, sp, c, err)
		}
		change := s.disabling(sp, id, disabled, getNum(row, "toggled"))
		if row == nil {
			change = s.madeDisabled(sp, c)
		}
		refused, err := s.settle(ctx, "dynamo.SetDisabled", change)
		if err != nil {
			return coupon.Coupon{}, err
		}
		if refused == nil {
			s.shared.forget(space(sp) + id)
			return s.Coupon(ctx, sp, id)
		}
	} // done, or overtaken by another change: look again
	return coupon.Coupon{}, fault.ErrUnavailable.In("dynamo.SetDisabled")
}

// disabling sets the coupon's state, unless it has changed since it was read, after so many changes.
func (s *Store) disabling(sp shop.Space, id string, disabled bool, after int64) write {
	w := write{
		table: s.tables.Coupons, key: couponKey(sp, id), update: "SET disabled = :disabled, toggled = :next",
		condition: "attribute_exists(code) AND toggled = :after",
		values:    item{":disabled": boolean(disabled), ":next": num(after + 1), ":after": num(after)},
	}
	if after == 0 {
		w.condition = "attribute_exists(code) AND attribute_not_exists(toggled)"
		delete(w.values, ":after")
	}
	return w
}
