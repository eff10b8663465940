package expression

import (
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
)

// ofCampaigns is the language of rules: an order, and what is known of who orders.
var ofCampaigns = language{
	environment: &coupon.Environment{},
	scope:       []string{"order", "lines", "now"},
	facts: map[string]string{
		"id": "id", "orders_count": customer.FactOrdersCount, "spent": customer.FactSpent, "stage": customer.FactStage,
		"days_since_last_order": customer.FactLastOrderAt, "segments": customer.FactSegments, "metadata": customer.FactMetadata,
	},
	plain: strings.NewReplacer(
		"type coupon.EnvironmentOrder", "order", "type coupon.EnvironmentLine", "a line",
		"type coupon.EnvironmentCustomer", "customer", "type coupon.EnvironmentTime", "now",
		"coupon.EnvironmentOrder", "order", "coupon.EnvironmentLine", "line",
		"coupon.EnvironmentCustomer", "customer", "coupon.EnvironmentTime", "now",
	),
}
