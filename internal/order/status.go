package order

// Status is how far an order has come, as the shop tells it.
type Status string

// The states of an order. The highest version tells which one holds; from each
// the shop may go to each other, and this is what the pairs mean:
//
//	from                to                  what it means
//	placed              paid, fulfilled     the usual way; fulfilled before it is paid is a bill, or a mistake that nobody has to mend
//	paid                fulfilled           the usual way
//	paid                placed              the payment bounced; the order stands, and counts
//	fulfilled           placed, paid        the parcel came back, and goes out again
//	placed … fulfilled  cancelled           it counts no more; what it redeemed is rolled back
//	paid, fulfilled     refunded            all the money went back: as cancelled, and the books can tell the two apart
//	cancelled           refunded            what had been paid went back; nothing else changes
//	refunded            cancelled           the same, told the other way round
//	cancelled, refunded placed … fulfilled  payment after cancellation: the order counts again. What was rolled back stays so, since
//	                                        somebody else may have the use by now; the order may redeem anew
//	any                 itself              the order was changed otherwise
//
// A version that arrives after a higher one changes none of this. But that an
// order was cancelled at all is kept: what it had redeemed by the time we heard
// of it is rolled back, though a later version revived it and came first.
const (
	Placed    Status = "placed"
	Paid      Status = "paid"
	Fulfilled Status = "fulfilled"
	Cancelled Status = "cancelled"
	Refunded  Status = "refunded"
)

// Statuses are all of them.
var Statuses = []Status{Placed, Paid, Fulfilled, Cancelled, Refunded}

// Ends reports whether the order is over, and counts as if it had never been.
func (s Status) Ends() bool { return s == Cancelled || s == Refunded }
