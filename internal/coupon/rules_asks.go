package coupon

import (
	"context"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// beside are the facts that a shop's orders tell of a customer. They are read
// once for a request, and only where a rule asks for one that the call left out.
type beside struct {
	read  bool
	facts customer.Facts
}

// FactsBy asks what orders tell of a person, before an order.
type FactsBy struct {
	Person   string
	Order    string // which is not counted
	Currency string // of what was spent
	Now      time.Time
}

// FactsFromOrders tells facts that the shop's orders tell.
type FactsFromOrders interface {
	// FactsBeside gives the facts about a person that orders tell, a few seconds
	// old; none where the shop does not tell all its orders.
	FactsBeside(ctx context.Context, space shop.Space, by FactsBy) (customer.Facts, error)
}

// informed gives the request with the facts that the parts' rules ask for and
// the call left out, as orders tell them.
func (r Request) informed(ctx context.Context, from FactsFromOrders, parts []Part) (Request, error) {
	if r.Person == "" || r.beside == nil || !r.lacks(parts) {
		return r, nil
	}
	if !r.beside.read {
		facts, err := from.FactsBeside(ctx, r.Space, FactsBy{r.Person, r.Order.ID, r.Order.Currency, r.Now})
		if err != nil {
			return r, err
		}
		*r.beside = beside{true, facts}
	}
	r.Facts = r.Facts.Or(r.beside.facts)
	return r, nil
}

// lacks reports whether a part asks for a fact that orders could tell.
func (r Request) lacks(parts []Part) bool {
	cart := r.cart()
	return slices.ContainsFunc(parts, func(p Part) bool {
		return !p.Refused() && slices.ContainsFunc(p.Terms.asks(), func(fact string) bool {
			return slices.Contains(toldByOrders, fact) && !cart.knows(fact)
		})
	})
}

var toldByOrders = []string{customer.FactOrdersCount, customer.FactSpent, customer.FactLastOrderAt, customer.FactStage, customer.FactSegments}

// asks lists the facts that terms ask for, their rewards' own conditions included.
func (t Terms) asks() []string {
	facts := t.Rules.asks()
	for _, r := range t.Rewards {
		if r.When != nil {
			facts = append(facts, r.When.asks()...)
		}
	}
	return facts
}

func (r *Rules) asks() (facts []string) {
	for fact, asked := range map[string]bool{
		customer.FactOrdersCount: r.FirstOrderOnly || r.MinimumOrdersCount > 0 || r.MaximumOrdersCount != nil,
		customer.FactSpent:       r.MinimumSpent > 0 || r.MaximumSpent > 0,
		customer.FactLastOrderAt: r.MinimumDaysSinceLastOrder > 0 || r.MaximumDaysSinceLastOrder > 0,
		customer.FactStage:       len(r.Stages)+len(r.ExcludedStages) > 0,
		customer.FactSegments:    len(r.Segments)+len(r.ExcludedSegments) > 0,
	} {
		if asked {
			facts = append(facts, fact)
		}
	}
	if r.Expression == "" {
		return facts
	}
	if e, err := language(r.Expression); err == nil { // else it does not hold
		facts = append(facts, e.Facts()...)
	}
	return facts
}
