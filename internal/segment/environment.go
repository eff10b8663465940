package segment

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/money"
)

// Environment is what an expression sees: nothing that names or finds a person.
type Environment struct {
	Customer EnvironmentCustomer `expr:"customer"`
	Now      EnvironmentTime     `expr:"now"`
}

// EnvironmentCustomer is what is known of a customer. Amounts are in minor units.
type EnvironmentCustomer struct {
	Tags                []string          `expr:"tags"`
	Metadata            map[string]string `expr:"metadata"`
	Language            string            `expr:"language"`
	Country             string            `expr:"country"`
	BirthdayMonth       int               `expr:"birthday_month"`
	BirthdayDay         int               `expr:"birthday_day"`
	CreatedDaysAgo      int               `expr:"created_days_ago"`
	OrdersCount         int               `expr:"orders_count"`
	Spent               map[string]int    `expr:"spent"` // by currency
	DaysSinceFirstOrder int               `expr:"days_since_first_order"`
	DaysSinceLastOrder  int               `expr:"days_since_last_order"`
	Stage               string            `expr:"stage"`
	Relationship        string            `expr:"relationship"`
}

// EnvironmentTime is today, in UTC.
type EnvironmentTime struct {
	Year    int    `expr:"year"`
	Month   int    `expr:"month"`
	Day     int    `expr:"day"`
	Weekday string `expr:"weekday"`
}

// About is what an expression sees of a customer at a moment.
func About(c customer.Customer, f customer.Figures, t customer.Thresholds, now time.Time) *Environment {
	now = now.UTC()
	stands, spent := customer.Stand(f, t, now), map[string]int{}
	for currency := range f.Spent {
		spent[currency] = int(f.SpentIn(currency).Minor)
	}
	month, day := c.BirthdayParts()
	return &Environment{
		Customer: EnvironmentCustomer{
			Tags: c.Tags, Metadata: c.Metadata, Language: c.Language, Country: c.Address.Country, BirthdayMonth: month, BirthdayDay: day,
			CreatedDaysAgo: days(c.CreatedAt, now), OrdersCount: int(min(f.OrdersCount, money.Max)), Spent: spent,
			DaysSinceFirstOrder: days(f.FirstOrderAt, now), DaysSinceLastOrder: days(f.LastOrderAt, now),
			Stage: string(stands.Stage), Relationship: string(stands.Relationship),
		},
		Now: EnvironmentTime{now.Year(), int(now.Month()), now.Day(), weekdays[now.Weekday()]},
	}
}

var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// days counts whole days; what lies ahead is 0 days ago.
func days(from, to time.Time) int { return int(max(to.Sub(from)/(24*time.Hour), 0)) }
