package dynamo

import (
	"context"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// blip is a sighting as it is stored: one hash for the set of its kind.
type blip struct {
	coupon.Sighting
	space  shop.Space
	set    string // the attribute: people or networks
	who    string
	window attempt.Window
}

// See puts whoever tried a private code into the set of the coupon's present
// window, which never holds more than the radar asks for. The one who completes
// it raises the leak in the same transaction: of any number at once exactly one
// does, and none is lost when an instance dies.
func (s *Store) See(ctx context.Context, c shop.Caller, g coupon.Sighting) error {
	b, err := newBlip(ctx, c, g)
	if err != nil || s.knows(b.row()) || s.knows(b.row()+b.who) {
		return err
	}
	refused, err := s.settle(ctx, "dynamo.See", s.sighting(b))
	if err != nil {
		return err
	}
	if refused == nil {
		s.sighted.put(b.row()+b.who, struct{}{})
		return nil
	}
	if old := refused[0].old; old["raised"] == nil {
		if _, err = s.settle(ctx, "dynamo.See", s.last(b), s.leak(b, len(getSet(old, b.set))+1)); err != nil {
			return err
		}
	} // raised: now, or by somebody else
	s.sighted.put(b.row(), struct{}{})
	return nil
}

func (s *Store) knows(name string) bool {
	_, ok := s.sighted.peek(name)
	return ok
}

func newBlip(ctx context.Context, c shop.Caller, g coupon.Sighting) (blip, error) {
	secret, err := c.Attempts(ctx)
	b := blip{Sighting: g, space: c.Space, set: "networks", who: g.Network, window: attempt.WindowOf(g.Radar.Window(), g.At)}
	if g.Person != "" {
		b.set, b.who = "people", g.Person
	}
	if err == nil { // another hash for each coupon: no row tells what else somebody tried
		b.who = secret.ID("", "radar", g.Coupon, b.who)
	}
	return b, err
}

// row names the row in memory.
func (b blip) row() string {
	return space(b.space) + b.Coupon + "#" + strconv.FormatInt(b.window.Number, 10) + "#"
}

// add puts the sighting into its set.
func (s *Store) add(b blip) write {
	return write{
		table: s.tables.Attempts, key: radarKey(b.space, b.Coupon, b.window.Number),
		update: "ADD #set :me SET #ttl = :ttl", condition: "attribute_not_exists(raised)",
		names:  map[string]string{"#set": b.set, "#ttl": "ttl"},
		values: item{":me": set(b.who), ":ttl": num(b.window.Ends.Add(stays).Unix())},
	}
}

// sighting adds one after which there is still one missing, or who is in the set already.
func (s *Store) sighting(b blip) write {
	w := s.add(b)
	w.condition += " AND (attribute_not_exists(#set) OR size(#set) < :last OR contains(#set, :who))"
	w.values[":last"], w.values[":who"] = num(b.Radar.Customers-1), str(b.who)
	return w
}

// last adds the one who was missing.
func (s *Store) last(b blip) write {
	w := s.add(b)
	w.update += ", raised = :at"
	w.values[":at"] = moment(b.At)
	return w
}

// leak is the row that tells of it until somebody has dealt with it.
func (s *Store) leak(b blip, customers int) write {
	return write{
		table: s.tables.Attempts, key: leakKey(b.space, b.Coupon, b.window.Number),
		update: "SET shop = :shop, live = :live, coupon = :coupon, campaign_id = :campaign, customers = :customers, " +
			"raised_at = :at, #window = :window",
		names: map[string]string{"#window": "window"},
		values: item{
			":shop": str(b.space.Shop), ":live": boolean(b.space.Live), ":coupon": str(b.Coupon), ":campaign": str(b.Campaign),
			":customers": num(customers), ":at": moment(b.At), ":window": num(b.window.Number),
		},
	}
}
