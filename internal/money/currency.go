package money

import "strings"

// The active currencies of ISO 4217 (list one, 2026), by how many decimals
// their minor unit has. Funds, metals and codes for testing are left out.
const (
	noDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
	two        = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP " +
		"CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR " +
		"JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN " +
		"NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
		"SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
	three = "BHD IQD JOD KWD LYD OMR TND"
)

// exponent gives how many decimals a currency's minor unit has. It looks into the
// lists as they stand: a map of them would be made at every cold start.
func exponent(code string) (decimals int, ok bool) {
	if len(code) != 3 || strings.Contains(code, " ") {
		return 0, false
	}
	for decimals, codes := range [...]string{0: noDecimals, 2: two, 3: three} {
		if strings.Contains(codes, code) {
			return decimals, true
		}
	}
	return 0, false
}

// Valid reports whether code is an active ISO 4217 currency in capital letters.
func Valid(code string) bool {
	_, ok := exponent(code)
	return ok
}
