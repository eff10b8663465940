# `make` lists the targets. Each one sets up what it needs: tools are pinned and live in .cache/, nothing is installed
# globally, and a missing prerequisite is one sentence. Works with the make of macOS (3.81), too.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The version is part of the file name, so raising it here installs the new one.
LINT := .cache/bin/golangci-lint@v2.14.0
VULN := .cache/bin/govulncheck@v1.9.0
SAM  := .cache/sam-1.170.0/bin/sam

FUZZTIME ?= 10s
SOAK     ?= 3m

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

##### On a laptop (the emulator installs itself from npm on first use and says so when npm is missing)

.PHONY: run demo
run: | need-go ## Serve the whole API here on real parts, and do the main job once (PORT=8080)
	@go build -o .cache/bin/local ./infra/local && exec .cache/bin/local
demo: | need-go ## Do the main job once, print it, exit 0 or 1
	@go build -o .cache/bin/local ./infra/local && exec .cache/bin/local --demo

# `sam local` needs containers. The functions are built for this machine's processor, and not where deployed ones are built.
LOCAL_ARCH  := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
LOCAL_BUILD := .aws-sam/local/build

.PHONY: sam-local sam-invoke sam-local-build
sam-local: sam-local-build ## Serve the built functions in containers, with `sam local` (needs Docker; PORT=8080)
	@go build -o .cache/bin/samlocal ./infra/samlocal && \
	exec .cache/bin/samlocal --sam $(SAM) --build $(LOCAL_BUILD) --arch $(LOCAL_ARCH) start-api
sam-invoke: sam-local-build ## Hand each function its event from events/, with `sam local` (needs Docker)
	@go build -o .cache/bin/samlocal ./infra/samlocal && \
	exec .cache/bin/samlocal --sam $(SAM) --build $(LOCAL_BUILD) --arch $(LOCAL_ARCH) invoke
sam-local-build: $(SAM) | need-go
	SAM_CLI_TELEMETRY=0 $(SAM) build --build-dir $(LOCAL_BUILD) --parameter-overrides Architecture=$(LOCAL_ARCH)

##### Checks (.ci/run runs them all)

# With the race detector where there is a C compiler. Without vet: it is among what `lint` does.
gotest = cc=$$(go env CC); if command -v $${cc%% *} >/dev/null; then CGO_ENABLED=1 go test -vet=off -race $(1); \
	else echo "The race detector needs a C compiler ($$cc), and there is none: testing without it."; go test -vet=off $(1); fi

.PHONY: test test-dynamodb-local lambda-test
test: | need-go ## Run all tests, with the race detector where there is a C compiler
	@$(call gotest,./...)
# -count=1: TestMain reads EMULATOR unseen by Go's test cache. The fault harness stays with dynoxide: it kills the tables,
# and DynamoDB Local forgets then what it has acknowledged. Without the race detector: `test` has it, on the same code.
RACES = MainJob|Scar|Drift|Thousand|Concurrent|Race|Interleav|Exhaust|FirstOrder|AtOnce
test-dynamodb-local: | need-go need-java ## Run the store's tests and the API's races on DynamoDB Local (RACES=. for all of the API's)
	@export EMULATOR=dynamodb-local; go test -vet=off -count=1 ./internal/dynamo ./infra/emulator && \
	go test -vet=off -count=1 -run '$(RACES)' ./infra/e2e
# The interface emulator is part of SAM, and a program for Linux.
lambda-test: need-linux sam-local-build ## Run the built functions as Lambda does, each with its event
	@export LAMBDA_BUILD="$(CURDIR)/$(LOCAL_BUILD)"; \
	export LAMBDA_RIE="$$($(dir $(SAM))python -c 'import samcli; print(samcli.__path__[0])')/local/rapid/aws-lambda-rie-$(LOCAL_ARCH)"; \
	$(call gotest,-count=1 ./infra/lambda)

.PHONY: fuzz
fuzz: | need-go ## Fuzz each parser for FUZZTIME (10s)
	@grep -rHo --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Za-z0-9_]*' functions infra internal | \
	while IFS=: read -r file func; do echo "== $$file $${func#func }"; \
	  go test "./$$(dirname "$$file")" -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) </dev/null || exit 1; done

# Tests of `make test`, for longer; the first one against infra/local as people run it.
.PHONY: soak
soak: | need-go ## Let everything go wrong for SOAK (3m): faults at random, kill -9 of server, table and relay; then hold all to the model
	go build -o .cache/bin/local ./infra/local
	LAGNIAPPE_LOCAL="$(CURDIR)/.cache/bin/local" SOAK=$(SOAK) go test ./infra/faults -run '^(TestMatrix|TestSoak|TestFollowed)$$' -v -count=1 -timeout 3h
	SOAK=$(SOAK) go test ./infra/model -count=1 -timeout 3h

.PHONY: lint fmt vuln
lint: $(LINT) ## Check style, likely mistakes and which package may import which
	$(LINT) run
fmt: $(LINT) ## Format all Go code as lint wants it
	$(LINT) fmt
vuln: $(VULN) ## Look for known vulnerabilities that our code reaches
	$(VULN) ./...

.PHONY: contract openapi
contract: | need-go ## Check that document, code, template and local server name the same routes
	go test ./infra/openapi/...
openapi: | need-go ## Regenerate the OpenAPI document
	go generate ./infra/openapi

##### Figures (infra/bench: counts fail when they grow, times never do)

.PHONY: bench bench-check bench-baseline
bench: | need-go ## Measure what a call costs and how fast it is (PARTS="counts speed cold partition people")
	@mkdir -p .cache && go run ./infra/bench --json .cache/bench.json $(PARTS)
bench-check: | need-go ## Hold the counts of each operation to the committed baseline
	go test ./infra/bench -count=1 -v -run TestCounts
bench-baseline: | need-go ## Make the present counts the baseline
	go run ./infra/bench counts --baseline

##### AWS (deploy: sam build && sam deploy)

.PHONY: sam-validate sam-build
sam-validate: $(SAM) ## Check template.yaml
	SAM_CLI_TELEMETRY=0 $(SAM) validate --lint
sam-build: $(SAM) | need-go ## Build the functions as AWS will run them
	SAM_CLI_TELEMETRY=0 $(SAM) build

# `sam build` calls this for each function, in this folder: ValidationsFunction -> functions/validations/lambda.
# It comes through infra/build/<architecture>/Makefile, which sets GOARCH: SAM tells make nothing but a folder.
# -buildvcs=false keeps commit and date out of the binary: a function whose code is unchanged is not deployed again.
# RELEASE=<anything> puts a file of that content beside it, so that it is: for a changed parameter (template.yaml, Globals).
build-%Function: | need-go
	$(bootstrap) ./functions/$(shell echo $* | tr '[:upper:]' '[:lower:]')/lambda
	@[ -z "$$RELEASE" ] || printf '%s\n' "$$RELEASE" >"$(ARTIFACTS_DIR)/release"
build-hello: | need-go # what infra/bench holds cold starts against
	$(bootstrap) ./infra/bench/hello
bootstrap = CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH) go build -tags lambda.norpc -trimpath -buildvcs=false -ldflags "-s -w" \
  -o "$(ARTIFACTS_DIR)/bootstrap"

##### Housekeeping

.PHONY: clean
clean: ## Remove tools, builds, emulators and the local tables
	rm -rf .cache .aws-sam infra/emulator/node_modules

install = GOBIN="$(CURDIR)/.cache/bin" go install $(1)@$* && mv .cache/bin/$(notdir $(1)) $@

.cache/bin/golangci-lint@%: | need-go
	$(call install,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
.cache/bin/govulncheck@%: | need-go
	$(call install,golang.org/x/vuln/cmd/govulncheck)
.cache/sam-%/bin/sam: | need-python3
	python3 -m venv .cache/sam-$*
	.cache/sam-$*/bin/pip install --quiet --disable-pip-version-check aws-sam-cli==$*

.PHONY: need-go need-python3 need-java need-linux
need-go need-python3 need-java: need-%:
	@command -v $* >/dev/null || { echo "$* is missing: install $(needs-$*)." >&2; exit 1; }
needs-go      := Go 1.26 or newer
needs-python3 := Python 3.10 or newer with its venv module
needs-java    := a Java runtime, 17 or newer
need-linux:
	@[ "$$(uname -s)" = Linux ] || { echo "This target runs programs for Linux: run it there." >&2; exit 1; }
