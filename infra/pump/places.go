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

// write replaces the file in one step, so that a crash leaves the old one or the new one.
func (p places) write(file string) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
