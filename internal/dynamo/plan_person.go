package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// A plan hopes that who is named is nobody else and never was, which costs a write
// and no request. What refuses it says more.

// addPerson adds the person's row, and what leads there, where a limit counts by person.
func (p *plan) addPerson() {
	ofPerson := func(m planned) bool { return m.kind == limitRow || m.kind == firstRow }
	i := slices.IndexFunc(p.made, ofPerson)
	if i < 0 {
		return
	}
	w := write{
		table: p.store.tables.Coupons, key: personKey(p.draft.Space, p.who.person), update: "SET counted = :yes",
		condition: "attribute_not_exists(same_as) AND attribute_not_exists(parting)", values: item{":yes": boolean(true)},
	}
	w.since("unfolded", p.who.unfolded)
	p.add(personRow, p.made[i].parts[0], w)
	for _, check := range p.who.via {
		p.add(personCheck, p.made[i].parts[0], check)
	}
}

// partingWait is how many tries long it is waited for names to be parted.
const partingWait = 4

// recount finds out whom limits count, where that is not as was thought. It
// reports whether to write again. A seat that refuses comes first: what is mine
// already needs no limit.
func (p *plan) recount(ctx context.Context, refused []refusal) (bool, error) {
	var person item
	stale, changed := false, false
	for n, m := range p.made {
		old := refused[n].old
		switch {
		case !refused[n].failed:
		case m.kind == wholeSeat || m.kind == partSeat:
			return false, nil
		case m.kind == personRow:
			person = old
		case m.kind == personCheck:
			changed = true
		case m.kind == limitRow || m.kind == firstRow:
			stale = stale || p.who.at[rowID(m.key)].stale(old)
		}
	}
	switch {
	case changed: // somebody is not any more who they were a moment ago
		p.who, p.owners, p.kin = counting{person: p.draft.Person}, nil, nil
		return true, nil
	case getBool(person, "parting"): // soon the names are apart (see keepUses)
		return true, failed("dynamo.Redeem", wait(ctx, partingWait))
	case person != nil:
		return true, p.follow(ctx, person)
	case stale:
		return true, p.readCounts(ctx)
	}
	return false, nil
}

// follow goes on to who a person is by now. Most lead to a customer at once, of
// whom it is hoped again that there is nothing to be read.
func (p *plan) follow(ctx context.Context, row item) (err error) {
	for range maxHops {
		next := getStr(row, "same_as")
		if next == "" {
			p.who.unfolded = row["unfolded"]
			return p.readCounts(ctx)
		}
		p.who.via = append(p.who.via, p.store.leads(p.draft.Space, p.who.person, next))
		p.who.person, p.who.unfolded, p.who.at = next, nil, nil
		if len(p.who.via) == 1 {
			return nil
		}
		if row, err = p.store.get(ctx, p.store.tables.Coupons, personKey(p.draft.Space, next)); err != nil {
			return err
		}
	}
	return fault.ErrInternal.In("dynamo.follow").Because(errTooManyHops)
}

func (p *plan) readCounts(ctx context.Context) (err error) {
	unfolded := setOf(p.who.unfolded)
	p.who.at, err = p.store.countsOf(ctx, p.who.person, unfolded, customerCounters(p.draft), true)
	return err
}

func sameSet(a, b types.AttributeValue) bool {
	one, other := setOf(a), setOf(b)
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}
