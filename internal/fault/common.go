package fault

// RetryAfter is the argument that says in how many seconds to come back; web sends it as the header, too.
const RetryAfter = "retry_after"

// The faults that every part of the API can answer.
var (
	// ErrInternal hides whatever went wrong inside.
	ErrInternal = Define(Internal, "internal_error")
	// ErrNotFound is an unknown id: another shop's or the other side's included.
	ErrNotFound = Define(NotFound, "not_found")
	// ErrInvalid is a value that the contract does not allow; Param names it.
	ErrInvalid = Define(Invalid, "value_invalid")
	// ErrUnavailable is an outage or a conflict that outlasted its retries: nothing was decided, try again.
	ErrUnavailable = Define(Unavailable, "temporarily_unavailable")
	// ErrStale answers an If-Match that names an older state.
	ErrStale = Define(Stale, "etag_mismatch")
	// ErrIdempotencyKeyReused answers a key that was used with another body.
	ErrIdempotencyKeyReused = Define(Invalid, "idempotency_key_reused")
	// ErrCursorInvalid answers a cursor of another list, shop or side, or a forged one.
	ErrCursorInvalid = Define(Invalid, "cursor_invalid")
)
