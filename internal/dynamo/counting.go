package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What a limit counts for each customer it counts by person: by whoever an address
// or a customer's id means by now (same_as). A redemption that takes of such a
// limit says so in the person's row, in its transaction, if that person is nobody
// else. So of a redemption and a claim of the same address one comes first.
//
// What somebody used up before they became another person stays where it was
// counted: a rollback, a lapsed hold and the auditor find it there. Beside the
// other person's counter is noted whose counters count, too (folded); and of whom
// no counter says so yet, the person's own row does (unfolded, see fold.go). Of
// one or the other there is always one, and a redemption holds both to what it
// saw. Nothing is added to a counter of who is somebody else, so what was
// read of it, after it was seen who they are, bounds what it will ever say.

// counting is whom limits count for a draft, as far as is known.
type counting struct {
	person   string
	via      []write              // what leads there
	unfolded types.AttributeValue // as seen in the person's row; nil: nobody
	at       map[string]counts    // by the key of the person's counter; missing: nothing else counts there
}

// counts is what counts at a customer's counter.
type counts struct {
	own    item
	others []item // of those who are this person by now
}

// told are the attributes of a counter that say what counts beside its own uses.
var told = [...]string{"folded", "kept"}

// since holds a write to what was read of them.
func (c counts) since(w *write) {
	for _, name := range told {
		w.since(name, c.own[name])
	}
}

// stale reports whether a counter says something else by now.
func (c counts) stale(now item) bool {
	return !sameSet(c.own["folded"], now["folded"]) || getNum(c.own, "kept") != getNum(now, "kept")
}

func (c counts) all() []item { return append([]item{c.own}, c.others...) }

// brought is what was used beside the counter's own uses: by others, and by who
// had the name before an erasure (see keep.go).
func (c counts) brought() int64 {
	n := getNum(c.own, "kept")
	for _, row := range c.others {
		n += getNum(row, "uses") + getNum(row, "kept")
	}
	return n
}

// taken reports whether a row says that another order is the person's first.
func taken(first item, order string) bool {
	return getNum(first, "kept") > 0 || getNum(first, "uses") > 0 && getStr(first, "first_order") != order
}

func (c counts) taken(order string) bool {
	return slices.ContainsFunc(c.all(), func(row item) bool { return taken(row, order) })
}

// customerCounter is the row of one of a draft's counters for a person.
type customerCounter func(person string) item

// byCustomers reports whether a draft takes from what is limited for each customer.
func byCustomers(d coupon.Draft) bool {
	return slices.ContainsFunc(d.Parts, func(p coupon.Part) bool {
		return concerned(p) && (p.Campaign.MaxRedemptionsPerCustomer > 0 || p.Terms.Rules.FirstOrder())
	})
}

// customerCounters are those that a draft takes from for each customer, each once.
func customerCounters(d coupon.Draft) (out []customerCounter) {
	seen := map[string]bool{}
	add := func(c customerCounter) {
		if id := rowID(c("-")); !seen[id] {
			seen[id], out = true, append(out, c)
		}
	}
	for _, p := range d.Parts {
		if !concerned(p) {
			continue
		}
		if p.Campaign.MaxRedemptionsPerCustomer > 0 {
			add(func(person string) item { return limitKey(d.Space, p.Campaign.ID, person) })
		}
		if p.Terms.Rules.FirstOrder() {
			add(func(person string) item { return firstKey(d.Space, person) })
		}
	}
	return out
}

// countsOf reads what counts at a person's counters: their own rows, those of
// whom the person's row names, and of whom these rows name.
func (s *Store) countsOf(ctx context.Context, person string, unfolded []string, cs []customerCounter, consistent bool) (map[string]counts, error) {
	rows, asked, who := map[string]item{}, map[string]bool{}, make([][]string, len(cs))
	for i := range cs {
		who[i] = append([]string{person}, unfolded...)
	}
	for range maxHops {
		var keys []item
		for i, at := range cs {
			for _, p := range who[i] {
				if id := rowID(at(p)); !asked[id] {
					asked[id], keys = true, append(keys, at(p))
				}
			}
		}
		if len(keys) == 0 {
			return gather(cs, who, rows), nil
		}
		more, err := s.batch(ctx, s.tables.Coupons, keys, consistent)
		if err != nil {
			return nil, err
		}
		maps.Copy(rows, more)
		for i, at := range cs {
			for _, p := range who[i] {
				who[i] = union(who[i], getSet(rows[rowID(at(p))], "folded"))
			}
		}
	}
	return nil, fault.ErrInternal.In("dynamo.countsOf").Because(errors.New("a person is too many others"))
}

func gather(cs []customerCounter, who [][]string, rows map[string]item) map[string]counts {
	out := make(map[string]counts, len(cs))
	for i, at := range cs {
		id := rowID(at(who[i][0]))
		c := counts{own: rows[id]}
		for _, p := range who[i][1:] {
			if row := rows[rowID(at(p))]; row != nil {
				c.others = append(c.others, row)
			}
		}
		out[id] = c
	}
	return out
}

// union adds to a list what it has not.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// limit is what counts for a campaign's limit, first what for the first order.
func (c counting) limit(sp shop.Space, campaign string) counts {
	return c.at[rowID(limitKey(sp, campaign, c.person))]
}

func (c counting) first(sp shop.Space) counts { return c.at[rowID(firstKey(sp, c.person))] }
