package web

import (
	"embed"
	"encoding/json"
	"sync"

	"golang.org/x/text/language"
)

// The phrases of answers that explain themselves: one per code and language, as
// the sentences of problems are.
//
//go:embed phrases.en.json phrases.de.json
var phraseFiles embed.FS

var phrases = sync.OnceValue(func() map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	for _, tag := range languages {
		out[tag] = map[string]string{}
		b, err := phraseFiles.ReadFile("phrases." + tag.String() + ".json")
		if err == nil {
			of := map[string]string{}
			err = json.Unmarshal(b, &of)
			out[tag] = of
		}
		if err != nil {
			panic("web: " + err.Error()) // embedded, and read by a test
		}
	}
	return out
})

// Phrase says something in the language that the caller prefers.
func Phrase(acceptLanguage, code string, args map[string]any) string {
	lang := preferred(acceptLanguage)
	return fill(phrases()[lang][code], func(name string) any { return spoken(lang, args[name]) })
}
