package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/segment"
)

// Work does a task; see package queue for what that asks of every function that is called here.
func (s *Store) Work(ctx context.Context, t queue.Task) ([]queue.Task, error) {
	switch t.Kind {
	case coupon.LookAfterCampaign:
		return nil, s.SettleCampaign(ctx, t.Space, t.ID)
	case customer.LookAfterStage:
		return nil, s.settleStage(ctx, t.Space, t.ID)
	case customer.Erase:
		return nil, s.erase(ctx, t.Space, t.ID)
	case segment.LookAfter:
		return s.walkSegments(ctx, t.Space)
	}
	return nil, fault.ErrInternal.In("dynamo.Work").Arg("kind", string(t.Kind))
}
