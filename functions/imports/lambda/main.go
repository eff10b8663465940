// Command lambda runs the function imports on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/imports"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(imports.New) }
