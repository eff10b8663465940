package faults

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The audit sees uses that nothing leads to, and is silent where something does.
func TestLostUsesAreSeen(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	set := func(s string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: []string{s}} }
	with := func(pk, sk string, more row) row {
		r := row{"pk": text("s#test#" + pk), "sk": text(sk)}
		maps.Copy(r, more)
		return r
	}
	one, yes := &types.AttributeValueMemberN{Value: "1"}, &types.AttributeValueMemberBOOL{Value: true}
	used := with("limit#camp_1#a", "anna", row{"uses": one})
	guest := with("person#a", "anna", row{"same_as": text("c1"), "counted": yes})
	for name, x := range map[string]struct {
		rows []row
		lost bool
	}{
		"on the list":     {[]row{used, guest, with("person#c", "c1", row{"unfolded": set("anna")})}, false},
		"at the counter":  {[]row{used, guest, with("limit#camp_1#c", "c1", row{"folded": set("anna")})}, false},
		"nowhere":         {[]row{used, guest, with("person#c", "c1", row{"counted": yes})}, true},
		"at another one":  {[]row{used, guest, with("limit#camp_2#c", "c1", row{"folded": set("anna")})}, true},
		"nobody says so":  {[]row{used, with("person#a", "anna", nil)}, true},
		"through a merge": {[]row{used, guest, with("person#c", "c1", row{"same_as": text("d1")}), with("person#d", "d1", row{"unfolded": set("c1")}), with("limit#camp_1#c", "c1", row{"folded": set("anna")})}, false},
		"lost in a merge": {[]row{used, guest, with("person#c", "c1", row{"same_as": text("d1")}), with("limit#camp_1#c", "c1", row{"folded": set("anna")})}, true},
		"a first order":   {[]row{with("first#a", "anna", row{"uses": one}), guest}, true},
		"nobody else":     {[]row{used, with("person#a", "anna", row{"counted": yes})}, false},
	} {
		b := newBooks()
		for _, r := range x.rows {
			b.coupon(r)
		}
		b.lost()
		if (len(b.drifts) > 0) != x.lost {
			t.Errorf("%s: %v", name, b.drifts)
		}
	}
}
