package coupon

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// ff1 is a keyed permutation of the numbers that n digits of a radix can write:
// FF1 of NIST SP 800-38G, a Feistel network of ten rounds with AES as their
// function, without a tweak. It is exactly that standard, for as many digits as
// two machine words can hold, so its published samples test it.
type ff1 struct {
	block cipher.Block
	start [aes.BlockSize]byte // AES of the standard's P, the same for every number
	sizes [2]uint64           // radix^u and radix^v: how many numbers each half can write
	b     int                 // bytes of a half within a block
}

// number is written in two halves: u and v digits, u = n/2 rounded down.
type number [2]uint64

const ff1Rounds = 10

// newFF1 makes the permutation. Each half has to fit in 63 bits.
func newFF1(key []byte, radix, n int) (f ff1, err error) {
	if f.block, err = aes.NewCipher(key); err != nil {
		return f, fmt.Errorf("coupon.newFF1: %w", err)
	}
	var ok [2]bool
	f.sizes[0], ok[0] = power(radix, n/2)
	f.sizes[1], ok[1] = power(radix, n-n/2)
	if !ok[0] || !ok[1] || n < 2 {
		return f, fmt.Errorf("coupon.newFF1: %d digits of radix %d", n, radix)
	}
	f.b = (bits.Len64(f.sizes[1]-1) + 7) / 8
	p := [aes.BlockSize]byte{0: 1, 1: 2, 2: 1, 6: ff1Rounds, 7: byte(n / 2)} //nolint:gosec // n is below 128
	p[5], p[11] = byte(radix), byte(n)                                       //nolint:gosec // both are
	f.block.Encrypt(f.start[:], p[:])
	return f, nil
}

// power gives radix^n, if it fits in 63 bits.
func power(radix, n int) (uint64, bool) {
	size := uint64(1)
	for range n {
		hi, lo := bits.Mul64(size, uint64(radix)) //nolint:gosec // radix is positive
		if size = lo; hi > 0 || lo > 1<<63 {
			return 0, false
		}
	}
	return size, true
}

func (f *ff1) encrypt(x number) number {
	block := make([]byte, aes.BlockSize)
	for i := range ff1Rounds {
		size := f.sizes[i%2]
		x = number{x[1], (x[0] + f.round(block, i, x[1], size)) % size}
	}
	return x
}

func (f *ff1) decrypt(x number) number {
	block := make([]byte, aes.BlockSize)
	for i := ff1Rounds - 1; i >= 0; i-- {
		size := f.sizes[i%2]
		x = number{(x[1] + size - f.round(block, i, x[0], size)) % size, x[0]}
	}
	return x
}

// round is the standard's steps 6 ii to vi: the CBC-MAC of P and the half, as a
// number below size.
func (f *ff1) round(block []byte, i int, half, size uint64) uint64 {
	binary.BigEndian.PutUint64(block, 0)
	binary.BigEndian.PutUint64(block[8:], half)
	block[aes.BlockSize-1-f.b] = byte(i) //nolint:gosec // below ten
	for j, b := range f.start {
		block[j] ^= b
	}
	f.block.Encrypt(block, block)
	if f.b <= 4 {
		return binary.BigEndian.Uint64(block) % size
	}
	return bits.Rem64(uint64(binary.BigEndian.Uint32(block)), binary.BigEndian.Uint64(block[4:]), size)
}

// split writes i in the two halves; a number that is too large has none.
func (f *ff1) split(i uint64) number { return number{i / f.sizes[1], i % f.sizes[1]} }

// join reads back what is below limit.
func (f *ff1) join(x number, limit uint64) (uint64, bool) {
	hi, lo := bits.Mul64(x[0], f.sizes[1])
	i, carry := bits.Add64(lo, x[1], 0)
	return i, hi == 0 && carry == 0 && i < limit
}
