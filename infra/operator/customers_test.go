package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// desk is a shop's, with the operator's command.
type desk struct {
	t      *testing.T
	house  *house.House
	binary string
	url    string
	killer atomic.Pointer[func(*http.Request) bool] // true: the command is killed, and gets no answer
	child  atomic.Pointer[os.Process]
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	b, err := testbed.Own(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop() })
	h, err := house.New(house.Options{Template: b.Template, Endpoint: b.Endpoint, Secret: filepath.Join(t.TempDir(), "secret")})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, house: h, binary: filepath.Join(t.TempDir(), "operator")}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", d.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kill := d.killer.Load(); kill != nil && (*kill)(r) {
			h.ServeHTTP(httptest.NewRecorder(), r)
			_ = d.child.Load().Kill()
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// shop makes one and gives its secret key.
func (d *desk) shop() string {
	d.t.Helper()
	s, err := d.house.Operator.CreateShop(d.t.Context(), "My shop")
	if err != nil {
		d.t.Fatal(err)
	}
	scopes, err := shop.ScopesFor(shop.Secret, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	token, _, err := d.house.Operator.CreateKey(d.t.Context(), shop.Space{Shop: s.ID}, shop.Key{Kind: shop.Secret, Scopes: scopes}, idem.Key{})
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

// run calls the command and gives what it prints and its exit code; -1: it was killed.
func (d *desk) run(key string, args ...string) (printed, told string, code int) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), d.binary, args...)
	cmd.Env = append(os.Environ(), "LAGNIAPPE_API="+d.url, "LAGNIAPPE_KEY="+key)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.child.Store(cmd.Process)
	if err := cmd.Wait(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			d.t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// killAt kills the command at the n-th such request, once it took effect.
func (d *desk) killAt(n int64, method string) {
	var seen atomic.Int64
	d.killer.Store(new(func(r *http.Request) bool { return r.Method == method && seen.Add(1) == n }))
}

func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// rows are the lines of an export, in an order of their own.
func (d *desk) rows(path string) []string {
	d.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n")
	slices.Sort(rows)
	return rows
}

// A file goes in and comes out, though the command is killed in the middle of
// both; what is refused is said by the file's lines, and by the exit code.
func TestCustomersInAndOut(t *testing.T) {
	d := newDesk(t)
	key := d.shop()
	var b strings.Builder
	b.WriteString("id,given_name,email,address.lines\n")
	for i := range 1300 {
		fmt.Fprintf(&b, "c-%d,Name %d,c%d@example.org,\"Line 1\nLine 2\"\n", i, i, i%1200) // from 1200 on the addresses are taken
	}
	file := d.file("customers.csv", b.String())
	importing := []string{"import-customers", file, "--on-existing", "replace"}
	d.killAt(2, http.MethodPut)
	if _, told, code := d.run(key, importing...); code != -1 {
		t.Fatalf("%d: %s", code, told)
	}
	d.killer.Store(nil)
	if _, told, code := d.run(key, "import-customers", file, "--on-existing", "skip"); code != 1 || !strings.Contains(told, "--on-existing replace") {
		t.Errorf("%d %s", code, told)
	}
	printed, told, code := d.run(key, importing...)
	if code != 1 || !strings.Contains(told, "100 of 1300 lines were refused") || !strings.Contains(told, "1200 accepted") {
		t.Errorf("%d %s", code, told)
	}
	refusals := strings.Split(strings.TrimSpace(printed), "\n")
	if len(refusals) != 100 || !strings.HasPrefix(refusals[0], "line 2402\tidentity_taken\temail\t") || !strings.HasPrefix(refusals[99], "line 2600\t") {
		t.Errorf("%d: %.200s", len(refusals), printed)
	}
	if _, err := os.Stat(progressFile(file)); !errors.Is(err, os.ErrNotExist) {
		t.Error("an import that is done is taken for one that is not:", err)
	}

	for _, form := range []string{"csv", "jsonl"} {
		out := filepath.Join(t.TempDir(), "out."+form)
		d.killAt(2, http.MethodGet)
		if _, told, code := d.run(key, "export-customers", out, "--format", form); code != -1 {
			t.Fatalf("%d: %s", code, told)
		}
		d.killer.Store(nil)
		half, err := os.OpenFile(out, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := half.WriteString("half a line"); err != nil || half.Close() != nil {
			t.Fatal(err)
		}
		if _, told, code := d.run(key, "export-customers", out, "--format", form); code != 0 || !strings.Contains(told, ": 1200 customers\n") {
			t.Fatalf("%d: %s", code, told)
		}
		if form == "jsonl" {
			continue // infra/e2e takes it in
		}
		other, again := d.shop(), filepath.Join(t.TempDir(), "again."+form)
		if printed, told, code := d.run(other, "import-customers", out, "--on-existing", "skip"); code != 0 || printed != "" {
			t.Fatalf("%d: %s %s", code, printed, told)
		}
		if _, told, code := d.run(other, "export-customers", again, "--format", form); code != 0 {
			t.Fatalf("%d: %s", code, told)
		}
		want, got := d.rows(out), d.rows(again)
		if strings.Count(strings.Join(want, ""), "c-") != 1200 || !slices.Equal(want, got) {
			t.Errorf("%s: %d lines, then %d", form, len(want), len(got))
		}
	}
}

// What cannot go well ends at once, and says why.
func TestImportCustomersRefused(t *testing.T) {
	d := newDesk(t)
	key := d.shop()
	for text, want := range map[string]string{
		"id,e-mail\nc-1,x\n": "part 1 (from line 2 of the file on): 422 import_column_unknown: ", "": "the file is empty", "id\n\"c\nd\n": "import_quote_open",
	} {
		_, told, code := d.run(key, "import-customers", d.file("x.csv", text), "--on-existing", "skip")
		if code != 1 || !strings.Contains(told, want) || strings.Contains(told, "100%") || (text == "") == strings.Contains(told, "goes on") {
			t.Errorf("%q: %d %s", text, code, told)
		}
	}
	changed := d.file("y.csv", "id,given_name\nc-1,Anna\n"+strings.Repeat("c-2,Ben\n", 999)+"\"c\nd\n")
	if _, told, code := d.run(key, "import-customers", changed, "--on-existing", "skip"); code != 1 || !strings.Contains(told, "\nthe same command goes on") {
		t.Errorf("%d %s", code, told)
	}
	if err := os.WriteFile(changed, []byte("id,given_name\nc-1,Anne\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, told, code := d.run(key, "import-customers", changed, "--on-existing", "skip"); code != 1 || !strings.Contains(told, "changed after it was sent") {
		t.Errorf("%d %s", code, told)
	}
	t.Setenv("LANG", "de_DE.UTF-8")
	if _, told, code := d.run(key, "import-customers", d.file("x.csv", "id;email\n1;2\n"), "--on-existing", "skip"); code != 1 || !strings.Contains(told, "Kopfzeile") {
		t.Errorf("%d %s", code, told)
	}
	if _, told, code := d.run("sk_test_nothing", "import-customers", d.file("x.csv", "id\n"), "--on-existing", "skip"); code != 1 || !strings.Contains(told, "401") {
		t.Errorf("%d %s", code, told)
	}
	older := d.file("older.csv", "id\nc-1\n")
	if _, told, code := d.run("sk_test_nothing", "export-customers", older); code != 1 || !slices.Contains(d.rows(older), "c-1\n") {
		t.Errorf("%d %s", code, told)
	}
	if _, told, code := d.run(key, "import-customers", d.file("x.xls", "id\n"), "--on-existing", "skip"); code != 1 || !strings.Contains(told, "--format") {
		t.Errorf("%d %s", code, told)
	}
}
