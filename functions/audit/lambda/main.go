// Command lambda runs the function audit on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/audit"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Schedule(audit.New) }
