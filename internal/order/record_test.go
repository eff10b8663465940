package order

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func told(change ...func(*Told)) Told {
	t := Told{Record: Record{Version: 1, Status: Paid, Order: Order{
		ID: "o-1", Currency: "EUR", ShippingAmount: 490, PlacedAt: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		Lines: []Line{{ID: "1", Quantity: 2, UnitAmount: 1950}, {ID: "2", Quantity: 1, UnitAmount: 1000}},
	}}}
	for _, f := range change {
		f(&t)
	}
	return t
}

func record(t *testing.T, change ...func(*Told)) Record {
	t.Helper()
	r, err := New(told(change...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNewRecord(t *testing.T) {
	charged := int64(6000)
	if r := record(t, func(t *Told) { t.Discount = 390 }); r.Total != 5000 || r.Subtotal != 4900 {
		t.Errorf("%+v", r)
	}
	if r := record(t, func(t *Told) { t.Charged = &charged }); r.Total != 6000 {
		t.Errorf("taxes on top: %+v", r)
	}
	for want, change := range map[error]func(*Told){
		ErrVersionMissing:  func(t *Told) { t.Version = 0 },
		ErrPlacedMissing:   func(t *Told) { t.PlacedAt = time.Time{} },
		ErrDiscountTooMuch: func(t *Told) { t.Discount = 5391 },
		ErrCurrencyUnknown: func(t *Told) { t.Currency = "XXX" },
		ErrLineRepeated:    func(t *Told) { t.Lines[1].ID = "1" },
		money.ErrOverflow:  func(t *Told) { t.Lines[0].UnitAmount = money.Max },
	} {
		if _, err := New(told(change)); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// Whatever the shop tells makes another fingerprint; the sequence of lines does not.
func TestSign(t *testing.T) {
	secrets, err := shop.Derive(make([]byte, shop.SecretSize))
	if err != nil {
		t.Fatal(err)
	}
	charged := int64(5000)
	seen := map[string]int{}
	for i, change := range []func(*Told){
		func(*Told) {}, func(t *Told) { t.Status = Cancelled }, func(t *Told) { t.Person = "anna" }, func(t *Told) { t.Channel = "web" },
		func(t *Told) { t.PlacedAt = t.PlacedAt.Add(time.Millisecond) }, func(t *Told) { t.Metadata = map[string]string{"a": "b"} },
		func(t *Told) { t.Discount = 1 }, func(t *Told) { t.Charged = &charged }, func(t *Told) { t.Lines[0].Quantity = 1 },
		func(t *Told) { t.ShippingAmount = 1 }, func(t *Told) { t.Version = 2 },
	} {
		f := string(record(t, change).Sign(secrets).Fingerprint)
		if before, ok := seen[f]; ok {
			t.Errorf("change %d looks like change %d", i, before)
		}
		seen[f] = i
	}
	turned := record(t, func(t *Told) { t.Lines[0], t.Lines[1] = t.Lines[1], t.Lines[0] }).Sign(secrets)
	if seen[string(turned.Fingerprint)] != 0 || string(turned.Fingerprint) != string(record(t).Sign(secrets).Fingerprint) {
		t.Error("the sequence of lines makes another order")
	}
}

// Returns add up to the same in every sequence, take no more than there is, and
// all of the goods are worth what was charged for them.
func TestReturnsAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := record(t, func(t *Told) {
			t.Discount = rapid.Int64Range(0, 5390).Draw(rt, "discount")
			t.Lines[0].Quantity = rapid.Int64Range(2, 5).Draw(rt, "quantity")
		})
		var all []Return
		for i := range rapid.IntRange(0, 5).Draw(rt, "returns") {
			one := Return{ID: fmt.Sprint(i), Lines: []ReturnedLine{{ID: rapid.SampledFrom([]string{"1", "2", "gone"}).Draw(rt, "line"), Quantity: rapid.Int64Range(1, 3).Draw(rt, "n")}}}
			if rapid.Bool().Draw(rt, "priced") {
				amount := rapid.Int64Range(0, 4000).Draw(rt, "amount")
				one.Amount = &amount
			}
			all = append(all, one)
		}
		fold := func(ts []Return) Record {
			var b Back
			for _, one := range ts {
				b = b.Plus(one)
			}
			return r.WithBack(b)
		}
		want := fold(all)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := fold(all); !reflect.DeepEqual(got, want) {
			rt.Errorf("%+v, want %+v", got, want)
		}
		if want.ReturnedAmount < 0 || want.Spent() < 0 || want.Returned["1"] > r.Lines[0].Quantity {
			rt.Errorf("%+v", want)
		}
		whole := fold([]Return{{Lines: []ReturnedLine{{"1", r.Lines[0].Quantity}, {"2", 1}}}})
		if goods := max(r.Total-r.ShippingAmount, 0); whole.ReturnedAmount != goods {
			rt.Errorf("all goods are worth %d, were %d", whole.ReturnedAmount, goods)
		}
	})
}

func TestCheckReturn(t *testing.T) {
	amount, less := int64(5391), int64(1000)
	r := record(t).WithBack(Back{Count: 1, Lines: map[string]int64{"1": 1}})
	for want, one := range map[error]Return{
		nil:                    {Lines: []ReturnedLine{{"1", 1}, {"2", 1}}},
		ErrReturnTooMuch:       {Lines: []ReturnedLine{{"1", 2}}},
		ErrReturnLineUnknown:   {Lines: []ReturnedLine{{"3", 1}}},
		ErrLineRepeated:        {Lines: []ReturnedLine{{"2", 1}, {"2", 1}}},
		ErrReturnAmountTooMuch: {Lines: []ReturnedLine{{"1", 1}}, Amount: &amount},
		ErrReturnGiftTooMuch:   {Lines: []ReturnedLine{{"1", 1}}, Amount: &less, Gift: 1001},
	} {
		if err := r.CheckReturn(one); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", one, err, want)
		}
	}
	for gift, want := range map[int64]error{5390: nil, 5391: ErrReturnGiftTooMuch} { // without an amount: no more than was charged
		if err := r.CheckReturn(Return{Lines: []ReturnedLine{{"1", 1}}, Gift: gift}); !errors.Is(err, want) {
			t.Errorf("%d to cards: %v, want %v", gift, err, want)
		}
	}
}
