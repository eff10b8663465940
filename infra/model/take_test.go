package model

import "slices"

// take redeems or holds a set of codes for an order.
func (w world) take(c command) []outcome {
	i := w.at(c.order, c.set)
	switch {
	case i < 0:
		return w.fresh(c)
	case w.recs[i].variant == c.variant:
		return w.mine(i, c)
	case w.firm(i):
		return w.refused(409, "redemption_differs")
	}
	return w.as(i, lapsed).orStays(w, c)
}

// orStays takes the codes in w, in which a hold was taken back; where that is
// refused, it may be there as before.
func (w world) orStays(before world, c command) []outcome {
	out := w.fresh(c)
	for n := range out {
		if len(out[n].problems) > 0 {
			out[n].w = before
		}
	}
	return out
}

// mine is the same order and codes again.
func (w world) mine(i int, c command) []outcome {
	r := w.recs[i]
	final := map[kind]string{redeem: r.status, hold: committed}[c.kind]
	switch {
	case r.status != held:
		return []outcome{w.done(200, i, final)}
	case w.firm(i) && c.kind == hold:
		return []outcome{w.done(200, i, held)}
	case w.firm(i):
		return []outcome{w.committed(i)}
	}
	out := w.as(i, lapsed).orStays(w, c)
	if !w.stands(i) {
		return out
	}
	if c.kind == redeem {
		return append(out, w.committed(i))
	}
	return append(out, w.with(i, func(r *rec) { r.until = unsaid }).done(200, i, held))
}

const committed = "committed" // a hold that became a redemption

func (w world) committed(i int) outcome {
	return w.with(i, func(r *rec) { r.status, r.until = redeemed, 0 }).done(201, i, redeemed)
}

// fresh takes codes of which this order has nothing yet.
func (w world) fresh(c command) []outcome {
	must, may := w.against(c)
	if slices.Contains(must, "redemption_differs") {
		return w.refused(409, "redemption_differs")
	}
	if len(must) > 0 {
		return w.refused(0, several(append(must, may...))...)
	}
	out := []outcome{w.made(c)}
	if len(may) > 0 {
		out = append(out, w.refused(0, several(may)...)...)
	}
	return out
}

// several may be answered as one of them, or as all together.
func several(problems []string) []string {
	if len(problems) > 1 {
		return append(problems, "codes_refused")
	}
	return problems
}

// made is the new redemption or hold. Loose holds that sat where it sits are gone.
func (w world) made(c command) outcome {
	recs := slices.Clone(w.recs)
	for i, r := range recs {
		if w.loose(i) && r.set&c.set&w.alone(r.order == c.order) != 0 {
			recs[i].status = lapsed
		}
	}
	r := rec{order: c.order, set: c.set, variant: c.variant, who: c.who, status: redeemed}
	state := redeemed
	if c.kind == hold {
		r.status, r.until, state = held, unsaid, held
	}
	w.recs = append(recs, r)
	return w.done(201, len(recs), state)
}

// alone are the codes that one redemption at a time can have: of one order, each.
func (w world) alone(sameOrder bool) set {
	var s set
	for i, c := range codes {
		if sameOrder || c.named == "" {
			s |= 1 << i
		}
	}
	return s
}

// against says what speaks against taking the codes, for certain or as far as
// an instance that is behind can know.
func (w world) against(c command) (must, may []string) {
	for i := range codes {
		if c.set.has(i) {
			must = append(must, w.seat(i, c)...)
		}
	}
	for k, def := range campaigns {
		n, l := c.set.of(k), w.limits[k]
		if n == 0 {
			continue
		}
		if def.each > 0 && w.uses(k, c.who)+n > def.each {
			must = append(must, slices.Repeat([]string{"customer_limit_exceeded"}, int(n))...)
		}
		if def.most == 0 {
			continue
		}
		uses, exceeded := w.uses(k, -1)+n, slices.Repeat([]string{"quantity_exceeded"}, int(n))
		if uses > l.most {
			must = append(must, exceeded...)
		} else if back := l.back + l.olderBack; l.closed || !w.strict && uses+back > l.most || uses+back > min(l.least, l.olderLeast) && l.most != min(l.least, l.olderLeast) {
			may = append(may, exceeded...)
		}
	}
	return must, may
}

// seat says who sits where code i would.
func (w world) seat(i int, c command) []string {
	if !w.issued.has(i) {
		return []string{"coupon_unknown"}
	}
	for j, r := range w.recs {
		switch {
		case !w.firm(j) || !r.has().has(i) || codes[i].named != "" && r.order != c.order:
		case r.order == c.order:
			return []string{"redemption_differs"}
		case r.status == held:
			return []string{"coupon_on_hold"}
		default:
			return []string{"quantity_exceeded"}
		}
	}
	return nil
}
