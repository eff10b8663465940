package coupon

import (
	"encoding/binary"
	"strings"

	"github.com/lagniappe/lagniappe/internal/ident"
)

// Coder computes the codes of a batch, and reads them back.
//
// Code i is the batch's prefix and i under a keyed permutation of all texts that
// the pattern can write (FF1). So a text is a code if and only if it leads back
// to a number below the count: the rest of the space is the message
// authentication, as in the encode-then-encipher scheme of Bellare and Rogaway
// (ASIACRYPT 2000). That is as hard to guess as a serial with a truncated MAC
// behind it, and it hides more: a serial of its own never repeats and keeps
// below its bound, which tells whoever collects codes how many there are.
//
// The id of code i is the batch's id and i under another key. It reveals no
// code, and still it is found without a row.
type Coder struct {
	Batch
	prefix string
	digits [256]int8 // the value of a character; -1: not in the alphabet
	groups []int
	codes  ff1
	ids    ff1
}

// handleSize is the length of the part of an id that stands for the number.
const handleSize = 16

// NewCoder prepares a batch's codes. It is safe for concurrent use.
func NewCoder(b Batch) (*Coder, error) {
	c := &Coder{Batch: b, prefix: string(canonical(b.Prefix)), groups: b.groups()}
	for i := range c.digits {
		c.digits[i] = int8(strings.IndexByte(b.Alphabet, byte(i))) //nolint:gosec // of at most 32
	}
	var err error
	if c.codes, err = newFF1(b.Key[:len(b.Key)/2], len(b.Alphabet), b.Length); err != nil {
		return nil, err
	}
	c.ids, err = newFF1(b.Key[len(b.Key)/2:], len(crockford), handleSize)
	return c, err
}

// Append writes code i behind dst, as it is shown: SUMMER-7KQ4-M2X-C9P-DA4.
func (c *Coder) Append(dst []byte, i int64) []byte {
	x := c.codes.encrypt(c.codes.split(uint64(i))) //nolint:gosec // i is below the count
	var text [2 * 18]byte
	end := c.Length
	for half := 1; half >= 0; half-- {
		begin := half * (c.Length / 2)
		for radix := uint64(len(c.Alphabet)); end > begin; end-- {
			text[end-1] = c.Alphabet[x[half]%radix]
			x[half] /= radix
		}
	}
	dst = append(dst, c.Prefix...)
	for _, n := range c.groups {
		dst = append(append(dst, '-'), text[end:end+n]...)
		end += n
	}
	return dst
}

// Find gives the number of a code, if it is one of the batch.
func (c *Coder) Find(code Code) (int64, bool) {
	text, ok := strings.CutPrefix(string(code), c.prefix)
	if !ok || len(text) != c.Length {
		return 0, false
	}
	var x number
	for i := range len(text) {
		digit := c.digits[text[i]]
		if digit < 0 {
			return 0, false
		}
		half := 0
		if i >= c.Length/2 {
			half = 1
		}
		x[half] = x[half]*uint64(len(c.Alphabet)) + uint64(digit)
	}
	return c.below(&c.codes, x)
}

func (c *Coder) below(f *ff1, x number) (int64, bool) {
	i, ok := f.join(f.decrypt(x), uint64(c.Count)) //nolint:gosec // a count is positive
	return int64(i), ok                            //nolint:gosec // and so is what is below it
}

// FindID gives the number of a coupon's id, if it is one of the batch.
func (c *Coder) FindID(id string) (int64, bool) {
	b, ok := ident.Decode(Prefix, id, 2*ident.Size)
	if batch, _ := BatchOf(id); !ok || batch != c.ID {
		return 0, false
	}
	handle := b[ident.Size-3:] // three bytes of the batch come along, and go
	const low = 1<<40 - 1
	return c.below(&c.ids, number{binary.BigEndian.Uint64(handle) & low, binary.BigEndian.Uint64(handle[5:]) & low})
}

// IDOf gives the id of coupon i.
func (c *Coder) IDOf(i int64) string {
	x := c.ids.encrypt(c.ids.split(uint64(i))) //nolint:gosec // i is below the count
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, x[0]<<24)[:5], x[1]<<24)
	return Prefix + c.ID[len(BatchPrefix):] + ident.Encode("", b[:ident.Size])
}

// Coupon is coupon i as long as no row says more.
func (c *Coder) Coupon(i int64) Coupon {
	return Coupon{
		Object: "coupon", ID: c.IDOf(i), Livemode: c.Livemode, Batch: c.ID, Campaign: c.Campaign, CampaignVersion: c.CampaignVersion,
		Code: string(c.Append(nil, i)), Active: c.Active, TimesRedeemed: new(int64),
		StartsAt: c.StartsAt, ExpiresAt: c.ExpiresAt, CreatedAt: c.CreatedAt,
	}
}
