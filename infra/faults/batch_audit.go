package faults

import "strings"

func partsOf(imp string) string { return imp + " parts" }
func linesOf(imp string) string { return imp + " lines" }

// fateOf is what became of the lines of an import, each: it was accepted, refused or skipped.
func fateOf(imp string) string    { return imp + " lines with a fate" }
func skippedOf(imp string) string { return imp + " skipped" }

// many reads a row of a batch or an import, if it is one.
func (b *books) many(r row) bool {
	pk, sk := r.text("pk"), r.text("sk")
	switch {
	case sk == "head" && strings.Contains(pk, "#batch#"):
		b.stated[listed(pk)], b.stated[prefixes(pk)] = 1, 1
	case sk == "head" && strings.Contains(pk, "#import#"):
		b.stated[listed(pk)], b.stated[partsOf(pk)], b.stated[linesOf(pk)] = 1, r.number("parts"), r.number("lines_read")
		b.stated[fateOf(pk)], b.stated[skippedOf(pk)] = r.number("accepted")+r.number("refused")+r.number("skipped"), r.number("skipped")
	case r.has("finished_at"): // a part of an import
		b.counted[partsOf(pk)]++
		b.counted[linesOf(pk)] += r.number("lines_read")
		b.counted[fateOf(pk)] += r.number("lines_read")
		b.counted[skippedOf(pk)] += r.number("skipped")
	case strings.HasPrefix(sk, "bat_"):
		b.counted[listed(spaceOf(pk)+"#batch#"+sk)]++
	case strings.HasSuffix(pk, "#imports"):
		b.counted[listed(spaceOf(pk)+"#import#"+sk)]++
	case sk == "prefix" && r.has("batch_id"):
		b.counted[prefixes(spaceOf(pk)+"#batch#"+r.text("batch_id"))]++
	default:
		return false
	}
	return true
}
