// Command lambda runs the function validations on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/validations"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(validations.New) }
