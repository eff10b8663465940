package dynamo

import (
	"context"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// asked is a segment whose expression can be asked.
type asked struct {
	segment.Segment
	compiled segment.Compiled
}

// book is what customers are judged by.
type book struct {
	all     []asked
	version int64               // counts the changes; 0: there was none
	stages  customer.Thresholds // as far as the settings were followed up
	staged  int64               // the version that brought them
}

// book reads what customers are judged by as it is now. The segments are kept in
// memory by the count of changes: so they are never older than the row that is read here.
func (s *Store) book(ctx context.Context, sp shop.Space) (b book, err error) {
	head, err := s.get(ctx, s.tables.People, key(segmentsPK(sp), skHead))
	if err != nil || head == nil {
		return b, err
	}
	b.version, b.staged = getNum(head, "version"), getNum(head, "staged")
	if err := getDocument(head, "stages", &b.stages); err != nil {
		return b, err
	}
	b.all, err = s.segments.get(ctx, space(sp)+"#"+strconv.FormatInt(b.version, 10), func(ctx context.Context) ([]asked, error) {
		return s.readDefinitions(ctx, sp)
	})
	return b, err
}

// next is the row of what comes after what was read, if that is still there.
func (s *Store) next(sp shop.Space, b book) write {
	head := key(segmentsPK(sp), skHead)
	head["version"], head["staged"], head["stages"] = num(b.version+1), num(b.staged), document(b.stages)
	w := write{table: s.tables.People, item: head, condition: "attribute_not_exists(pk)"}
	if b.version > 0 {
		w.condition, w.values = "version = :seen", item{":seen": num(b.version)}
	}
	return w
}

func (s *Store) readDefinitions(ctx context.Context, sp shop.Space) ([]asked, error) {
	rows, err := s.page(ctx, query{table: s.tables.People, hashAttr: attrPK, hash: segmentsPK(sp), sortAttr: attrSK, prefix: segment.Prefix, limit: segment.Most})
	if err != nil {
		return nil, err
	}
	all := make([]asked, len(rows))
	for i, row := range rows {
		all[i].Segment = readSegment(sp, row)
		if all[i].compiled, err = all[i].Compile(); err != nil { // saved by another version of us: it holds for nobody
			all[i].compiled = segment.Compiled{}
		}
	}
	return all, nil
}

func readSegment(sp shop.Space, row item) segment.Segment {
	return segment.Segment{
		Object: "segment", ID: getStr(row, attrSK), Livemode: sp.Live, Generation: getNum(row, "generation"),
		Definition: segment.Definition{Name: getStr(row, "name"), Expression: getStr(row, "expression")},
		CreatedAt:  getTime(row, "created_at"), UpdatedAt: getTime(row, "updated_at"),
	}
}

// CreateSegment makes a segment of a checked definition. The name is its own key:
// the same definition again is the one that is there already.
func (s *Store) CreateSegment(ctx context.Context, sp shop.Space, d segment.Definition) (out segment.Segment, again bool, err error) {
	err = s.changeSegments(ctx, sp, func(all []asked, next int64) ([]write, error) {
		if there := withName(all, d.Name); there != nil {
			if out, again = there.Segment, true; there.Definition != d {
				return nil, segment.ErrNameTaken.At("name").Arg("segment", there.ID)
			}
			return nil, nil
		}
		if len(all) >= segment.Most {
			return nil, segment.ErrTooMany.Arg("limit", segment.Most)
		}
		id, err := ident.NewTimed(s.now(), s.random, segment.Prefix)
		if err != nil {
			return nil, err
		}
		out = segment.Segment{Object: "segment", ID: id, Livemode: sp.Live, Definition: d, State: segment.Building, Generation: next, CreatedAt: s.now(), UpdatedAt: s.now()}
		w := s.segmentWrite(sp, out)
		w.condition, w.unique = "attribute_not_exists(pk)", true
		return []write{w}, nil
	})
	if err != nil || !again {
		return out, false, err
	}
	out, err = s.Segment(ctx, sp, out.ID)
	return out, true, err
}

func withName(all []asked, name string) *asked {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// ChangeSegment gives a segment another definition. With another expression it is
// built anew, in a generation of its own.
func (s *Store) ChangeSegment(ctx context.Context, sp shop.Space, id string, change func(segment.Definition) (segment.Definition, error)) (segment.Segment, error) {
	err := s.changeSegments(ctx, sp, func(all []asked, next int64) ([]write, error) {
		is, err := withID(all, id)
		if err != nil {
			return nil, err
		}
		d, err := change(is.Definition)
		if err != nil || d == is.Definition {
			return nil, err
		}
		if other := withName(all, d.Name); other != nil && other.ID != id {
			return nil, segment.ErrNameTaken.At("name").Arg("segment", other.ID)
		}
		if d.Expression != is.Expression {
			is.Generation = next
		}
		is.Definition, is.UpdatedAt = d, s.now()
		w := s.segmentWrite(sp, is)
		return []write{w}, nil
	})
	if err != nil {
		return segment.Segment{}, err
	}
	return s.Segment(ctx, sp, id)
}

// DeleteSegment takes a segment away. Who was in it is taken out when all are gone through.
func (s *Store) DeleteSegment(ctx context.Context, sp shop.Space, id string) error {
	tried := false
	return s.changeSegments(ctx, sp, func(all []asked, _ int64) ([]write, error) {
		is, err := withID(all, id)
		if err != nil && tried { // its first try was refused by itself
			return nil, nil
		}
		tried = true
		return []write{{table: s.tables.People, key: key(segmentsPK(sp), is.ID), remove: true}}, err
	})
}

func withID(all []asked, id string) (segment.Segment, error) {
	for _, a := range all {
		if a.ID == id {
			return a.Segment, nil
		}
	}
	return segment.Segment{}, fault.ErrNotFound
}

func (s *Store) segmentWrite(sp shop.Space, is segment.Segment) write {
	row := key(segmentsPK(sp), is.ID)
	row["name"], row["expression"], row["generation"] = str(is.Name), str(is.Expression), num(is.Generation)
	row["created_at"], row["updated_at"] = moment(is.CreatedAt), moment(is.UpdatedAt)
	return write{table: s.tables.People, item: row}
}

// changeSegments changes one definition, if none was changed since all were read.
// So no two have one name, and there are never too many.
func (s *Store) changeSegments(ctx context.Context, sp shop.Space, change func(all []asked, next int64) ([]write, error)) error {
	for range maxTries {
		b, err := s.book(ctx, sp)
		if err != nil {
			return err
		}
		w, err := change(b.all, b.version+1)
		if err != nil || len(w) == 0 {
			return err
		}
		refused, err := s.settle(ctx, "dynamo.changeSegments", append([]write{s.next(sp, b)}, w...)...)
		if err != nil || refused == nil {
			return err
		}
	}
	return fault.ErrUnavailable.In("dynamo.changeSegments").Because(errChanged)
}
