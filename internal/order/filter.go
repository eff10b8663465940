package order

import "github.com/lagniappe/lagniappe/internal/moment"

// Filter says which orders to list.
type Filter struct {
	Person      string // keyed hash of whose; empty: everybody's
	moment.Span        // in which they were placed
}
