package coupon

// learn keeps what verdicts say of the candidates. The error refuses the request.
func (d Draft) learn(verdicts []verdict, cs []candidate) error {
	var l lesson
	for i, v := range verdicts {
		p := d.Parts[i]
		if isConflict(v.err) && !p.Automatic { // not a code that does not apply, but another request for this order
			return v.err
		}
		if v.guess != nil {
			cs[i].Guess = *v.guess
		}
		if v.err != nil && !v.known {
			cs[i].refused = v.err
		}
		l.add(v, d.needs(p))
		if v.err != nil && (!p.Automatic || d.needs(p)) {
			l.refused = append(l.refused, v.err)
		}
	}
	switch {
	case l.another():
		return nil
	case len(l.refused) > 0:
		return several(l.refused)
	}
	return nothing(verdicts)
}

// lesson is what all verdicts say together.
type lesson struct {
	refused []error
	applies bool // something does
	needed  bool // something that is needed is refused,
	final   bool // and the draft did not know
	less    bool // something is out that can be left out, and the draft did not know
}

func (l *lesson) add(v verdict, needed bool) {
	news := v.err != nil && !v.known
	l.applies = l.applies || v.err == nil
	l.needed = l.needed || v.err != nil && needed
	l.final = l.final || news && needed
	l.less = l.less || news && !needed
}

// another reports whether another try can succeed: without what is out now,
// what it kept out may apply.
func (l *lesson) another() bool { return !l.final && (l.less || !l.needed && l.applies) }
