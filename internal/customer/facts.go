package customer

// Facts are what a campaign may ask about a customer. They come with the call.
type Facts struct{}
