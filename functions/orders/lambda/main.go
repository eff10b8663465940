// Command lambda runs the function orders on AWS Lambda.
package main

import (
	"github.com/lagniappe/lagniappe/functions/orders"
	"github.com/lagniappe/lagniappe/internal/app"
)

func main() { app.Serve(orders.New) }
