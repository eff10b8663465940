package web

import (
	"embed"
	"encoding/json"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// The sentences of problems: one per code and language.
//
//go:embed sentences.en.json sentences.de.json
var sentenceFiles embed.FS

// localizers are loaded with the first problem, not with the function: most
// instances answer long before they refuse.
var localizers = sync.OnceValue(func() map[language.Tag]*i18n.Localizer {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	out := map[language.Tag]*i18n.Localizer{}
	for _, tag := range languages {
		if _, err := bundle.LoadMessageFileFS(sentenceFiles, "sentences."+tag.String()+".json"); err != nil {
			panic("web: " + err.Error()) // embedded, and read by a test
		}
		out[tag] = i18n.NewLocalizer(bundle, tag.String())
	}
	return out
})

var languages = []language.Tag{language.English, language.German}

// Sentences gives every problem's code with what it says in English, before
// the values are filled in, for the reference.
func Sentences() map[string]string {
	b, err := sentenceFiles.ReadFile("sentences.en.json")
	out := map[string]string{}
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("web: " + err.Error()) // embedded, and read by a test
	}
	return out
}

// preferred matches an Accept-Language header; English where nothing fits.
func preferred(accept string) language.Tag {
	if accept == "" {
		return language.English
	}
	_, i := language.MatchStrings(language.NewMatcher(languages), accept)
	return languages[i]
}

func sentence(lang language.Tag, f *fault.Error) string {
	args := make(map[string]any, len(f.Args)+1)
	for name, v := range f.Args {
		args[name] = spoken(lang, v)
	}
	args["param"] = f.Param
	s, err := localizers()[lang].Localize(&i18n.LocalizeConfig{MessageID: f.Code, TemplateData: args})
	if err != nil {
		return f.Code
	}
	return s
}

// spoken writes a value as the language does.
func spoken(lang language.Tag, v any) any {
	switch v := v.(type) {
	case money.Amount:
		return v.Format(lang.String())
	case time.Time:
		if lang == language.German {
			return v.UTC().Format("02.01.2006, 15:04 UTC")
		}
		return v.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return v
}
