package dynamo

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// How DynamoDB's answers are told apart. The row that names the effect comes
// first: "done already" outranks a conflict, a conflict outranks the other rows.
func TestRefusals(t *testing.T) {
	const no, ok, conflict = "ConditionalCheckFailed", "None", "TransactionConflict"
	failed := refusal{failed: true}
	for name, c := range map[string]struct {
		err  error
		want []refusal
		is   error
	}{
		"written":                            {err: nil},
		"one refused":                        {err: &types.ConditionalCheckFailedException{}, want: []refusal{failed}},
		"one met a transaction":              {err: &types.TransactionConflictException{}, is: errConflict},
		"first refused":                      {err: reasons(no, ok, ok), want: []refusal{failed, {}, {}}},
		"another refused":                    {err: reasons(ok, no, ok), want: []refusal{{}, failed, {}}},
		"all refused":                        {err: reasons(no, no, no), want: []refusal{failed, failed, failed}},
		"conflict alone":                     {err: reasons(ok, ok, conflict), is: errConflict},
		"conflict on the first":              {err: reasons(conflict, ok, ok), is: errConflict},
		"first refused outranks a conflict":  {err: reasons(no, ok, conflict), want: []refusal{failed, {}, {}}},
		"a conflict outranks the limit":      {err: reasons(ok, no, conflict), is: errConflict},
		"a conflict outranks the slot":       {err: reasons(ok, conflict, no), is: errConflict},
		"a conflict on the first outranks":   {err: reasons(conflict, no, no), is: errConflict},
		"throttled":                          {err: reasons(ok, ok, "ThrottlingError"), is: errConflict},
		"beyond the throughput":              {err: reasons(ok, "ProvisionedThroughputExceeded", ok), is: errConflict},
		"first refused outranks a throttle":  {err: reasons(no, "ThrottlingError", ok), want: []refusal{failed, {}, {}}},
		"our mistake":                        {err: reasons(ok, "ValidationError", ok), is: fault.ErrInternal},
		"our mistake outranks all":           {err: reasons(no, conflict, "ItemCollectionSizeLimitExceeded"), is: fault.ErrInternal},
		"canceled, nobody knows why":         {err: reasons(ok, ok, ok), is: fault.ErrUnavailable},
		"canceled without reasons":           {err: &types.TransactionCanceledException{}, is: fault.ErrUnavailable},
		"outage":                             {err: errors.New("connection reset"), is: fault.ErrUnavailable},
		"throttled alone, after SDK's tries": {err: &types.ProvisionedThroughputExceededException{}, is: fault.ErrUnavailable},
		"malformed":                          {err: &smithy.GenericAPIError{Code: "ValidationException"}, is: fault.ErrInternal},
		"no permission":                      {err: &smithy.GenericAPIError{Code: "AccessDeniedException"}, is: fault.ErrInternal},
		"no table":                           {err: &types.ResourceNotFoundException{}, is: fault.ErrInternal},
	} {
		if c.err != nil {
			c.err = fmt.Errorf("operation error: %w", c.err) // as the SDK wraps it
		}
		got, err := refusals("test", c.err, 3)
		if !errors.Is(err, c.is) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v %v, want %v %v", name, got, err, c.want, c.is)
		}
	}
}

// The row that stood in the way comes with the refusal, from each kind of write.
func TestRefusalsBringTheRow(t *testing.T) {
	s := newSide(t)
	row := key(space(s.space)+"#test", "1")
	row["who"] = str("first")
	const fresh = "attribute_not_exists(pk)"
	first := write{table: s.tables.Coupons, item: row, condition: fresh}
	mine := key(space(s.space)+"#test", "1")
	mine["who"] = str("me")
	put := write{table: s.tables.Coupons, item: mine, condition: fresh}
	update := write{table: s.tables.Coupons, key: key(space(s.space)+"#test", "1"), update: "SET who = :me", condition: fresh, values: item{":me": str("me")}}
	other := write{table: s.tables.Coupons, key: key(space(s.space)+"#test", "2"), update: "SET who = :me", values: item{":me": str("me")}}
	if refused, err := s.commit(t.Context(), "test", first); refused != nil || err != nil {
		t.Fatal(refused, err)
	}
	for name, ws := range map[string][]write{
		"put": {put}, "update": {update}, "put in a transaction": {put, other}, "update in a transaction": {update, other},
	} {
		refused, err := s.commit(t.Context(), "test", ws...)
		if err != nil || len(refused) != len(ws) || !reflect.DeepEqual(refused[0], refusal{failed: true, old: row}) {
			t.Errorf("%s: %v %v", name, refused, err)
		}
	}
	if got := s.row(other.key); got != nil {
		t.Errorf("half a transaction: %v", got)
	}
}

// Rivals that met once must not meet again at the same moment.
func TestPausesDiffer(t *testing.T) {
	for n := range maxTries {
		bound, seen := min(firstWait<<n, mostWait), map[time.Duration]bool{}
		for range 20 {
			d := pause(n, firstWait, mostWait)
			if d < 0 || d >= bound {
				t.Errorf("try %d: %v, want less than %v", n, d, bound)
			}
			seen[d] = true
		}
		if len(seen) < 10 {
			t.Errorf("try %d: only %d different pauses of 20", n, len(seen))
		}
	}
}
