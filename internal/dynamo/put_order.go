package dynamo

import (
	"bytes"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// PutOrder takes in a version of an order: one write, which only a higher version
// than is there passes. What follows from it hangs on the row, see [Store.SettleOrder].
//
// The same version again is given as it is; with another content it is
// order.ErrVersionDiffers. An older version changes nothing, and the answer shows
// what is there; only a state that nobody had heard of is noted with a second write.
//
// It reports whether this made the order: nobody had told of it.
func (s *Store) PutOrder(ctx context.Context, sp shop.Space, r order.Record) (is order.Record, made bool, err error) {
	row, refused, err := s.takeIn(ctx, s.orderWrite(sp, r))
	if err != nil {
		return r, false, err
	}
	if refused == nil {
		is, err = readOrder(sp, row)
		return is, getNum(row, "first_version") == r.Version, err
	}
	is, err = s.orderThere(ctx, sp, r, refused[0].old)
	return is, false, err
}

// orderThere answers what was refused with what is there.
func (s *Store) orderThere(ctx context.Context, sp shop.Space, r order.Record, old item) (order.Record, error) {
	is, err := readOrder(sp, old)
	switch {
	case err != nil:
		return r, err
	case is.Version == r.Version && !bytes.Equal(is.Fingerprint, r.Fingerprint):
		return r, order.ErrVersionDiffers.At("version").Arg("version", r.Version)
	case is.Version == r.Version:
		return is, nil
	}
	is.Superseded = true
	if _, known := is.Reached[r.Status]; !known || r.Status.Ends() && getNum(old, "ended_version") < r.Version {
		err = s.noteState(ctx, sp, r)
	}
	return is, err
}

// takeIn is settle that gives the row as it is afterwards.
func (s *Store) takeIn(ctx context.Context, w write) (row item, refused []refusal, err error) {
	err = persist(ctx, "dynamo.PutOrder", func() error {
		out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &w.table, Key: w.key, UpdateExpression: &w.update, ConditionExpression: &w.condition,
			ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
			ReturnValues:                        types.ReturnValueAllNew,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		if err == nil {
			row = out.Attributes
		}
		refused, err = refusals("dynamo.PutOrder", err, 1)
		return err
	})
	return row, refused, err
}

// orderWrite puts a version in the place of any lower one. What came back stays.
func (s *Store) orderWrite(sp shop.Space, r order.Record) write {
	kept := r
	kept.Returned, kept.ReturnedAmount = nil, 0
	w := write{
		table: s.tables.Orders, key: orderKey(sp, r.ID),
		update:    "SET fingerprint = :fingerprint, #order = :order, person = :person, version = :version, first_version = if_not_exists(first_version, :version), " + reach(r.Status),
		condition: "attribute_not_exists(version) OR version < :version",
		names:     map[string]string{"#order": "order"},
		values: item{
			":version": num(r.Version), ":fingerprint": bin(r.Fingerprint), ":order": document(kept), ":person": str(r.Person), ":now": moment(s.now()),
		},
	}
	return w
}

// reach notes that an order was in a state, when we first heard of it, and when
// we last heard that it was over.
func reach(status order.Status) string {
	at := reached(status)
	if status.Ends() {
		return at + " = if_not_exists(" + at + ", :now), ended_version = :version, ended_at = :now"
	}
	return at + " = if_not_exists(" + at + ", :now)"
}

func reached(status order.Status) string { return "reached_" + string(status) }

// noteState keeps that an order was in a state, though a later version came first.
func (s *Store) noteState(ctx context.Context, sp shop.Space, r order.Record) error {
	w := write{
		table: s.tables.Orders, key: orderKey(sp, r.ID), update: "SET " + reach(r.Status),
		condition: "attribute_exists(version) AND attribute_not_exists(" + reached(r.Status) + ")", values: item{":now": moment(s.now())},
	}
	if r.Status.Ends() {
		w.condition, w.values[":version"] = "attribute_exists(version) AND (attribute_not_exists(ended_version) OR ended_version < :version)", num(r.Version)
	}
	_, err := s.settle(ctx, "dynamo.PutOrder", w)
	return err // refused: somebody noted it, or a later one
}
