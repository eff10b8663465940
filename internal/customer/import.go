package customer

import (
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// The faults of imports of customers. The first four refuse a part as a whole,
// before any of its lines; the others are one line's.
var (
	ErrColumnUnknown  = fault.Define(fault.Invalid, "import_column_unknown")
	ErrColumnRepeated = fault.Define(fault.Invalid, "import_column_repeated")
	ErrColumnMissing  = fault.Define(fault.Invalid, "import_column_missing")
	ErrQuoteOpen      = fault.Define(fault.Invalid, "import_quote_open")

	ErrRowMalformed    = fault.Define(fault.Invalid, "row_malformed")
	ErrRowFieldUnknown = fault.Define(fault.Invalid, "row_field_unknown")
	ErrRowRepeated     = fault.Define(fault.Conflict, "row_repeated")
	ErrErasedSince     = fault.Define(fault.Conflict, "customer_erased_since")
)

// OnExisting is what an import does with a customer who is there already.
type OnExisting string

// The choices. There is no default: one loses what the file does not have, the
// other what it has.
const (
	Replace OnExisting = "replace" // as PUT does
	Skip    OnExisting = "skip"
)

// Row is a customer as rows of imports and exports have one.
type Row struct {
	ID string `json:"id" maxLength:"128" doc:"Your own id." example:"c-1001"`
	Profile
}

// Line is a line of a part that can become a customer.
type Line struct {
	Number   int
	Customer Customer // as it would be if it were new
}

// reported are the fields that a report may name: what else stood in a line is
// somebody's, and a report outlives its customers.
var reported = map[string]bool{
	"id": true, "given_name": true, "family_name": true, "full_name": true, "salutation": true, "salutation_text": true, "language": true,
	"email": true, "phone": true, "phone_country": true, "birthday": true, "time_zone": true, "tags": true, "metadata": true,
	"address": true, "address.lines": true, "address.postal_code": true, "address.city": true, "address.region": true, "address.country": true,
}

// Impersonal gives a fault as a report may keep it: its code, the field, and bounds
// of ours, but no value that was sent.
func Impersonal(f *fault.Error) *fault.Error {
	if len(f.Parts) > 0 {
		f = f.Parts[0]
	}
	out := &fault.Error{Kind: f.Kind, Code: f.Code, Param: fieldOf(f.Param)}
	for _, name := range []string{"limit", "line"} {
		if v, ok := f.Args[name]; ok {
			out = out.Arg(name, v)
		}
	}
	return out
}

// fieldOf cuts a path down to what is no value: tags[3], but metadata for an entry of it.
func fieldOf(param string) string {
	for !reported[param] {
		at := strings.LastIndexAny(param, ".[")
		if at < 0 {
			return ""
		}
		if param[at] == '[' && reported[param[:at]] {
			return param
		}
		param = param[:at]
	}
	return param
}

// Told is where and when an import told of a customer.
type Told struct {
	By string    // the import and its part
	At time.Time // when the part first came; zero: now, and not by an import
}
