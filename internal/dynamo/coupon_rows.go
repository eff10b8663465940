package dynamo

import (
	"maps"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

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
