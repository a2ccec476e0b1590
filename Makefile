# What a developer and CI run. "make" alone lists the targets.

GO        ?= go
DATA      ?= .data
PORT      ?= 8787
FUZZTIME  ?= 20s
SEED      ?= 1
REQUESTS  ?= 20000
COUNT     ?= 10

GENERATED := internal/sqlite/sqlite3_gen.h
MODULES   := $(patsubst %/go.mod,%,$(wildcard integration/go.mod bench/go.mod tools/go.mod tools/lint/go.mod))
CODE      := $(patsubst %/go.mod,%,$(wildcard integration/go.mod bench/go.mod))
LINT      := $(GO) tool -modfile=$(CURDIR)/tools/lint/go.mod golangci-lint
TOOL      := $(GO) tool -modfile=$(CURDIR)/tools/go.mod
SCRIPTS   := tools/preflight tools/run-shop .ci/run

.PHONY: help
help:
	@echo 'make run       build, load the example shop, start it and say its address (PORT=$(PORT), DATA=$(DATA))'
	@echo 'make test      every test: units, the import plan, real Workers on workerd; benchmarks once'
	@echo 'make build     bin/dione'
	@echo 'make fmt       format the sources'
	@echo 'make lint      linters, tidy modules, documents'
	@echo 'make check     what CI runs: formatting, lint, vet, tests, race detector, a build for each platform'
	@echo 'make fuzz      every fuzz target for FUZZTIME=$(FUZZTIME)'
	@echo 'make compare   the same statements to Dione and to the engine inside workerd, from SEED=$(SEED)'
	@echo 'make bench     measure, and write the tables of docs/benchmarks.md'
	@echo 'make clean     remove what was built, and the data of make run'

# --- build -----------------------------------------------------------------

.PHONY: preflight
preflight:
	@GO='$(GO)' tools/preflight

.PHONY: generate
generate: preflight
	@$(GO) run ./internal/sqlite/generate

# Made anew when its generator changed.
$(GENERATED): $(filter-out %_test.go,$(wildcard internal/sqlite/generate/*.go)) | preflight
	@$(GO) run ./internal/sqlite/generate
	@touch $@

.PHONY: build
build: preflight $(GENERATED)
	@[ -e bin/dione ] || echo 'Building. The first time this compiles SQLite, which takes a minute or two.'
	@$(GO) build -o bin/dione ./cmd/dione

.PHONY: run
run: build
	@DATA='$(DATA)' PORT='$(PORT)' tools/run-shop

# --- test ------------------------------------------------------------------

.PHONY: test
test: build
	@$(GO) test -timeout 10m -bench . -benchtime 1x ./...
	@set -e; for m in $(filter integration,$(CODE)); do \
		echo "# $$m"; (cd $$m && $(GO) test -count 1 -timeout 20m ./...); done

.PHONY: vet
vet: preflight $(GENERATED)
	@$(GO) vet ./...
	@set -e; for m in $(CODE); do (cd $$m && $(GO) vet ./...); done

.PHONY: race
race: preflight $(GENERATED)
	@$(GO) test -race -timeout 15m ./...

.PHONY: fuzz
fuzz: preflight $(GENERATED)
	@set -e; for pkg in $$(grep -rl --include='*_test.go' '^func Fuzz' d1 internal cmd | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' ./$$pkg | grep '^Fuzz'); do \
			echo "# $$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$pkg; done; done

.PHONY: compare
compare: build
	@cd integration && SEED=$(SEED) $(GO) test -count 1 -timeout 120m -run '^TestDifferential$$' -v . -requests $(REQUESTS)

.PHONY: bench
bench: build
	@cd bench && $(GO) run . -count $(COUNT)

# --- words and shape -------------------------------------------------------

.PHONY: fmt
fmt: preflight
	@$(LINT) fmt
	@set -e; for m in $(CODE); do (cd $$m && $(LINT) fmt --config $(CURDIR)/.golangci.yml); done
	@$(TOOL) shfmt -w $(SCRIPTS)

.PHONY: fmt-diff
fmt-diff: preflight
	@$(LINT) fmt --diff
	@set -e; for m in $(CODE); do (cd $$m && $(LINT) fmt --diff --config $(CURDIR)/.golangci.yml); done
	@$(TOOL) shfmt -d $(SCRIPTS)

.PHONY: lint
lint: preflight $(GENERATED)
	@$(LINT) run
	@set -e; for m in $(CODE); do (cd $$m && $(LINT) run --config $(CURDIR)/.golangci.yml); done
	@$(GO) mod tidy -diff
	@set -e; for m in $(MODULES); do (cd $$m && $(GO) mod tidy -diff); done
	@$(MAKE) --no-print-directory lint-docs

# Documents are linted where Node is there: the project itself never needs it.
.PHONY: lint-docs
lint-docs:
	@if command -v npx >/dev/null 2>&1; then \
		npx --yes markdownlint-cli2@0.24.1 '*.md' 'docs/**/*.md' 'examples/**/*.md' '#**/node_modules'; \
	else echo 'lint: the documents were left out: npx is not installed'; fi

.PHONY: check
check: fmt-diff lint vet test race platforms
	@git diff --exit-code --stat || { echo 'check: a command above changed files; commit them'; exit 1; }

# SQLite is C: a platform is built only where a C compiler for it is there.
.PHONY: platforms
platforms: preflight $(GENERATED)
	@set -e; for pair in amd64:x86_64-linux-gnu-gcc arm64:aarch64-linux-gnu-gcc; do \
		arch=$${pair%%:*}; cc=$${pair#*:}; \
		if [ "$$($(GO) env GOHOSTOS)/$$($(GO) env GOHOSTARCH)" = "linux/$$arch" ]; then cc=$$($(GO) env CC); fi; \
		if command -v $${cc%% *} >/dev/null 2>&1; then \
			CGO_ENABLED=1 GOOS=linux GOARCH=$$arch CC="$$cc" $(GO) build -o bin/linux-$$arch/dione ./cmd/dione; \
			echo "platforms: linux/$$arch was built"; \
		else echo "platforms: linux/$$arch was left out: $$cc is not installed"; fi; done
	@if [ "$$($(GO) env GOHOSTOS)" != darwin ]; then echo 'platforms: darwin was left out: it is built on a Mac'; fi

.PHONY: clean
clean:
	@rm -rf bin $(DATA)
