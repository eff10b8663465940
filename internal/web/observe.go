package web

import (
	"net/http"
	"strings"

	"github.com/lagniappe/lagniappe/internal/metric"
)

// outcome is what a request counts as, if it tells anything that AWS's own
// metrics do not. Without a valid key only refused keys and our own failures
// count: scanners of the public address would drown what shops meet.
func (n *note) outcome(status int) metric.Name {
	switch status {
	case http.StatusInternalServerError:
		return metric.InternalErrors
	case http.StatusServiceUnavailable:
		return metric.Unavailable
	case http.StatusUnauthorized, http.StatusForbidden:
		return metric.KeysRefused
	}
	switch {
	case n.caller.ID == "":
		return ""
	case status == http.StatusConflict, status == http.StatusPreconditionFailed, status == http.StatusTooManyRequests:
		return metric.Refused
	case status >= http.StatusBadRequest:
		return metric.Invalid
	case status == http.StatusOK && n.op.Replays:
		return metric.Replayed
	}
	return ""
}

// traceForm is a trace's id, each 0 a hexadecimal digit.
const traceForm = "0-00000000-000000000000000000000000"

// traceRoot finds the trace's id in the header: "Root=1-…;Parent=…;Sampled=0".
// A caller can send that header, so nothing but an id in its form reaches the log.
func traceRoot(header string) string {
	for field := range strings.SplitSeq(header, ";") {
		if id, ok := strings.CutPrefix(field, "Root="); ok && strings.HasPrefix(id, "1-") && strings.Map(zeroHex, id) == traceForm {
			return id
		}
	}
	return ""
}

// zeroHex makes one form of all ids.
func zeroHex(r rune) rune {
	if '0' <= r && r <= '9' || 'a' <= r && r <= 'f' {
		return '0'
	}
	return r
}

// traceID is the id under which Lambda's own log lines, and X-Ray if it is on,
// know the request; empty where there is none, as on a laptop.
func (f Front) traceID(r *http.Request) string {
	header := ""
	if f.Trace != nil {
		header = f.Trace(r.Context())
	}
	if header == "" {
		header = r.Header.Get("X-Amzn-Trace-Id")
	}
	return traceRoot(header)
}
