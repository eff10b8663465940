package campaigns

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web/patch"
)

// Patch is a merge patch for a definition, and whether it moves coupons that are out.
type Patch struct {
	raw           json.RawMessage
	applyToIssued bool
}

// Schema implements huma.SchemaProvider.
func (Patch) Schema(r huma.Registry) *huma.Schema {
	s := patch.Schema[coupon.Definition](r)
	s.Properties["apply_to_issued"] = &huma.Schema{
		Type: huma.TypeBoolean, Description: "Move coupons that are out to the terms as changed.",
	}
	s.PrecomputeMessages()
	return s
}

// UnmarshalJSON splits the flag from the patch.
func (p *Patch) UnmarshalJSON(b []byte) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	if flag, ok := fields["apply_to_issued"]; ok {
		if err := json.Unmarshal(flag, &p.applyToIssued); err != nil {
			return err
		}
		delete(fields, "apply_to_issued")
	}
	var err error
	p.raw, err = json.Marshal(fields)
	return err
}

// ChangeInput is a patch for a campaign.
type ChangeInput struct {
	IDInput
	IfMatch string `header:"If-Match" maxLength:"64" doc:"The ETag of the state to change."`
	Body    Patch
}

// maxRaces bounds how often a change without If-Match is made anew on the state that overtook it.
const maxRaces = 5

func (h handler) change(ctx context.Context, in *ChangeInput) (*Output, error) {
	sp, match := shop.CallerFrom(ctx).Space, strings.TrimPrefix(in.IfMatch, "W/")
	bound := match != "" && match != "*" // to one state
	for range maxRaces {
		prev, err := h.store.Campaign(ctx, sp, in.ID)
		if err != nil {
			return nil, err
		}
		if bound && match != etag(prev) {
			return nil, fault.ErrStale.At("If-Match")
		}
		next, err := in.Body.changed(prev, h)
		if err != nil {
			return nil, err
		}
		c, err := h.store.ChangeCampaign(ctx, sp, prev, next)
		if !bound && errors.Is(err, fault.ErrStale) {
			continue
		}
		return newOutput(c, err)
	}
	return nil, fault.ErrUnavailable.In("campaigns.change")
}

func (p Patch) changed(prev coupon.Campaign, h handler) (coupon.Campaign, error) {
	d, err := patch.Apply(prev.Definition, p.raw)
	if err != nil {
		return coupon.Campaign{}, err
	}
	return prev.Apply(coupon.Change{Definition: d.UTC(), ApplyToIssued: p.applyToIssued}, h.front.Now().UTC())
}
