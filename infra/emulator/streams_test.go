package emulator

import (
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The two queries are dynoxide's own, read from its binary.
func TestSpeedUpStreamsServesDynoxidesQueries(t *testing.T) {
	needsDynoxide(t)
	e := run(t, t.TempDir())
	prepare(t, e)
	for _, query := range []string{
		`SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1`,
		`SELECT * FROM _stream_records
			WHERE table_name = ?1 AND shard_id = ?2 AND CAST(sequence_number AS INTEGER) > ?3
			ORDER BY CAST(sequence_number AS INTEGER) ASC`,
	} {
		plan := explain(t, e, query)
		if !strings.Contains(plan, "lagniappe_stream_sequence") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s\nis planned as: %s", query, plan)
		}
	}
}

func explain(t *testing.T, e *Emulator, query string) string {
	t.Helper()
	db, err := openFile(e.data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, "CouponsTable", "shard", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	return strings.Join(plan, "; ")
}

// TestSpeedUpStreamsWhileWriting repeats it under load: neither side may fail,
// and the records must be numbered on without a gap.
func TestSpeedUpStreamsWhileWriting(t *testing.T) {
	needsDynoxide(t)
	e := run(t, t.TempDir())
	client := clientOf(e)
	if err := CreateTables(t.Context(), client, tables(t)); err != nil {
		t.Fatal(err)
	}
	const writers, each = 4, 50
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := put(t.Context(), client, strconv.Itoa(w)+"-"+strconv.Itoa(i)); err != nil {
					t.Errorf("write: %v", err)
				}
			}
		})
	}
	for range 20 {
		if err := e.SpeedUpStreams(t.Context()); err != nil {
			t.Errorf("index: %v", err)
		}
	}
	wg.Wait()
	if got := highestNumber(t, e); got != writers*each {
		t.Errorf("the last record has the number %d, want %d", got, writers*each)
	}
}

func highestNumber(t *testing.T, e *Emulator) (n int) {
	t.Helper()
	db, err := openFile(e.data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	row := db.QueryRowContext(t.Context(), `SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records`)
	if err := row.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSpeedUpStreamsNeedsTheFile(t *testing.T) {
	e := &Emulator{kind: kinds[Dynoxide], data: t.TempDir() + "/none.db"}
	if err := e.SpeedUpStreams(t.Context()); err == nil {
		t.Error("it made a file of its own")
	}
}
