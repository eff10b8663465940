package faults

import (
	"fmt"
	"slices"
	"strings"
)

// memberships hold the names of who is in which segments, as two rows have them:
// what was noted in People, and what lies beside the coupons.
type memberships struct{ noted, beside map[string][]string }

func newMemberships() memberships { return memberships{map[string][]string{}, map[string][]string{}} }

// The names of what a segment's rows say of each other. One is in a segment in a generation of it.
func membersOf(segment, bucket string) string { return segment + "|" + bucket + " members" }

func memberOf(segment, person string) string { return segment + " has " + person }

// segment reads who is in one, or how many that are.
func (b *books) segment(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	if bucket, count := strings.CutPrefix(sk, "count#"); count {
		b.stated[membersOf(pk, bucket)] = r.number("members")
		return
	}
	at := strings.LastIndex(pk, "#")
	b.counted[membersOf(pk[:at], pk[at+1:])]++
	b.counted[memberOf(pk[:at], sk)]++
	if pk[at+1:] != sk[:1] {
		b.drift(pk, "has %s, who belongs elsewhere", sk)
	}
}

// note reads which segments a customer is in.
func (b *books) note(r row) {
	space, person := spaceOf(r.text("pk")), strings.Split(r.text("pk"), "#")[3]
	var in []struct{ ID, Name string }
	var generations []int64
	r.document("members", &in)
	r.document("generations", &generations)
	if len(in) != len(generations) {
		b.drift(r.text("pk"), "notes %d segments and %d generations", len(in), len(generations))
		return
	}
	names := []string{}
	for i, m := range in {
		b.stated[memberOf(fmt.Sprint(space, "#segment#", m.ID, "#", generations[i]), person)] = 1
		names = append(names, m.Name)
	}
	b.noted[space+"#"+person] = names
}

// names reads what lies beside the coupons, of a customer who is one.
func (b *books) names(r row) {
	if r.text("customer") != "" && !r.has("same_as") && !r.has("erased_at") {
		b.beside[spaceOf(r.text("pk"))+"#"+r.text("sk")] = r.list("segments")
	}
}

// compare holds the names to what was noted.
func (b *books) compare() {
	for person, names := range b.beside {
		if noted := b.noted[person]; !slices.Equal(noted, names) {
			b.drift(person, "is in %v, and campaigns are told %v", noted, names)
		}
	}
}
