// Command lambda runs the function coupons on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/coupons"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(coupons.New) }
