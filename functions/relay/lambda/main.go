// Command lambda runs the function relay on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/relay"
	"github.com/lagniappe/lagniappe/internal/app/background"
)

func main() { background.Stream(relay.New) }
