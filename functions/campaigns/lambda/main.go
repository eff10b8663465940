// Command lambda runs the function campaigns on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/campaigns"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(campaigns.New) }
