package dynamo

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Every key of every table, each with the access pattern that needs it. A key
// begins with the space (shop and side), so that no request can reach another's.
//
//	Shops       pk <space>                   sk shop          the side: name, secret, number of keys
//	            pk <space>                   sk key_…         check a key (GetItem); list keys (Query)
//	Campaigns   pk <space>#campaign#<id>     sk head          the campaign in force (GetItem, cached)
//	            pk <space>#campaign#<id>     sk v00001        one version of its terms (GetItem, immutable)
//	            pk <space>#campaigns         sk <id>          list, newest first (Query): ids only, written once
//	            pk <space>#prefix#<ABCD>     sk prefix        what a code's first four characters mean (GetItem, immutable)
//	Coupons     pk <space>#<coupon>                           a coupon, found by id or code; a random one is its own seat
//	            pk <space>#<seat>                             a shared code's use by one order
//	            pk <space>#redemption#<id>                    a redemption that was rolled back
//	            pk <space>#slot#<campaign>#<n>                a part of max_redemptions
//	            pk <space>#limit#<campaign>#<person>          one customer's uses
//	  by_campaign  <space>#<campaign>#<0–3> / <time>#<coupon> list a campaign's coupons, newest first
//	  by_customer  <space>#<person>         / <time>#<coupon> list a customer's coupons, newest first
//	any         pk <space>#once#<route>#<hash>                the first answer to an Idempotency-Key (TTL)
//
// Both indexes hold keys only, and no attribute of theirs ever changes: a
// redemption writes no index.
const (
	attrPK = "pk"
	attrSK = "sk"

	skShop   = "shop"
	skHead   = "head"
	skPrefix = "prefix"
	skOnce   = "once"

	byCampaign = "by_campaign"
	byCustomer = "by_customer"

	attrBucket = "campaign_bucket"
	attrHolder = "holder"
	attrIssued = "issued"
)

// buckets spreads a campaign's list over as many index partitions, so that
// issuing is not bound by one (about 1,000 writes a second each).
const buckets = 4

func space(s shop.Space) string { return s.Shop[len(shop.Prefix):] + "#" + s.Side() }

func key2(pk, sk string) item { return item{attrPK: str(pk), attrSK: str(sk)} }

func key1(pk string) item { return item{attrPK: str(pk)} }

func campaignKey(s shop.Space, id, sk string) item { return key2(space(s)+"#campaign#"+id, sk) }

func termsSK(version int) string { return fmt.Sprintf("v%05d", version) }

func campaignsPK(s shop.Space) string { return space(s) + "#campaigns" }

func prefixKey(s shop.Space, prefix string) item { return key2(space(s)+"#prefix#"+prefix, skPrefix) }

func seatKey(s shop.Space, seat string) item { return key1(space(s) + "#" + seat) }

func couponKey(s shop.Space, id string) item { return seatKey(s, id[len(coupon.Prefix):]) }

func redemptionKey(s shop.Space, id string) item { return key1(space(s) + "#redemption#" + id) }

func slotKey(s shop.Space, campaign string, n int) item {
	return key1(space(s) + "#slot#" + campaign + "#" + strconv.Itoa(n))
}

func limitKey(s shop.Space, campaign, person string) item {
	return key1(space(s) + "#limit#" + campaign + "#" + person)
}

func bucketKey(s shop.Space, campaign string, n int) string {
	return space(s) + "#" + campaign + "#" + strconv.Itoa(n)
}

func bucketOf(couponID string) int { return int(hash(couponID)) % buckets }

func holderKey(s shop.Space, person string) string { return space(s) + "#" + person }

// issuedKey sorts a coupon by the time of issue.
func issuedKey(t time.Time, couponID string) string {
	return fmt.Sprintf("%013d#%s", t.UnixMilli(), couponID)
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}
