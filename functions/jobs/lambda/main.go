// Command lambda runs the function jobs on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/jobs"
	"github.com/lagniappe/lagniappe/internal/app/background"
)

func main() { background.Work(jobs.New) }
