package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// home is for whom an order counts, and as what, and where the shop's list has it,
// as its contribution row says.
type home struct {
	person string // empty: for nobody
	is     customer.Contribution
	listed time.Time // under which moment; zero: nowhere
	step   int64     // of the row; 0 where there is none
}

// same reports whether nothing is to be moved.
func (h home) same(o home) bool {
	return h.person == o.person && h.is == o.is && h.listed.Equal(o.listed)
}

// stepStays is longer than anybody can be in the midst of settling an order.
const stepStays = 24 * time.Hour

// maxSettles is how often an order is settled anew when others changed its
// customer's figures first. Orders of one person at once are few; replays of a
// stream can be many.
const maxSettles = 24

// contribute lets an order count for whom it is now, as what it is now, and be
// listed where it belongs: the order's row of it, the row beside that person's
// figures, the figures, and the row of the shop's list move in one transaction. It reads all that it hangs on, so it may be called at any time,
// any number of times, and at once with itself:
//
//   - the step of the contribution row is read before the order. So of two that
//     overlap, the one that commits last has read what the other committed, and
//     an order at least as new;
//   - the figures have a version. So no order is added to figures that another changed;
//   - whom the order is by is checked in the transaction. So nothing is counted
//     for an address that has just become a customer's;
//   - who wrote looks again. For one that found nothing to write may have read an
//     order that is newer than what the other one is about to commit.
func (s *Store) contribute(ctx context.Context, sp shop.Space, id string) error {
	for n := range maxSettles {
		wrote, err := s.contributeOnce(ctx, sp, id)
		if wrote {
			continue
		}
		if !errors.Is(err, errChanged) {
			return err
		}
		if err := wait(ctx, n); err != nil {
			return failed("dynamo.SettleOrder", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.SettleOrder").Because(errChanged)
}

func (s *Store) contributeOnce(ctx context.Context, sp shop.Space, id string) (wrote bool, err error) {
	writes, err := s.contributing(ctx, sp, id)
	if err != nil || writes == nil {
		return false, err
	}
	refused, err := s.settle(ctx, "dynamo.SettleOrder", writes...)
	if err == nil && refused != nil {
		err = errChanged
	}
	return err == nil, err
}

// contributing lists the writes that let an order count as it is; none where it does.
func (s *Store) contributing(ctx context.Context, sp shop.Space, id string) ([]write, error) {
	row, err := s.get(ctx, s.tables.Orders, contributionKey(sp, id))
	if err != nil {
		return nil, err
	}
	was := readHome(row, id)
	next, checks, err := s.homeNow(ctx, sp, id)
	if err != nil || next.same(was) {
		return nil, err
	}
	next.step = was.step + 1
	moved, err := s.moves(ctx, sp, was, next)
	moved = append(moved, s.relisted(sp, id, was, next)...)
	return append(append([]write{s.homeWrite(sp, id, was, next)}, moved...), checks...), err
}

// homeNow says where the order belongs: nowhere, where it is gone; in the list
// alone, where it is nobody's.
func (s *Store) homeNow(ctx context.Context, sp shop.Space, id string) (home, []write, error) {
	nowhere := home{is: customer.Contribution{Order: id}}
	r, err := s.Order(ctx, sp, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nowhere, nil, nil
	}
	if err != nil || r.Person == "" {
		return home{is: nowhere.is, listed: r.PlacedAt}, nil, err
	}
	person, erased, checks, err := s.identify(ctx, sp, r.Person)
	if err == nil && forgotten(r, erased) { // it is on its way out
		return nowhere, checks, nil
	}
	return home{person: person, is: contributionOf(r), listed: r.PlacedAt}, checks, err
}

func contributionOf(r order.Record) customer.Contribution {
	c := customer.Contribution{Order: r.ID, At: r.PlacedAt, Currency: r.Currency, Counts: r.Counts()}
	if c.Counts {
		c.Spent, c.Returned = r.Spent(), r.ReturnedAmount
	}
	return c
}

// homeWrite notes where the order counts, if nobody has noted anything since.
func (s *Store) homeWrite(sp shop.Space, id string, was, next home) write {
	row := contributionKey(sp, id)
	w := write{table: s.tables.Orders, condition: "attribute_not_exists(step)"}
	if was.step > 0 {
		w.condition, w.values = "step = :was", item{":was": num(was.step)}
	}
	row["step"], w.item = num(next.step), row
	if next.listed.IsZero() { // nothing stays of an order that is gone but the step, until nobody settles it any more
		row["ttl"] = num(s.now().Add(stepStays).Unix())
		return w
	}
	row["listed"] = moment(next.listed)
	if next.person != "" {
		describeContribution(row, next.is)
		row["person"] = str(next.person)
	}
	return w
}

// moves are the changes beside the figures: of one person or of two.
func (s *Store) moves(ctx context.Context, sp shop.Space, was, next home) ([]write, error) {
	var ws []write
	if was.person == next.person && was.is == next.is {
		return nil, nil
	}
	if was.person != "" && (was.person != next.person || !was.is.At.Equal(next.is.At)) {
		ws = append(ws, write{table: s.tables.Orders, key: ordersOfKey(sp, was.person, was.is.At, was.is.Order), remove: true})
	}
	if next.person != "" {
		row := ordersOfKey(sp, next.person, next.is.At, next.is.Order)
		describeContribution(row, next.is)
		ws = append(ws, write{table: s.tables.Orders, item: row})
	}
	if was.person == next.person {
		w, err := s.figuresWrite(ctx, sp, next.person, was.is, next.is)
		return append(ws, w), err
	}
	none := customer.Contribution{Order: next.is.Order}
	if was.person != "" {
		w, err := s.figuresWrite(ctx, sp, was.person, was.is, none)
		if err != nil {
			return nil, err
		}
		ws = append(ws, w)
	}
	if next.person != "" {
		w, err := s.figuresWrite(ctx, sp, next.person, none, next.is)
		if err != nil {
			return nil, err
		}
		ws = append(ws, w)
	}
	return ws, nil
}

func describeContribution(row item, c customer.Contribution) {
	row["placed_at"], row["counts"], row["currency"] = moment(c.At), boolean(c.Counts), str(c.Currency)
	row["spent"], row["returned"] = num(c.Spent), num(c.Returned)
}

// contribution reads what stands beside a person's figures.
func contribution(row item) customer.Contribution {
	return readContribution(row, placedID(row))
}

func readContribution(row item, id string) customer.Contribution {
	return customer.Contribution{
		Order: id, At: getTime(row, "placed_at"), Counts: getBool(row, "counts"), Currency: getStr(row, "currency"),
		Spent: getNum(row, "spent"), Returned: getNum(row, "returned"),
	}
}

func readHome(row item, id string) home {
	return home{person: getStr(row, "person"), is: readContribution(row, id), listed: getTime(row, "listed"), step: getNum(row, "step")}
}
