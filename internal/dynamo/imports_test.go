package dynamo

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

func (s *side) importOf(c coupon.Campaign) coupon.Import {
	s.t.Helper()
	i, err := s.CreateImport(s.t.Context(), s.space, coupon.ImportIssue{Campaign: c, Now: s.now()}, idem.Key{})
	s.must(err)
	return i
}

// send imports a part of these codes.
func (s *side) send(store *Store, i coupon.Import, number int, codes ...string) (coupon.ImportPart, error) {
	s.t.Helper()
	p, err := i.ReadPart(s.t.Context(), s.caller, number, "text/csv", []byte(strings.Join(codes, "\n")))
	s.must(err)
	return store.ImportPart(s.t.Context(), s.space, s.caller.Secrets, i, p)
}

func cards(n int) (codes []string) {
	for i := range n {
		codes = append(codes, fmt.Sprintf("C%03d-CARD", i))
	}
	return codes
}

// puts counts the rows of a table that were put since.
func (w *wire) puts(table string, since int) (n int) {
	for _, input := range w.writes[since:] {
		if in, ok := input.(*dynamodb.PutItemInput); ok && *in.TableName == table {
			n++
		}
	}
	return n
}

// coupons counts those that a campaign's list would show.
func (s *side) coupons() int {
	n := 0
	for _, row := range s.rows() {
		if getStr(row, "code") != "" {
			n++
		}
	}
	return n
}

// A part that dies goes on where it stopped, and reports as if nothing had
// happened; what it had made by then may have been redeemed since.
func TestImportGoesOnAfterItDied(t *testing.T) {
	for dies := range 10 { // with the claim, among the beginnings, among the coupons, with the report
		t.Run(fmt.Sprint(dies), func(t *testing.T) {
			s := newSide(t)
			camp := s.campaign(0, 0)
			s.issue(camp, "C001-CARD")
			i := s.importOf(camp)
			dead, writes := errors.New("dead"), 0
			s.wire.fail = func(any) error {
				if writes++; writes > dies {
					return dead
				}
				return nil
			}
			if _, err := s.send(s.Store, i, 1, cards(4)...); err == nil {
				t.Fatal("it did not die")
			}
			s.wire.fail = nil
			if dies > 0 {
				_, err := s.send(s.another(), i, 1, cards(5)...)
				s.wants("other content", err, coupon.ErrPartDiffers)
			}
			if made := s.row(couponKey(s.space, coupon.ID(s.caller.Secrets, "C000CARD"))); made != nil {
				s.redeem(coupon.Coupon{Code: "C000-CARD"}, "o-1", "")
			}
			made, sent := s.coupons(), len(s.wire.writes)
			p, err := s.send(s.another(), i, 1, cards(4)...)
			s.must(err)
			if puts := s.wire.puts(s.tables.Coupons, sent); dies > 0 && puts > 4-made+1 { // one was taken: it is tried again; what was under way at the death may have landed since
				t.Errorf("%d coupons were written where %d stand", puts, made)
			}
			before := len(s.wire.writes)
			again, err := s.send(s.Store, i, 1, cards(4)...)
			s.must(err)
			if n := len(s.wire.writes) - before; n != 1 {
				t.Errorf("%d writes for a part that is done", n)
			}
			if p.Lines != 4 || len(p.Refused) != 1 || p.Refused[0].Line != 2 || p.Refused[0].Code != "code_taken" || fmt.Sprint(p) != fmt.Sprint(again) {
				t.Errorf("%+v\n%+v", p, again)
			}
			if sums, err := s.Import(t.Context(), s.space, i.ID); err != nil || sums.Parts != 1 || sums.Accepted != 3 || sums.Refused != 1 {
				t.Errorf("%+v %v", sums, err)
			}
			if got := s.coupons(); got != 4 {
				t.Errorf("%d coupons", got)
			}
		})
	}
}

// The same part many times at once, and the same codes in two parts: each code
// is one coupon of one part, and the sums are exact.
func TestImportsInARace(t *testing.T) {
	s := newSide(t)
	i := s.importOf(s.campaign(0, 0))
	stores := []*Store{s.Store, s.another(), s.another()}
	var g errgroup.Group
	for n := range 12 {
		g.Go(func() error {
			_, err := s.send(stores[n%3], i, n%4, cards(20)...)
			return err
		})
	}
	s.must(g.Wait())
	sums, err := s.Import(t.Context(), s.space, i.ID)
	if err != nil || sums.Parts != 4 || sums.Lines != 80 || sums.Accepted != 20 || sums.Refused != 60 || s.coupons() != 20 {
		t.Errorf("%+v %v, %d coupons", sums, err, s.coupons())
	}
}

// A beginning that became a campaign's while the part was read is not taken from it.
func TestImportLeavesOthersBeginnings(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	i := s.importOf(camp)
	s.redeem(s.issue(camp, ""), "o-1", "") // after which the instance knows the beginning
	for n, store := range []*Store{s.Store, s.another()} {
		p, err := s.send(store, i, n+1, camp.Prefix+"-OURS", fmt.Sprint("FREE-", n))
		s.must(err)
		if len(p.Refused) != 1 || p.Refused[0].Code != "code_reserved" || p.Refused[0].Line != 1 || s.coupons() != n+2 {
			t.Errorf("%+v", p)
		}
	}
	wish, err := coupon.BatchIssue{Campaign: camp, Count: 1, Pattern: coupon.Pattern{Prefix: "FREE"}, Now: s.now()}.Check()
	s.must(err)
	_, err = s.CreateBatch(t.Context(), s.space, wish, idem.Key{})
	s.wants("a batch on an imported beginning", err, coupon.ErrCodeReserved)
}

// A late copy of the report's write adds nothing to the sums.
func TestLateReportCountsOnce(t *testing.T) {
	s := newSide(t)
	i := s.importOf(s.campaign(0, 0))
	_, err := s.send(s.Store, i, 1, "CARD-1")
	s.must(err)
	if s.again(s.wire.last()) {
		t.Error("the report was written again")
	}
	if sums, err := s.Import(t.Context(), s.space, i.ID); err != nil || sums.Parts != 1 || sums.Accepted != 1 {
		t.Errorf("%+v %v", sums, err)
	}
}

// A try that was overtaken by another of the same part gives the other's report.
func TestOvertakenPartGivesTheReport(t *testing.T) {
	s := newSide(t)
	i := s.importOf(s.campaign(0, 0))
	fellow := New(newClient(), testTables, s.clock.now)
	var overtaking error
	s.wire.fail = func(input any) error {
		if _, ok := input.(*dynamodb.TransactWriteItemsInput); ok {
			_, overtaking = s.send(fellow, i, 1, cards(3)...)
		}
		return nil
	}
	p, err := s.send(s.Store, i, 1, cards(3)...)
	s.must(errors.Join(err, overtaking))
	want, err := s.ImportedPart(t.Context(), s.space, i.ID, 1)
	if sums, e := s.Import(t.Context(), s.space, i.ID); err != nil || e != nil || fmt.Sprint(p) != fmt.Sprint(want) || sums.Accepted != 3 {
		t.Errorf("%+v, %+v %+v %v %v", p, want, sums, err, e)
	}
}

// Two tries of a part at once: what the one has made, the other takes for its own.
func TestRivalTriesOfAPart(t *testing.T) {
	s := newSide(t)
	i := s.importOf(s.campaign(0, 0))
	dies := &wire{fail: func(input any) error {
		if _, ok := input.(*dynamodb.TransactWriteItemsInput); ok {
			return errors.New("dead before its report")
		}
		return nil
	}}
	fellow, rivals := New(newClient(dies.watch), testTables, s.clock.now), 0
	s.wire.fail = func(input any) error {
		if in, ok := input.(*dynamodb.PutItemInput); ok && *in.TableName == s.tables.Coupons && rivals == 0 {
			rivals++
			if _, err := s.send(fellow, i, 1, "CARD-1", "CARD-2"); err == nil {
				t.Error("the rival did not die")
			}
		}
		return nil
	}
	p, err := s.send(s.Store, i, 1, "CARD-1", "CARD-2")
	if err != nil || p.Accepted() != 2 || s.coupons() != 2 || rivals != 1 {
		t.Errorf("%+v %v", p, err)
	}
}

// An id that is drawn twice is drawn again.
func TestDrawnImportIDIsDrawnAgain(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	s.Store = s.WithRandom(strings.NewReader("aaaaaaaabbbb"))
	one := s.importOf(camp)
	camp.Issued = true
	two, err := s.CreateImport(t.Context(), s.space, coupon.ImportIssue{Campaign: camp, Shared: true, Now: s.now()}, idem.Key{})
	s.must(err)
	if kept, err := s.Import(t.Context(), s.space, one.ID); two.ID == one.ID || err != nil || kept.ForAll() {
		t.Errorf("%+v %v\n%+v", kept, err, two)
	}
}

// Terms that changed between reading and the first import are not frozen by it.
func TestImportOfChangedTerms(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	d := tenPercent()
	d.Rewards[0].PercentOff = "20"
	next, err := camp.Apply(coupon.Change{Definition: d}, s.now())
	s.must(err)
	_, err = s.ChangeCampaign(t.Context(), s.space, camp, next)
	s.must(err)
	_, err = s.CreateImport(t.Context(), s.space, coupon.ImportIssue{Campaign: camp, Now: s.now()}, idem.Key{})
	s.wants("an import under old terms", err, fault.ErrStale)
}

// Of an imported code only what never changes is remembered: its state is the row's.
func TestImportedCodeIsNotCached(t *testing.T) {
	s := newSide(t)
	_, err := s.send(s.Store, s.importOf(s.campaign(0, 0)), 1, "CARD-1")
	s.must(err)
	target, err := s.Target(t.Context(), s.space, s.caller.Secrets, "CARD1")
	s.must(err)
	want := coupon.Coupon{ID: target.Coupon.ID, Code: "CARD-1", Campaign: target.Campaign.ID, CampaignVersion: 1}
	if !reflect.DeepEqual(target.Coupon, want) {
		t.Errorf("%+v", target.Coupon)
	}
}
