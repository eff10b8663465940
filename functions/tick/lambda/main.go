// Command lambda runs the function tick on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/tick"
	"github.com/lagniappe/lagniappe/internal/app/background"
)

func main() { background.Tick(tick.New) }
