package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// The sentences of problems: one per code and language.
//
//go:embed sentences.en.json sentences.de.json
var sentenceFiles embed.FS

// texts are read with the first problem, not with the function: most instances
// answer long before they refuse.
var texts = sync.OnceValue(func() map[language.Tag]map[string]string {
	out := map[language.Tag]map[string]string{}
	for _, tag := range languages {
		out[tag] = textsIn(tag)
	}
	return out
})

func textsIn(tag language.Tag) map[string]string {
	b, err := sentenceFiles.ReadFile("sentences." + tag.String() + ".json")
	out := map[string]string{}
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("web: " + err.Error()) // embedded, and read by a test
	}
	return out
}

var languages = []language.Tag{language.English, language.German}

// Sentences gives every problem's code with what it says in English, before
// the values are filled in, for the reference.
func Sentences() map[string]string { return maps.Clone(texts()[language.English]) }

// preferred matches an Accept-Language header; English where nothing fits.
func preferred(accept string) language.Tag {
	if accept == "" {
		return language.English
	}
	_, i := language.MatchStrings(language.NewMatcher(languages), accept)
	return languages[i]
}

func sentence(lang language.Tag, f *fault.Error) string {
	text, ok := texts()[lang][f.Code]
	if !ok {
		return f.Code
	}
	return fill(text, func(name string) any {
		if name == "param" {
			return f.Param
		}
		return spoken(lang, f.Args[name])
	})
}

// fill puts values in the place of {{.name}}. It is all of a template language
// that these sentences need; the real one would be a quarter of every function,
// because it calls methods by name and so keeps the linker from dropping any.
func fill(text string, value func(name string) any) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{.")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}}")
		fmt.Fprint(&b, value(name))
		text = after
	}
}

// spoken writes a value as the language does.
func spoken(lang language.Tag, v any) any {
	switch v := v.(type) {
	case money.Amount:
		return v.Format(lang.String())
	case []string:
		return strings.Join(v, ", ")
	case time.Time:
		return clock(lang, v)
	}
	return v
}

// clock writes a moment in the time zone that it names, or else in UTC.
func clock(lang language.Tag, t time.Time) string {
	zone := t.Location().String()
	if !strings.Contains(zone, "/") { // an offset, or the machine's own
		t, zone = t.UTC(), "UTC"
	}
	if lang == language.German {
		return t.Format("02.01.2006, 15:04 ") + zone
	}
	return t.Format("2 January 2006, 15:04 ") + zone
}
