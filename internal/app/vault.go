package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Vault makes the vault of the installation's secret: in Secrets Manager under
// SECRET_ARN; on a laptop SECRET_FILE stands for it, which only its owner can read.
func Vault(env func(string) string) *shop.Vault {
	return shop.NewVault(func(ctx context.Context) ([]byte, error) { return Secret(ctx, env) })
}

// Secret reads the installation's secret.
func Secret(ctx context.Context, env func(string) string) ([]byte, error) {
	arn := env("SECRET_ARN")
	if arn == "" {
		return nil, errors.New("this function was given no secret: SECRET_ARN is not set")
	}
	if file := env("SECRET_FILE"); file != "" {
		return secretFile(file)
	}
	m, err := newSecretsManager(Config(env), arn)
	if err != nil {
		return nil, err
	}
	return m.secret(ctx, arn)
}

func (m secretsManager) secret(ctx context.Context, arn string) ([]byte, error) {
	value, err := m.value(ctx, arn)
	if err != nil {
		return nil, fmt.Errorf("reading the secret: %w", err)
	}
	if len(value) < shop.SecretSize {
		return nil, errors.New("the secret is shorter than 32 characters")
	}
	return []byte(value), nil
}

// secretFile reads the file, or makes it. It is written under another name
// first, so that of two starts at once both use the same secret.
func secretFile(path string) ([]byte, error) {
	secret, err := os.ReadFile(path) //nolint:gosec // the operator's own path
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "secret-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	if _, err := draft.WriteString(rand.Text() + rand.Text()); err != nil {
		return nil, err
	}
	if err := errors.Join(draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // as above
}
