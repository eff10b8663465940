// Package playbooks holds what to do when an alarm rings, a page each. Its
// tests hold pages, alarms, dashboard and metrics of template.yaml together:
// whoever is woken finds a page, and no alarm watches what nobody sends.
package playbooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/lagniappe/lagniappe/internal/metric"
)

type resource struct {
	Type       string    `yaml:"Type"`
	Condition  string    `yaml:"Condition"`
	Properties yaml.Node `yaml:"Properties"`
}

// alarm is what an alarm says. Text is all of it, as it stands in the file.
type alarm struct {
	AlarmName         string    `yaml:"AlarmName"`
	AlarmDescription  string    `yaml:"AlarmDescription"`
	AlarmActions      []string  `yaml:"AlarmActions"`
	TreatMissingData  string    `yaml:"TreatMissingData"`
	EvaluationPeriods int       `yaml:"EvaluationPeriods"`
	DatapointsToAlarm int       `yaml:"DatapointsToAlarm"`
	Namespace         string    `yaml:"Namespace"`
	MetricName        string    `yaml:"MetricName"`
	Metrics           []watched `yaml:"Metrics"`
	Text              string    `yaml:"-"`
}

type watched struct {
	MetricStat struct {
		Metric struct {
			Namespace  string `yaml:"Namespace"`
			MetricName string `yaml:"MetricName"`
			Dimensions []struct {
				Value string `yaml:"Value"`
			} `yaml:"Dimensions"`
		} `yaml:"Metric"`
	} `yaml:"MetricStat"`
}

type stack struct {
	Globals struct {
		Function struct {
			DeploymentPreference struct {
				Alarms []yaml.Node `yaml:"Alarms"` // condition, then, else
			} `yaml:"DeploymentPreference"`
		} `yaml:"Function"`
	} `yaml:"Globals"`
	Resources map[string]resource `yaml:"Resources"`
}

func load(t *testing.T) (stack, map[string]alarm) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var s stack
	if err := yaml.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	alarms := map[string]alarm{}
	for id, r := range s.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		var a alarm
		if err := r.Properties.Decode(&a); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		text, err := yaml.Marshal(&r.Properties)
		if err != nil {
			t.Fatal(err)
		}
		a.Text = string(text)
		alarms[id] = a
	}
	if len(alarms) < 5 {
		t.Fatalf("only %d alarms: has the template changed its form?", len(alarms))
	}
	return s, alarms
}

var page = regexp.MustCompile(`Playbook: infra/playbooks/([a-z-]+\.md)$`)

// An alarm names a page that exists, the page names the alarm, and no page is left over.
func TestPages(t *testing.T) {
	s, alarms := load(t)
	index := read(t, "README.md")
	used := map[string]bool{"README.md": true}
	for id, a := range alarms {
		m := page.FindStringSubmatch(a.AlarmDescription)
		if m == nil {
			t.Errorf("%s: its description ends with no playbook: %q", id, a.AlarmDescription)
			continue
		}
		used[m[1]] = true
		_, name, _ := strings.Cut(a.AlarmName, "${AWS::StackName}-")
		if text := read(t, m[1]); !strings.HasPrefix(text, "# "+name+":") && !strings.Contains(text, "`<stack>-"+name+"`") {
			t.Errorf("%s: %s does not name the alarm %q", id, m[1], name)
		}
		if !strings.Contains(index, "]("+m[1]+")") {
			t.Errorf("%s: README.md does not list %s", id, m[1])
		}
		if s.Resources[id].Condition != "AlarmsOn" || len(a.AlarmActions) != 1 || a.TreatMissingData != "notBreaching" {
			t.Errorf("%s: wants Condition AlarmsOn, one action, and silence that is good", id)
		}
		if a.EvaluationPeriods < 2 || a.DatapointsToAlarm < 2 {
			t.Errorf("%s: one bad moment wakes somebody", id)
		}
	}
	found, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !used[f] {
			t.Errorf("%s belongs to no alarm", f)
		}
	}
}

// Whoever is woken finds the same answers on every page.
func TestPagesAreWhole(t *testing.T) {
	found, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f == "README.md" {
			continue
		}
		text, at := read(t, f), 0
		for _, heading := range []string{
			"\n## What it means\n", "\n## Confirm\n", "\n## Likely causes, in order\n", "\n## What to do\n", "\n## Escalate\n", "\n## It clears\n",
		} {
			next := strings.Index(text[at:], heading)
			if next < 0 {
				t.Errorf("%s: no %q in its place", f, strings.TrimSpace(heading))
				continue
			}
			at += next
		}
		if !strings.Contains(text, "```\nfilter ") {
			t.Errorf("%s: no query to confirm it with", f)
		}
	}
}

// Alarms and dashboard name no metric of ours that nobody sends.
func TestMetricsExist(t *testing.T) {
	s, alarms := load(t)
	var sent []string
	for _, n := range metric.Names() {
		sent = append(sent, string(n))
	}
	for id, a := range alarms {
		if a.Namespace == metric.Namespace && !slices.Contains(sent, a.MetricName) {
			t.Errorf("%s watches %s", id, a.MetricName)
		}
	}
	var shown []string
	for _, m := range dashboard(t, s) {
		if m[0] == metric.Namespace {
			if m[2] != metric.Dimension {
				t.Errorf("the dashboard has %v: the dimension is %s", m, metric.Dimension)
			}
			shown = append(shown, m[1])
		}
	}
	if !slices.Equal(shown, sent) {
		t.Errorf("the dashboard shows %v, we send %v", shown, sent)
	}
}

// dashboard gives the text parts of each metric that the dashboard shows.
func dashboard(t *testing.T, s stack) [][]string {
	t.Helper()
	var p struct {
		DashboardBody string `yaml:"DashboardBody"`
	}
	d := s.Resources["OperationsDashboard"]
	if err := d.Properties.Decode(&p); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(p.DashboardBody, -1) {
		if s.Resources[m[1]].Type == "" {
			t.Errorf("the dashboard names %s, which there is not", m[1])
		}
	}
	var body struct {
		Widgets []struct {
			Properties struct {
				Metrics [][]any `json:"metrics"`
			} `json:"properties"`
		} `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(p.DashboardBody), &body); err != nil {
		t.Fatalf("the dashboard is no JSON: %v", err)
	}
	var out [][]string
	for _, w := range body.Widgets {
		for _, m := range w.Properties.Metrics {
			var text []string
			for _, part := range m {
				if s, ok := part.(string); ok {
					text = append(text, s)
				}
			}
			out = append(out, text)
		}
	}
	return out
}

// A crash of any function is heard.
func TestEveryFunctionIsWatched(t *testing.T) {
	s, alarms := load(t)
	var seen []string
	for _, m := range append(alarms["FunctionErrorsAlarm"].Metrics, alarms["WorkerErrorsAlarm"].Metrics...) {
		for _, d := range m.MetricStat.Metric.Dimensions {
			seen = append(seen, d.Value)
		}
	}
	for id, r := range s.Resources {
		if r.Type == "AWS::Serverless::Function" && !slices.Contains(seen, id) {
			t.Errorf("neither FunctionErrorsAlarm nor WorkerErrorsAlarm watches %s", id)
		}
	}
}

// The API depends on the aliases, they on their deployment, that on the alarms
// that may stop it: one that names the API closes the circle, and
// CloudFormation refuses the template, but only when it is deployed.
func TestDeploymentIsNoCircle(t *testing.T) {
	s, alarms := load(t)
	choice := s.Globals.Function.DeploymentPreference.Alarms
	var guards []string
	if len(choice) != 3 || choice[1].Decode(&guards) != nil || len(guards) == 0 {
		t.Fatal("DeploymentPreference.Alarms is not !If [condition, [alarms], []]")
	}
	for _, id := range guards {
		if a, found := alarms[id]; !found || regexp.MustCompile(`!Ref Api\b|!GetAtt Api\.|\$\{Api[.}]|Alias`).MatchString(a.Text) {
			t.Errorf("%s cannot stop a deployment: it is no alarm, or it names the API", id)
		}
	}
}

// What watching costs stands in the README, and CloudWatch takes ten metrics an expression at most.
func TestPriceIsTold(t *testing.T) {
	_, alarms := load(t)
	total := 0
	for id, a := range alarms {
		n := 0
		for _, m := range a.Metrics {
			if m.MetricStat.Metric.MetricName != "" {
				n++
			}
		}
		if a.MetricName != "" {
			n = 1
		}
		if n == 0 || n > 10 {
			t.Errorf("%s watches %d metrics", id, n)
		}
		total += n
	}
	told := regexp.MustCompile(`(\d+) alarms on (\d+) metrics`).FindStringSubmatch(read(t, filepath.Join("..", "..", "README.md")))
	if told == nil || told[1] != strconv.Itoa(len(alarms)) || told[2] != strconv.Itoa(total) {
		t.Errorf("%d alarms watch %d metrics; README.md says %v", len(alarms), total, told)
	}
	told = regexp.MustCompile(`each metric watched, (\d+) of them`).FindStringSubmatch(read(t, filepath.Join("..", "..", "template.yaml")))
	if told == nil || told[1] != strconv.Itoa(total) {
		t.Errorf("%d metrics are watched; the parameter Alarms says %v", total, told)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
