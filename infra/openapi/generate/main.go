// Command generate writes the OpenAPI document from the functions' own
// registrations.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/lagniappe/lagniappe/infra/functions"
	"github.com/lagniappe/lagniappe/internal/web"
)

func main() {
	doc, err := document()
	if err == nil {
		err = os.WriteFile(os.Args[1], doc, 0o644) //nolint:gosec // where go generate says
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// document builds every function once, each adding its operations to one document.
func document() ([]byte, error) {
	front := web.Front{Now: time.Now, Log: slog.New(slog.DiscardHandler), Document: web.NewDocument()}
	for _, build := range functions.HTTP {
		build(front, nil)
	}
	openAnswers(front.Document)
	b, err := json.MarshalIndent(front.Document, "", "  ")
	return append(b, '\n'), err
}
