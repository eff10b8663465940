// Command lambda runs the function redemptions on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/redemptions"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(redemptions.New) }
