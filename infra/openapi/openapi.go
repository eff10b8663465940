// Package openapi holds the contract: the OpenAPI 3.1 document, generated from
// the Go types and routes of the functions. Regenerate it with `make openapi`;
// a test fails where document, code and template.yaml disagree.
package openapi

import _ "embed"

//go:generate go run ./generate openapi.json

// Document is the OpenAPI document as JSON.
//
//go:embed openapi.json
var Document []byte
