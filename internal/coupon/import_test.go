package coupon

import (
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/shop"
)

func someImport(tb testing.TB) (Import, shop.Caller) {
	tb.Helper()
	secrets, err := shop.Derive(make([]byte, shop.SecretSize))
	if err != nil {
		tb.Fatal(err)
	}
	return Import{ID: "imp_06kd8t5v2w7x9y3z", CreatedAt: time.UnixMilli(1_800_000_000_000)}, shop.Caller{Secrets: secrets}
}

// Columns stand in their usual order, or as a heading has them.
func TestReadPartColumns(t *testing.T) {
	i, c := someImport(t)
	for _, body := range []string{
		"SUMMER-1,c-1,2030-01-01T00:00:00Z,2031-01-01T00:00:00Z",
		"\ufeff Expires_At ,CODE,starts_at,customer\r\n2031-01-01T00:00:00Z,summer-1,2030-01-01T00:00:00Z,c-1\r\n",
		`"SUMMER-1",c-1, 2030-01-01T00:00:00Z ,2031-01-01T00:00:00Z`,
	} {
		p, err := i.ReadPart(t.Context(), c, 1, "Text/CSV; charset=utf-8", []byte(body))
		if err != nil || len(p.Good) != 1 {
			t.Errorf("%q: %+v %v", body, p, err)
			continue
		}
		if l := p.Good[0]; l.Code != "SUMMER1" || l.Customer != "c-1" || l.Person == "" || l.StartsAt.Year() != 2030 || l.ExpiresAt.Year() != 2031 {
			t.Errorf("%q: %+v", body, l)
		}
	}
}

// A line that cannot be read takes none of the others along, and each has its own number.
func TestReadPartGoesOnBehindABadLine(t *testing.T) {
	i, c := someImport(t)
	for mediaType, body := range map[string]string{
		"text/csv":             "GOOD-1\nBA\"D\n\nGOOD-4\n\xff\xff\xff\xff\nGOOD-6",
		"application/x-ndjson": "{\"code\":\"GOOD-1\"}\n{\n\n{\"code\":\"GOOD-4\"}\n{\"code\":\"\xff\xff\xff\xff\"}\n{\"code\":\"GOOD-6\"}",
	} {
		p, err := i.ReadPart(t.Context(), c, 1, mediaType, []byte(body))
		if err != nil || p.Lines != 5 || len(p.Good) != 3 || len(p.Refused) != 2 {
			t.Fatalf("%s: %+v %v", mediaType, p, err)
		}
		if p.Good[1].Number != 4 || p.Good[2].Number != 6 || p.Refused[0].Line != 2 || p.Refused[1].Line != 5 {
			t.Errorf("%s: %+v", mediaType, p)
		}
	}
}

// What is reported of a line is bounded.
func TestReportsAreBounded(t *testing.T) {
	i, c := someImport(t)
	p, err := i.ReadPart(t.Context(), c, 1, "text/csv", []byte(strings.Repeat("ß", 100_000)))
	if err != nil || len(p.Refused) != 1 || len([]rune(p.Refused[0].Text)) != 61 {
		t.Errorf("%+v %v", p, err)
	}
}

// Whatever is sent: no panic, every line is either good or refused, and no code is good twice.
func FuzzReadPart(f *testing.F) {
	f.Add("text/csv", []byte("code,expires_at\nSUMMER,2030-01-01T00:00:00Z\n\"x"))
	f.Add("application/x-ndjson", []byte("{\"code\":\"SUMMER\"}\n{}\n"))
	i, c := someImport(f)
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		p, err := i.ReadPart(t.Context(), c, 1, mediaType, body)
		if err != nil {
			return
		}
		if int64(len(p.Good)+len(p.Refused)) != p.Lines || p.Lines > MaxLines {
			t.Errorf("%d good and %d refused lines of %d", len(p.Good), len(p.Refused), p.Lines)
		}
		seen := map[Code]bool{}
		for _, l := range p.Good {
			if seen[l.Code] || len(l.Code) < minCode {
				t.Errorf("%q", l.Code)
			}
			seen[l.Code] = true
		}
	})
}
