package attempt

import "net/netip"

// How much of an address names a network: what an access provider gives to one
// customer, or keeps together. Whoever has a /48 of IPv6 has 2^80 addresses.
const (
	bitsV4 = 24
	bitsV6 = 48
)

// nowhere is the network of all whose address cannot be read; they share a budget.
const nowhere = "nowhere"

// NetworkOf shortens the address of a connection, with or without a port, to its
// network. It has to come from whoever holds the connection: what a header says
// of it, the caller may have written.
func NetworkOf(remote string) string {
	at, err := netip.ParseAddr(remote)
	if err != nil {
		withPort, err := netip.ParseAddrPort(remote)
		if err != nil {
			return nowhere
		}
		at = withPort.Addr()
	}
	at = at.Unmap().WithZone("") // an IPv4 address in IPv6 clothes is that IPv4 address
	bits := bitsV6
	if at.Is4() {
		bits = bitsV4
	}
	return netip.PrefixFrom(at, bits).Masked().String()
}
