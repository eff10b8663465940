package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var nextLink = regexp.MustCompile(`^<(/v1/customers\?[^>]*)>; rel="next"$`)

// exported pages all customers out, and gives each page.
func (n *tenant) exported(query string, header ...string) (pages []string) {
	n.t.Helper()
	for path := "/v1/customers?" + query; path != ""; {
		a := n.do("GET", path, nil, header...).want(200)
		pages, path = append(pages, a.Raw), ""
		if next := nextLink.FindStringSubmatch(a.Header.Get("Link")); next != nil {
			path = next[1]
		} else if a.Header.Get("Link") != "" {
			n.t.Fatal(a.Header.Get("Link"))
		}
	}
	return pages
}

// What is exported is imported into an empty shop as it was.
func TestExportAndImport(t *testing.T) {
	n := newTenant(t)
	odd := object{
		"full_name": `=HYPERLINK("http://x";"김, 민준")`, "given_name": " +1 ", "family_name": "-Weiß\u200d", "salutation": "as_written", "salutation_text": `Hi, "you"`,
		"address": object{"lines": []string{`a, "b"`, "@c", " d "}, "region": ";"}, "tags": []string{" x", `"`, "a,b", "=1"},
		"metadata": object{"a.b": "x\r\ny", "empty": "", "ключ": "<&>\u2028"},
	}
	n.put("c-1", anna()).want(201)
	n.put("c-2", odd).want(201)
	for i := range 7 {
		n.put(fmt.Sprint("n-", i), object{}).want(201)
	}
	profile := func(n *tenant, id string) string {
		c := n.do("GET", "/v1/customers/"+id, nil).want(200)
		for _, own := range []string{"created_at", "updated_at", "version"} {
			delete(c.Body, own)
		}
		return fmt.Sprintf("%q", c.Body)
	}
	for _, form := range []struct{ query, accept, media string }{
		{"format=csv&limit=4", "*/*", "text/csv"}, {"limit=1000", "application/x-ndjson", "application/x-ndjson"}, {"limit=2", "text/csv", "text/csv"},
	} {
		other := newTenant(t)
		id := other.importOfCustomers("skip")
		for i, page := range n.exported(form.query, "Accept", form.accept) {
			path := fmt.Sprintf("/v1/imports/%s/parts/%d", id, i+1)
			if a := other.do("PUT", path, page, "Content-Type", form.media).want(200); a.num("refused") != 0 {
				t.Fatalf("%s\n%s", page, a.Raw)
			}
		}
		if got := len(other.do("GET", "/v1/customers?limit=100", nil).found()); got != 9 {
			t.Errorf("%v: %d customers", form, got)
		}
		for _, id := range []string{"c-1", "c-2", "n-3"} {
			if got, want := profile(other, id), profile(n, id); got != want {
				t.Errorf("%s\n%s", got, want)
			}
		}
		cursor := regexp.MustCompile(`cursor=([^&>]+)`).FindStringSubmatch(n.do("GET", "/v1/customers?format=csv&limit=1", nil).Header.Get("Link"))[1]
		other.do("GET", "/v1/customers?format=csv&cursor="+cursor, nil).want(422, "cursor_invalid")
	}
	n.do("GET", "/v1/customers?format=xml", nil).want(422, "not_one_of")
	n.do("GET", "/v1/customers?limit=1001", nil).want(422, "value_too_large")
}

// A page ends before it is larger than an answer may be, and leaves nobody out.
func TestExportOfLargeProfiles(t *testing.T) {
	n := newTenant(t)
	n.clock.stop(n.clock.now()) // all in one millisecond
	metadata := object{}
	for i := range 50 {
		metadata[fmt.Sprint("k", i)] = strings.Repeat(`"`, 500)
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for i := range 120 {
		fmt.Fprintf(&rows, "{\"id\": \"c-%d\", \"metadata\": %s}\n", i, text)
	}
	id := n.importOfCustomers("replace")
	whole := rows.String()
	half := strings.LastIndex(whole[:len(whole)/2], "\n") + 1
	n.lines(id, 1, whole[:half]).want(200)
	n.lines(id, 2, whole[half:]).want(200)
	for _, form := range []string{"csv", "jsonl"} {
		seen := map[string]bool{}
		pages := n.exported("limit=1000&format=" + form)
		for _, page := range pages {
			if len(page) > 4<<20 {
				t.Errorf("a page of %d bytes", len(page))
			}
			for _, id := range regexp.MustCompile(`c-\d+`).FindAllString(page, -1) {
				seen[id] = true
			}
		}
		if len(seen) != 120 || len(pages) < 2 {
			t.Errorf("%d customers on %d pages", len(seen), len(pages))
		}
	}
}
