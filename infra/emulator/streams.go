package emulator

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

	// Pure Go, so that no C compiler is needed. Compared with
	// github.com/ncruces/go-sqlite3, which is as alive: 16 s against 19 s for a
	// first build on two cores, 10 against 13 MB of binary, and its newest release
	// could be fetched, which that of the other could not. (An older one of the other
	// builds in 5 s, but compiles its WebAssembly for 0.7 s at each start.) It is also
	// SQLite's own C, translated, so it locks the file as the emulator does.
	_ "modernc.org/sqlite"
)

// streamIndex serves both of dynoxide's questions about a stream: the highest
// number so far, at every write, and the records after a number, at every read.
// The expression must stand here exactly as dynoxide writes it.
const streamIndex = `CREATE INDEX IF NOT EXISTS lagniappe_stream_sequence
	ON _stream_records(table_name, CAST(sequence_number AS INTEGER))`

// SpeedUpStreams gives the data file an index that dynoxide forgot. Without it
// each write to a table with a stream reads all earlier records of the stream:
// 1,700 writes a second fall to 140 at 20,000 records. With it they stay flat.
//
// It is safe while dynoxide runs, because SQLite locks the file between
// processes and each side waits for the other, and safe to repeat. Call it when
// the tables are new: over many records it holds writers up while it sorts.
// DynamoDB Local needs no such help.
func (e *Emulator) SpeedUpStreams(ctx context.Context) error {
	if e.kind.name != Dynoxide {
		return nil
	}
	db, err := openFile(e.data)
	if err != nil {
		return fmt.Errorf("emulator: open the data file: %w", err)
	}
	defer func() { _ = db.Close() }() // the index is in the file by now, or err says why not
	if _, err := db.ExecContext(ctx, streamIndex); err != nil {
		return fmt.Errorf("emulator: index the stream records: %w", err)
	}
	return nil
}

// openFile opens only a file that is there, and waits for dynoxide's locks.
func openFile(path string) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw&_pragma=busy_timeout(5000)"}
	return sql.Open("sqlite", dsn.String())
}
