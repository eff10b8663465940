package moment

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// ErrZoneUnknown answers what is no time zone's name.
var ErrZoneUnknown = fault.Define(fault.Invalid, "time_zone_unknown")

var errNoZone = errors.New("no name of a time zone")

// zones are those that were asked for: finding one takes a search through an
// archive. There are some hundreds of names, so it stays small.
var zones sync.Map // name -> *time.Location

// Zone finds an IANA time zone. A function that asks for one brings the
// database along (import _ "time/tzdata"): the machine's own may lack zones.
func Zone(name string) (*time.Location, error) {
	if found, ok := zones.Load(name); ok {
		return found.(*time.Location), nil
	}
	if !zoneName(name) {
		return nil, errNoZone
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err
}

// zoneName refuses what Go would understand but means another thing on each
// machine: the machine's own zone, files, and the copies with leap seconds.
// Names differ by letter case on some machines only, so those that begin small are refused, too.
func zoneName(s string) bool {
	if s == "" || len(s) > 64 || s == "Local" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") == ""
}
