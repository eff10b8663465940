package coupon

import (
	"slices"
	"time"

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

// Import is a shop's existing codes on their way in, part by part.
type Import struct {
	Object          string            `json:"object" enum:"import"`
	ID              string            `json:"id" example:"imp_06kd8t5v2w7x9y3z"`
	Livemode        bool              `json:"livemode"`
	Kind            string            `json:"kind" enum:"codes"`
	Campaign        string            `json:"campaign" example:"camp_06kd8t5v2w7x9y3z"`
	CampaignVersion int               `json:"campaign_version" doc:"The version of the campaign's terms that its codes are issued under."`
	Shared          bool              `json:"shared" doc:"Everybody may use its codes; otherwise each is for one use."`
	Parts           int64             `json:"parts" doc:"How many are done."`
	Lines           int64             `json:"lines" doc:"Of those parts, without empty lines and the heading."`
	Accepted        int64             `json:"accepted"`
	Refused         int64             `json:"refused"`
	Metadata        map[string]string `json:"metadata,omitempty"`
	CreatedAt       time.Time         `json:"created_at"`
}

// ImportIssue is the wish for an import.
type ImportIssue struct {
	Campaign Campaign
	Shared   bool
	Metadata map[string]string
	Now      time.Time
}

// Import makes the import of a wish, or refuses it.
func (i ImportIssue) Import(id string) (Import, error) {
	if err := i.Campaign.CheckBulk(); err != nil {
		return Import{}, err
	}
	return Import{
		Object: "import", ID: id, Livemode: i.Campaign.Livemode, Kind: "codes", Campaign: i.Campaign.ID,
		CampaignVersion: i.Campaign.Version, Shared: i.Shared, Metadata: i.Metadata, CreatedAt: i.Now,
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
	Refused []LineRefusal // by line
}

// ImportPartIssue is a part that was read: the lines that can become coupons, and the
// refusals of the others.
type ImportPartIssue struct {
	ImportPart
	Good []Line
	Hash []byte // of its content and form
}

// Sorted gives the part with its refusals by line.
func (p ImportPart) Sorted() ImportPart {
	slices.SortFunc(p.Refused, func(a, b LineRefusal) int { return a.Line - b.Line })
	return p
}

// Accepted is how many of its lines became coupons.
func (p ImportPart) Accepted() int64 { return p.Lines - int64(len(p.Refused)) }

// LineRefusal is a line that became no coupon, and why. It keeps the fault's code,
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

// Coupon makes the coupon of a line.
func (i Import) Coupon(s shop.Secrets, l Line, now time.Time) Coupon {
	c := Coupon{
		Object: "coupon", ID: ID(s, l.Code), Livemode: i.Livemode, Campaign: i.Campaign, CampaignVersion: i.CampaignVersion,
		Code: DisplayNamed(l.Text), Shared: i.Shared, Customer: l.Customer, Personal: l.Person != "", Person: l.Person, Active: true,
		StartsAt: moment.Stored(l.StartsAt), ExpiresAt: moment.Stored(l.ExpiresAt), CreatedAt: now,
	}
	if !c.Shared {
		c.TimesRedeemed = new(int64)
	}
	return c
}
