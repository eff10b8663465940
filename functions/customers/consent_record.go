package customers

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ConsentInput is what a customer said.
type ConsentInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           ConsentRequest
	RawBody        []byte
}

// ConsentRequest is the body of a record.
type ConsentRequest struct {
	consent.Subject
	Status consent.Status `json:"status" enum:"granted,denied,withdrawn"`
	consent.Evidence
	OccurredAt  time.Time `json:"occurred_at,omitzero" doc:"When the customer said so, with a time zone; now where left out."`
	DoubleOptIn bool      `json:"double_opt_in,omitzero" doc:"Of a grant for email, phone or sms: to be confirmed by who holds the address."`
}

// ConsentOutput is an entry of the history.
type ConsentOutput struct {
	Status int
	Body   RecordedConsent
}

// RecordedConsent is a fact, with its token where it was made just now.
type RecordedConsent struct {
	consent.Consent
	Token           string `json:"token,omitzero" doc:"To confirm with. Shown once; only its hash is kept."`
	SecretAvailable *bool  `json:"secret_available,omitempty" doc:"Of one to be confirmed: false in a repeated answer, which has no token."`
}

func (h handler) record(ctx context.Context, in *ConsentInput) (*ConsentOutput, error) {
	c, err := h.own(ctx, in.IDInput)
	if err != nil {
		return nil, err
	}
	caller, b, now := shop.CallerFrom(ctx), in.Body, h.front.Now()
	if err := moment.Check(b.OccurredAt, "occurred_at"); err != nil {
		return nil, err
	}
	wish := consent.Wish{Subject: b.Subject, Status: b.Status, Evidence: b.Evidence, OccurredAt: b.OccurredAt, DoubleOptIn: b.DoubleOptIn}
	if err := wish.Check(now); err != nil {
		return nil, err
	}
	told, err := consent.NewTold(caller, c, wish, in.IdempotencyKey, in.RawBody, now)
	if err != nil {
		return nil, err
	}
	token := ""
	if b.DoubleOptIn {
		if token, told.Pending, err = consent.NewConfirmation(rand.Reader, consent.Holder{Space: caller.Space, Person: c.Person}); err != nil {
			return nil, err
		}
	}
	f, again, err := h.store.Consent(ctx, caller.Space, c, told)
	if err != nil {
		return nil, err
	}
	out := &ConsentOutput{http.StatusCreated, RecordedConsent{Consent: f, Token: token}}
	if again {
		out.Status, out.Body.Token = http.StatusOK, ""
	}
	if f.Status == consent.Requested {
		available := !again
		out.Body.SecretAvailable = &available
	}
	return out, nil
}

// StatesOutput is what a customer agrees to.
type StatesOutput struct {
	Body *web.List[consent.ConsentState]
}

func (h handler) states(ctx context.Context, in *IDInput) (*StatesOutput, error) {
	c, err := h.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	caller := shop.CallerFrom(ctx)
	states, err := h.store.ConsentStates(ctx, caller.Space, c)
	if err != nil {
		return nil, err
	}
	key, err := h.front.Vault.Leaving(ctx, caller.Space)
	if err != nil {
		return nil, err
	}
	for i, s := range states {
		if states[i].LeaveToken, err = consent.LeaveToken(key, consent.Holder{Space: caller.Space, Person: c.Person}, s.Subject); err != nil {
			return nil, err
		}
	}
	page, err := web.NewList(ctx, caller, "consents", states, "")
	return &StatesOutput{page}, err
}

// HistoryInput says whose history.
type HistoryInput struct {
	IDInput
	web.Paging
}

// HistoryOutput is a page of what a customer said.
type HistoryOutput struct{ Body *web.List[consent.Consent] }

func (h handler) history(ctx context.Context, in *HistoryInput) (*HistoryOutput, error) {
	c, err := h.find(ctx, in.IDInput)
	if err != nil {
		return nil, err
	}
	caller, filter := shop.CallerFrom(ctx), "consents of "+c.Person
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.ConsentFacts(ctx, caller.Space, c, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &HistoryOutput{page}, err
}
