package campaigns

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Patch is a merge patch for a definition, and whether it moves coupons that are out.
type Patch struct {
	raw           json.RawMessage
	applyToIssued bool
}

// Schema implements huma.SchemaProvider: a definition in which every field may
// be left out or null, so that the patch is held to the same bounds.
func (Patch) Schema(r huma.Registry) *huma.Schema {
	s := optional(r, huma.SchemaFromType(r, reflect.TypeFor[coupon.Definition]()))
	s.Nullable = false
	s.Properties["apply_to_issued"] = &huma.Schema{
		Type: huma.TypeBoolean, Description: "Move coupons that are out to the terms as changed.",
	}
	s.PrecomputeMessages()
	return s
}

// optional copies a schema so that it and, in objects, all its fields may be
// null or missing. Arrays stay whole: a merge patch replaces them.
func optional(r huma.Registry, s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	c := *s
	c.Nullable, c.Required = true, nil
	if s.Properties != nil {
		c.Properties = make(map[string]*huma.Schema, len(s.Properties))
		for name, field := range s.Properties {
			c.Properties[name] = optional(r, field)
		}
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		c.AdditionalProperties = optional(r, values)
	}
	c.PrecomputeMessages()
	return &c
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

// apply gives the definition as patched.
func (p Patch) apply(d coupon.Definition) (coupon.Definition, error) {
	before, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	after, err := jsonpatch.MergePatch(before, p.raw)
	if err != nil {
		return d, err
	}
	var out coupon.Definition
	if err := json.Unmarshal(after, &out); err != nil {
		f := fault.ErrInvalid.Because(err)
		if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f = f.At(typed.Field)
		}
		return out, f
	}
	return out, nil
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
	d, err := p.apply(prev.Definition)
	if err != nil {
		return coupon.Campaign{}, err
	}
	return prev.Apply(coupon.Change{Definition: d.UTC(), ApplyToIssued: p.applyToIssued}, h.front.Now().UTC())
}
