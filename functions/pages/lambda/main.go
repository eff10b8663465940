// Command lambda runs the function pages on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/pages"
	"github.com/lagniappe/lagniappe/internal/app/start"
)

func main() { start.Public(pages.New) }
