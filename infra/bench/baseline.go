package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A change may ask for one allocation in twenty more, and two: pools and maps
// make the figure differ a little from run to run.
const (
	allocsFactor = 1.05
	allocsMore   = 2
)

const howToUpdate = "If the change is worth it, run `make bench-baseline`, commit infra/bench/baseline.json and say why in the message."

// kept is what the baseline keeps of a count.
type kept struct {
	Operation string  `json:"operation"`
	Requests  int     `json:"requests"`
	Write     float64 `json:"write_units"`
	Read      float64 `json:"read_units"`
	Allocs    float64 `json:"own_allocations"`
}

func baselinePath() (string, error) {
	root, err := repository()
	return filepath.Join(root, "infra", "bench", "baseline.json"), err
}

func writeBaseline(counts []Count) error {
	path, err := baselinePath()
	if err != nil {
		return err
	}
	var out []kept
	for _, c := range counts {
		out = append(out, kept{c.Operation, c.Requests, c.Write, c.Read, float64(int(c.OwnAllocs() + 0.5))})
	}
	return writeJSON(path, out)
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// checkBaseline names every count that has grown.
func checkBaseline(counts []Count) error {
	path, err := baselinePath()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var list []kept
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return compare(list, counts)
}

func compare(list []kept, counts []Count) error {
	base := map[string]kept{}
	for _, k := range list {
		base[k.Operation] = k
	}
	var grown []error
	for _, c := range counts {
		k, ok := base[c.Operation]
		if !ok {
			grown = append(grown, fmt.Errorf("%s is not in the baseline", c.Operation))
			continue
		}
		delete(base, c.Operation)
		grown = append(grown, k.against(c)...)
	}
	for name := range base {
		grown = append(grown, fmt.Errorf("%s is in the baseline and was not measured", name))
	}
	if len(grown) == 0 {
		return nil
	}
	return fmt.Errorf("%w\n%s", errors.Join(grown...), howToUpdate)
}

func (k kept) against(c Count) (grown []error) {
	for _, f := range []struct {
		what      string
		was, most float64
		is        float64
	}{
		{"requests", float64(k.Requests), float64(k.Requests), float64(c.Requests)},
		{"write units", k.Write, k.Write, c.Write},
		{"read units", k.Read, k.Read, c.Read},
		{"allocations of our own", k.Allocs, k.Allocs*allocsFactor + allocsMore, c.OwnAllocs()},
	} {
		if f.is > f.most {
			grown = append(grown, fmt.Errorf("%s: %.4g %s, were %.4g", c.Operation, f.is, f.what, f.was))
		}
	}
	return grown
}
