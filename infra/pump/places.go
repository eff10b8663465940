package pump

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// places are the sequence numbers of the last records that were carried, by shard.
type places map[string]string

// readPlaces takes a file that is none, as a power cut may leave one, for no file:
// all comes once more then.
func readPlaces(file string) (places, error) {
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p := places{}
	if broken := json.Unmarshal(raw, &p); broken != nil || p == nil {
		p = places{}
	}
	return p, nil
}

func (p places) write(file string) error { return Replace(file, p) }

// Replace writes a value as JSON in one step, so that a crash leaves the old file or the new one.
func Replace(file string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
