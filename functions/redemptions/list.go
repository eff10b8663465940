package redemptions

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ListInput says whose redemptions to list.
type ListInput struct {
	web.Paging
	Order string `query:"order" required:"true" minLength:"1" maxLength:"128" doc:"The shop's id of an order." example:"order-1001"`
}

// ListOutput is a page of redemptions.
type ListOutput struct {
	Body *web.List[coupon.Redemption]
}

func (h handler) list(ctx context.Context, in *ListInput) (*ListOutput, error) {
	caller, filter := shop.CallerFrom(ctx), "redemptions order="+in.Order
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.RedemptionsOf(ctx, caller.Space, in.Order, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &ListOutput{page}, err
}
