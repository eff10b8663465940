package attempt

import (
	"fmt"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// Miss is one code of a call that was refused.
type Miss struct {
	Typed string // the code as it was sent; empty where it is not known which it was
	Why   string // the code of the fault
	Sign  string // the code of what the radar looks at: the same, or one of several rules
}

// Misses are the codes of a validation that do not apply; refused has an error for each, or nil.
func Misses(typed []string, refused []error) []Miss {
	var out []Miss
	for i, err := range refused {
		if f, ok := fault.As(err); ok {
			out = append(out, Miss{typed[i], f.Code, coupon.SignOf(f)})
		}
	}
	return out
}

// refusals are the codes for which a whole call was refused.
func refusals(typed []string, f *fault.Error) []Miss {
	if f.Code != coupon.ErrCodesRefused.Code {
		return []Miss{{which(typed, f), f.Code, coupon.SignOf(f)}}
	}
	var out []Miss
	for _, part := range f.Parts {
		out = append(out, Miss{which(typed, part), part.Code, coupon.SignOf(part)})
	}
	return out
}

// which of the codes a fault is about. One that is about the customer does not
// say, where there are several; the validation before it did.
func which(typed []string, f *fault.Error) string {
	if len(typed) == 1 {
		return typed[0]
	}
	for i, code := range typed {
		if f.Param == fmt.Sprintf("codes[%d]", i) {
			return code
		}
	}
	return ""
}

// leftOut are the codes that a call in mode partial was made without.
func leftOut(codes []coupon.Applied) []Miss {
	var out []Miss
	for _, a := range codes {
		if a.Problem != nil {
			out = append(out, Miss{a.Code, a.Problem.Code, a.Problem.Sign})
		}
	}
	return out
}
