package dynamo

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Every key of every table, each with the access pattern that needs it. A key
// begins with the space (shop and side), so that no request can reach another's;
// "shops", "audit" and "leaks" are no shop's, and only the clock's functions read them.
//
//	Shops       pk <space>                   sk shop          the side: name, secret, number of keys
//	            pk <space>                   sk key_…         check a key (GetItem); list keys (Query)
//	            pk shops                     sk <shop id>     visit every shop (Query): ids only, written once
//	            pk audit                     sk cursor        how far the auditor has come (GetItem)
//	Campaigns   pk <space>#campaign#<id>     sk head          the campaign in force (GetItem, cached)
//	            pk <space>#campaign#<id>     sk v00001        one version of its terms (GetItem, immutable)
//	            pk <space>#campaigns         sk <id>          list, newest first; visit all, oldest first (Query): ids only, written once
//	            pk <space>#automatic         sk list          which campaigns need no code (GetItem, cached)
//	            pk <space>#prefix#<ABCD>     sk prefix        what a code's first four characters mean (GetItem, immutable)
//	            pk <space>#batch#<id>        sk head          a batch and its keys (GetItem, cached)
//	            pk <space>#batches#<camp>    sk <id>          list a campaign's batches, newest first; audit their codes (Query)
//	            pk <space>#import#<id>       sk head          an import and the sums of its parts (GetItem)
//	            pk <space>#import#<id>       sk part#00001    one part's content hash and report (GetItem)
//	            pk <space>#imports           sk <id>          list imports, newest first (Query)
//	            pk <space>#settings          sk settings      what holds for all campaigns (GetItem, cached)
//	Coupons     pk <space>#<coupon>          sk coupon        a coupon, found by id or code; a random one is its own seat
//	            pk <space>#<joint>           sk coupon        the seat of several codes' redemption, by a hash of order and codes
//	            pk <space>#<batch>#<b>       sk <code>        a batch's code, once it was redeemed or disabled; its own seat (audit: Query)
//	            pk <space>#<coupon>          sk past#0001     a random code's redemption that was rolled back
//	            pk <space>#<coupon>#<b>      sk <order>       a shared code's seat: its use by one order (audit: Query)
//	            pk <space>#<camp>#<b>        sk <order>       an automatic campaign's seat: its use by one order (audit: Query)
//	            pk <space>#<coupon>#<b>      sk <order>#0001  a shared code's redemption that was rolled back
//	            …                            sk …#0001#<ret>  beside each of those three: a return of single lines
//	            pk <space>#slot#<camp>#<n>   sk slot          a part of each limit of a campaign (BatchGetItem)
//	            pk <space>#day#<camp>#<n>    sk 2026-11-22    a part of max_redemptions_per_day (BatchGetItem; audit: Query)
//	            pk <space>#shares#<camp>     sk shares        how far a change of those limits has come (BatchGetItem)
//	            pk <space>#<coupon>#ledger   sk <time>#<why>  a change of a gift card's balance (Query, newest first; audit: Query)
//	            pk <space>#limit#<camp>#<b>  sk <person>      one customer's uses, whose count, too (folded), and what counts as used since an erasure (kept) (BatchGetItem; audit: Query)
//	            pk <space>#first#<b>         sk <person>      which order took what is for a person's first order only; the same
//	            …                            sk …#hold#<time>#<id>  beside a slot, a day's or a customer's uses: a hold that took from them (Query: lapsed ones)
//	            pk <space>#person#<b>        sk <person>      who a hash is by now (same_as) and since when, who leads there (also), whether it used limits (counted) and whose uses are to be folded in (unfolded),
//	                                                          when it was erased, and what campaigns may ask of a person (GetItem; BatchGetItem)
//	Orders      pk <space>#order#<id>        sk order         an order as it was told last, and what came back (GetItem; a list: BatchGetItem)
//	            …                            sk return#<id>   a return; all of an order (GetItem, Query)
//	            …                            sk contribution  for whom it counts, as what, and where it is listed (GetItem; of many: BatchGetItem)
//	            …                            sk redemption#<id>  what the order redeemed (Query)
//	            pk <space>#orders#<n>        sk <time>#<id>   list a shop's orders by the time they were placed (Query): keys only
//	            pk <space>#person#<person>   sk order#<time>#<id>  what an order adds to its customer's figures; list a customer's orders, newest first (Query)
//	            …                            sk figures       their sum (GetItem)
//	            …                            sk redeemed#<row of Coupons>  where the customer is named, for an erasure (Query)
//	  by_campaign  <space>#<campaign>#<0–3> / <time>#<coupon> list a campaign's coupons, newest first; audit them, oldest first
//	  by_customer  <space>#<person>         / <time>#<coupon> list a customer's coupons, newest first
//	People      pk <space>#customer#<person> sk profile       a customer (GetItem)
//	            …                            (in its place: a tombstone, while the customer is being erased; for good, of one who was merged: into whom)
//	            …                            sk identity#<person>  an address or number that is theirs, or was (Query)
//	            …                            sk consent#<purpose>#<channel>  the consent that counts (GetItem; Query)
//	            …                            sk fact#<time>#…      what was said once about a consent (Query, newest first)
//	            …                            sk told#<id>          where that stands (PutItem), so that it is told once
//	            …                            sk event#<id>    an event that names the customer, for an erasure (Query; TTL)
//	            …                            sk pending#<hash>     a consent to be confirmed, by the hash of its token (GetItem; Query; TTL)
//	            …                            sk segments      which segments they are in, as far as was noted (BatchGetItem)
//	            pk <space>#customers#<n>     sk <time>#<person>    list customers, newest first (Query): keys only, written once
//	            pk <space>#signal#<hash>     sk <person>      who has this name and birthday, or this name and address (Query)
//	            pk <space>#segments          sk head          counts the changes of segments and thresholds, and has those (GetItem)
//	            …                            sk walk          how far the customers have been gone through (GetItem)
//	            …                            sk seg_…         a segment's definition (Query; cached by that count)
//	            pk <space>#segment#<id>#<g>  sk count#<b>     how many are in it, generation g (Query: all 32)
//	            pk <space>#segment#<id>#<g>#<b>  sk <person>  who is in it (Query)
//	Attempts    pk <space>#try#<hash>        sk try           failures of one party in one window, or a shard of them (UpdateItem; TTL)
//	            pk <space>#radar#<coupon>    sk <window>      who tried a private code in vain: two sets of hashes (UpdateItem; TTL)
//	            pk leaks                     sk <space>#<coupon>#<window>  a leak that nobody has dealt with (Query); then deleted
//	Events      pk <space>#events#<n>        sk evt_…         what happened, latest first (GetItem; Query; TTL)
//	            pk parked#<n>                sk <table>|<pk>|<sk>  a row whose consequences fail for good (Query); no shop's
//	            pk due#<n>                   sk <time>#<task>  what is to be looked after when (Query); no shop's
//	            pk erasures                  sk <time>#<space>#<person>  who was erased when, by each id, address and number (Query; TTL); no shop's
//	any         pk <space>#once#<route>#<h>  sk once          the first answer to an Idempotency-Key (TTL)
//
// <b> is the first of 32 letters of a hash: a famous code's seats, a large batch's
// codes and a large campaign's customers spread over 32 partitions and can still be listed. Both indexes hold keys only, and no attribute of theirs ever changes: a
// redemption writes no index.
const (
	attrPK = "pk"
	attrSK = "sk"

	skShop   = "shop"
	skHead   = "head"
	skPrefix = "prefix"
	skOnce   = "once"
	skCoupon = "coupon"
	skPast   = "past"
	skSlot   = "slot"
	skShares = "shares"
	skCursor = "cursor"
	skList   = "list"

	skSettings = "settings"
	skTry      = "try"
	skLedger   = "#ledger" // ends the partition of a card's entries

	skOrder        = "order"
	skContribution = "contribution"
	skFigures      = "figures"
	skReturns      = "return#"
	skRedemptions  = "redemption#"
	skOrders       = "order#"
	skRedeemed     = "redeemed#"

	shopsPK = "shops"
	auditPK = "audit"
	leaksPK = "leaks"

	journalPK = "erasures"

	skProfile  = "profile"
	skIdentity = "identity#"
	skConsent  = "consent#"
	skFact     = "fact#"
	skTold     = "told#"
	skPending  = "pending#"
	skEvent    = "event#"
	skSegments = "segments"
	skWalk     = "walk"
	skCount    = "count#"

	byCampaign = "by_campaign"
	byCustomer = "by_customer"

	attrBucket = "campaign_bucket"
	attrHolder = "holder"
	attrIssued = "issued_at"
)

// buckets spreads a campaign's list over as many index partitions, so that
// issuing is not bound by one (about 1,000 writes a second each).
const buckets = 4

func space(s shop.Space) string { return s.Shop[len(shop.Prefix):] + "#" + s.Side() }

func key(pk, sk string) item { return item{attrPK: str(pk), attrSK: str(sk)} }

func auditKey() item { return key(auditPK, skCursor) }

// rowID tells rows of one table apart.
func rowID(row item) string { return getStr(row, attrPK) + "|" + getStr(row, attrSK) }

func campaignKey(s shop.Space, id, sk string) item { return key(space(s)+"#campaign#"+id, sk) }

func settingsKey(s shop.Space) item { return key(space(s)+"#settings", skSettings) }

func termsSK(version int) string { return fmt.Sprintf("v%05d", version) }

func campaignsPK(s shop.Space) string { return space(s) + "#campaigns" }

func automaticKey(s shop.Space) item { return key(space(s)+"#automatic", skList) }

func prefixKey(s shop.Space, prefix string) item { return key(space(s)+"#prefix#"+prefix, skPrefix) }

func batchKey(s shop.Space, id string) item { return key(space(s)+"#batch#"+id, skHead) }

func batchesPK(s shop.Space, campaign string) string { return space(s) + "#batches#" + campaign }

func importKey(s shop.Space, id, sk string) item { return key(space(s)+"#import#"+id, sk) }

func partKey(s shop.Space, id string, number int) item {
	return importKey(s, id, fmt.Sprintf("part#%05d", number))
}

func importsPK(s shop.Space) string { return space(s) + "#imports" }

func couponKey(s shop.Space, id string) item { return seatKey(s, coupon.SeatOf(id)) }

func seatKey(s shop.Space, seat coupon.SeatRef) item {
	if seat.Order == "" {
		return key(space(s)+"#"+seat.Coupon, skCoupon)
	}
	return key(seatsPK(s, seat.Coupon, seat.Order[:1]), seat.Order)
}

// pastKey is where an attempt at a seat stands once it was rolled back.
func pastKey(s shop.Space, seat coupon.SeatRef, attempt int) item {
	row := seatKey(s, seat)
	sk := seat.Order
	if sk == "" {
		sk = skPast
	}
	row[attrSK] = str(fmt.Sprintf("%s#%04d", sk, attempt))
	return row
}

func seatsPK(s shop.Space, couponBody, bucket string) string {
	return space(s) + "#" + couponBody + "#" + bucket
}

func ledgerPK(s shop.Space, couponID string) string {
	return space(s) + "#" + couponID[len(coupon.Prefix):] + skLedger
}

// ledgerKey is where an entry stands: it names the moment and what changed the
// balance. More tells causes apart: a return, a call.
func ledgerKey(s shop.Space, e coupon.Entry, more string) item {
	why := fmt.Sprintf("%s#%s:%s%s:%s", entryTime(e.CreatedAt), e.Type, e.Redemption, e.Hold, more)
	return key(ledgerPK(s, e.Coupon), why)
}

func slotKey(s shop.Space, campaign string, n int) item {
	return key(space(s)+"#slot#"+campaign+"#"+strconv.Itoa(n), skSlot)
}

func dayKey(s shop.Space, campaign string, n int, day string) item {
	return key(daysPK(s, campaign, n), day)
}

func daysPK(s shop.Space, campaign string, n int) string {
	return space(s) + "#day#" + campaign + "#" + strconv.Itoa(n)
}

func sharesKey(s shop.Space, campaign string) item {
	return key(space(s)+"#shares#"+campaign, skShares)
}

func limitKey(s shop.Space, campaign, person string) item {
	return key(limitsPK(s, campaign, person[:1]), person)
}

func limitsPK(s shop.Space, campaign, bucket string) string {
	return space(s) + "#limit#" + campaign + "#" + bucket
}

func tryKey(s shop.Space, hash string) item { return key(space(s)+"#try#"+hash, skTry) }

func radarKey(s shop.Space, couponID string, window int64) item {
	return key(space(s)+"#radar#"+couponID[len(coupon.Prefix):], strconv.FormatInt(window, 10))
}

func leakKey(s shop.Space, couponID string, window int64) item {
	return key(leaksPK, space(s)+"#"+couponID[len(coupon.Prefix):]+"#"+strconv.FormatInt(window, 10))
}

// firstKey is where the order stands that is a person's first.
func firstKey(s shop.Space, person string) item {
	return key(space(s)+"#first#"+person[:1], person)
}

// eventShards spreads a shop's events: one partition takes about 1,000 a second.
const eventShards = 4

func eventsPK(s shop.Space, n int) string { return space(s) + "#events#" + strconv.Itoa(n) }

func eventKey(s shop.Space, id string) item {
	return key(eventsPK(s, int(hash(id))%eventShards), id)
}

func customerPK(s shop.Space, person string) string { return space(s) + "#customer#" + person }

func profileKey(s shop.Space, person string) item { return key(customerPK(s, person), skProfile) }

func identityKey(s shop.Space, owner, person string) item {
	return key(customerPK(s, owner), skIdentity+person)
}

func consentKey(s shop.Space, person string, about consent.Subject) item {
	return key(customerPK(s, person), skConsent+about.Purpose+"#"+string(about.Channel))
}

func factKey(s shop.Space, person string, f consent.Consent) item {
	return key(customerPK(s, person), skFact+f.Standing())
}

func toldKey(s shop.Space, person, id string) item {
	return key(customerPK(s, person), skTold+id)
}

func pendingKey(s shop.Space, person, hash string) item {
	return key(customerPK(s, person), skPending+hash)
}

// customerBuckets spreads the list of customers, which an import makes quickly.
const customerBuckets = 8

func customersPK(s shop.Space, n int) string { return space(s) + "#customers#" + strconv.Itoa(n) }

// listedKey is a customer's place in the list.
func listedKey(s shop.Space, person string, created time.Time) item {
	return key(customersPK(s, int(hash(person))%customerBuckets), issuedKey(created, person))
}

func signalPK(s shop.Space, hash string) string { return space(s) + "#signal#" + hash }

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

// listedPerson reads who has a place in the list.
func listedPerson(row item) string {
	_, person, _ := strings.Cut(getStr(row, attrSK), "#")
	return person
}

// personKey is where is kept who a keyed hash of a customer's id or address is.
func personKey(s shop.Space, person string) item {
	return key(space(s)+"#person#"+person[:1], person)
}

func orderPK(s shop.Space, id string) string { return space(s) + "#order#" + id }

func orderKey(s shop.Space, id string) item { return key(orderPK(s, id), skOrder) }

func returnOfKey(s shop.Space, order, id string) item { return key(orderPK(s, order), skReturns+id) }

func linkKey(s shop.Space, order, redemption string) item {
	return key(orderPK(s, order), skRedemptions+redemption)
}

// contributionKey is where an order notes for whom it counts.
func contributionKey(s shop.Space, order string) item { return key(orderPK(s, order), skContribution) }

func figuresPK(s shop.Space, person string) string { return space(s) + "#person#" + person }

func figuresKey(s shop.Space, person string) item { return key(figuresPK(s, person), skFigures) }

// ordersOfKey sorts an order among its person's by the time it was placed.
func ordersOfKey(s shop.Space, person string, at time.Time, order string) item {
	return key(figuresPK(s, person), skOrders+sortTime(at)+"#"+order)
}

// orderBuckets spreads the list of a shop's orders, all of which are placed at about the same time: now.
const orderBuckets = 8

func ordersPK(s shop.Space, n int) string { return space(s) + "#orders#" + strconv.Itoa(n) }

// placedKey is an order's place in the list of the shop's.
func placedKey(s shop.Space, at time.Time, order string) item {
	return key(ordersPK(s, int(hash(order))%orderBuckets), sortTime(at)+"#"+order)
}

// sortTime sorts as times do, to the last that a date may name: the year 9999 has
// 15 digits of milliseconds, and a shorter text would stand among those of today.
func sortTime(at time.Time) string { return fmt.Sprintf("%015d", at.UnixMilli()) }

func segmentsPK(s shop.Space) string { return space(s) + "#segments" }

// notedKey is where is noted which segments a customer is in.
func notedKey(s shop.Space, person string) item { return key(customerPK(s, person), skSegments) }

func segmentPK(s shop.Space, id string, generation int64) string {
	return space(s) + "#segment#" + id + "#" + strconv.FormatInt(generation, 10)
}

// membersPK holds those of a segment whose hash begins so.
func membersPK(s shop.Space, id string, generation int64, bucket string) string {
	return segmentPK(s, id, generation) + "#" + bucket
}
