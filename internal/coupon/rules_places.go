package coupon

import (
	"maps"
	"slices"
)

// checkPlaces asks where the order comes from and goes to, and what the shop noted on it.
func (r *Rules) checkPlaces(c *Cart, f *failures) {
	channel := c.Order.Channel
	if len(r.Channels) > 0 && !slices.Contains(r.Channels, channel) {
		f.add(ErrChannel.At("order.channel").Arg("channels", r.Channels))
	}
	if slices.Contains(r.ExcludedChannels, channel) {
		f.add(ErrChannelExcluded.At("order.channel").Arg("channel", channel))
	}
	r.checkCountry(c.Order.ShippingCountry, f)
	if len(r.Metadata) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(r.Metadata)) {
		if value, ok := c.Order.Metadata[key]; !ok || value != r.Metadata[key] {
			f.add(ErrMetadata.At("order.metadata."+key).Arg("key", key))
		}
	}
}

// checkCountry wants a country wherever one decides: leaving it out must not open what is closed.
func (r *Rules) checkCountry(country string, f *failures) {
	if country == "" {
		if len(r.Countries)+len(r.ExcludedCountries) > 0 {
			f.add(ErrCountryNeeded.At("order.shipping_country"))
		}
		return
	}
	if len(r.Countries) > 0 && !slices.Contains(r.Countries, country) {
		f.add(ErrCountry.At("order.shipping_country").Arg("countries", r.Countries))
	}
	if slices.Contains(r.ExcludedCountries, country) {
		f.add(ErrCountryExcluded.At("order.shipping_country").Arg("country", country))
	}
}
