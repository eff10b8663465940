// Package ident makes the ids that callers see: a prefix that names the kind,
// and bytes in lower-case Crockford base32 (no I, L, O, U), so that an id can
// be read aloud and double-clicked. Random ids have 80 bits.
package ident

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"
)

// Size is the number of bytes in an ordinary id.
const Size = 10

// Alphabet are the 32 letters that ids are written in.
const Alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var encoding = base32.NewEncoding(Alphabet).WithPadding(base32.NoPadding)

// New draws a random id with the given prefix ("camp_").
func New(random io.Reader, prefix string) (string, error) {
	b := make([]byte, Size)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("ident.New: %w", err)
	}
	return Encode(prefix, b), nil
}

// Length is how many letters n bytes take.
func Length(n int) int { return encoding.EncodedLen(n) }

// longest is room for every id, so that writing one needs no memory but its own.
const longest = 64

// Encode writes bytes as an id.
func Encode(prefix string, b []byte) string {
	return string(encoding.AppendEncode(append(make([]byte, 0, longest), prefix...), b))
}

// Decode reads an id of n bytes back. It accepts only what Encode writes, so
// that one thing never has two ids.
func Decode(prefix, id string, n int) ([]byte, bool) {
	body, ok := strings.CutPrefix(id, prefix)
	if !ok || len(body) != encoding.EncodedLen(n) {
		return nil, false
	}
	b, err := encoding.DecodeString(body)
	if err != nil || string(encoding.AppendEncode(make([]byte, 0, longest), b)) != body {
		return nil, false
	}
	return b, true
}

// NewTimed draws an id that sorts by time: 48 bits of Unix milliseconds before
// 32 random bits. Use it where a list wants newest first and the time is no
// secret; the write must refuse an id that exists.
func NewTimed(now time.Time, random io.Reader, prefix string) (string, error) {
	b := make([]byte, Size)
	binary.BigEndian.PutUint64(b, uint64(now.UnixMilli())<<16)
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", fmt.Errorf("ident.NewTimed: %w", err)
	}
	return Encode(prefix, b), nil
}
