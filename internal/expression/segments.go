package expression

import (
	"strings"

	"github.com/lagniappe/lagniappe/internal/segment"
)

func init() {
	segment.RegisterLanguage(func(text string) (segment.Expression, error) {
		p, err := compileIn[segment.Environment](&ofSegments, text)
		if err != nil {
			return nil, err
		}
		return p, nil
	})
}

// ofSegments is the language of segments: what is known of a customer, and today.
var ofSegments = language{
	environment: &segment.Environment{},
	scope:       []string{"now"},
	facts: map[string]string{
		"now": segment.FactNow, "stage": segment.FactNow, "relationship": segment.FactNow, "created_days_ago": segment.FactNow,
		"days_since_first_order": segment.FactOrdered, "days_since_last_order": segment.FactOrdered,
		"birthday_month": segment.FactBirthday, "birthday_day": segment.FactBirthday,
	},
	plain: strings.NewReplacer(
		"type segment.EnvironmentCustomer", "customer", "type segment.EnvironmentTime", "now",
		"segment.EnvironmentCustomer", "customer", "segment.EnvironmentTime", "now",
	),
}
