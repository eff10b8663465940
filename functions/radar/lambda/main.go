// Command lambda runs the function radar on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/radar"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Schedule(radar.New) }
