package web

import (
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// What can be wrong with a request before any rule of ours is asked.
var (
	errBodyMalformed   = fault.Define(fault.Malformed, "body_malformed")
	errBodyMissing     = fault.Define(fault.Malformed, "body_missing")
	errFieldRepeated   = fault.Define(fault.Malformed, "field_repeated")
	errBodyTooLarge    = fault.Define(fault.TooLarge, "body_too_large")
	errMediaType       = fault.Define(fault.Unsupported, "media_type_unsupported")
	errFieldUnknown    = fault.Define(fault.Invalid, "field_unknown")
	errTypeWrong       = fault.Define(fault.Invalid, "type_wrong")
	errValueTooSmall   = fault.Define(fault.Invalid, "value_too_small")
	errValueTooLarge   = fault.Define(fault.Invalid, "value_too_large")
	errTooShort        = fault.Define(fault.Invalid, "too_short")
	errTooLong         = fault.Define(fault.Invalid, "too_long")
	errTooFew          = fault.Define(fault.Invalid, "too_few")
	errTooMany         = fault.Define(fault.Invalid, "too_many")
	errNotOneOf        = fault.Define(fault.Invalid, "not_one_of")
	errPatternMismatch = fault.Define(fault.Invalid, "pattern_mismatch")
	errSeveralInvalid  = fault.Define(fault.Invalid, "several_invalid")
	errTimeInvalid     = fault.Define(fault.Invalid, "time_invalid")

	errFieldMissing = coupon.ErrFieldMissing
)

var requestFaults = map[int]*fault.Error{
	400: errBodyMalformed, 408: errBodyMalformed, 413: errBodyTooLarge, 415: errMediaType, 422: errSeveralInvalid,
}

var findings = byCode(
	errBodyMalformed, errFieldRepeated, errFieldUnknown, errFieldMissing, errTypeWrong, errValueTooSmall,
	errValueTooLarge, errTooShort, errTooLong, errTooFew, errTooMany, errNotOneOf, errPatternMismatch,
	errTimeInvalid, fault.ErrInvalid, customer.ErrIDInvalid,
)

func byCode(list ...*fault.Error) map[string]*fault.Error {
	m := make(map[string]*fault.Error, len(list))
	for _, f := range list {
		m[f.Code] = f
	}
	return m
}

// sayInCodes makes huma report what it finds as code|argument, so that the
// sentence can be chosen by the caller's language when it is rendered.
func sayInCodes() {
	validation.MsgUnexpectedProperty = errFieldUnknown.Code
	validation.MsgExpectedRequiredProperty = errFieldMissing.Code + "|%s"
	validation.MsgExpectedRFC3339DateTime = errTimeInvalid.Code
	validation.MsgExpectedBoolean = errTypeWrong.Code + "|boolean"
	validation.MsgExpectedNumber = errTypeWrong.Code + "|number"
	validation.MsgExpectedInteger = errTypeWrong.Code + "|integer"
	validation.MsgExpectedString = errTypeWrong.Code + "|string"
	validation.MsgExpectedArray = errTypeWrong.Code + "|array"
	validation.MsgExpectedObject = errTypeWrong.Code + "|object"
	validation.MsgExpectedOneOf = errNotOneOf.Code + "|%s"
	validation.MsgExpectedMatchExactlyOneSchema = customer.ErrIDInvalid.Code // nothing else has a choice of schemas
	validation.MsgExpectedMinimumNumber = errValueTooSmall.Code + "|%v"
	validation.MsgExpectedMaximumNumber = errValueTooLarge.Code + "|%v"
	validation.MsgExpectedMinLength = errTooShort.Code + "|%d"
	validation.MsgExpectedMaxLength = errTooLong.Code + "|%d"
	validation.MsgExpectedMinItems = errTooFew.Code + "|%d"
	validation.MsgExpectedMaxItems = errTooMany.Code + "|%d"
	validation.MsgExpectedMaxProperties = errTooMany.Code + "|%d"
	validation.MsgExpectedBePattern = errPatternMismatch.Code + "|%s"
	validation.MsgExpectedMatchPattern = errPatternMismatch.Code + "|%s"
}
