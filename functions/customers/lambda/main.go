// Command lambda runs the function customers on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/customers"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(customers.New) }
