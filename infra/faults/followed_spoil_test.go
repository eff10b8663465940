package faults

import (
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// spoil breaks one row after another by hand: the audit must see each. Else its
// silence would prove nothing.
func (f *followed) spoil() {
	f.t.Helper()
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for what, x := range map[string]struct {
		table string
		is    func(row) bool
		spoil func(row) // nil: it goes
	}{
		"a count of members":   {"PeopleTable", func(r row) bool { return r.number("members") > 0 }, func(r row) { r["members"] = &types.AttributeValueMemberN{Value: "77"} }},
		"a count that is gone": {"PeopleTable", func(r row) bool { return r.number("members") > 0 }, nil},
		"a member": {"PeopleTable", func(r row) bool {
			return strings.Contains(r.text("pk"), "#segment#") && !strings.HasPrefix(r.text("sk"), "count#")
		}, nil},
		"a note":                {"PeopleTable", func(r row) bool { return r.text("sk") == "segments" && len(r.text("generations")) > 2 }, func(r row) { r["generations"], r["members"] = text("[]"), text("[]") }},
		"a note of generations": {"PeopleTable", func(r row) bool { return r.text("sk") == "segments" && len(r.text("generations")) > 2 }, func(r row) { r["generations"] = text("[]") }},
		"names beside":          {"CouponsTable", func(r row) bool { return len(r.list("segments")) > 0 }, func(r row) { delete(r, "segments") }},
		"a contribution":        {"OrdersTable", func(r row) bool { return r.text("sk") == "contribution" && r.text("person") != "" }, nil},
		"an order beside":       {"OrdersTable", func(r row) bool { return strings.HasPrefix(r.text("sk"), "order#") && r.flag("counts") }, nil},
		"what an order is worth": {"OrdersTable", func(r row) bool { return strings.HasPrefix(r.text("sk"), "order#") && r.flag("counts") }, func(r row) {
			r["spent"] = &types.AttributeValueMemberN{Value: "1"}
		}},
		"a place in the list": {"OrdersTable", func(r row) bool { return strings.Contains(r.text("pk"), "#orders#") }, nil},
		"figures": {"OrdersTable", func(r row) bool {
			return r.text("sk") == "figures" && strings.Contains(r.text("figures"), `"spent":{"EUR"`)
		}, func(r row) {
			r["figures"] = text(strings.Replace(r.text("figures"), `"spent":{"EUR":`, `"spent":{"EUR":1`, 1))
		}},
	} {
		f.breaks(what, x.table, x.is, x.spoil)
	}
}

// breaks spoils the first such row, wants the audit to see it, and mends it.
func (f *followed) breaks(what, table string, is func(row) bool, spoil func(row)) {
	f.t.Helper()
	var whole row
	if err := scan(f.t.Context(), f.table.client, table, func(r row) {
		if whole == nil && is(r) {
			whole = r
		}
	}); err != nil || whole == nil {
		f.t.Errorf("%s: there is none (%v)", what, err)
		return
	}
	if spoil == nil {
		_, err := f.table.client.DeleteItem(f.t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: row{"pk": whole["pk"], "sk": whole["sk"]}})
		f.wants(what, err)
	} else {
		broken := maps.Clone(whole)
		spoil(broken)
		f.put(what, table, broken)
	}
	drifts, err := Audit(f.t.Context(), f.table.client)
	if err != nil || len(drifts) == 0 {
		f.t.Errorf("the audit does not see that %s is broken: %v", what, err)
	}
	f.put(what, table, whole)
}

func (f *followed) put(what, table string, r row) {
	f.t.Helper()
	_, err := f.table.client.PutItem(f.t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: r})
	f.wants(what, err)
}

func (f *followed) wants(what string, err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("%s: %v", what, err)
	}
}
