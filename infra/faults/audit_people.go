package faults

import "strings"

// The names of what people's rows say of each other.
func leads(space, person, to string) string {
	return space + "#person#" + person[:1] + "|" + person + " leads to " + to
}

func owned(space, person, to string) string { return leads(space, person, to) + ", now or formerly" }

func shown(space, person string) string {
	return space + "#customer#" + person + " entries in the list"
}

func points(space, hash, person string) string {
	return space + "#signal#" + hash + "|" + person + " signals"
}

// person reads what stands beside the coupons: where an address or number leads.
func (b *books) person(r row) {
	b.names(r)
	space, sk, to := spaceOf(r.text("pk")), r.text("sk"), r.text("same_as")
	if to == "" {
		return
	}
	b.stated[owned(space, sk, to)] = 1
	if !r.flag("former") {
		b.stated[leads(space, sk, to)] = 1
	}
}

// people reads a row of the people: profiles, what leads to them, the list, and what points at duplicates.
func (b *books) people(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	space, parts := spaceOf(pk), strings.Split(pk, "#")
	switch {
	case sk == "profile":
		b.profile(r, space, parts[3])
	case strings.Contains(pk, "#segment#"):
		b.segment(r)
	case sk == "segments":
		b.note(r)
	case strings.HasPrefix(sk, "identity#"):
		b.counted[owned(space, strings.TrimPrefix(sk, "identity#"), parts[3])]++
	case strings.Contains(pk, "#customers#"):
		_, person, _ := strings.Cut(sk, "#")
		b.counted[shown(space, person)]++
	case strings.Contains(pk, "#signal#"):
		b.counted[points(space, parts[3], sk)]++
	}
}

func (b *books) profile(r row, space, person string) {
	b.stated[shown(space, person)] = 1
	var identities []struct{ Person string }
	r.document("identities", &identities)
	for _, i := range identities {
		b.counted[leads(space, i.Person, person)]++
	}
	var signals []struct{ Hash string }
	r.document("signals", &signals)
	for _, s := range signals {
		b.stated[points(space, s.Hash, person)] = 1
	}
}
