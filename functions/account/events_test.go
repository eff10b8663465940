package account

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/order"
)

// enum gives what a field of the query can be.
func enum(t *testing.T, field string) []string {
	t.Helper()
	f, ok := reflect.TypeFor[EventsInput]().FieldByName(field)
	if !ok {
		t.Fatalf("no field %s", field)
	}
	return slices.Sorted(strings.SplitSeq(f.Tag.Get("enum"), ","))
}

// A list can be asked for every type and kind of object that any code tells of, and for no other.
func TestEventsCanBeAskedFor(t *testing.T) {
	types, objects := map[string]bool{}, map[string]bool{}
	for _, s := range order.Statuses {
		types["order."+string(s)] = true
	}
	for _, s := range []consent.Status{consent.Requested, consent.Granted, consent.Denied, consent.Withdrawn} {
		types["consent."+string(s)] = true
	}
	collect(t, regexp.MustCompile(`event\.Type += "([a-z_.]+)"`), types)
	collect(t, regexp.MustCompile(`event\.Subject\{Object: "([a-z_]+)"`), objects)
	if got, want := enum(t, "Type"), slices.Sorted(maps.Keys(types)); !slices.Equal(got, want) {
		t.Errorf("types\n%v\nwant\n%v", got, want)
	}
	if got, want := enum(t, "Object"), slices.Sorted(maps.Keys(objects)); !slices.Equal(got, want) {
		t.Errorf("objects\n%v\nwant\n%v", got, want)
	}
}

// collect finds what the code names.
func collect(t *testing.T, named *regexp.Regexp, into map[string]bool) {
	t.Helper()
	root := os.DirFS(filepath.Join("..", "..", "internal"))
	err := fs.WalkDir(root, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := fs.ReadFile(root, path)
		for _, found := range named.FindAllSubmatch(code, -1) {
			into[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
