package metric

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// One line is log and metric. What CloudWatch needs stands at its top level; it
// ignores a line that differs from its format without a word, hence to the letter.
func TestCount(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.LogAttrs(t.Context(), slog.LevelInfo, "request", Sink{Stack: "shop-eu"}.Count(time.UnixMilli(1782907200123), Refused, 2)...)
	want := `"msg":"request","_aws":{"Timestamp":1782907200123,"CloudWatchMetrics":[{"Namespace":"Lagniappe",` +
		`"Dimensions":[["Stack"]],"Metrics":[{"Name":"Refused","Unit":"Count"}]}]},"Stack":"shop-eu","Refused":2}` + "\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %swant …%s", out.String(), want)
	}
}

func TestCountNothing(t *testing.T) {
	if got := (Sink{}).Count(time.Now(), Refused, 1); got != nil {
		t.Errorf("metrics are off, got %v", got)
	}
	if got := (Sink{Stack: "s"}).Count(time.Now(), "", 1); got != nil {
		t.Errorf("nothing to count, got %v", got)
	}
}
