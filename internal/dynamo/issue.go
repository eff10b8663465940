package dynamo

import (
	"context"
	"fmt"
	"io"

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
		if !once.IsZero() && c.Customer != "" { // what was answered is stripped with the coupon
			effect[0].item["once"] = str(once.ID)
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
