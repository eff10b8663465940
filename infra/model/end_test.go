package model

import "slices"

// onHold is what is done to a hold by its id.
func (w world) onHold(c command) []outcome {
	i := w.byID(c.id)
	if i < 0 {
		return w.refused(404, "not_found")
	}
	if !w.loose(i) {
		return w.known(i, c)
	}
	out := w.as(i, lapsed).known(i, c)
	if w.stands(i) {
		out = append(out, w.known(i, c)...)
	}
	return out
}

// known is onHold where it is known whether the hold was taken back.
func (w world) known(i int, c command) []outcome {
	switch c.kind {
	case commit:
		return w.commit(i)
	case release:
		return w.release(i)
	case extend:
		return w.extend(i, c)
	default: // it is read
	}
	state := w.recs[i].status
	if state == redeemed || state == rolledBack {
		state = committed
	}
	return []outcome{w.done(200, i, state)}
}

// commit redeems; after a lapse what is free again, at the old price.
func (w world) commit(i int) []outcome {
	r := w.recs[i]
	switch r.status {
	case held:
		return []outcome{w.committed(i)}
	case released:
		return w.refused(409, "hold_released")
	case lapsed:
		out := w.take(command{kind: redeem, order: r.order, set: r.set, variant: r.variant, who: r.who})
		for n := range out {
			if len(out[n].problems) > 0 {
				out[n].problems = []string{"hold_expired"}
			}
		}
		return out
	}
	return []outcome{w.done(200, i, r.status)}
}

func (w world) release(i int) []outcome {
	switch r := w.recs[i]; r.status {
	case held:
		return []outcome{w.as(i, released).gaveBack(r.set).done(200, i, released)}
	case released, lapsed:
		return []outcome{w.done(200, i, r.status)}
	}
	return w.refused(409, "hold_committed")
}

func (w world) extend(i int, c command) []outcome {
	switch r := w.recs[i]; r.status {
	case held:
		until := max(r.until, c.from+c.by.Milliseconds())
		return []outcome{w.with(i, func(r *rec) { r.until = until }).done(200, i, held)}
	case released:
		return w.refused(409, "hold_released")
	case lapsed:
		return w.refused(409, "hold_expired")
	}
	return w.refused(409, "hold_committed")
}

// onRedemption is what is done to a redemption by its id.
func (w world) onRedemption(c command) []outcome {
	i := w.byID(c.id)
	if i < 0 || w.recs[i].status != redeemed && w.recs[i].status != rolledBack {
		return w.refused(404, "not_found")
	}
	r := w.recs[i]
	if c.kind == rollBack {
		return w.rollBack(i, c)
	}
	o := w.done(200, i, r.status)
	o.check = func(a answer) bool { return r.status == rolledBack || a.number == r.back }
	return []outcome{o}
}

// rollBack undoes what is left, or the part of some items of the first line. The
// second one has none, but where it is back, too, nothing is left.
func (w world) rollBack(i int, c command) []outcome {
	r := w.recs[i]
	if n := slices.IndexFunc(r.returns, func(x returned) bool { return x.id == c.ret }); n >= 0 {
		if r.returns[n].quantity != c.quantity || r.returns[n].tea != c.tea {
			return w.refused(409, "return_differs")
		}
		return []outcome{w.answered(200, r.returns[n])}
	}
	if r.status == rolledBack {
		return w.refused(409, "already_rolled_back")
	}
	whole := items(r.variant)
	if r.came+c.quantity > whole || r.tea && c.tea {
		return w.refused(422, "return_exceeds_order")
	}
	x := returned{id: c.ret, quantity: c.quantity, tea: c.tea, discount: r.set.off() - r.back, complete: true}
	if c.quantity > 0 || c.tea {
		x.discount = r.set.share(r.came+c.quantity, whole) - r.set.share(r.came, whole)
		x.complete = r.back+x.discount == r.set.off() && r.set.off() > 0 || r.came+c.quantity == whole && (r.tea || c.tea)
	}
	n := w.with(i, func(r *rec) {
		r.returns = append(slices.Clone(r.returns), x)
		r.back, r.came, r.tea = r.back+x.discount, r.came+c.quantity, r.tea || c.tea
		if x.complete {
			r.status = rolledBack
		}
	})
	if x.complete {
		n = n.gaveBack(r.set &^ keeping)
	}
	return []outcome{n.answered(201, x)}
}

func (w world) answered(status int, x returned) outcome {
	return outcome{w: w, status: status, shows: -1, discount: x.discount, check: func(a answer) bool { return a.yes == x.complete }}
}
