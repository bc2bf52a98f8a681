# Each target makes what it needs, from a fresh clone, with Python 3.11 or newer, make and a package index.
# `make` alone lists the targets. PYTHON=/path/to/python3.12 chooses the interpreter of a new environment.

PYTHON ?= python3
VENV   ?= .venv
FROM   ?= 2015-01-01
TO     ?=
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
# The sets of tests: the pure packages first, the official SDKs last, so that the first failure is the nearest one.
CORE   := $(wildcard tests/test_*.py $(addprefix tests/,names secret errors policy tokens signing))
SDK    := $(wildcard tests/sdk)
NODE   := tests/sdk/node
GO     := tests/sdk/go
JAVA   := tests/sdk/java
IDPS   := tests/federation/node
AXE    := tests/console/node
TERRAFORM := tests/terraform
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-core test-rest test-sdk test-gateway test-nginx test-node test-go test-java test-aliyun test-federation test-console test-postgresql test-terraform test-terraform-provider check docs system-policies fix bench bench-smoke lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-25s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.quickstart $(VENV)/.daypass ## run the six steps against a throw-away server and show every request
	@$(BIN)/daypass quickstart

test: test-core test-rest test-sdk ## run every test that needs nothing but Python

test-core: $(VENV)/.test ## test the pure packages: policy, signing, tokens and the leaf modules
	$(if $(CORE),$(PYTEST) $(CORE))

test-rest: $(VENV)/.test ## test all the rest but the official SDKs
	$(PYTEST) tests $(addprefix --ignore=,$(CORE) $(SDK))

test-sdk: $(VENV)/.test ## drive the product with the official Python SDKs, unmodified
	$(if $(SDK),$(PYTEST) $(SDK))

test-gateway: $(VENV)/.gateway ## read services behind the gateway with their official Python SDKs
	$(PYTEST) tests/gateway -m gateway

test-nginx: $(VENV)/.test ## let a real nginx ask the gateway before it forwards (needs nginx)
	$(PYTEST) tests/gateway -m nginx

test-node: $(VENV)/.test $(NODE)/node_modules ## drive it with the official Node.js SDKs (needs node and npm)
	$(PYTEST) $(SDK) -m node

test-go: $(VENV)/.test $(GO)/target/calls ## drive it with the official Go SDKs (needs Go)
	$(PYTEST) $(SDK) -m go

test-java: $(VENV)/.test $(JAVA)/target/.made ## drive it with the official Java SDK (needs a JDK and Maven)
	$(PYTEST) $(SDK) -m java

test-federation: $(VENV)/.test $(IDPS)/node_modules ## let identity providers of others vouch: OpenID and SAML (needs node and npm)
	$(PYTEST) tests/federation -m federation

test-console: $(VENV)/.console $(AXE)/node_modules ## click through the console in Debian's chromium (needs it, fonts-noto-cjk and npm)
	$(PYTEST) tests/console -m console

test-postgresql: $(VENV)/.postgresql ## run it on a PostgreSQL of the tests' own (needs PostgreSQL's server)
	$(PYTEST) tests -m postgresql
	$(PYTEST) tests/services tests/gateway tests/console/test_door.py tests/console/test_roles.py --store postgresql

test-terraform: $(VENV)/.daypass $(TERRAFORM)/target/.fetched ## send what Terraform's alicloud provider sends, and compare the answers (needs Go)
	cd $(TERRAFORM) && test -z "$$(gofmt -l .)" && go vet . && go vet -tags provider . && go test -count=1 .

test-terraform-provider: $(VENV)/.daypass $(TERRAFORM)/target/.fetched ## run Terraform itself (needs Go, terraform, and PROVIDER=folder of its alicloud provider)
	cd $(TERRAFORM) && PROVIDER="$(PROVIDER)" go test -count=1 -tags provider .

test-aliyun: $(VENV)/.test ## drive it with the official command line (which has to be in the PATH as aliyun)
	@command -v aliyun >/dev/null || { echo "aliyun, Alibaba Cloud's command line, is not in the PATH" >&2; exit 1; }
	$(PYTEST) $(SDK) -m aliyun

check: $(VENV)/.check ## lint, format, types, architecture, sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/shape.py

docs: $(VENV)/.daypass ## write the reference pages and the command line's listing anew, from the declarations
	$(BIN)/python -m tools.reference

system-policies: $(VENV)/.daypass ## show what changed in the system policies from day FROM to day TO
	@$(BIN)/python -m tools.system_policies $(FROM) $(TO)

fix: $(VENV)/.check ## let the linter and the formatter repair what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench ## measure, beside the peers and the server's own ceiling; prints medians and ratios
	$(BIN)/python -m bench

bench-smoke: $(VENV)/.bench ## the same for a few seconds: shows that it runs, its figures mean nothing
	$(BIN)/python -m bench --smoke

lock: $(VENV)/.lock ## write requirements/*.txt anew, newest versions that fit
	VENV=$(VENV) tools/lock

clean: ## remove the environment and every cache
	rm -rf $(VENV) $(NODE)/node_modules $(IDPS)/node_modules $(AXE)/node_modules $(GO)/target $(JAVA)/target .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(TERRAFORM)/target

# One environment, filled group by group. A stamp is newer than what it installed.

$(VENV)/.build: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "daypass needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.%: requirements/%.txt $(VENV)/.build
	$(PIP) install --quiet --require-hashes --no-build-isolation -r $<
	@touch $@

$(VENV)/.daypass: pyproject.toml $(VENV)/.runtime
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.quickstart: $(VENV)/.runtime
$(VENV)/.test: $(VENV)/.quickstart $(VENV)/.daypass
$(VENV)/.console: $(VENV)/.test
$(VENV)/.gateway: $(VENV)/.test
$(VENV)/.postgresql: $(VENV)/.test
$(VENV)/.check: $(VENV)/.console $(VENV)/.postgresql
$(VENV)/.bench: $(VENV)/.test

$(NODE)/node_modules: $(NODE)/package-lock.json
	npm ci --prefix $(NODE) --ignore-scripts --no-audit --no-fund
	@touch $@

$(IDPS)/node_modules: $(IDPS)/package-lock.json
	npm ci --prefix $(IDPS) --ignore-scripts --no-audit --no-fund
	@touch $@

$(AXE)/node_modules: $(AXE)/package-lock.json
	npm ci --prefix $(AXE) --ignore-scripts --no-audit --no-fund
	@touch $@

$(GO)/target/calls: $(GO)/go.mod $(GO)/go.sum $(wildcard $(GO)/*.go)
	cd $(GO) && test -z "$$(gofmt -l *.go)" && go vet . && go build -trimpath -o target/calls .

$(JAVA)/target/.made: $(JAVA)/pom.xml $(wildcard $(JAVA)/src/main/java/*.java)
	mvn --quiet --batch-mode --file $(JAVA)/pom.xml compile
	@touch $@

$(TERRAFORM)/target/.fetched: $(TERRAFORM)/go.mod $(TERRAFORM)/go.sum
	cd $(TERRAFORM) && go mod download
	@mkdir -p $(@D) && touch $@
