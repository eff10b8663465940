package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/lagniappe/lagniappe/internal/dynamo"
)

// secretsManager asks for secrets with the one request that this takes. The
// SDK's client for it prepares two dozen operations and the addresses of every
// region before main: a twentieth of a cold start, also of all the instances that
// never need the secret. Signature, and what is worth another try, are the SDK's.
type secretsManager struct {
	config   aws.Config
	endpoint string
	retryer  aws.Retryer
	now      func() time.Time
}

func newSecretsManager(cfg aws.Config, arn string) (secretsManager, error) {
	suffix, err := dnsSuffix(arn)
	cfg.HTTPClient = dynamo.HTTPClient() // bounds an attempt
	return secretsManager{
		config: cfg, endpoint: "https://secretsmanager." + cfg.Region + "." + suffix + "/", now: time.Now,
		retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
		}),
	}, err
}

// dnsSuffix is how the hosts of a partition end.
func dnsSuffix(arn string) (string, error) {
	name, _, _ := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":")
	switch name {
	case "aws", "aws-us-gov":
		return "amazonaws.com", nil
	case "aws-cn":
		return "amazonaws.com.cn", nil
	case "aws-eusc":
		return "amazonaws.eu", nil
	}
	return "", fmt.Errorf("SECRET_ARN lies in no partition that is known here: %q", name)
}

// value reads a secret.
func (m secretsManager) value(ctx context.Context, arn string) (string, error) {
	for n := 1; ; n++ {
		secret, err := m.ask(ctx, arn)
		if err == nil || n == m.retryer.MaxAttempts() || !m.retryer.IsErrorRetryable(err) {
			return secret, err
		}
		pause, none := m.retryer.RetryDelay(n, err)
		if none != nil {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(pause):
		}
	}
}

func (m secretsManager) ask(ctx context.Context, arn string) (string, error) {
	body, err := json.Marshal(map[string]string{"SecretId": arn})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	credentials, err := m.config.Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(hash[:]), "secretsmanager", m.config.Region, m.now()); err != nil {
		return "", err
	}
	res, err := m.config.HTTPClient.Do(r)
	if err != nil {
		return "", &smithyhttp.RequestSendError{Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	return readSecret(res)
}

// mostOfSecret is more than the longest secret (64 KiB) takes in JSON.
const mostOfSecret = 512 << 10

func readSecret(res *http.Response) (string, error) {
	b, err := io.ReadAll(io.LimitReader(res.Body, mostOfSecret))
	if err != nil {
		return "", &smithyhttp.RequestSendError{Err: err}
	}
	var answer struct {
		SecretString string `json:"SecretString"`
		Type         string `json:"__type"`
	}
	malformed := json.Unmarshal(b, &answer) != nil
	switch {
	case res.StatusCode != http.StatusOK:
		return "", refused{res.StatusCode, answer.Type[strings.LastIndex(answer.Type, "#")+1:], res.Header.Get("X-Amzn-Requestid")}
	case malformed: // its error may quote the secret
		return "", errors.New("Secrets Manager's answer cannot be read") //nolint:staticcheck // a name
	}
	return answer.SecretString, nil
}

// refused is an answer that is none, in terms that the SDK's retryer asks for.
// What Secrets Manager says beside the code stays out of the log.
type refused struct {
	status  int
	code    string
	request string
}

// Error implements error.
func (r refused) Error() string {
	return fmt.Sprintf("Secrets Manager answered %d %s (request %s)", r.status, r.code, r.request)
}

// HTTPStatusCode tells the retryer the status.
func (r refused) HTTPStatusCode() int { return r.status }

// ErrorCode tells the retryer the code.
func (r refused) ErrorCode() string { return r.code }
