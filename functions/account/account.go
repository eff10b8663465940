// Package account manages a shop's API keys, and tells what happened in the shop.
//
// Who may call it: the shop's server (secret key with the keys or events scopes).
// What it may touch: keys; reads events; never campaigns, coupons or redemptions.
// Load: rare, but for a shop that asks for events every few seconds.
package account

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	// CreateKey returns the key's token, which is shown this once; a replay has none.
	CreateKey(ctx context.Context, sp shop.Space, want shop.Key, once idem.Key) (string, shop.Key, error)
	// AnsweredKey gives the first answer to a repeated call, if there is one.
	AnsweredKey(ctx context.Context, sp shop.Space, k idem.Key) (shop.Key, bool, error)
	Keys(ctx context.Context, sp shop.Space) ([]shop.Key, error)
	RevokeKey(ctx context.Context, sp shop.Space, id string) (shop.Key, error)
	Event(ctx context.Context, sp shop.Space, id string) (event.Event, error)
	// Events gives a page and where it ended, "" on the last.
	Events(ctx context.Context, sp shop.Space, f event.Filter, below string, limit int) ([]event.Event, string, error)
}

type handler struct {
	front web.Front
	store Store
}

const tag = "Keys"

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/keys", ID: "create_key", Tag: tag, Scope: shop.KeysWrite,
		Status: http.StatusCreated, Errors: []int{409}, Summary: "Create a key",
		Doc: "For the side of the key that asks. `key` is shown this once. To rotate, create a second key, move over, revoke the first.",
	}, h.create)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/keys", ID: "list_keys", Tag: tag, Scope: shop.KeysRead, Summary: "List keys",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/keys/{id}/revoke", ID: "revoke_key", Tag: tag, Scope: shop.KeysWrite,
		Errors: []int{404, 409}, Summary: "Revoke a key", Doc: "Effective within 30 seconds. Doing it twice is doing it once.",
	}, h.revoke)
	h.handleEvents(api)
	return api.Handler()
}

// CreateInput is a new key.
type CreateInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           KeyRequest
	RawBody        []byte
}

// KeyRequest is the body of a new key.
type KeyRequest struct {
	Kind           shop.Kind    `json:"kind" enum:"secret,publishable"`
	Name           string       `json:"name,omitzero" maxLength:"200" example:"checkout"`
	Scopes         []shop.Scope `json:"scopes,omitempty" maxItems:"20" doc:"What it may do, at most what the key that asks may; all of that where left out." example:"[\"validations:write\",\"redemptions:write\"]"`
	AllowedOrigins []string     `json:"allowed_origins,omitempty" maxItems:"20" doc:"Publishable keys: web origins that may use it." example:"[\"https://shop.example\"]"`
	ExpiresAt      time.Time    `json:"expires_at,omitzero"`
}

// KeyCreated is a key with its token.
type KeyCreated struct {
	shop.Key
	Token           string `json:"key,omitzero" doc:"The key itself, shown this once. Keep it where secrets are kept."`
	SecretAvailable bool   `json:"secret_available" doc:"False where this answer is a replay, which no longer has the key."`
}

// CreateOutput is the answer.
type CreateOutput struct{ Body KeyCreated }

func (h handler) create(ctx context.Context, in *CreateInput) (*CreateOutput, error) {
	caller, b := shop.CallerFrom(ctx), in.Body
	once := idem.New(caller.Secrets, "keys", in.IdempotencyKey, in.RawBody)
	if k, answered, err := h.store.AnsweredKey(ctx, caller.Space, once); answered || err != nil {
		return &CreateOutput{KeyCreated{Key: k}}, err
	}
	scopes, err := caller.Grant(b.Kind, b.Scopes)
	if err != nil {
		return nil, err
	}
	if err := shop.CheckOrigins(b.Kind, b.AllowedOrigins); err != nil {
		return nil, err
	}
	if err := moment.Check(b.ExpiresAt, "expires_at"); err != nil {
		return nil, err
	}
	if !b.ExpiresAt.IsZero() && !b.ExpiresAt.After(h.front.Now()) {
		return nil, fault.ErrInvalid.At("expires_at")
	}
	token, key, err := h.store.CreateKey(ctx, caller.Space, shop.Key{
		Kind: b.Kind, Name: b.Name, Scopes: scopes, AllowedOrigins: b.AllowedOrigins, ExpiresAt: moment.Stored(b.ExpiresAt),
	}, once)
	return &CreateOutput{KeyCreated{Key: key, Token: token, SecretAvailable: token != ""}}, err
}

// ListOutput is all keys of the side.
type ListOutput struct{ Body *web.List[shop.Key] }

func (h handler) list(ctx context.Context, _ *struct{}) (*ListOutput, error) {
	caller := shop.CallerFrom(ctx)
	keys, err := h.store.Keys(ctx, caller.Space)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "keys", keys, "")
	return &ListOutput{page}, err
}

// RevokeInput names a key.
type RevokeInput struct {
	ID             string `path:"id" maxLength:"64" example:"key_2v8n4xk0c9q7d"`
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}

// Output is a key.
type Output struct{ Body shop.Key }

func (h handler) revoke(ctx context.Context, in *RevokeInput) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	if in.ID == caller.ID {
		return nil, shop.ErrKeyRevokesItself.At("id")
	}
	k, err := h.store.RevokeKey(ctx, caller.Space, in.ID)
	return &Output{k}, err
}
