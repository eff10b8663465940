package coupon

import (
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ImportPrefix is how the ids of imports begin.
const ImportPrefix = "imp_"

// The faults of imports.
var (
	ErrPartDiffers     = fault.Define(fault.Conflict, "import_part_differs")
	ErrPartTooLong     = fault.Define(fault.Invalid, "import_part_too_long")
	ErrPartUnsupported = fault.Define(fault.Unsupported, "import_type_unsupported")
	ErrLineMalformed   = fault.Define(fault.Invalid, "line_malformed")
	ErrRepeatedInPart  = fault.Define(fault.Conflict, "code_repeated_in_part")
)

// ImportKind is what an import takes in.
type ImportKind string

// The kinds.
const (
	ImportCodes     ImportKind = "codes"
	ImportCustomers ImportKind = "customers"
)

// OnExisting is [customer.OnExisting].
type OnExisting = customer.OnExisting

// Import is what a shop has already, codes or customers, on its way in, part by part.
type Import struct {
	Object          string            `json:"object" enum:"import"`
	ID              string            `json:"id" example:"imp_06kd8t5v2w7x9y3z"`
	Livemode        bool              `json:"livemode"`
	Kind            ImportKind        `json:"kind" enum:"codes,customers"`
	Campaign        string            `json:"campaign,omitzero" doc:"Of codes." example:"camp_06kd8t5v2w7x9y3z"`
	CampaignVersion int               `json:"campaign_version,omitzero" doc:"Of codes: the version of the campaign's terms that they are issued under."`
	Shared          *bool             `json:"shared,omitempty" nullable:"false" doc:"Of codes: everybody may use each; otherwise each is for one use."`
	OnExisting      OnExisting        `json:"on_existing,omitzero" enum:"replace,skip" doc:"Of customers: what becomes of those who are there already."`
	Parts           int64             `json:"parts" doc:"How many are done."`
	Lines           int64             `json:"lines" doc:"Of those parts, without empty lines and the heading."`
	Accepted        int64             `json:"accepted"`
	Refused         int64             `json:"refused"`
	Skipped         int64             `json:"skipped,omitzero" doc:"Lines of customers who were there already, where those are to be skipped."`
	Metadata        map[string]string `json:"metadata,omitempty"`
	CreatedAt       time.Time         `json:"created_at"`
}

// ImportIssue is the wish for an import: of a campaign's codes, or of customers.
type ImportIssue struct {
	Campaign   Campaign
	Shared     bool
	OnExisting OnExisting
	Livemode   bool // of customers; codes have the campaign's
	Metadata   map[string]string
	Now        time.Time
}

// Import makes the import of a wish, or refuses it.
func (i ImportIssue) Import(id string) (Import, error) {
	if i.OnExisting != "" {
		return Import{
			Object: "import", ID: id, Livemode: i.Livemode, Kind: ImportCustomers, OnExisting: i.OnExisting, Metadata: i.Metadata, CreatedAt: i.Now,
		}, checkMetadata(i.Metadata)
	}
	if err := i.Campaign.CheckBulk(); err != nil {
		return Import{}, err
	}
	return Import{
		Object: "import", ID: id, Livemode: i.Campaign.Livemode, Kind: ImportCodes, Campaign: i.Campaign.ID,
		CampaignVersion: i.Campaign.Version, Shared: &i.Shared, Metadata: i.Metadata, CreatedAt: i.Now,
	}, checkMetadata(i.Metadata)
}

// ValidImportID reports whether id can be an import's.
func ValidImportID(id string) bool {
	_, ok := ident.Decode(ImportPrefix, id, ident.Size)
	return ok
}

// ImportPart is one part of an import, once it is done.
type ImportPart struct {
	Import  string
	Number  int
	Lines   int64
	Skipped int64
	Refused []LineRefusal // by line
}

// ImportPartIssue is a part that was read, with the refusals of the lines that can become nothing.
type ImportPartIssue struct {
	ImportPart
	Good []Line // of codes: the lines that can become coupons
	Hash []byte // of its content and form
}

// Sorted gives the part with its refusals by line.
func (p ImportPart) Sorted() ImportPart {
	slices.SortFunc(p.Refused, func(a, b LineRefusal) int { return a.Line - b.Line })
	return p
}

// Accepted is how many of its lines became what they were to become.
func (p ImportPart) Accepted() int64 { return p.Lines - p.Skipped - int64(len(p.Refused)) }

// LineRefusal is a line that became nothing, and why. It keeps the fault's code,
// so that the sentence is in the language of whoever reads the report.
type LineRefusal struct {
	Line  int            `json:"line"`
	Text  string         `json:"text,omitempty"`
	Code  string         `json:"code"`
	Param string         `json:"param,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// Fault is why.
func (r LineRefusal) Fault() *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: r.Code, Param: r.Param, Args: r.Args}
}

// Line is a line of a part that can become a coupon.
type Line struct {
	Number    int
	Text      string // the code as it was sent
	Code      Code
	Customer  string
	Person    string
	StartsAt  time.Time
	ExpiresAt time.Time
}

// Refused is the line's refusal.
func (l Line) Refused(f *fault.Error) LineRefusal {
	return LineRefusal{Line: l.Number, Text: clipped(l.Text), Code: f.Code, Param: f.Param, Args: f.Args}
}

// clipped bounds what a report keeps of a line.
func clipped(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// ForAll reports whether everybody may use each of its codes.
func (i Import) ForAll() bool { return i.Shared != nil && *i.Shared }

// Coupon makes the coupon of a line.
func (i Import) Coupon(s shop.Secrets, l Line, now time.Time) Coupon {
	c := Coupon{
		Object: "coupon", ID: ID(s, l.Code), Livemode: i.Livemode, Campaign: i.Campaign, CampaignVersion: i.CampaignVersion,
		Code: DisplayNamed(l.Text), Shared: i.ForAll(), Customer: l.Customer, Personal: l.Person != "", Person: l.Person, Active: true,
		StartsAt: moment.Stored(l.StartsAt), ExpiresAt: moment.Stored(l.ExpiresAt), CreatedAt: now,
	}
	if !c.Shared {
		c.TimesRedeemed = new(int64)
	}
	return c
}
