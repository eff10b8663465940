package customer

import (
	"maps"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of merging.
var (
	// ErrMerged says that the customer is another one by now, whom it names.
	ErrMerged = fault.Define(fault.Conflict, "customer_merged")
	// ErrMergeItself answers a merge of somebody with themselves.
	ErrMergeItself = fault.Define(fault.Invalid, "customer_merge_itself")
	// ErrTooManyMerged bounds what each later look at a customer has to read.
	ErrTooManyMerged = fault.Define(fault.Conflict, "too_many_merged")
)

// Merged is that a customer was joined into another; its subject is the former.
const Merged event.Type = "customer.merged"

// MaxJoined bounds how many customers are joined in one.
const MaxJoined = 50

// Joined is a customer who was merged into another, also by way of a third.
type Joined struct {
	ID         string     `json:"id"`
	Person     string     `json:"person"`
	At         time.Time  `json:"at"`                   // when this one was merged for the first time
	Identities []Identity `json:"identities,omitempty"` // as they were then
	Near       bool       `json:"near,omitzero"`        // whether letters went where those of the other one went
}

// Absorbing is the customer once the other is joined in it.
func (c Customer) Absorbing(other Customer, at time.Time) Customer {
	near := c.Address.same(other.Address)
	all := append(slices.Clone(c.Joined), Joined{ID: other.ID, Person: other.Person, At: at, Identities: other.Identities, Near: near})
	for _, j := range other.Joined {
		j.Near = j.Near && near
		all = append(all, j)
	}
	c.Joined = all
	return c
}

func (a Address) same(b Address) bool {
	return slices.Equal(a.Lines, b.Lines) && a.PostalCode == b.PostalCode && a.City == b.City && a.Region == b.Region && a.Country == b.Country
}

// Persons are all that the customer is: first by the id of now, then by those of before.
func (c Customer) Persons() []string {
	all := []string{c.Person}
	for _, j := range c.Joined {
		all = append(all, j.Person)
	}
	return all
}

// Nameless are those who were merged into the customer, without the shop's ids of them.
func (c Customer) Nameless() []Joined {
	out := slices.Clone(c.Joined)
	for i := range out {
		out[i].ID = ""
	}
	return out
}

// Filled is the profile with what it lacks from another one's. What belongs
// together comes from one of the two: a name is never made of both.
func (p Profile) Filled(from Profile) Profile {
	if p.GivenName+p.FamilyName+p.FullName == "" {
		p.GivenName, p.FamilyName, p.FullName = from.GivenName, from.FamilyName, from.FullName
	}
	if p.Salutation == "" {
		p.Salutation, p.SalutationText = from.Salutation, from.SalutationText
	}
	if p.Phone == "" && from.Phone != "" {
		p.Phone, p.PhoneCountry = from.Phone, from.PhoneCountry
	}
	if p.Address.IsZero() {
		p.Address = from.Address
	}
	for own, other := range map[*string]string{&p.Language: from.Language, &p.Email: from.Email, &p.Birthday: from.Birthday, &p.TimeZone: from.TimeZone} {
		if *own == "" {
			*own = other
		}
	}
	p.Tags, p.Metadata = joinedTags(p.Tags, from.Tags), joinedMetadata(p.Metadata, from.Metadata)
	return p
}

// mostOfEach is how many tags, and entries of metadata, a profile has at most.
const mostOfEach = 50

func joinedTags(own, more []string) []string {
	out := slices.Clone(own)
	for _, tag := range more {
		if len(out) < mostOfEach && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}

func joinedMetadata(own, more map[string]string) map[string]string {
	out := maps.Clone(own)
	for _, k := range slices.Sorted(maps.Keys(more)) {
		if _, there := out[k]; there || len(out) >= mostOfEach {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[k] = more[k]
	}
	return out
}

// MergeEvents are what has befallen a customer who is joined in another by now.
func (c Customer) MergeEvents(sp shop.Space, at time.Time) []event.Event {
	subject := event.Subject{Object: "customer", ID: c.ID, Version: c.Version + 1, URL: "/v1/customers/" + c.ID}
	return append(c.Events(sp), event.New(sp, Merged, subject, at))
}
