package web

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// List is a page of results.
type List[T any] struct {
	Object     string `json:"object" enum:"list"`
	Data       []T    `json:"data"`
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor,omitzero" doc:"Pass it as cursor to get the next page."`
}

// Paging is how a caller asks for a page.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
}

// NewList makes a page; next is where the following one begins, empty on the last.
func NewList[T any](ctx context.Context, c shop.Caller, filter string, data []T, next string) (*List[T], error) {
	l := &List[T]{Object: "list", Data: data, HasMore: next != ""}
	if l.Data == nil {
		l.Data = []T{}
	}
	var err error
	if l.NextCursor, err = Cursor(ctx, c, filter, next); err != nil {
		return nil, err
	}
	return l, nil
}

// Cursor seals a place for [Paging.Position] to open; the empty one needs none.
func Cursor(ctx context.Context, c shop.Caller, filter, next string) (string, error) {
	if next == "" {
		return "", nil
	}
	aead, err := cursorCipher(ctx, c)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, []byte(next), []byte(filter))), nil //nolint:gosec // the AEAD draws its nonce itself
}

// Page gives a page of what read finds, newest first, below an id.
func Page[T any](ctx context.Context, p Paging, filter string, read func(below string, limit int) ([]T, error), id func(T) string) (*List[T], error) {
	caller := shop.CallerFrom(ctx)
	below, err := p.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, err := read(below, p.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > p.Limit {
		found = found[:p.Limit]
		next = id(found[p.Limit-1])
	}
	return NewList(ctx, caller, filter, found, next)
}

// Position opens a cursor. It is sealed (AES-256-GCM) with a key of the
// caller's side and bound to the list and its filter, so that it is opaque and
// cannot be forged or carried to another list.
func (p Paging) Position(ctx context.Context, c shop.Caller, filter string) (string, error) {
	if p.Cursor == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return "", fault.ErrCursorInvalid.At("cursor")
	}
	aead, err := cursorCipher(ctx, c)
	if err != nil {
		return "", err
	}
	at, err := aead.Open(nil, nil, sealed, []byte(filter))
	if err != nil {
		return "", fault.ErrCursorInvalid.At("cursor")
	}
	return string(at), nil
}

func cursorCipher(ctx context.Context, c shop.Caller) (cipher.AEAD, error) {
	key, err := c.Cursors(ctx)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.ErrInternal.In("web.cursorCipher").Because(err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
