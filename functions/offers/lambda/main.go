// Command lambda runs the function offers on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/offers"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(offers.New) }
