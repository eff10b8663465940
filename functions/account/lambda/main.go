// Command lambda runs the function account on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/account"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(account.New) }
