package customers

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ConsentStore is what consents need of storage.
type ConsentStore interface {
	// Consent adds a fact, or gives the one that was added when the same was told before.
	Consent(ctx context.Context, sp shop.Space, c customer.Customer, in consent.Told) (f consent.Consent, again bool, err error)
	// ConsentFacts lists newest first; the string says where the next page begins.
	ConsentFacts(ctx context.Context, sp shop.Space, c customer.Customer, below string, limit int) ([]consent.Consent, string, error)
	ConsentStates(ctx context.Context, sp shop.Space, c customer.Customer) ([]consent.ConsentState, error)
	// ConfirmConsent turns a request into a consent, and gives the request.
	ConfirmConsent(ctx context.Context, sp shop.Space, person, hash string) (consent.Consent, error)
	WithdrawConsent(ctx context.Context, sp shop.Space, person string, about consent.Subject) error
}

const consentTag = "Consents"

func (h handler) consents(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/customers/{id}/consents", ID: "record_consent", Tag: consentTag, Scope: shop.CustomersWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Record what a customer said about a consent",
		Doc: "Nothing is ever changed: each call adds to the history, and what occurred last counts, in whatever order it is told; at the same " +
			"instant a withdrawal wins. Told twice with `occurred_at` or an Idempotency-Key it is one. With `double_opt_in` the answer has a " +
			"`token`, once, for the link in a message to the address: nothing is granted until that comes back to `/v1/consents/confirm`, " +
			"within 7 days.",
	}, h.record)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/consents", ID: "list_consent_states", Tag: consentTag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "What a customer agrees to by now",
		Doc: "For each purpose and channel what counts, and whether a message may go out. An address that was confirmed and has changed " +
			"since must be confirmed again.",
	}, h.states)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/consents/history", ID: "list_consents", Tag: consentTag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "All that a customer said, latest first, with its evidence",
	}, h.history)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/consents/confirm", ID: "confirm_consent", Tag: consentTag, Browser: true,
		Errors: []int{409, 422, 429, 500, 503}, Summary: "Confirm a consent, with the token from the message",
		Doc: "Without a key: who has the token has read the message. Doing it twice is doing it once.",
	}, h.confirm)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/consents/withdraw", ID: "withdraw_consent", Tag: consentTag, Browser: true,
		Errors: []int{422, 429, 500, 503}, Summary: "Withdraw a consent, with the token from a link to leave",
		Doc: "Without a key or a login, and at once. Doing it twice is doing it once. The answer is the same whether or not there was " +
			"anything to withdraw.",
	}, h.withdraw)
	for _, path := range []string{"confirm", "withdraw"} {
		web.Handle(api, web.Op{
			Method: http.MethodOptions, Path: "/v1/consents/" + path, ID: "preflight_" + path, Tag: consentTag,
			Browser: true, Status: http.StatusNoContent, Summary: "CORS preflight",
		}, func(context.Context, *struct{}) (*web.Preflight, error) { return web.NewPreflight("POST"), nil })
	}
}

// TokenInput is a token out of a message.
type TokenInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
	Body           ConsentToken
}

// ConsentToken is the body of a confirmation or a withdrawal.
type ConsentToken struct {
	Token string `json:"token" minLength:"1" maxLength:"200"`
}

// ChoiceOutput is a choice that was made.
type ChoiceOutput struct{ Body Choice }

// Choice says what holds now. It names nobody.
type Choice struct {
	Object string `json:"object" enum:"consent_choice"`
	consent.Subject
	Status consent.Status `json:"status" enum:"granted,withdrawn"`
}

func (h handler) confirm(ctx context.Context, in *TokenInput) (*ChoiceOutput, error) {
	holder, hash, ok := consent.ReadConfirmation(in.Body.Token)
	if !ok {
		return nil, consent.ErrTokenInvalid.At("token")
	}
	asked, err := h.store.ConfirmConsent(ctx, holder.Space, holder.Person, hash)
	if err != nil {
		return nil, err
	}
	return &ChoiceOutput{Choice{"consent_choice", asked.Subject, consent.Granted}}, nil
}

func (h handler) withdraw(ctx context.Context, in *TokenInput) (*ChoiceOutput, error) {
	l, ok := consent.ReadLeaving(in.Body.Token)
	if !ok {
		return nil, consent.ErrTokenInvalid.At("token")
	}
	key, err := h.front.Vault.Leaving(ctx, l.Space)
	if err != nil {
		return nil, err
	}
	if !l.Check(key) {
		return nil, consent.ErrTokenInvalid.At("token")
	}
	if err := h.store.WithdrawConsent(ctx, l.Space, l.Person, l.Subject); err != nil {
		return nil, err
	}
	return &ChoiceOutput{Choice{"consent_choice", l.Subject, consent.Withdrawn}}, nil
}
