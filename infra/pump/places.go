package pump

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// places are the sequence numbers of the last records that were carried, by shard.
type places map[string]string

func readPlaces(file string) (places, error) {
	p := places{}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, json.Unmarshal(raw, &p)
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
