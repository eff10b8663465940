package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	testARN    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:lagniappe-AbCdEf"
	testSecret = "correct-horse-battery-staple-0123"
)

func testConfig() aws.Config {
	return Config(func(name string) string {
		return map[string]string{
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalr", "AWS_SESSION_TOKEN": "session",
		}[name]
	})
}

// asking is ours, aimed at a server of the test; it does not wait between tries.
func asking(t *testing.T, h http.HandlerFunc) secretsManager {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	m, err := newSecretsManager(testConfig(), testARN)
	if err != nil {
		t.Fatal(err)
	}
	m.endpoint = server.URL + "/"
	m.retryer = atOnce{m.retryer}
	return m
}

type atOnce struct{ aws.Retryer }

func (atOnce) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// sent is a request as it arrived.
type sent struct {
	*http.Request
	body string
}

func (s sent) signedHeaders() []string {
	_, list, _ := strings.Cut(s.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	return strings.Split(list, ";")
}

func (s sent) scope() string {
	_, scope, _ := strings.Cut(s.Header.Get("Authorization"), "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	return scope
}

// signature computes the request's signature from what arrived, as AWS does
// (Signature Version 4), without the SDK.
func (s sent) signature(key string) string {
	var headers strings.Builder
	for _, name := range s.signedHeaders() {
		value := s.Header.Get(name)
		switch name {
		case "host":
			value = s.Host
		case "content-length":
			value = strconv.FormatInt(s.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	canonical := strings.Join([]string{s.Method, s.URL.Path, s.URL.RawQuery, headers.String(), strings.Join(s.signedHeaders(), ";"), hexSum(s.body)}, "\n")
	_, scope, _ := strings.Cut(s.scope(), "/")
	mac := []byte("AWS4" + key)
	for part := range strings.SplitSeq(scope, "/") {
		mac = keyed(mac, part)
	}
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", s.Header.Get("X-Amz-Date"), scope, hexSum(canonical)}, "\n")
	return hex.EncodeToString(keyed(mac, toSign))
}

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func keyed(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

// Our request is the one that the SDK's client sends, and its signature is right.
func TestSecretIsAskedForAsTheSDKDoes(t *testing.T) {
	var got []sent
	answer := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, sent{r, string(body)})
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"ARN":"`+testARN+`","Name":"lagniappe","SecretString":"`+testSecret+`"}`)
	}
	m := asking(t, answer)
	theirs, err := secretsmanager.NewFromConfig(testConfig(), func(o *secretsmanager.Options) { o.BaseEndpoint = &m.endpoint }).
		GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(testARN)})
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("20060102T150405Z", got[0].Header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	m.now = func() time.Time { return at }
	ours, err := m.secret(t.Context(), testARN)
	if err != nil || string(ours) != *theirs.SecretString || string(ours) != testSecret {
		t.Fatalf("%s, %v; the SDK: %s", ours, err, *theirs.SecretString)
	}
	sdk, own := got[0], got[1]
	for name, pair := range map[string][2]string{
		"method": {sdk.Method, own.Method}, "path": {sdk.URL.String(), own.URL.String()}, "host": {sdk.Host, own.Host}, "body": {sdk.body, own.body},
		"credential scope": {sdk.scope(), own.scope()},
	} {
		if pair[0] != pair[1] || pair[0] == "" {
			t.Errorf("%s: the SDK's %q, ours %q", name, pair[0], pair[1])
		}
	}
	for _, name := range []string{"Content-Type", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token"} {
		if s, o := sdk.Header.Get(name), own.Header.Get(name); s != o || s == "" || !slices.Contains(own.signedHeaders(), strings.ToLower(name)) {
			t.Errorf("%s: the SDK's %q, ours %q, signed %v", name, s, o, own.signedHeaders())
		}
	}
	for _, s := range got {
		if !strings.HasSuffix(s.Header.Get("Authorization"), "Signature="+s.signature("wJalr")) || !slices.Contains(s.signedHeaders(), "host") {
			t.Errorf("signature: %s, computed %s", s.Header.Get("Authorization"), s.signature("wJalr"))
		}
	}
}

// The host is the one that the SDK would ask.
func TestSecretsManagerHost(t *testing.T) {
	for partition, region := range map[string]string{
		"aws": "eu-central-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1", "aws-eusc": "eusc-de-east-1",
	} {
		cfg := testConfig()
		cfg.Region = region
		m, err := newSecretsManager(cfg, strings.Replace(testARN, "arn:aws:", "arn:"+partition+":", 1))
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := secretsmanager.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), secretsmanager.EndpointParameters{Region: &region})
		if err != nil || m.endpoint != theirs.URI.String()+"/" {
			t.Errorf("%s: %s, the SDK's: %v %v", partition, m.endpoint, theirs.URI, err)
		}
	}
	for _, arn := range []string{"arn:aws-elsewhere:secretsmanager:x:1:secret:s", "lagniappe", ""} {
		if m, err := newSecretsManager(testConfig(), arn); err == nil {
			t.Errorf("%q: %s", arn, m.endpoint)
		}
	}
}

// What may pass is tried again, three times at most; what is decided is not.
func TestSecretTries(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		tries  int32
		says   string
	}{
		{"denied", 400, `{"__type":"com.amazonaws.secretsmanager#AccessDeniedException","message":"canary"}`, 1, "400 AccessDeniedException (request r-1)"},
		{"not there", 400, `{"__type":"ResourceNotFoundException","Message":"canary"}`, 1, "400 ResourceNotFoundException (request r-1)"},
		{"throttled", 400, `{"__type":"ThrottlingException","message":"canary"}`, retries, "400 ThrottlingException (request r-1)"},
		{"too many", 429, `canary`, retries, "429"},
		{"broken", 500, `{"__type":"InternalServiceError"}`, retries, "500 InternalServiceError (request r-1)"},
		{"away", 503, `<html>canary</html>`, retries, "503"},
		{"no JSON", 200, `canary`, 1, "cannot be read"},
		{"too long", 200, `{"SecretString":"canary` + strings.Repeat("x", mostOfSecret) + `"}`, 1, "cannot be read"},
		{"short", 200, `{"SecretString":"canary"}`, 1, "shorter"},
		{"binary", 200, `{"SecretBinary":"Y2FuYXJ5"}`, 1, "shorter"},
	} {
		var tries atomic.Int32
		m := asking(t, func(w http.ResponseWriter, _ *http.Request) {
			tries.Add(1)
			w.Header().Set("X-Amzn-Requestid", "r-1")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		_, err := m.secret(t.Context(), testARN)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary") || tries.Load() != c.tries {
			t.Errorf("%s: %d tries: %v", c.name, tries.Load(), err)
		}
	}
}

const retries = int32(retry.DefaultMaxAttempts)

// A lost connection and an outage are followed by the answer.
func TestSecretAfterFailures(t *testing.T) {
	var tries atomic.Int32
	m := asking(t, func(w http.ResponseWriter, _ *http.Request) {
		switch tries.Add(1) {
		case 1:
			panic(http.ErrAbortHandler) // the connection is cut
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = io.WriteString(w, `{"SecretString":"`+testSecret+`"}`)
		}
	})
	secret, err := m.secret(t.Context(), testARN)
	if err != nil || string(secret) != testSecret || tries.Load() != 3 {
		t.Errorf("%d tries: %s %v", tries.Load(), secret, err)
	}
}

// Who has no time left is not kept waiting for another try.
func TestSecretTriesEndWithTheRequest(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var tries atomic.Int32
	m := asking(t, func(w http.ResponseWriter, _ *http.Request) {
		tries.Add(1)
		stop()
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	m.retryer = late{m.retryer}
	if secret, err := m.secret(ctx, testARN); err == nil || tries.Load() != 1 {
		t.Errorf("%d tries: %s %v", tries.Load(), secret, err)
	}
}

type late struct{ aws.Retryer }

func (late) RetryDelay(int, error) (time.Duration, error) { return time.Hour, nil }
