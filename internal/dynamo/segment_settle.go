package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// judged is what was read of a person to say in which segments they are.
type judged struct {
	person  string
	id      string           // the shop's, of a customer who is one by now
	version int64            // of the note; 0: there is none
	noted   []segment.Member // as the rows of the segments have it
	is      []segment.Member // as it should be
	ordered bool             // a customer whose stage hangs on thresholds
}

func (j judged) settled() bool {
	return slices.Equal(j.noted, j.is) && (j.version > 0 || j.id == "")
}

// SettleSegments brings up to date which segments a customer is in: the rows of the
// segments, their counts, and the names beside the coupons.
//
// It goes on until it reads that nothing is left to do. For of two at once, the one
// that found nothing to do may have read more than the one that writes: so who
// writes looks again.
func (s *Store) SettleSegments(ctx context.Context, sp shop.Space, person string) error {
	for n := range maxSettles {
		b, err := s.book(ctx, sp)
		if err != nil {
			return err
		}
		found, err := s.judge(ctx, sp, b, []string{person})
		if err != nil || found[0].settled() {
			return err
		}
		refused, err := s.settle(ctx, "dynamo.SettleSegments", s.membership(sp, found[0])...)
		if err != nil {
			return err
		}
		if refused != nil {
			if err := wait(ctx, n); err != nil {
				return failed("dynamo.SettleSegments", err)
			}
		}
	}
	return fault.ErrUnavailable.In("dynamo.SettleSegments").Because(errChanged)
}

// judge reads what is known of persons, and says which segments they are in.
func (s *Store) judge(ctx context.Context, sp shop.Space, b book, persons []string) ([]judged, error) {
	var people, beside []item
	for _, p := range persons {
		people, beside = append(people, profileKey(sp, p), notedKey(sp, p)), append(beside, personKey(sp, p))
	}
	profiles, err := s.batch(ctx, s.tables.People, people, true)
	if err != nil {
		return nil, err
	}
	facts, err := s.batch(ctx, s.tables.Coupons, beside, true)
	if err != nil {
		return nil, err
	}
	out := make([]judged, len(persons))
	for i, p := range persons {
		note, row := profiles[rowID(notedKey(sp, p))], facts[rowID(personKey(sp, p))]
		out[i] = judged{person: p, version: getNum(note, "version"), noted: getMembers(note)}
		c, err := readCustomer(sp, p, profiles[rowID(profileKey(sp, p))])
		if errors.Is(err, fault.ErrNotFound) || getStr(row, "same_as") != "" || getStr(row, "customer") == "" {
			continue // nobody, or somebody else by now: in none
		}
		if err != nil {
			return nil, err
		}
		f, err := readFigures(row)
		if err != nil {
			return nil, err
		}
		out[i].id, out[i].is, out[i].ordered = c.ID, members(b.all, segment.About(c, f, b.stages, s.now())), f.OrdersCount > 0
	}
	return out, nil
}

func members(all []asked, e *segment.Environment) (in []segment.Member) {
	for _, a := range all {
		if a.compiled.Holds(e) {
			in = append(in, segment.Member{ID: a.ID, Name: a.Name, Generation: a.Generation})
		}
	}
	return in
}

// maxMoves bounds how many segments one transaction has somebody enter and leave.
const maxMoves = 20

// membership moves somebody from the segments that are noted towards those that
// should be: all of it, or as much as a transaction holds.
func (s *Store) membership(sp shop.Space, j judged) []write {
	var moves []write
	next := slices.DeleteFunc(slices.Clone(j.noted), func(m segment.Member) bool {
		if slices.ContainsFunc(j.is, m.Same) || len(moves) >= maxMoves {
			return false
		}
		moves = append(moves, s.leave(sp, j.person, m)...)
		return true
	})
	for _, m := range j.is {
		if !slices.ContainsFunc(j.noted, m.Same) {
			if len(moves) >= maxMoves {
				continue
			}
			moves = append(moves, s.enter(sp, j.person, m)...)
			next = append(next, m)
		}
	}
	if len(moves) < maxMoves {
		next = j.is // in that sequence, by those names
	}
	return append(s.note(sp, j, next), moves...)
}

// note keeps what somebody is in, and lays the names beside the coupons.
func (s *Store) note(sp shop.Space, j judged, in []segment.Member) []write {
	row := notedKey(sp, j.person)
	row["version"], row["members"], row["judged_at"] = num(j.version+1), document(in), moment(s.now())
	row["generations"] = document(generations(in))
	w := write{table: s.tables.People, item: row, condition: "attribute_not_exists(pk)"}
	if j.version > 0 {
		w.condition, w.values = "version = :seen", item{":seen": num(j.version)}
	}
	if j.id == "" {
		return []write{w}
	}
	names := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, m := range in {
		names.Value = append(names.Value, str(m.Name))
	}
	return []write{w, {
		table: s.tables.Coupons, key: personKey(sp, j.person), update: "SET #segments = :names",
		condition: "customer = :customer AND attribute_not_exists(same_as)", values: item{":names": names, ":customer": str(j.id)},
		names: map[string]string{"#segments": "segments"}, // a reserved word
	}}
}

// enter and leave change a membership and its count together, each once.
func (s *Store) enter(sp shop.Space, person string, m segment.Member) []write {
	row := key(membersPK(sp, m.ID, m.Generation, person[:1]), person)
	return []write{
		{table: s.tables.People, item: row, condition: "attribute_not_exists(pk)"},
		{
			table: s.tables.People, key: countKey(sp, m, person), update: "ADD members :one", values: item{":one": num(1)},
		},
	}
}

func (s *Store) leave(sp shop.Space, person string, m segment.Member) []write {
	return []write{
		{table: s.tables.People, key: key(membersPK(sp, m.ID, m.Generation, person[:1]), person), remove: true, condition: "attribute_exists(pk)"},
		{
			table: s.tables.People, key: countKey(sp, m, person), update: "SET members = members - :one",
			condition: "members >= :one", values: item{":one": num(1)},
		},
	}
}

func countKey(sp shop.Space, m segment.Member, person string) item {
	return key(segmentPK(sp, m.ID, m.Generation), skCount+person[:1])
}

func generations(in []segment.Member) []int64 {
	out := make([]int64, len(in))
	for i, m := range in {
		out[i] = m.Generation
	}
	return out
}

func getMembers(row item) (in []segment.Member) {
	var generations []int64
	if getDocument(row, "members", &in) != nil || getDocument(row, "generations", &generations) != nil || len(in) != len(generations) {
		return nil
	}
	for i, g := range generations {
		in[i].Generation = g
	}
	return in
}

// MemberOf lists the segments that a customer is in, as far as was followed up.
func (s *Store) MemberOf(ctx context.Context, sp shop.Space, c customer.Customer) ([]segment.Member, error) {
	row, err := s.get(ctx, s.tables.People, notedKey(sp, c.Person))
	return getMembers(row), err
}
