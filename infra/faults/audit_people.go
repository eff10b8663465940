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

func known(space, person, to string) string {
	return personName(space, to) + " knows that " + person + " leads to it"
}

// merges remember what is judged once it is known who was merged into whom: by
// space and person, and what is said of where one leads.
type merges struct {
	into   map[string]string
	going  map[string]bool // who is being erased, by space and person
	claims []func(end func(space, person string) string)
}

// end is who a person is by now, however many merges later; nobody, where they go round.
func (m merges) end(space, person string) string {
	for range len(m.into) + 1 { // who is at the end may have no row
		next := m.into[space+person]
		if next == "" {
			return person
		}
		person = next
	}
	return "nobody"
}

func (b *books) judge() {
	for _, claim := range b.claims {
		claim(b.end)
	}
}

// person reads what stands beside the coupons: where an address or number, or who was merged, leads.
func (b *books) person(r row) {
	b.names(r)
	space, sk, to, also := spaceOf(r.text("pk")), r.text("sk"), r.text("same_as"), r.texts("also")
	b.into[space+sk] = to
	b.claims = append(b.claims, func(end func(space, person string) string) {
		if to == "" {
			for _, p := range also {
				b.stated[known(space, p, sk)] = 1
			}
			return
		}
		to := end(space, to)
		b.stated[owned(space, sk, to)] = 1
		if !b.going[space+to] { // it has forgotten who leads to it, and those forget it one by one
			b.counted[known(space, sk, to)] = 1
		}
		if !r.flag("former") {
			b.stated[leads(space, sk, to)] = 1
		}
	})
}

// people reads a row of the people: profiles, what leads to them, the list, and what points at duplicates.
func (b *books) people(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	space, parts := spaceOf(pk), strings.Split(pk, "#")
	switch {
	case sk == "profile" && r.text("merged_into") != "":
		b.stone(r, space, parts[3])
	case sk == "profile":
		b.profile(r, space, parts[3])
	case strings.Contains(pk, "#segment#"):
		b.segment(r)
	case sk == "segments":
		b.note(r)
	case strings.HasPrefix(sk, "identity#"): // under the id of now, of before, or both
		b.claims = append(b.claims, func(end func(space, person string) string) {
			b.counted[owned(space, strings.TrimPrefix(sk, "identity#"), end(space, parts[3]))] = 1
		})
	case strings.Contains(pk, "#customers#"):
		_, person, _ := strings.Cut(sk, "#")
		b.counted[shown(space, person)]++
	case strings.Contains(pk, "#signal#"):
		b.counted[points(space, parts[3], sk)]++
	}
}

// stone reads what stands in the place of the profile of somebody who was merged.
func (b *books) stone(r row, space, person string) {
	b.claims = append(b.claims, func(end func(space, person string) string) {
		to := end(space, r.text("merged_into"))
		b.counted[owned(space, person, to)], b.counted[leads(space, person, to)] = 1, 1
	})
}

func (b *books) profile(r row, space, person string) {
	b.going[space+person] = r.text("erasing") != ""
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
