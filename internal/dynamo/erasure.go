package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// isCustomer is the condition that a profile's row is a profile, and not what
// stands in its place while the customer is being erased.
const isCustomer = "attribute_exists(version)"

func erasing(row item) bool { return getStr(row, "erasing") != "" }

// lookAgain is when an erasure is gone through once more: later than anybody can
// be in the midst of something that began before it.
const lookAgain = 10 * time.Minute

// journalKept is longer than a backup is: after a restore, the journal says who was erased since.
const journalKept = 90 * 24 * time.Hour

// EraseCustomer begins to erase a customer: one transaction, after which nobody
// finds the profile, nothing can be added to it, and the work that is left is on
// the list of what is due. Done twice it is the same erasure.
//
// The moment stands in the rows that say who a keyed hash is. Whatever was told of
// the person up to then is removed wherever it is found, now or by the relay
// when it comes late (see forgetOrder, settleNames); what is told later is somebody new.
func (s *Store) EraseCustomer(ctx context.Context, sp shop.Space, person string) (customer.Erasure, error) {
	for n := range maxTries {
		e, err := s.eraseOnce(ctx, sp, person, s.now().UTC())
		if !errors.Is(err, errChanged) {
			return e, err
		}
		if err := wait(ctx, n); err != nil {
			return e, failed("dynamo.EraseCustomer", err)
		}
	}
	return customer.Erasure{}, fault.ErrUnavailable.In("dynamo.EraseCustomer").Because(errChanged)
}

func (s *Store) eraseOnce(ctx context.Context, sp shop.Space, person string, at time.Time) (customer.Erasure, error) {
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return customer.Erasure{}, err
	}
	if erasing(row) {
		return readErasure(sp, person, row), nil
	}
	if merged(row) {
		return customer.Erasure{}, s.mergedInto(ctx, sp, person)
	}
	c, err := readCustomer(sp, person, row)
	if err != nil {
		return customer.Erasure{}, err
	}
	id, err := ident.New(s.random, customer.ErasurePrefix)
	if err != nil {
		return customer.Erasure{}, err
	}
	stone := s.tombstone(sp, c, id, at)
	ws := []write{stone, s.erased(sp, person, at), s.reminder(at, eraseTask(sp, person))}
	for _, p := range c.Persons() { // a backup may be from before they were merged
		ws = append(ws, s.journal(sp, p, at))
	}
	refused, err := s.settle(ctx, "dynamo.EraseCustomer", ws...)
	if err == nil && refused != nil {
		err = errChanged
	}
	return readErasure(sp, person, stone.item), err
}

func eraseTask(sp shop.Space, person string) queue.Task {
	return queue.Task{Kind: customer.Erase, Space: sp, ID: person}
}

// tombstone stands in the profile's place until all is gone: hashes that lead to
// the rest, and nothing of the profile itself.
func (s *Store) tombstone(sp shop.Space, c customer.Customer, id string, at time.Time) write {
	row := profileKey(sp, c.Person)
	row["erasing"], row["erased_at"], row["created_at"], row["signals"] = str(id), moment(at), moment(c.CreatedAt), document(c.Signals)
	row["identities"] = document(c.Identities)
	if len(c.Joined) > 0 {
		row["joined"] = document(c.Nameless())
	}
	return write{
		table: s.tables.People, item: row, condition: "version = :seen", values: item{":seen": num(c.Version)}, unique: true,
	}
}

func readErasure(sp shop.Space, person string, stone item) customer.Erasure {
	return customer.Erasure{
		Object: "erasure", ID: getStr(stone, "erasing"), Livemode: sp.Live, Status: "in_progress", At: getTime(stone, "erased_at"), Person: person,
	}
}

// erased notes in a person's row that what was told up to now is to go, and
// removes what it has. What events tell of the customer is remembered until they are gone.
func (s *Store) erased(sp shop.Space, person string, at time.Time) write {
	return write{
		table: s.tables.Coupons, key: personKey(sp, person),
		update: "SET erased_at = :at, erased_told = if_not_exists(told, :nothing)" +
			" REMOVE customer, also, former, told, figures, recent, stage, stage_version, stage_at, #segments",
		names:     map[string]string{"#segments": "segments"}, // a reserved word
		condition: "attribute_not_exists(same_as)",
		values:    item{":at": moment(at), ":nothing": str("")},
	}
}

// journal notes that somebody was erased, for whoever restores a backup from before: see ReplayErasures.
func (s *Store) journal(sp shop.Space, person string, at time.Time) write {
	row := key(journalPK, sortTime(at)+"#"+space(sp)+"#"+person)
	row["ttl"] = num(at.Add(journalKept).Unix())
	return write{table: s.tables.Events, item: row}
}
