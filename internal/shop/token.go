package shop

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/lagniappe/lagniappe/internal/ident"
)

// A key reads sk_test_<body>: two letters for its kind, its side, and in
// Crockford base32 the ids of shop and key (where its row stands), 192 random
// bits (what makes it a secret) and a CRC-32 (so that junk is refused without a
// read; it protects against typos and scanners, not against forgers).
const (
	idSize     = 8
	randomSize = 24
	bodySize   = idSize + idSize + randomSize + crc32.Size
)

var tokenEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

var kindLetters = map[Kind]string{Secret: "sk", Publishable: "pk"}

// Address says where a key's row stands.
type Address struct {
	Space Space
	ID    string
	Kind  Kind
}

// NewShopID draws the id of a new shop.
func NewShopID(random io.Reader) (string, error) {
	b := make([]byte, idSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("shop.NewShopID: %w", err)
	}
	return ident.Encode(Prefix, b), nil
}

// Mint draws a new key for a space. The token is shown to its owner and kept
// nowhere; the Key holds its hash, id and hint.
func Mint(random io.Reader, space Space, kind Kind) (string, Key, error) {
	shopID, ok := ident.Decode(Prefix, space.Shop, idSize)
	if !ok {
		return "", Key{}, fmt.Errorf("shop.Mint: %q is not a shop", space.Shop)
	}
	fresh := make([]byte, idSize+randomSize)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return "", Key{}, fmt.Errorf("shop.Mint: %w", err)
	}
	body := append(shopID, fresh...)
	head := kindLetters[kind] + "_" + space.Side() + "_"
	body = binary.BigEndian.AppendUint32(body, checksum(head, body))
	token := head + tokenEncoding.EncodeToString(body)
	hash := sha256.Sum256([]byte(token))
	return token, Key{
		Object: "key", ID: ident.Encode("key_", fresh[:idSize]), Livemode: space.Live, Kind: kind,
		Hint: head + "…" + token[len(token)-4:], Space: space, Hash: hash[:],
	}, nil
}

// ParseToken reads where a key's row stands, or refuses junk without a read.
func ParseToken(token string) (Address, error) {
	for kind, letters := range kindLetters {
		for _, space := range []Space{{Live: true}, {Live: false}} {
			head := letters + "_" + space.Side() + "_"
			if rest, ok := strings.CutPrefix(token, head); ok {
				return parseBody(head, rest, space, kind)
			}
		}
	}
	return Address{}, ErrKeyInvalid
}

func parseBody(head, rest string, space Space, kind Kind) (Address, error) {
	if len(rest) != tokenEncoding.EncodedLen(bodySize) {
		return Address{}, ErrKeyInvalid
	}
	b, err := tokenEncoding.DecodeString(rest)
	if err != nil || string(tokenEncoding.AppendEncode(make([]byte, 0, 128), b)) != rest { // the last character has bits to spare
		return Address{}, ErrKeyInvalid
	}
	content := b[:bodySize-crc32.Size]
	if binary.BigEndian.Uint32(b[len(content):]) != checksum(head, content) {
		return Address{}, ErrKeyInvalid
	}
	space.Shop = ident.Encode(Prefix, content[:idSize])
	return Address{Space: space, Kind: kind, ID: ident.Encode("key_", content[idSize:2*idSize])}, nil
}

// checksum covers the head, so that a test key with its letters changed is no live key.
func checksum(head string, body []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(head)), crc32.IEEETable, body)
}
