package customers

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/customer"
	_ "github.com/lagniappe/lagniappe/internal/expression" // segments have expressions
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
	"github.com/lagniappe/lagniappe/internal/web/patch"
)

// SegmentStore is what segments need of storage.
type SegmentStore interface {
	// CreateSegment makes one, or gives the one of that definition which is there.
	CreateSegment(ctx context.Context, sp shop.Space, d segment.Definition) (made segment.Segment, again bool, err error)
	Segment(ctx context.Context, sp shop.Space, id string) (segment.Segment, error)
	Segments(ctx context.Context, sp shop.Space) ([]segment.Segment, error)
	ChangeSegment(ctx context.Context, sp shop.Space, id string, change func(segment.Definition) (segment.Definition, error)) (segment.Segment, error)
	DeleteSegment(ctx context.Context, sp shop.Space, id string) error
	// Members lists who is in a segment; the string says where the next page begins.
	Members(ctx context.Context, sp shop.Space, id, below string, limit int) ([]customer.Customer, string, error)
	MemberOf(ctx context.Context, sp shop.Space, c customer.Customer) ([]segment.Member, error)
}

const segmentTag = "Segments"

func (h handler) segments(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/segments", ID: "create_segment", Tag: segmentTag, Scope: shop.CustomersWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{409}, Summary: "Name a group of customers by an expression",
		Doc: "It is `building` until all customers have been judged, from a minute on. After that it follows each customer's changes " +
			"within seconds, and what time alone changes within a day. The name is of one segment: the same definition again is answered " +
			"with the one that is there (200), another one is 409 `segment_name_taken`. Up to 50.",
	}, h.createSegment)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/segments", ID: "list_segments", Tag: segmentTag, Scope: shop.CustomersRead,
		Summary: "List all segments with their counts, newest first",
	}, h.listSegments)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/segments/{id}", ID: "get_segment", Tag: segmentTag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "How many customers are in a segment?",
		Doc: "Everybody has been judged at `as_of` or later.",
	}, h.getSegment)
	web.Handle(api, web.Op{
		Method: http.MethodPatch, Path: "/v1/segments/{id}", ID: "change_segment", Tag: segmentTag, Scope: shop.CustomersWrite,
		Errors: []int{404, 409}, Summary: "Change a segment",
		Doc: "With another expression it is built anew, from nobody on. Another name reaches the rules of campaigns when all customers " +
			"have been gone through.",
	}, h.changeSegment)
	web.Handle(api, web.Op{
		Method: http.MethodDelete, Path: "/v1/segments/{id}", ID: "delete_segment", Tag: segmentTag, Scope: shop.CustomersWrite,
		Status: http.StatusNoContent, Errors: []int{404}, Summary: "Delete a segment",
	}, h.deleteSegment)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/segments/{id}/customers", ID: "list_members", Tag: segmentTag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "Who is in a segment?", Doc: "In a sequence that says nothing.",
	}, h.members)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/segments", ID: "list_segments_of_customer", Tag: segmentTag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "Which segments is a customer in?",
	}, h.memberOf)
}

// SegmentInput names a segment.
type SegmentInput struct {
	ID string `path:"id" maxLength:"64" example:"seg_06f8k2m4qzr9w1xa"`
}

// SegmentOutput is a segment.
type SegmentOutput struct {
	Status int
	Body   segment.Segment
}

// CreateSegmentInput is a new segment.
type CreateSegmentInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: the name is of one segment."`
	Body           SegmentRequest
}

// SegmentRequest is the body of a new segment.
type SegmentRequest struct{ segment.Definition }

func (h handler) createSegment(ctx context.Context, in *CreateSegmentInput) (*SegmentOutput, error) {
	if err := in.Body.Check(); err != nil {
		return nil, err
	}
	made, again, err := h.store.CreateSegment(ctx, shop.CallerFrom(ctx).Space, in.Body.Definition)
	status := http.StatusCreated
	if again {
		status = http.StatusOK
	}
	return &SegmentOutput{status, made}, err
}

func (h handler) getSegment(ctx context.Context, in *SegmentInput) (*SegmentOutput, error) {
	is, err := h.store.Segment(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &SegmentOutput{http.StatusOK, is}, err
}

// ChangeSegmentInput is a patch for a segment.
type ChangeSegmentInput struct {
	SegmentInput
	Body patch.Of[SegmentRequest]
}

func (h handler) changeSegment(ctx context.Context, in *ChangeSegmentInput) (*SegmentOutput, error) {
	is, err := h.store.ChangeSegment(ctx, shop.CallerFrom(ctx).Space, in.ID, func(d segment.Definition) (segment.Definition, error) {
		next, err := in.Body.Apply(SegmentRequest{d})
		if err != nil {
			return d, err
		}
		return next.Definition, next.Check()
	})
	return &SegmentOutput{http.StatusOK, is}, err
}

func (h handler) deleteSegment(ctx context.Context, in *SegmentInput) (*struct{}, error) {
	return nil, h.store.DeleteSegment(ctx, shop.CallerFrom(ctx).Space, in.ID)
}

// SegmentsOutput are all segments.
type SegmentsOutput struct{ Body *web.List[segment.Segment] }

func (h handler) listSegments(ctx context.Context, _ *struct{}) (*SegmentsOutput, error) {
	caller := shop.CallerFrom(ctx)
	all, err := h.store.Segments(ctx, caller.Space)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "segments", all, "")
	return &SegmentsOutput{page}, err
}

// MembersInput says whose members.
type MembersInput struct {
	SegmentInput
	web.Paging
}

func (h handler) members(ctx context.Context, in *MembersInput) (*ListOutput, error) {
	caller, filter := shop.CallerFrom(ctx), "members of "+in.ID
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.Members(ctx, caller.Space, in.ID, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &ListOutput{page}, err
}

// MemberOfOutput are the segments that a customer is in.
type MemberOfOutput struct{ Body *web.List[segment.Member] }

func (h handler) memberOf(ctx context.Context, in *IDInput) (*MemberOfOutput, error) {
	c, err := h.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	caller := shop.CallerFrom(ctx)
	found, err := h.store.MemberOf(ctx, caller.Space, c)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "segments of a customer", found, "")
	return &MemberOfOutput{page}, err
}
