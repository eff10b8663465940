package web

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

const metaOp = "op"

// authenticate lets a request through whose key is valid, permits the
// operation's scope, and, from a browser, may be used on that origin. It runs
// before the body is read.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation().Metadata[metaOp].(Op)
	if op.Browser {
		ctx.SetHeader("Access-Control-Allow-Origin", "*") // no cookies are involved; the key's own origins are checked below
		ctx.SetHeader("Access-Control-Expose-Headers", "Request-Id, Retry-After")
	}
	if op.Scope == "" {
		next(ctx)
		return
	}
	caller, err := a.caller(ctx, op)
	noteCaller(ctx.Context(), caller, op) // also of a key that may not: the log tells whose it is
	if err != nil {
		_ = huma.WriteErr(a.huma, ctx, http.StatusUnauthorized, "", err)
		return
	}
	caller.Vault = a.front.Vault
	if caller.Publishable() {
		caller.Network = attempt.NetworkOf(ctx.RemoteAddr()) // the gateway's or the socket's word; no header's
	}
	next(huma.WithContext(ctx, shop.WithCaller(ctx.Context(), caller)))
}

func (a *API) caller(ctx huma.Context, op Op) (shop.Caller, error) {
	scheme, token, ok := strings.Cut(ctx.Header("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return shop.Caller{}, shop.ErrKeyInvalid
	}
	c, err := a.front.Callers.Caller(ctx.Context(), strings.TrimSpace(token))
	switch {
	case err != nil:
		return c, err
	case !c.Permits(op.Scope) && (op.OrScope == "" || !c.Permits(op.OrScope)) || c.Publishable() && !op.Browser:
		return c, shop.ErrKeyNotPermitted.Arg("scope", string(op.Scope))
	case c.Publishable() && !c.PermitsOrigin(ctx.Header("Origin")):
		return c, shop.ErrOriginNotPermitted
	}
	return c, nil
}

// Preflight answers a browser's question whether it may call across origins.
type Preflight struct {
	Origin  string `header:"Access-Control-Allow-Origin"`
	Methods string `header:"Access-Control-Allow-Methods"`
	Headers string `header:"Access-Control-Allow-Headers"`
	MaxAge  int    `header:"Access-Control-Max-Age"`
}

// NewPreflight allows what a publishable key may do; which origins a key
// accepts is checked with the key, which a preflight does not carry.
func NewPreflight(methods string) *Preflight {
	return &Preflight{Origin: "*", Methods: methods, Headers: "Authorization, Content-Type, Accept-Language, Idempotency-Key", MaxAge: 86400}
}

// faultOf finds the fault in err; what is none becomes an internal error with err as its cause.
func faultOf(err error) *fault.Error {
	if f, ok := fault.As(err); ok {
		return f
	}
	return fault.ErrInternal.Because(err)
}
