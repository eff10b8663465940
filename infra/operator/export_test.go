package main

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func someCodes(t *testing.T, n int64) *coupon.Coder {
	t.Helper()
	wish, err := coupon.BatchIssue{Count: n, Pattern: coupon.Pattern{Prefix: "SUMMER"}, Now: time.Now()}.Check()
	if err != nil {
		t.Fatal(err)
	}
	b, err := wish.Batch("bat_06kd8t5v2w7x9y3z", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	coder, err := coupon.NewCoder(b)
	if err != nil {
		t.Fatal(err)
	}
	return coder
}

// full takes so many bytes, like a disk.
type full struct {
	bytes.Buffer
	left int
}

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	n, err := len(p), error(nil)
	if n > f.left {
		n, err = f.left, errFull
	}
	f.left -= n
	f.Buffer.Write(p[:n])
	return n, err
}

// Every code is written once, in both formats, and what goes on behind an
// interruption completes it.
func TestExport(t *testing.T) {
	coder := someCodes(t, 2*flushEvery+flushEvery/2)
	quiet := func(int64) error { return nil }
	var whole bytes.Buffer
	if next, err := (exportCodes{Format: "csv"}).write(&whole, coder, quiet); err != nil || next != coder.Count {
		t.Fatal(next, err)
	}
	rows, err := csv.NewReader(bytes.NewReader(whole.Bytes())).ReadAll()
	if err != nil || int64(len(rows)) != coder.Count+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		if row[0] != string(coder.Append(nil, int64(i))) || row[1] != coder.IDOf(int64(i)) {
			t.Fatalf("row %d is %v", i, row)
		}
	}
	disk := &full{left: whole.Len() / 2}
	next, err := exportCodes{Format: "csv"}.write(disk, coder, quiet)
	if !errors.Is(err, errFull) || next != flushEvery {
		t.Fatalf("%d %v", next, err)
	}
	lines := strings.SplitAfter(disk.String(), "\n")[:1+next] // what the error vouches for
	var rest bytes.Buffer
	if _, err := (exportCodes{Format: "csv", From: next}).write(&rest, coder, quiet); err != nil || strings.Join(lines, "")+rest.String() != whole.String() {
		t.Errorf("the parts are not the whole: %v", err)
	}
	var objects bytes.Buffer
	if _, err := (exportCodes{Format: "jsonl", From: coder.Count - 1}).write(&objects, coder, quiet); err != nil {
		t.Fatal(err)
	}
	var last struct {
		Code   string `json:"code"`
		Coupon string `json:"coupon"`
	}
	if err := json.Unmarshal(objects.Bytes(), &last); err != nil || last.Code != rows[coder.Count][0] || last.Coupon != rows[coder.Count][1] {
		t.Errorf("%s %v", objects.String(), err)
	}
}

// exported makes a batch and has it written in two parts.
func exported(t *testing.T, store *dynamo.Store, sp shop.Space, operator func(...string) []byte) {
	t.Helper()
	camp, err := store.CreateCampaign(t.Context(), sp, coupon.Definition{Name: "x"}, idem.Key{})
	if err != nil {
		t.Fatal(err)
	}
	wish, err := coupon.BatchIssue{Campaign: camp, Count: 5000, Now: time.Now()}.Check()
	if err != nil {
		t.Fatal(err)
	}
	b, err := store.CreateBatch(t.Context(), sp, wish, idem.Key{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "codes.csv")
	operator("export-codes", sp.Shop, b.ID, "--live", "--out", file)
	whole, err := os.ReadFile(file)
	if err != nil || bytes.Count(whole, []byte("\n")) != 5001 {
		t.Fatalf("%d lines, %v", bytes.Count(whole, []byte("\n")), err)
	}
	half := bytes.Join(bytes.SplitAfter(whole, []byte("\n"))[:1+4200], nil)
	if err := os.Truncate(file, int64(len(half)+3)); err != nil { // within a line
		t.Fatal(err)
	}
	operator("export-codes", sp.Shop, b.ID, "--live", "--out", file, "--from", "4000")
	if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, whole) {
		t.Errorf("going on gives another file: %v", err)
	}
}
