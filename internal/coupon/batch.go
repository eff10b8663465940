package coupon

import (
	"fmt"
	"io"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// BatchPrefix is how the ids of batches begin.
const BatchPrefix = "bat_"

// keySize is the length of each of a batch's two keys: one for codes, one for ids.
const keySize = 16

// Batch is many codes at once, of which none is stored: [Coder] computes them.
type Batch struct {
	Object          string `json:"object" enum:"batch"`
	ID              string `json:"id" example:"bat_06kd8t5v2w7x9y3z"`
	Livemode        bool   `json:"livemode"`
	Campaign        string `json:"campaign" example:"camp_06kd8t5v2w7x9y3z"`
	CampaignVersion int    `json:"campaign_version" doc:"The version of the campaign's terms that its codes are issued under."`
	Count           int64  `json:"count" doc:"How many codes it has, each for one use."`
	Pattern
	Active    bool              `json:"active" doc:"False once revoked."`
	RevokedAt time.Time         `json:"revoked_at,omitzero"`
	StartsAt  time.Time         `json:"starts_at,omitzero"`
	ExpiresAt time.Time         `json:"expires_at,omitzero"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt time.Time         `json:"created_at"`

	Key []byte `json:"-"`
}

// BatchIssue is the wish for a batch.
type BatchIssue struct {
	Campaign    Campaign
	Count       int64
	Pattern     Pattern // no length: as short as is safe; no alphabet: all 32; a prefix below four characters is filled up
	StoredValue bool    // its codes are money, and guessing one is worth more
	StartsAt    time.Time
	ExpiresAt   time.Time
	Metadata    map[string]string
	Now         time.Time
}

// Check refuses a wish that contradicts itself, and gives it with what it left open.
func (i BatchIssue) Check() (BatchIssue, error) {
	if i.Count < 1 || i.Count > MaxBatch {
		return i, fault.ErrInvalid.At("count")
	}
	if err := (Issue{StartsAt: i.StartsAt, ExpiresAt: i.ExpiresAt, Metadata: i.Metadata, Now: i.Now}).Check(); err != nil {
		return i, err
	}
	bits := uint(couponBits)
	if i.StoredValue {
		bits = storedValueBits
	}
	if i.Pattern.Alphabet == "" {
		i.Pattern.Alphabet = crockford
	}
	if i.Pattern.Length == 0 && checkAlphabet(i.Pattern.Alphabet) == nil {
		i.Pattern.Length = leastLength(len(i.Pattern.Alphabet), i.Count, bits)
	}
	return i, i.Pattern.check(i.Count, bits)
}

// Batch makes the batch of a checked wish, with keys and the rest of its prefix drawn.
func (i BatchIssue) Batch(id string, random io.Reader) (Batch, error) {
	b := Batch{
		Object: "batch", ID: id, Livemode: i.Campaign.Livemode, Campaign: i.Campaign.ID, CampaignVersion: i.Campaign.Version,
		Count: i.Count, Active: true, StartsAt: moment.Stored(i.StartsAt), ExpiresAt: moment.Stored(i.ExpiresAt),
		Metadata: i.Metadata, CreatedAt: i.Now, Key: make([]byte, 2*keySize),
	}
	if _, err := io.ReadFull(random, b.Key); err != nil {
		return b, fmt.Errorf("coupon: drawing a batch's keys: %w", err)
	}
	var err error
	b.Pattern, err = i.Pattern.drawn(random)
	return b, err
}

// CodePrefix is the part of every code that names the batch.
func (b Batch) CodePrefix() string { return string(canonical(b.Prefix)[:PrefixSize]) }

// ValidBatchID reports whether id can be a batch's.
func ValidBatchID(id string) bool {
	_, ok := ident.Decode(BatchPrefix, id, ident.Size)
	return ok
}

// BatchOf gives the id of the batch that a coupon's id names, if it names one.
func BatchOf(couponID string) (string, bool) {
	if _, ok := ident.Decode(Prefix, couponID, 2*ident.Size); !ok {
		return "", false
	}
	return BatchPrefix + SeatOf(couponID).Coupon, true
}
