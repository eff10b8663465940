package moment

import (
	"testing"
	_ "time/tzdata"
)

func TestZones(t *testing.T) {
	for name, ok := range map[string]bool{
		"Europe/Berlin": true, "UTC": true, "America/Argentina/Buenos_Aires": true, "Etc/GMT+5": true,
		"": false, "Local": false, "europe/berlin": false, "/etc/localtime": false, "../etc/passwd": false, "Europe/../UTC": false,
		"posix/Europe/Berlin": false, "right/Europe/Berlin": false, "Europe/Nowhere": false, "Europe/Berlin\x00": false, "CEST": false,
	} {
		if _, err := Zone(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
